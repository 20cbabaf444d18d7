import { describe, expect, it } from "vitest";
import { DEFAULT_CONFIG } from "../../src/config.ts";
import { createLogger } from "../../src/lib/log.ts";
import type { Fetch } from "../../src/platforms/adapter.ts";
import { type Attachment, readAttachment } from "../../src/services/read-attachment.ts";
import { createSimulator } from "../simulator/app.ts";

const MAX_BYTES = 1_024;
const URL_OF_FILE =
  "https://cdn.discordapp.com/ephemeral-attachments/1/2/proof.png?ex=68dc7ce1&is=68db2b61&hm=secret";

const PNG = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13);

/** A PNG of exactly so many bytes. */
function pngOf(bytes: number): Uint8Array {
  const file = new Uint8Array(bytes);
  file.set(PNG);
  return file;
}

const ATTACHMENT: Attachment = {
  id: "1122334455667788990",
  filename: "proof.png",
  size: PNG.length,
  contentType: "image/png",
  url: URL_OF_FILE,
};

async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

interface Asked {
  url: string;
  init: RequestInit;
}

/** Reads an attachment on a network that answers in this way, and notes what it was asked. */
async function read(
  answer: () => Response | Promise<Response>,
  {
    attachment = {},
    config = {},
  }: { attachment?: Partial<Attachment>; config?: Partial<typeof DEFAULT_CONFIG> } = {},
) {
  const asked: Asked[] = [];
  const lines: string[] = [];
  const fetch: Fetch = async (url, init = {}) => {
    asked.push({ url, init });
    return answer();
  };
  const ctx = {
    config: { ...DEFAULT_CONFIG, EVIDENCE_MAX_BYTES: MAX_BYTES, ...config },
    log: createLogger({}, (_level, line) => lines.push(line)),
    fetch,
  };
  return { file: await readAttachment(ctx, { ...ATTACHMENT, ...attachment }), asked, lines };
}

/** A body that hands out its pieces one by one, then ends as told, and notes what became of it. */
function bodyOf(pieces: readonly Uint8Array[], end: "close" | "error" | "silence" = "close") {
  const seen = { taken: 0, cancelled: false };
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const piece = pieces[seen.taken];
        if (piece !== undefined) {
          seen.taken += 1;
          return controller.enqueue(piece);
        }
        if (end === "close") return controller.close();
        if (end === "error") return controller.error(new Error("connection lost"));
        return new Promise<void>(() => undefined);
      },
      cancel() {
        seen.cancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { seen, stream };
}

const unread = (reason: string, size = ATTACHMENT.size) => ({
  name: "proof.png",
  size,
  media_type: null,
  declared_type: "image/png",
  sha256: null,
  unread: reason,
});

describe("an attachment", () => {
  it("is kept as its name, size, type and hash", async () => {
    const { file, lines } = await read(() => new Response(PNG));
    expect(file).toEqual({
      name: "proof.png",
      size: PNG.length,
      media_type: "image/png",
      declared_type: "image/png",
      sha256: await sha256(PNG),
      unread: null,
    });
    expect(lines).toEqual([]);
  });

  it("has the hash that its bytes have elsewhere", async () => {
    const { file } = await read(() => new Response("abc"));
    // FIPS 180-4, the example of one block.
    expect(file.sha256).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  });

  it("is asked for once, at its own address, without following a redirect", async () => {
    const { asked } = await read(() => new Response(PNG));
    expect(asked).toEqual([
      { url: URL_OF_FILE, init: { redirect: "manual", signal: expect.any(AbortSignal) } },
    ]);
  });

  it("has the type of its bytes, whatever is said of it", async () => {
    const attachment = { filename: "proof.gif", contentType: "image/gif" };
    const { file } = await read(() => new Response(PNG, { headers: { "content-type": "text/html" } }), {
      attachment,
    });
    expect(file).toMatchObject({ name: "proof.gif", media_type: "image/png", declared_type: "image/gif" });
  });

  it("of no known type has none, and is kept all the same", async () => {
    const { file } = await read(() => new Response("12,000 views"), { attachment: { contentType: null } });
    expect(file).toMatchObject({ media_type: null, declared_type: null, unread: null });
    expect(file.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each([
    ["byte by byte", Array.from(pngOf(200), (byte) => Uint8Array.of(byte))],
    ["in pieces that part its beginning", [pngOf(200).subarray(0, 5), pngOf(200).subarray(5)]],
    ["with empty pieces between", [new Uint8Array(), pngOf(200), new Uint8Array()]],
  ])("may come %s", async (_how, pieces) => {
    const { file } = await read(() => new Response(bodyOf(pieces).stream));
    expect(file).toMatchObject({ size: 200, media_type: "image/png", sha256: await sha256(pngOf(200)) });
  });

  it.each([
    ["an empty body", ""],
    ["no body", null],
  ])("may be empty: %s", async (_what, body) => {
    const { file } = await read(() => new Response(body));
    expect(file).toMatchObject({
      size: 0,
      media_type: null,
      sha256: await sha256(new Uint8Array()),
      unread: null,
    });
  });

  it("has the size that was counted, not the one that was said", async () => {
    const { file } = await read(() => new Response(PNG), { attachment: { size: 3 } });
    expect(file.size).toBe(PNG.length);
  });
});

describe("the largest attachment that is read", () => {
  it("has as many bytes as configured", async () => {
    const { file } = await read(() => new Response(pngOf(MAX_BYTES)), { attachment: { size: MAX_BYTES } });
    expect(file).toMatchObject({ size: MAX_BYTES, unread: null, sha256: await sha256(pngOf(MAX_BYTES)) });
  });

  it("is one byte smaller than what is refused, with the limit, before anybody is asked", async () => {
    let asked = 0;
    const answer = () => {
      asked += 1;
      return new Response(PNG);
    };
    const config = { EVIDENCE_MAX_BYTES: 1_572_864 };
    await expect(read(answer, { config, attachment: { size: 1_572_865 } })).rejects.toMatchObject({
      code: "payload_too_large",
      detail: "The file is too large: attach at most 1.5 MiB.",
      errors: [{ pointer: "#/proof" }],
    });
    expect(asked).toBe(0);
  });

  it("is one byte smaller than what is given up, though it was said to be small", async () => {
    const { seen, stream } = bodyOf([pngOf(MAX_BYTES), Uint8Array.of(0)], "silence");
    const { file } = await read(() => new Response(stream, { headers: { "content-length": "12" } }));
    expect(file).toEqual(unread("too_large"));
    expect(seen).toEqual({ taken: 2, cancelled: true });
  });

  it("is what is counted: a length header alone turns no file away", async () => {
    const { file } = await read(
      () => new Response(bodyOf([PNG]).stream, { headers: { "content-length": "99999999" } }),
    );
    expect(file).toMatchObject({ size: PNG.length, unread: null });
  });

  it("is not waited for beyond it, however long the rest is", async () => {
    const { seen, stream } = bodyOf(Array.from({ length: 1_000 }, () => pngOf(100)));
    const { file } = await read(() => new Response(stream));
    expect(file).toEqual(unread("too_large"));
    expect(seen).toEqual({ taken: 11, cancelled: true });
  });
});

describe("an attachment that cannot be read", () => {
  it.each([
    [404, "expired", "deleted, or its signature has run out"],
    [410, "expired", "gone"],
    [403, "unreachable", "Discord turns away whoever asks"],
    [401, "unreachable", "the same"],
    [429, "unreachable", "too many questions"],
    [500, "unreachable", "out of order"],
    [503, "unreachable", "out of order"],
    [204, "unreachable", "no file in the answer"],
    [206, "unreachable", "a part of a file"],
    [301, "unreachable", "a redirect"],
    [302, "unreachable", "a redirect"],
    [307, "unreachable", "a redirect"],
  ])("is kept by name after status %i, as %s: %s", async (status, reason) => {
    const headers = status < 400 ? { location: "https://evil.test/attachments/1/2/x.png" } : {};
    const { file, asked, lines } = await read(
      () => new Response(status === 204 ? null : "no file", { status, headers }),
    );
    expect(file).toEqual(unread(reason));
    expect(asked).toHaveLength(1);
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { event: "attachment_refused", status },
      { event: "attachment_unread", reason },
    ]);
  });

  it("gives up what comes with a refusal", async () => {
    const { seen, stream } = bodyOf([PNG]);
    await read(() => new Response(stream, { status: 404 }));
    expect(seen).toEqual({ taken: 0, cancelled: true });
  });

  it("is kept by name if the network fails", async () => {
    const { file } = await read(() => Promise.reject(new TypeError(`cannot reach ${URL_OF_FILE}`)));
    expect(file).toEqual(unread("unreachable"));
  });

  it("is kept by name, without the hash of a part, if its body breaks off", async () => {
    const { file } = await read(() => new Response(bodyOf([PNG, PNG], "error").stream));
    expect(file).toEqual(unread("unreachable"));
  });

  it("is kept by name if no answer comes in time", async () => {
    const fetch: Fetch = (_url, init) =>
      new Promise((_resolve, reject) => {
        init?.signal?.addEventListener("abort", () => reject(init.signal?.reason));
      });
    const config = { ...DEFAULT_CONFIG, DISCORD_TIMEOUT_MS: 100 };
    const file = await readAttachment({ config, fetch, log: createLogger({}, () => undefined) }, ATTACHMENT);
    expect(file).toEqual(unread("unreachable"));
  });

  it("is given up if its body falls silent", async () => {
    const { seen, stream } = bodyOf([PNG], "silence");
    const { file } = await read(() => new Response(stream), { config: { DISCORD_TIMEOUT_MS: 100 } });
    expect(file).toEqual(unread("unreachable"));
    expect(seen).toEqual({ taken: 1, cancelled: true });
  });

  it("leaves neither its address nor its name in the log", async () => {
    const refused = await read(() => new Response("gone", { status: 404 }));
    const failed = await read(() => Promise.reject(new Error(URL_OF_FILE)));
    const text = [...refused.lines, ...failed.lines].join();
    expect(text).toContain("attachment_unread");
    for (const hidden of ["secret", "discordapp", "proof.png"]) expect(text).not.toContain(hidden);
  });
});

describe("the address of an attachment", () => {
  it.each([
    ["https://cdn.discordapp.com/attachments/1/2/a.png", "of a channel"],
    ["https://cdn.discordapp.com/ephemeral-attachments/1/2/a.png?ex=1&is=2&hm=3&", "of an interaction"],
    ["https://media.discordapp.net/attachments/1/2/a.png?format=webp", "of the media proxy"],
    ["https://cdn.discordapp.com/attachments/1/2/a%20b%2Fc.png", "with what is encoded in it left so"],
  ])("may be %s: %s", async (url) => {
    const { file, asked } = await read(() => new Response(PNG), { attachment: { url } });
    expect(file.unread).toBeNull();
    expect(asked.map((call) => call.url)).toEqual([url]);
  });

  it.each([
    ["HTTPS://CDN.DiscordApp.com:443/attachments/1/2/a.png", "upper case and the usual port"],
    ["https://@cdn.discordapp.com/attachments/1/2/a.png", "an empty user name"],
    ["https://cdn.discordapp.com/attachments/1/2/a.png#/../x", "a fragment"],
    ["https://cdn.discord\napp.com/attachments/1/2/\ta.png", "line ends and tabs, which no address has"],
    ["https://cdn.discordapp.com/attachments/1/x/../2/a.png", "steps back that stay within"],
    ["https://cdn.discord\u00ADapp.com/attachments/1/2/a.png", "a soft hyphen"],
  ])("is asked as it was parsed, not as it was written: %j has %s", async (url) => {
    const { asked } = await read(() => new Response(PNG), { attachment: { url } });
    expect(asked.map((call) => call.url)).toEqual(["https://cdn.discordapp.com/attachments/1/2/a.png"]);
  });

  it.each([
    ["", "nothing"],
    ["attachments/1/2/a.png", "no address"],
    ["//cdn.discordapp.com/attachments/1/2/a.png", "no scheme"],
    ["http://cdn.discordapp.com/attachments/1/2/a.png", "not encrypted"],
    ["ftp://cdn.discordapp.com/attachments/1/2/a.png", "another scheme"],
    ["file:///attachments/1/2/a.png", "a local file"],
    ["data:image/png;base64,iVBORw0KGgo=", "the file itself"],
    ["javascript:fetch('https://cdn.discordapp.com/attachments/')", "a script"],
    ["blob:https://cdn.discordapp.com/attachments/1", "a blob"],
    ["https://evil.test/attachments/1/2/a.png", "another host"],
    ["https://evil.test/https://cdn.discordapp.com/attachments/1/2/a.png", "the host in the path of another"],
    [
      "https://evil.test?https://cdn.discordapp.com/attachments/1/2/a.png",
      "the host in the query of another",
    ],
    ["https://cdn.discordapp.com@evil.test/attachments/1/2/a.png", "the host as a user name"],
    ["https://evil.test\\@cdn.discordapp.com/attachments/1/2/a.png", "another host before a backslash"],
    ["https://cdn.discordapp.com\\@evil.test/attachments/1/2/a.png", "a path that begins otherwise"],
    ["https://user@cdn.discordapp.com/attachments/1/2/a.png", "a user name"],
    ["https://:pass@cdn.discordapp.com/attachments/1/2/a.png", "a password"],
    ["https://cdn.discordapp.com:8443/attachments/1/2/a.png", "a port"],
    ["https://cdn.discordapp.com:80/attachments/1/2/a.png", "the port of http"],
    ["https://cdn.discordapp.com./attachments/1/2/a.png", "a host that ends in a dot"],
    ["https://cdn.discordapp.com.evil.test/attachments/1/2/a.png", "the host as a subdomain"],
    ["https://evilcdn.discordapp.com/attachments/1/2/a.png", "another subdomain"],
    ["https://x.cdn.discordapp.com/attachments/1/2/a.png", "a subdomain of it"],
    ["https://discordapp.com/attachments/1/2/a.png", "the domain above"],
    ["https://cdn.discordapp.net/attachments/1/2/a.png", "the hosts mixed up"],
    ["https://cdn.discordapp.co/attachments/1/2/a.png", "a letter short"],
    ["https://cdn.disc\u043Erdapp.com/attachments/1/2/a.png", "a Cyrillic o"],
    ["https://cdn.discordapp.com%2f.evil.test/attachments/1/2/a.png", "an encoded slash in the host"],
    ["https://127.0.0.1/attachments/1/2/a.png", "this machine"],
    ["https://2130706433/attachments/1/2/a.png", "this machine as a number"],
    ["https://[::1]/attachments/1/2/a.png", "this machine in IPv6"],
    ["https://cdn.discordapp.com/", "no path"],
    ["https://cdn.discordapp.com/attachments", "a path without a file"],
    ["https://cdn.discordapp.com/avatars/1/2.png", "a picture that is no attachment"],
    ["https://cdn.discordapp.com//attachments/1/2/a.png", "a doubled slash"],
    ["https://cdn.discordapp.com/Attachments/1/2/a.png", "the path in upper case"],
    ["https://cdn.discordapp.com/x/attachments/1/2/a.png", "the path further on"],
    ["https://cdn.discordapp.com/attachments/../avatars/1/2.png", "a step back out of it"],
    ["https://cdn.discordapp.com/attachments/%2e%2E/avatars/1/2.png", "an encoded step back"],
    ["https://cdn.discordapp.com/?/attachments/1/2/a.png", "the path in the query"],
  ])("is none of Discord's and never asked: %j, %s", async (url) => {
    const { file, asked, lines } = await read(() => new Response(PNG), { attachment: { url } });
    expect(file).toEqual(unread("not_from_discord"));
    expect(asked).toEqual([]);
    expect(lines).toHaveLength(1);
  });

  it("is asked at the stand-in where there is one, by the same path and query", async () => {
    const config = { DISCORD_CDN_URL: "http://localhost:8788/discord/cdn" };
    const { asked } = await read(() => new Response(PNG), { config });
    expect(asked.map((call) => call.url)).toEqual([
      "http://localhost:8788/discord/cdn/ephemeral-attachments/1/2/proof.png?ex=68dc7ce1&is=68db2b61&hm=secret",
    ]);
  });

  it("is none of Discord's for the stand-in either, if it names the stand-in", async () => {
    const config = { DISCORD_CDN_URL: "http://localhost:8788/discord/cdn" };
    const url = "http://localhost:8788/discord/cdn/attachments/1/2/a.png";
    const { file, asked } = await read(() => new Response(PNG), { config, attachment: { url } });
    expect(file.unread).toBe("not_from_discord");
    expect(asked).toEqual([]);
  });
});

describe("the name of an attachment", () => {
  it.each([
    ["proof.png", "proof.png", "as it is"],
    ["  proof 1.png ", "proof 1.png", "without blanks around it"],
    ["Beweis – Größe 🎬.png", "Beweis – Größe 🎬.png", "in any language"],
    ["👩\u200D💻.png", "👩\u200D💻.png", "with what joins characters to one"],
    ["../../etc/passwd", "../../etc/passwd", "with slashes: nothing is stored by it"],
    ["proof\u202Egnp.exe", "proofgnp.exe", "without what turns the direction of the rest"],
    ["\u2066a\u2069\u200E\u200F\u061C.png", "a.png", "without any other mark of direction"],
    ["a\r\nb\tc\u0000\u007F\u0085.png", "abc.png", "without controls"],
    ["a\u2028b\u2029.png", "ab.png", "without line and paragraph ends"],
    ["a\uD83D.png", "a.png", "without half a character"],
    ["", "unnamed", "if it has one"],
    ["\u202E \u0000", "unnamed", "if something is left of it"],
    ["x".repeat(200), "x".repeat(200), "of 200 characters"],
    ["x".repeat(201), "x".repeat(200), "cut after 200 characters"],
    ["🎬".repeat(201), "🎬".repeat(200), "cut between characters, not within one"],
  ])("is kept from %j as %j: %s", async (filename, name) => {
    const { file } = await read(() => new Response(PNG), { attachment: { filename } });
    expect(file.name).toBe(name);
  });

  it("is treated no better if it is a type", async () => {
    const contentType = `image/png\u202E; ${"x".repeat(1_000)}`;
    const { file } = await read(() => new Response(PNG), { attachment: { contentType } });
    expect(file.declared_type).toBe(`image/png; ${"x".repeat(189)}`);
  });
});

describe("an attachment at the stand-in of Discord", () => {
  const simulator = createSimulator({
    seed: "test",
    now: () => Date.parse("2026-06-01T12:00:00.000Z"),
    vendors: [],
  });
  const ctx = {
    config: { ...DEFAULT_CONFIG, DISCORD_CDN_URL: "http://simulator.test/discord/cdn" },
    log: createLogger({}, () => undefined),
    fetch: simulator.fetch,
  };
  const put = (body: Record<string, unknown>) =>
    simulator.app.request("http://simulator.test/_control/discord/attachments/1/2/proof.png", {
      method: "PUT",
      body: JSON.stringify(body),
      headers: { "content-type": "application/json" },
    });

  it("is read as at Discord itself", async () => {
    await put({ text: "%PDF-1.7\n", content_type: "application/pdf" });
    const file = await readAttachment(ctx, { ...ATTACHMENT, size: 9 });
    expect(file).toMatchObject({ size: 9, media_type: "application/pdf", unread: null });
    expect(file.sha256).toBe(await sha256(new TextEncoder().encode("%PDF-1.7\n")));
  });

  it("is expired once it is gone", async () => {
    await put({ text: "%PDF-1.7\n", content_type: "application/pdf", gone: true });
    expect(await readAttachment(ctx, ATTACHMENT)).toEqual(unread("expired"));
  });
});
