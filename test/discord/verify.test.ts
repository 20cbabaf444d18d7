import { describe, expect, it } from "vitest";
import { type Verification, verifyRequest } from "../../src/discord/verify.ts";
import { publicKeyHex, signInteraction } from "../support/ed25519.ts";

const SEED = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";
const OTHER_SEED = "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7";
const PUBLIC_KEY = await publicKeyHex(SEED);

const AT_SECONDS = 1_780_315_200;
const TIMESTAMP = String(AT_SECONDS);
const MAX_AGE_SECONDS = 300;
const MAX_BODY_BYTES = 1_048_576;

const bytesOf = (text: string) => new TextEncoder().encode(text);
const BODY = bytesOf('{"type":1,"id":"787053080478613555","name":"Jürgen 🎬"}');
const SIGNATURE = await signInteraction(SEED, TIMESTAMP, BODY);
const BYTE_ORDER_MARK = Uint8Array.of(0xef, 0xbb, 0xbf);
const GZIPPED = await gzipped(BODY);

type HeaderList = [name: string, value: string][];

const signatureHeader = (signature: string): HeaderList => [["x-signature-ed25519", signature]];
const timestampHeader = (timestamp: string): HeaderList => [["x-signature-timestamp", timestamp]];
const HEADERS = [...signatureHeader(SIGNATURE), ...timestampHeader(TIMESTAMP)];

function requestOf(headers: HeaderList, body: BodyInit | null = BODY): Request {
  return new Request("https://claimcheck.test/discord/interactions", { method: "POST", headers, body });
}

/** A request whose signature is right for what it says. */
async function signedRequest(body: Uint8Array, timestamp = TIMESTAMP, seed = SEED): Promise<Request> {
  const signature = await signInteraction(seed, timestamp, body);
  return requestOf([...signatureHeader(signature), ...timestampHeader(timestamp)], body);
}

function verify(request: Request, changes: Partial<Verification> = {}): Promise<Uint8Array> {
  const usual = { publicKey: PUBLIC_KEY, maxAgeSeconds: MAX_AGE_SECONDS, now: AT_SECONDS * 1_000 };
  return verifyRequest(request, { ...usual, ...changes });
}

const joined = (...parts: Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]));

/** The bytes with one bit of one of them turned over. */
const flipped = (bytes: Uint8Array, at: number) => bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));

/** The hex text with one bit of its n-th digit turned over. */
function flippedDigit(hex: string, n: number): string {
  const digit = (Number.parseInt(hex.charAt(n), 16) ^ 1).toString(16);
  return hex.slice(0, n) + digit + hex.slice(n + 1);
}

async function gzipped(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** A body of chunks that notes how many were taken and whether the rest was given up. */
function notedBody(chunkBytes: number, chunks: number) {
  const seen = { taken: 0, cancelled: false };
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (seen.taken === chunks) return controller.close();
        seen.taken += 1;
        controller.enqueue(new Uint8Array(chunkBytes));
      },
      cancel() {
        seen.cancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { seen, stream };
}

function failed(): never {
  throw new Error("no signature of this test has a byte that is 0");
}

const UNAUTHENTICATED = {
  code: "bad_signature",
  detail: "The signature of this request is not valid.",
  errors: [],
  extensions: {},
};

describe("signing in tests", () => {
  it("makes the public keys and signatures of RFC 8032 §7.1, tests 1 and 3", async () => {
    const seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
    expect(await publicKeyHex(seed)).toBe("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    expect(await signInteraction(seed, "", new Uint8Array())).toBe(
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    );
    expect(await publicKeyHex(OTHER_SEED)).toBe(
      "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
    );
    expect(await signInteraction(OTHER_SEED, "", Uint8Array.of(0xaf, 0x82))).toBe(
      "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    );
  });

  it("signs the timestamp and the body after it as one text", async () => {
    expect(await signInteraction(SEED, "12", bytesOf("34"))).toBe(
      await signInteraction(SEED, "", bytesOf("1234")),
    );
  });
});

describe("a request that Discord signed", () => {
  it.each<[string, Uint8Array]>([
    ["JSON with characters of many bytes", BODY],
    ["an empty body", new Uint8Array()],
    ["one byte", Uint8Array.of(0)],
    ["every byte there is, no text", Uint8Array.from({ length: 256 }, (_, i) => i)],
    ["a byte order mark in front", joined(BYTE_ORDER_MARK, BODY)],
    ["a byte order mark of UTF-16", Uint8Array.of(0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00)],
    ["text that is no JSON", bytesOf("}{ not json")],
    ["digits in front, as if the timestamp went on", bytesOf("12345")],
    ["line ends of several kinds", bytesOf("{\r\n}\n\r \u2028")],
    ["a NUL byte", bytesOf('{"a":"\u0000"}')],
    ["compressed bytes, which nobody unpacks", GZIPPED],
  ])("gives its bytes as they were sent: %s", async (_what, body) => {
    const given = await verify(await signedRequest(body));
    expect(given).toBeInstanceOf(Uint8Array);
    expect(given.byteLength).toBe(body.byteLength);
    expect(given).toEqual(body);
  });

  it("gives its bytes up to 1 MiB of them", async () => {
    const given = await verify(await signedRequest(new Uint8Array(MAX_BODY_BYTES).fill(0x20)));
    expect(given.byteLength).toBe(MAX_BODY_BYTES);
    expect(given.every((byte) => byte === 0x20)).toBe(true);
  });

  it("may come without any body", async () => {
    const { headers } = await signedRequest(new Uint8Array());
    expect(await verify(requestOf([...headers], null))).toEqual(new Uint8Array());
  });

  it("may come in many pieces and without its length", async () => {
    const body = new Uint8Array(10_000);
    const { headers } = await signedRequest(body);
    expect(await verify(requestOf([...headers], notedBody(1_000, 10).stream))).toEqual(body);
  });

  it.each([
    ["upper case", SIGNATURE.toUpperCase()],
    ["both cases", SIGNATURE.slice(0, 64) + SIGNATURE.slice(64).toUpperCase()],
    ["blanks around it, which HTTP does not count", ` \t${SIGNATURE} `],
  ])("may spell its signature in %s", async (_how, signature) => {
    expect(await verify(requestOf([...signatureHeader(signature), ...timestampHeader(TIMESTAMP)]))).toEqual(
      BODY,
    );
  });

  it("may spell the names of the headers as it likes", async () => {
    const headers: HeaderList = [
      ["X-Signature-Ed25519", SIGNATURE],
      ["X-SIGNATURE-TIMESTAMP", TIMESTAMP],
    ];
    expect(await verify(requestOf(headers))).toEqual(BODY);
  });

  it.each([
    ["as old as allowed", AT_SECONDS + MAX_AGE_SECONDS],
    ["as far ahead as allowed", AT_SECONDS - MAX_AGE_SECONDS],
    ["signed this second", AT_SECONDS],
  ])("may be %s", async (_when, nowSeconds) => {
    expect(await verify(await signedRequest(BODY), { now: nowSeconds * 1_000 })).toEqual(BODY);
  });

  it("may be signed at the beginning of time, if it is that time", async () => {
    expect(await verify(await signedRequest(BODY, "0"), { now: 0 })).toEqual(BODY);
    expect(await verify(await signedRequest(BODY, "999999999999"), { now: 999_999_999_999_000 })).toEqual(
      BODY,
    );
  });
});

const atSeconds = (seconds: number) => ({ now: seconds * 1_000 });

const HEADERS_THAT_LACK: [string, HeaderList][] = [
  ["both headers", []],
  ["a signature", timestampHeader(TIMESTAMP)],
  ["a timestamp", signatureHeader(SIGNATURE)],
  ["one signature, as it has two that are equal", [...HEADERS, ...signatureHeader(SIGNATURE)]],
  ["one signature, as a wrong one follows", [...HEADERS, ...signatureHeader("0".repeat(128))]],
  ["one timestamp, as it has two that are equal", [...HEADERS, ...timestampHeader(TIMESTAMP)]],
  ["their order", [...signatureHeader(TIMESTAMP), ...timestampHeader(SIGNATURE)]],
];

const WRONG_SIGNATURES: [string, string | Promise<string>][] = [
  ["empty", ""],
  ["63 bytes long", SIGNATURE.slice(2)],
  ["65 bytes long", `${SIGNATURE}00`],
  ["127 digits long", SIGNATURE.slice(1)],
  ["one byte long", "00"],
  ["there twice", SIGNATURE + SIGNATURE],
  ["no hex", "zz".repeat(64)],
  ["hex after 0x", `0x${SIGNATURE.slice(2)}`],
  ["parted by a blank", `${SIGNATURE.slice(0, 64)} ${SIGNATURE.slice(65)}`],
  ["negative", `-${SIGNATURE.slice(1)}`],
  ["of full-width digits", `\uFF10${SIGNATURE.slice(1)}`],
  ["of zeros", "0".repeat(128)],
  ["of ones", "f".repeat(128)],
  ["its halves the wrong way round", SIGNATURE.slice(64) + SIGNATURE.slice(0, 64)],
  ["of another key", signInteraction(OTHER_SEED, TIMESTAMP, BODY)],
  ["of the body alone", signInteraction(SEED, "", BODY)],
  ["of the timestamp alone", signInteraction(SEED, TIMESTAMP, new Uint8Array())],
  ["of the body before the timestamp", signInteraction(SEED, "", joined(BODY, bytesOf(TIMESTAMP)))],
  ["of another body", signInteraction(SEED, TIMESTAMP, bytesOf("{}"))],
  ["of another second", signInteraction(SEED, String(AT_SECONDS + 1), BODY)],
];

const CHANGED_BODIES: [string, Uint8Array | string | null][] = [
  ["one bit turned in its first byte", flipped(BODY, 0)],
  ["one bit turned in its last byte", flipped(BODY, BODY.length - 1)],
  ["its last byte gone", BODY.slice(0, -1)],
  ["a line end after it", joined(BODY, bytesOf("\n"))],
  ["a byte order mark before it", joined(BYTE_ORDER_MARK, BODY)],
  ["everything gone", null],
  ["everything compressed", GZIPPED],
  ["its JSON spelled differently", JSON.stringify(JSON.parse(new TextDecoder().decode(BODY)), null, 1)],
];

/** Each is signed as it stands here, and for some the clock is set so that its age alone would not betray it. */
const NO_TIMESTAMPS: [string, string, Partial<Verification>?][] = [
  ["13 digits long", `000${TIMESTAMP}`],
  ["negative", `-${TIMESTAMP}`, atSeconds(-AT_SECONDS)],
  ["after a plus", `+${TIMESTAMP}`],
  ["with a fraction", `${TIMESTAMP}.0`],
  ["with an exponent", `${TIMESTAMP}e0`],
  ["hexadecimal", `0x${AT_SECONDS.toString(16)}`],
  ["with a blank in it", "0 0", atSeconds(0)],
  ["with separators", "1_780_315_200"],
  ["of Arabic digits", "\u0661\u0667\u0668\u0660", atSeconds(1_780)],
  ["of full-width digits", "\uFF11\uFF17\uFF18\uFF10", atSeconds(1_780)],
  ["ending in a superscript digit", `${TIMESTAMP.slice(0, -1)}\u00B9`],
  ["before a no-break space", `${TIMESTAMP}\u00A0`],
  ["an ISO instant", "2026-06-01T12:00:00Z"],
  ["NaN", "NaN"],
  ["Infinity", "Infinity"],
  ["empty", "", atSeconds(0)],
];

const WRONG_TIMES: [string, string, Partial<Verification>][] = [
  ["one second too long ago", TIMESTAMP, atSeconds(AT_SECONDS + MAX_AGE_SECONDS + 1)],
  ["one second too far ahead", TIMESTAMP, atSeconds(AT_SECONDS - MAX_AGE_SECONDS - 1)],
  ["a millisecond too long ago", TIMESTAMP, atSeconds(AT_SECONDS + MAX_AGE_SECONDS + 0.001)],
  ["a millisecond too far ahead", TIMESTAMP, atSeconds(AT_SECONDS - MAX_AGE_SECONDS - 0.001)],
  ["years ago", "1680315200", {}],
  ["at the beginning of time", "0", {}],
  ["in the farthest future", "999999999999", {}],
];

describe("a request that Discord did not sign, or not now", () => {
  it.each(HEADERS_THAT_LACK)("is refused for headers that lack %s", async (_what, headers) => {
    await expect(verify(requestOf(headers))).rejects.toMatchObject(UNAUTHENTICATED);
  });

  it.each(WRONG_SIGNATURES)("is refused for a signature that is %s", async (_what, signature) => {
    const headers = [...signatureHeader(await signature), ...timestampHeader(TIMESTAMP)];
    await expect(verify(requestOf(headers))).rejects.toMatchObject(UNAUTHENTICATED);
  });

  it.each(CHANGED_BODIES)("is refused for a body with %s", async (_what, body) => {
    await expect(verify(requestOf(HEADERS, body))).rejects.toMatchObject(UNAUTHENTICATED);
  });

  it.each(NO_TIMESTAMPS)("is refused for a timestamp %s", async (_what, timestamp, changes) => {
    const request = await signedRequest(BODY, timestamp);
    await expect(verify(request, changes)).rejects.toMatchObject(UNAUTHENTICATED);
  });

  it.each(WRONG_TIMES)("is refused if it was signed %s", async (_when, timestamp, changes) => {
    const request = await signedRequest(BODY, timestamp);
    await expect(verify(request, changes)).rejects.toMatchObject(UNAUTHENTICATED);
  });

  it("is refused for another application", async () => {
    const publicKey = await publicKeyHex(OTHER_SEED);
    await expect(verify(await signedRequest(BODY), { publicKey })).rejects.toMatchObject(UNAUTHENTICATED);
  });

  it("is refused whichever digit of its signature is changed", async () => {
    const changed = Array.from(SIGNATURE, (_, n) => signatureHeader(flippedDigit(SIGNATURE, n)));
    const outcomes = await Promise.allSettled(
      changed.map((header) => verify(requestOf([...header, ...timestampHeader(TIMESTAMP)]))),
    );
    expect(outcomes).toHaveLength(128);
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toEqual([]);
  });

  it("is refused for a lax spelling of the very signature", async () => {
    // The package alone reads "zz" as the byte 0, so the signature must have one.
    const signatures = Array.from({ length: 200 }, async (_, n) => {
      const body = bytesOf(String(n));
      return { body, signature: await signInteraction(SEED, TIMESTAMP, body) };
    });
    const spelled = (await Promise.all(signatures)).map(({ body, signature }) => ({
      ...{ body, signature },
      lax: signature.replace(/^((?:..)*?)00/, "$1zz"),
    }));
    const { body, signature, lax } = spelled.find((one) => one.lax !== one.signature) ?? failed();
    const sent = (text: string) => requestOf([...signatureHeader(text), ...timestampHeader(TIMESTAMP)], body);
    expect(await verify(sent(signature))).toEqual(body);
    await expect(verify(sent(lax))).rejects.toMatchObject(UNAUTHENTICATED);
  });

  it("is refused where a digit slid from the timestamp into the body, or back", async () => {
    const slid = joined(bytesOf(TIMESTAMP.slice(-1)), BODY);
    const into = [...signatureHeader(SIGNATURE), ...timestampHeader(TIMESTAMP.slice(0, -1))];
    await expect(verify(requestOf(into, slid))).rejects.toMatchObject(UNAUTHENTICATED);
    const signature = await signInteraction(SEED, TIMESTAMP, joined(bytesOf("7"), BODY));
    const out = [...signatureHeader(signature), ...timestampHeader(`${TIMESTAMP}7`)];
    await expect(verify(requestOf(out))).rejects.toMatchObject(UNAUTHENTICATED);
  });

  it("is refused if its body breaks off", async () => {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(BODY);
        controller.error(new Error("connection lost"));
      },
    });
    await expect(verify(requestOf(HEADERS, body))).rejects.toMatchObject(UNAUTHENTICATED);
  });

  it.each<[string, HeaderList, Partial<Verification>]>([
    ["missing", [], {}],
    ["malformed", [...signatureHeader(SIGNATURE.slice(2)), ...timestampHeader(TIMESTAMP)], {}],
    ["of another time", HEADERS, atSeconds(AT_SECONDS + MAX_AGE_SECONDS + 1)],
  ])("is not read if its headers are %s, however long it is", async (_why, headers, changes) => {
    const { seen, stream } = notedBody(65_536, 100);
    await expect(verify(requestOf(headers, stream), changes)).rejects.toMatchObject(UNAUTHENTICATED);
    expect(seen.taken).toBe(0);
  });
});

describe("a body over 1 MiB", () => {
  it("is refused as too large if Discord signed it, whatever its length header says", async () => {
    const request = await signedRequest(new Uint8Array(MAX_BODY_BYTES + 1));
    await expect(verify(request)).rejects.toMatchObject({ code: "payload_too_large" });
    const { headers } = await signedRequest(new Uint8Array(MAX_BODY_BYTES + 1));
    const lying = requestOf([...headers, ["content-length", "2"]], new Uint8Array(MAX_BODY_BYTES + 1));
    await expect(verify(lying)).rejects.toMatchObject({ code: "payload_too_large" });
  });

  it("is refused like everything that Discord did not sign, if it did not", async () => {
    const request = requestOf(HEADERS, new Uint8Array(MAX_BODY_BYTES + 1));
    await expect(verify(request)).rejects.toMatchObject(UNAUTHENTICATED);
  });

  it("is read no further than 4 MiB", async () => {
    const { seen, stream } = notedBody(65_536, 1_000);
    await expect(verify(requestOf(HEADERS, stream))).rejects.toMatchObject(UNAUTHENTICATED);
    expect(seen.cancelled).toBe(true);
    expect(seen.taken).toBeLessThan(70);
  });

  it("is what is counted, not what its length header says", async () => {
    const request = requestOf([...HEADERS, ["content-length", "99999999"]]);
    expect(await verify(request)).toEqual(BODY);
  });
});

describe("the public key", () => {
  it("is another one for another application, also in turn", async () => {
    const publicKey = await publicKeyHex(OTHER_SEED);
    const signedByOther = () => signedRequest(BODY, TIMESTAMP, OTHER_SEED);
    expect(await verify(await signedRequest(BODY))).toEqual(BODY);
    expect(await verify(await signedByOther(), { publicKey })).toEqual(BODY);
    await expect(verify(await signedByOther())).rejects.toMatchObject(UNAUTHENTICATED);
    expect(await verify(await signedRequest(BODY))).toEqual(BODY);
  });

  it("serves requests that come at once", async () => {
    const requests = await Promise.all(Array.from({ length: 20 }, () => signedRequest(BODY)));
    const bodies = await Promise.all(requests.map((request) => verify(request)));
    expect(bodies).toEqual(requests.map(() => BODY));
  });

  it.each(["", "00", PUBLIC_KEY.slice(2), `${PUBLIC_KEY}00`, "zz".repeat(32)])(
    "that is none is no fault of the caller: %j",
    async (publicKey) => {
      await expect(verify(await signedRequest(BODY), { publicKey })).rejects.toThrow(RangeError);
    },
  );

  it.each(["0".repeat(64), "f".repeat(64)])("that nobody has lets nobody in: %s", async (publicKey) => {
    await expect(verify(await signedRequest(BODY), { publicKey })).rejects.toMatchObject(UNAUTHENTICATED);
  });
});
