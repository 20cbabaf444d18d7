import { describe, expect, it } from "vitest";
import {
  type DiscordAnswer,
  EDGE_BAN_MS,
  MAX_WAIT_MS,
  nextTry,
  readSent,
  UNSETTLED_MS,
} from "../../src/domain/discord-delivery.ts";

const NOW = Date.UTC(2026, 10, 21, 12);
const LATE = { ageMs: UNSETTLED_MS };
const EARLY = { ageMs: UNSETTLED_MS - 1 };
/** Any header of a rate limit says that the API itself answered. */
const LIMITS = { "x-ratelimit-limit": "5", "x-ratelimit-remaining": "4" };

function answer(status: number, body: unknown, headers: Record<string, string> = LIMITS): DiscordAnswer {
  return { status, body, headers: new Headers(headers) };
}

function refused(status: number, code: number, headers?: Record<string, string>): DiscordAnswer {
  return answer(status, { code, message: "said by Discord" }, headers);
}

describe("a message that Discord took", () => {
  it.each<[headers: Record<string, string>, blockedForMs: number, why: string]>([
    [{ "x-ratelimit-remaining": "1", "x-ratelimit-reset-after": "1.5" }, 0, "one more may follow"],
    [{ "x-ratelimit-remaining": "0", "x-ratelimit-reset-after": "1.5" }, 1_500, "none may until then"],
    [{ "x-ratelimit-remaining": "0", "x-ratelimit-reset-after": "0.0001" }, 1, "rounded up to a ms"],
    [{ "x-ratelimit-remaining": "0", "x-ratelimit-reset-after": "0" }, 0, "the window ends now"],
    [{ "x-ratelimit-remaining": "0" }, 2_000, "how long is not said"],
    [{ "x-ratelimit-remaining": "0", "x-ratelimit-reset-after": "soon" }, 2_000, "what is said is no time"],
    [{ "x-ratelimit-remaining": "0", "x-ratelimit-reset-after": "-1" }, 2_000, "nor is a negative one"],
    [{ "x-ratelimit-remaining": "0", "x-ratelimit-reset-after": "1e9" }, 2_000, "nor an exponent"],
    [{}, 0, "no word of limits"],
  ])("with %j blocks the next for %i ms: %s", (headers, blockedForMs) => {
    expect(readSent(answer(200, { id: "1" }, headers), LATE)).toEqual({ kind: "delivered", blockedForMs });
  });

  it("is delivered without a body too", () => {
    expect(readSent(answer(204, null), LATE)).toMatchObject({ kind: "delivered" });
  });

  it.each([
    { status: 200, kind: "delivered" },
    { status: 299, kind: "delivered" },
    { status: 302, kind: "retry" },
  ])("is $kind by its status $status when its body was lost", ({ status, kind }) => {
    const head = { status, headers: new Headers(LIMITS) };
    expect(readSent({ failed: "body broken off", head }, LATE)).toMatchObject({ kind });
  });
});

describe("a message that Discord refused for good", () => {
  it.each([
    [401, 50_027, true, "the token is over"],
    [401, 0, true, "no credential is good"],
    [404, 10_015, true, "the webhook is unknown"],
    [404, 10_008, true, "the message is unknown"],
    [404, 10_062, true, "the interaction is unknown"],
    [404, 0, true, "nothing is there"],
    [400, 40_094, true, "no more follow-ups are granted"],
    [403, 50_027, true, "the token is over, whatever the status"],
    [400, 50_035, false, "the body is invalid"],
    [400, 40_060, false, "it was answered already"],
    [400, 50_006, false, "it is empty"],
    [403, 50_001, false, "access is missing"],
    [403, 50_013, false, "permissions are missing"],
    [403, 0, false, "Discord forbids it"],
    [405, 0, false, "no such method"],
    [413, 40_005, false, "it is too large"],
  ])("with %i and code %i: gone is %s, as %s", (status, code, gone) => {
    const detail = code === 0 ? `HTTP ${status}` : `HTTP ${status}, code ${code}`;
    expect(readSent(refused(status, code), LATE)).toEqual({ kind: "refused", gone, detail });
  });

  it.each([50_001, 50_013, 50_027])("is refused by Discord's own code %i even without a limit", (code) => {
    expect(readSent(refused(403, code, {}), LATE)).toMatchObject({ kind: "refused" });
  });

  it("says where the body is wrong, in Discord's codes and in no words", () => {
    const errors = {
      components: { 0: { content: { _errors: [{ code: "BASE_TYPE_MAX_LENGTH", message: "secret" }] } } },
      flags: { _errors: [{ code: "NUMBER_TYPE_COERCE", message: "secret" }, { code: "not a code" }, null] },
      "a member quoted from somewhere": { _errors: [{ code: "BASE_TYPE_REQUIRED" }] },
      odd: [1],
      _errors: "none",
    };
    expect(readSent(answer(400, { code: 50_035, message: "secret", errors }), LATE)).toEqual({
      kind: "refused",
      gone: false,
      detail:
        "HTTP 400, code 50035, at flags (NUMBER_TYPE_COERCE) and components.0.content (BASE_TYPE_MAX_LENGTH)",
    });
  });

  it("names five places at most, and none deeper than twelve members", () => {
    const wrong = { _errors: [{ code: "BAD" }] };
    const many = Object.fromEntries(["a", "b", "c", "d", "e", "f"].map((name) => [name, wrong]));
    const deep = (members: number): unknown => (members === 0 ? wrong : { x: deep(members - 1) });
    const detailOf = (errors: unknown) => {
      const sent = readSent(answer(400, { code: 50_035, errors }), LATE);
      return sent.kind === "refused" ? sent.detail : sent.kind;
    };
    expect(detailOf(many)).toMatch(/, at a \(BAD\) and .* and e \(BAD\)$/);
    expect(detailOf(deep(12))).toContain("x.x (BAD)");
    expect(detailOf(deep(13))).toBe("HTTP 400, code 50035");
  });

  it.each([1.5, "50035", -1, null, { code: 1 }])("takes %j for no code", (code) => {
    expect(readSent(answer(400, { code }), LATE)).toMatchObject({ detail: "HTTP 400" });
  });
});

describe("a message whose interaction Discord may not know yet", () => {
  it.each([10_008, 10_015])("is tried again after code %i in the first 30 seconds only", (code) => {
    expect(readSent(refused(404, code), EARLY)).toEqual({
      kind: "retry",
      afterMs: 2_000,
      detail: `HTTP 404, code ${code}`,
    });
    expect(readSent(refused(404, code), LATE)).toMatchObject({ kind: "refused", gone: true });
  });

  it.each([
    [404, 10_062],
    [404, 0],
    [401, 50_027],
    [400, 40_094],
    [400, 50_035],
  ])("is refused with %i and code %i even then", (status, code) => {
    expect(readSent(refused(status, code), EARLY)).toMatchObject({ kind: "refused" });
  });
});

describe("a message that Discord did not take for now", () => {
  it("waits as long as the body says, to the millisecond", () => {
    const headers = { ...LIMITS, "retry-after": "65", "x-ratelimit-scope": "user" };
    expect(readSent(answer(429, { retry_after: 64.57, global: false }, headers), LATE)).toEqual({
      kind: "retry",
      afterMs: 64_570,
      detail: "HTTP 429, scope user",
    });
  });

  it.each<[body: object, header: string, afterMs: number, why: string]>([
    [{ retry_after: 0.0001 }, "9", 1, "rounded up"],
    [{ retry_after: 0 }, "9", 0, "at once"],
    [{ retry_after: 1.337 }, "9", 1_337, "a fraction"],
    [{}, "2.5", 2_500, "the header alone"],
    [{ retry_after: "3" }, "2", 2_000, "a text is no time"],
    [{ retry_after: -1 }, "2", 2_000, "nor is a negative one"],
    [{ retry_after: Number.POSITIVE_INFINITY }, "2", 2_000, "nor is no end"],
    [{}, "Sat, 21 Nov 2026 12:00:00 GMT", 2_000, "Discord sends no dates: its window"],
    [{ retry_after: 86_400 }, "9", MAX_WAIT_MS, "a day"],
    [{ retry_after: 86_400.001 }, "9", MAX_WAIT_MS, "never more than a day"],
  ])("429 with %j and the header %j waits %i ms: %s", (body, header, afterMs) => {
    const headers = { ...LIMITS, "retry-after": header };
    expect(readSent(answer(429, body, headers), LATE)).toMatchObject({ kind: "retry", afterMs });
  });

  it.each(["user", "global", "shared"])("names the scope %s", (scope) => {
    const headers = { "x-ratelimit-scope": scope };
    expect(readSent(answer(429, { retry_after: 1 }, headers), LATE)).toEqual({
      kind: "retry",
      afterMs: 1_000,
      detail: `HTTP 429, scope ${scope}`,
    });
  });

  it("names no other scope", () => {
    const headers = { "x-ratelimit-scope": "token abc" };
    expect(readSent(answer(429, { retry_after: 1 }, headers), LATE)).toMatchObject({ detail: "HTTP 429" });
  });

  it.each<[status: number, body: unknown, headers: Record<string, string>, why: string]>([
    [429, null, LIMITS, "a page"],
    [429, [], LIMITS, "no object"],
    [429, { retry_after: 1 }, {}, "no limits"],
    [429, { retry_after: 1 }, { "retry-after": "1" }, "a time that is no limit of the API"],
    [403, null, LIMITS, "a page"],
    [403, { code: 40_333 }, {}, "no limits"],
  ])("waits a minute when the edge refuses with %i and %j: %s", (status, body, headers) => {
    expect(readSent(answer(status, body, headers), LATE)).toMatchObject({
      kind: "retry",
      afterMs: EDGE_BAN_MS,
      detail: expect.stringContaining("from Discord's edge"),
    });
  });

  it("waits longer than a minute if the edge says so", () => {
    expect(readSent(answer(429, null, { "retry-after": "61" }), LATE)).toMatchObject({ afterMs: 61_000 });
    expect(readSent(answer(429, null, { "retry-after": "59" }), LATE)).toMatchObject({ afterMs: 60_000 });
  });

  it.each([500, 502, 503, 504, 599])("is tried again after %i, page or not", (status) => {
    const again = { kind: "retry", afterMs: 2_000, detail: `HTTP ${status}` };
    expect(readSent(answer(status, null, {}), LATE)).toEqual(again);
    expect(readSent(answer(status, { code: 0 }), LATE)).toEqual(again);
  });

  it("is tried again when there was no answer, for the reason that is known", () => {
    expect(readSent({ failed: "network failure (TypeError)", head: null }, LATE)).toEqual({
      kind: "retry",
      afterMs: 2_000,
      detail: "network failure (TypeError)",
    });
  });
});

describe("the next try", () => {
  const soon = { kind: "retry", afterMs: 0, detail: "HTTP 503" } as const;
  const FAR = NOW + 900_000;

  it.each([
    [1, 2_000],
    [2, 10_000],
    [3, 50_000],
    [4, 250_000],
  ])("of a token comes after %i tries in %i ms", (attempts, wait) => {
    expect(nextTry(soon, { now: NOW, attempts, expiresAt: FAR })).toEqual({ kind: "again", at: NOW + wait });
  });

  it("of a token does not come after the fifth", () => {
    const detail = "HTTP 503; tried 5 times";
    expect(nextTry(soon, { now: NOW, attempts: 5, expiresAt: FAR })).toEqual({ kind: "give_up", detail });
  });

  it.each([
    [1, 30_000],
    [2, 60_000],
    [7, 1_920_000],
  ])("of a webhook comes after %i tries in %i ms", (attempts, wait) => {
    const next = nextTry(soon, { now: NOW, attempts, expiresAt: null });
    expect(next).toEqual({ kind: "again", at: NOW + wait });
  });

  it("of a webhook does not come after the eighth, about an hour after the first", () => {
    let at = NOW;
    for (let attempts = 1; attempts < 8; attempts += 1) {
      const next = nextTry(soon, { now: at, attempts, expiresAt: null });
      if (next.kind === "again") at = next.at;
    }
    expect((at - NOW) / 60_000).toBe(63.5);
    expect(nextTry(soon, { now: at, attempts: 8, expiresAt: null })).toEqual({
      kind: "give_up",
      detail: "HTTP 503; tried 8 times",
    });
  });

  it.each([
    [1_999, 2_000],
    [2_001, 2_001],
  ])("after a told wait of %i ms comes in %i: the longer counts", (afterMs, wait) => {
    const next = nextTry({ ...soon, afterMs }, { now: NOW, attempts: 1, expiresAt: FAR });
    expect(next).toEqual({ kind: "again", at: NOW + wait });
  });

  it("comes before the token is over, not at that instant", () => {
    const at = NOW + 2_000;
    expect(nextTry(soon, { now: NOW, attempts: 1, expiresAt: at + 1 })).toEqual({ kind: "again", at });
    expect(nextTry(soon, { now: NOW, attempts: 1, expiresAt: at })).toEqual({
      kind: "give_up",
      detail: "HTTP 503; the token is over before the next try",
    });
  });

  it.each([true, false])("does not come for what was refused, gone %s", (gone) => {
    const refusal = { kind: "refused", gone, detail: "HTTP 400, code 50035" } as const;
    expect(nextTry(refusal, { now: NOW, attempts: 1, expiresAt: null })).toEqual({
      kind: "give_up",
      detail: "HTTP 400, code 50035",
    });
  });
});
