import { describe, expect, it } from "vitest";
import { METRICS } from "../../src/domain/metrics.ts";
import type { Fetch } from "../../src/platforms/adapter.ts";
import { tiktok } from "../../src/platforms/tiktok.ts";
import { createSimulator } from "../simulator/app.ts";
import { answering, CREDENTIAL, depsOf, NONSENSE, NOW, saidOf } from "./canned.ts";

const ID = "7077642457847991554";
const OTHER = "7080217258529737986";
const ACCOUNT = "-000tiktokcreator1";
const MINUTE_MS = 60_000;

/** One documented video. */
function video(changes: Record<string, unknown> = {}) {
  return {
    id: ID,
    create_time: 1646883959,
    view_count: 980,
    like_count: 12,
    comment_count: 3,
    share_count: 4,
    ...changes,
  };
}

const ok = (videos: unknown) => ({ data: { videos }, error: { code: "ok", message: "", log_id: "2022" } });

const failure = (code: string) => ({ data: {}, error: { code, message: "…", log_id: "2022" } });

const observe = (fetch: Fetch, ids: string[] = [ID]) =>
  tiktok.observe(depsOf(fetch, { accountId: ACCOUNT }), ids);

async function observed(body: unknown) {
  return saidOf(await observe(answering(body)), ID);
}

async function metricsOf(changes: Record<string, unknown>) {
  const said = await observed(ok([video(changes)]));
  return said.kind === "numbers" ? said.metrics : said;
}

/** The ids a request asks for. */
function idsOf(init: RequestInit | undefined): string[] {
  return JSON.parse(String(init?.body)).filters.video_ids;
}

/** Twenty ids of videos. */
const TWENTY = Array.from({ length: 20 }, (_, n) => String(7_000_000_000_000_000_001n + BigInt(n)));

/**
 * A vendor that refuses every request with a bad id in it and fails every call after the first `calls`;
 * `asked` is what each call asked for.
 */
function picky(bad: readonly string[], { calls = Number.POSITIVE_INFINITY, then = answering("") } = {}) {
  const asked: string[][] = [];
  const fetch: Fetch = async (url, init) => {
    const ids = idsOf(init);
    asked.push(ids);
    if (asked.length > calls) return then(url, init);
    if (ids.some((id) => bad.includes(id))) return Response.json(failure("invalid_params"), { status: 400 });
    return Response.json(ok(ids.map((id) => video({ id }))));
  };
  return { asked, fetch };
}

describe("a video's numbers", () => {
  it("are views, likes, comments and shares; the rest is unknown", async () => {
    expect(await observed(ok([video()]))).toEqual({
      kind: "numbers",
      metrics: { views: 980, clicks: null, conversions: null, likes: 12, comments: 3, shares: 4 },
      authorId: ACCOUNT,
      authorName: null,
      publishedAt: Date.UTC(2022, 2, 10, 3, 45, 59),
      raw: `{"id":"${ID}","create_time":1646883959,"view_count":980,"like_count":12,"comment_count":3,"share_count":4}`,
    });
    expect(Object.keys(tiktok.metrics)).toEqual(
      METRICS.filter((metric) => metric !== "clicks" && metric !== "conversions"),
    );
  });

  it.each([
    ["view_count", "views"],
    ["like_count", "likes"],
    ["comment_count", "comments"],
    ["share_count", "shares"],
  ] as const)("are unknown where %s is left out: %s", async (field, metric) => {
    const metrics = await metricsOf({ [field]: undefined });
    expect(metrics).toMatchObject({ [metric]: null });
    expect(Object.values(metrics).filter((count) => count === null)).toHaveLength(3);
  });

  it("are zero where the vendor says zero", async () => {
    expect(await metricsOf({ view_count: 0, share_count: 0 })).toMatchObject({ views: 0, shares: 0 });
  });

  it.each(["view_count", "like_count", "comment_count", "share_count"])(
    "are not taken from a %s that is no count",
    async (field) => {
      for (const sent of ["1,234", "5", -5, 1.5, null, true, [5], { value: 5 }]) {
        expect(await metricsOf({ [field]: sent })).toEqual({
          kind: "unreadable",
          detail: `${field} is not a count`,
        });
      }
    },
  );

  it.each(["9007199254740992", "1e400", "-1e400"])("are not taken from the literal %s", async (literal) => {
    const body = JSON.stringify(ok([video()])).replace("980", literal);
    expect(await observed(body)).toMatchObject({ kind: "unreadable" });
  });

  it("take the literal 9007199254740991", async () => {
    const body = JSON.stringify(ok([video()])).replace("980", "9007199254740991");
    expect(await observed(body)).toMatchObject({ metrics: { views: Number.MAX_SAFE_INTEGER } });
  });

  it.each([
    [1, 1_000, "a second after the epoch"],
    [0, null, "nobody knows"],
    [-1, null, "before the epoch"],
    [1646883959.5, null, "no whole second"],
    ["1646883959", null, "no number"],
    [1646883959000, null, "milliseconds are not what is documented"],
    [undefined, null, "left out"],
  ])("created at %s were published at %s: %s", async (create_time, publishedAt, _why) => {
    expect(await observed(ok([video({ create_time })]))).toMatchObject({ kind: "numbers", publishedAt });
  });
});

describe("a video without numbers", () => {
  it.each([
    [[], "an empty list"],
    [[video({ id: OTHER })], "another video"],
    [null, "a list of nothing, as some servers write it"],
    [undefined, "no list, as others do"],
  ])("is gone if the videos are %j: %s", async (videos, _why) => {
    expect(await observed(ok(videos))).toEqual({ kind: "gone" });
  });

  it("is gone beside one that is not", async () => {
    const outcome = await observe(answering(ok([video()])), [ID, OTHER]);
    expect([saidOf(outcome, ID).kind, saidOf(outcome, OTHER).kind]).toEqual(["numbers", "gone"]);
  });
});

describe("an answer", () => {
  it("has no entry for a video nobody asked for", async () => {
    const outcome = await observe(answering(ok([video(), video({ id: OTHER })])));
    expect(outcome.kind === "answered" && [...outcome.posts.keys()]).toEqual([ID]);
  });

  it("is taken once if a video is repeated, and not at all if the two differ", async () => {
    expect((await observed(ok([video(), video()]))).kind).toBe("numbers");
    expect(await observed(ok([video(), video({ view_count: 981 })]))).toMatchObject({ kind: "unreadable" });
  });

  it.each([
    [{ data: { videos: [video()] } }, "success without saying so"],
    [{ data: { videos: [video()] }, error: {} }, "an envelope without a code"],
    [{ ...ok([video()]), data: null }, "no data"],
    [{ ...ok([video()]), data: [] }, "data of another shape"],
    [ok({}), "videos that are no list"],
    [ok(["a"]), "videos that are texts"],
    [ok([video({ id: Number(ID) })]), "ids that are numbers, which lose their last digits"],
    [ok([video({ id: undefined })]), "videos without ids"],
  ])("of %j is unreadable: %s", async (body, _why) => {
    expect(await observe(answering(body))).toMatchObject({
      kind: "unreadable",
      detail: "JSON of another shape than documented",
    });
  });
});

describe("the call", () => {
  it("asks for the videos in the body, with the account's token in a header alone", async () => {
    const asked: [URL, RequestInit | undefined][] = [];
    const outcome = await observe(
      async (url, init) => {
        asked.push([new URL(url), init]);
        return Response.json(ok([]));
      },
      [ID, OTHER],
    );
    expect(outcome).toMatchObject({ kind: "answered", calls: 1, limits: null });
    expect(asked).toHaveLength(1);
    const [url, init] = asked[0] ?? [];
    expect(url?.href).toBe(
      "https://vendor.test/v2/video/query/?fields=id,create_time,view_count,like_count,comment_count,share_count",
    );
    expect(init).toMatchObject({
      method: "POST",
      headers: { authorization: `Bearer ${CREDENTIAL}`, "content-type": "application/json" },
      body: JSON.stringify({ filters: { video_ids: [ID, OTHER] } }),
    });
  });

  it("takes 1 to 20 videos, each once", async () => {
    const { asked, fetch } = picky([]);
    expect(await observe(fetch, TWENTY)).toMatchObject({ kind: "answered", calls: 1 });
    expect(await observe(fetch, [ID, ID])).toMatchObject({ kind: "answered" });
    expect(asked).toEqual([TWENTY, [ID]]);
    await expect(observe(fetch, [...TWENTY, ID])).rejects.toThrow(RangeError);
    await expect(observe(fetch, [])).rejects.toThrow(RangeError);
  });

  it.each(NONSENSE)("that is answered with %s is unreadable, never a zero", async (_why, fetch) => {
    expect(await observe(fetch)).toMatchObject({ kind: "unreadable", retryAt: null });
  });

  it.each([
    ["access_token_invalid", 401, "unauthorised", null],
    ["scope_not_authorized", 401, "unauthorised", null],
    ["scope_permission_missed", 400, "unauthorised", null],
    ["rate_limit_exceeded", 429, "rate_limited", NOW + MINUTE_MS],
    ["internal_error", 500, "outage", null],
    ["invalid_file_upload", 400, "unreadable", null],
    ["something_new", 400, "unreadable", null],
    ["something_new", 403, "unauthorised", null],
    ["something_new", 503, "outage", null],
  ])("refused with %s and %i is %s", async (code, status, kind, retryAt) => {
    expect(await observe(answering(failure(code), { status }))).toEqual({
      kind,
      detail: `HTTP ${status}: ${code}`,
      retryAt,
      limits: null,
      calls: 1,
    });
  });

  it.each([
    ["access_token_invalid", "unauthorised"],
    ["rate_limit_exceeded", "rate_limited"],
    ["internal_error", "outage"],
    ["something_new", "unreadable"],
  ])("refused with %s under a status of success is %s", async (code, kind) => {
    const body = { ...failure(code), data: { videos: [] } };
    expect(await observe(answering(body))).toMatchObject({ kind, detail: `HTTP 200: ${code}` });
  });

  it.each([
    ["7", NOW + 7_000, "named"],
    ["soon", NOW + MINUTE_MS, "garbage is no word"],
  ])("refused with Retry-After %s waits until %i: %s", async (value, retryAt, _why) => {
    const init = { status: 429, headers: { "retry-after": value } };
    expect(await observe(answering(failure("rate_limit_exceeded"), init))).toMatchObject({ retryAt });
  });

  it.each([
    [401, "unauthorised", null],
    [429, "rate_limited", NOW + MINUTE_MS],
    [502, "outage", null],
    [404, "unreadable", null],
  ])("refused with %i and a page of HTML is %s", async (status, kind, retryAt) => {
    expect(await observe(answering("<html>", { status }))).toMatchObject({
      kind,
      detail: `HTTP ${status}`,
      retryAt,
    });
  });

  it("never shows the token, even if the vendor echoes it", async () => {
    for (const fetch of [
      answering(failure(CREDENTIAL), { status: 401 }),
      answering({ error: { code: `bad_token_${CREDENTIAL}`, message: CREDENTIAL } }, { status: 400 }),
      answering(ok([video({ note: CREDENTIAL })])),
    ]) {
      const outcome = await observe(fetch);
      expect(
        JSON.stringify([outcome, [...(outcome.kind === "answered" ? outcome.posts : [])]]),
      ).not.toContain(CREDENTIAL);
    }
  });
});

describe("a batch refused for one of its ids", () => {
  it.each([TWENTY[0] ?? "", TWENTY[9] ?? "", TWENTY[19] ?? ""])(
    "answers for all but %s within the calls it may make",
    async (bad) => {
      const { asked, fetch } = picky([bad]);
      const outcome = await observe(fetch, TWENTY);
      expect(outcome).toMatchObject({ kind: "answered", calls: asked.length });
      expect(asked.length).toBeLessThanOrEqual(tiktok.callsPerBatch ?? 1);
      const kinds = TWENTY.map((id) => saidOf(outcome, id).kind);
      expect(kinds).toEqual(TWENTY.map((id) => (id === bad ? "unreadable" : "numbers")));
      expect(saidOf(outcome, bad)).toEqual({ kind: "unreadable", detail: "HTTP 400: invalid_params" });
    },
  );

  it("asks for large parts before small ones, and for no id twice once it has an answer", async () => {
    const { asked, fetch } = picky([TWENTY[0] ?? ""]);
    await observe(fetch, TWENTY);
    expect(asked.map((ids) => ids.length)).toEqual([20, 10, 10, 5, 5, 3, 2, 2, 1, 1, 1]);
  });

  it("leaves unanswered what it did not get to, with no attempt used and nothing learnt", async () => {
    const bad = TWENTY.filter((_, n) => n % 5 === 0);
    const { asked, fetch } = picky(bad);
    const outcome = await observe(fetch, TWENTY);
    expect(asked).toHaveLength(11);
    expect(outcome).toMatchObject({ kind: "answered", calls: 11 });
    for (const id of TWENTY)
      expect(["numbers", "unreadable", "unanswered"]).toContain(saidOf(outcome, id).kind);
    for (const id of bad) expect(["unreadable", "unanswered"]).toContain(saidOf(outcome, id).kind);
    expect(TWENTY.map((id) => saidOf(outcome, id))).toContainEqual({
      kind: "unanswered",
      failure: "unreadable",
      detail: "HTTP 400: invalid_params",
      retryAt: null,
    });
  });

  it.each([
    [answering(failure("rate_limit_exceeded"), { status: 429 }), "rate_limited", NOW + MINUTE_MS],
    [answering(failure("access_token_invalid"), { status: 401 }), "unauthorised", null],
    [answering(failure("internal_error"), { status: 500 }), "outage", null],
  ])("stops at another failure and keeps what it knows by then", async (then, kind, retryAt) => {
    const { asked, fetch } = picky([TWENTY[19] ?? ""], { calls: 2, then });
    const outcome = await observe(fetch, TWENTY);
    expect(asked.map((ids) => ids.length)).toEqual([20, 10, 10]);
    expect(TWENTY.slice(0, 10).map((id) => saidOf(outcome, id).kind)).toEqual(Array(10).fill("numbers"));
    for (const id of TWENTY.slice(10)) {
      expect(saidOf(outcome, id)).toMatchObject({ kind: "unanswered", failure: kind, retryAt });
    }
  });

  it("fails as a whole if another failure comes before any answer", async () => {
    const then = answering(failure("rate_limit_exceeded"), { status: 429 });
    const { fetch } = picky([TWENTY[0] ?? ""], { calls: 1, then });
    expect(await observe(fetch, TWENTY)).toEqual({
      kind: "rate_limited",
      detail: "HTTP 429: rate_limit_exceeded",
      retryAt: NOW + MINUTE_MS,
      limits: null,
      calls: 2,
    });
  });

  it.each([[TWENTY], [TWENTY.slice(0, 2)]])(
    "is unreadable as a whole if every part is refused",
    async (ids) => {
      const { asked, fetch } = picky(ids);
      const outcome = await observe(fetch, ids);
      expect(outcome).toMatchObject({ kind: "unreadable", detail: "HTTP 400: invalid_params" });
      expect(outcome.calls).toBe(asked.length);
      expect(asked.length).toBeLessThanOrEqual(11);
    },
  );

  it("is at fault itself if it is the only one", async () => {
    const { fetch } = picky([ID]);
    expect(saidOf(await observe(fetch), ID)).toEqual({
      kind: "unreadable",
      detail: "HTTP 400: invalid_params",
    });
  });
});

describe("against the simulated vendor", () => {
  const urls = {
    api: "http://simulator.test/tiktok",
    authorize: "http://simulator.test/tiktok",
    token: "http://simulator.test/tiktok",
  };
  const secrets = { TIKTOK_CLIENT_KEY: "key", TIKTOK_CLIENT_SECRET: "secret" };

  /** A simulator to which an account has consented. */
  async function simulated() {
    const simulator = createSimulator({ seed: "s", now: () => NOW });
    const { access } = tiktok;
    if (access.kind !== "account") throw new Error("TikTok is read with an account's token");
    const deps = { fetch: simulator.fetch, urls, secrets, timeoutMs: 8_000, now: () => NOW };
    const redirectUri = "https://claimcheck.test/callback";
    const page = access.oauth.consentUrl(deps, { state: "s", redirectUri, codeChallenge: "c" });
    const back = await simulator.fetch(`${page}&decision=allow`);
    const code = new URL(back.headers.get("location") ?? "").searchParams.get("code") ?? "";
    const connected = await access.oauth.connect(deps, { code, redirectUri, codeVerifier: "v" });
    const account = connected.kind === "connected" ? connected.accounts[0] : undefined;
    if (account === undefined) throw new Error(`not connected: ${connected.kind}`);
    const put = (path: string, body: unknown) =>
      simulator.app.request(`/_control/tiktok/${path}`, { method: "PUT", body: JSON.stringify(body) });
    const ask = (ids: string[], credential = account.tokens.accessToken) =>
      tiktok.observe(
        depsOf(simulator.fetch, { baseUrl: urls.api, credential, accountId: account.accountId }),
        ids,
      );
    return { put, ask, account };
  }

  it("reads told, hidden, gone, private and other people's videos in one call", async () => {
    const { put, ask, account } = await simulated();
    const [told = "", gone = "", hidden = "", foreign = "", untold = ""] = TWENTY;
    await put(`posts/${told}`, {
      metrics: { views: 1000, likes: null, comments: 0, shares: 17 },
      published_at: "2026-10-01T00:00:00Z",
      author: { id: account.accountId, name: "Ann" },
    });
    await put(`posts/${gone}`, { state: "gone" });
    await put(`posts/${hidden}`, { state: "private" });
    await put(`posts/${foreign}`, { metrics: { views: 5 }, author: { id: "-000somebody", name: "Bob" } });
    const outcome = await ask([told, gone, hidden, foreign, untold]);
    expect(saidOf(outcome, told)).toMatchObject({
      metrics: { views: 1000, clicks: null, conversions: null, likes: null, comments: 0, shares: 17 },
      authorId: account.accountId,
      publishedAt: Date.UTC(2026, 9, 1),
    });
    expect([gone, hidden, foreign].map((id) => saidOf(outcome, id).kind)).toEqual(["gone", "gone", "gone"]);
    expect(saidOf(outcome, untold)).toMatchObject({ kind: "numbers", authorId: account.accountId });
    expect(outcome.calls).toBe(1);
  });

  it("answers for the others where one id is refused", async () => {
    const { ask } = await simulated();
    const bad = "99999999999999999999";
    const outcome = await ask([...TWENTY.slice(0, 3), bad]);
    expect(saidOf(outcome, bad).kind).toBe("unreadable");
    expect(TWENTY.slice(0, 3).map((id) => saidOf(outcome, id).kind)).toEqual(Array(3).fill("numbers"));
  });

  it.each([{ expire: "*" }, { revoke: "*" }, { expire: ACCOUNT }])(
    "is unauthorised once the token is bent by %j",
    async (tokens) => {
      const { put, ask } = await simulated();
      expect(await ask([ID])).toMatchObject({ kind: "answered" });
      await put("tokens", tokens);
      expect(await ask([ID])).toMatchObject({
        kind: "unauthorised",
        detail: "HTTP 401: access_token_invalid",
      });
    },
  );

  it.each(["", "act.", "act.nonsense.x", "nonsense"])(
    "with the token %j is unauthorised",
    async (credential) => {
      const { ask } = await simulated();
      expect(await ask([ID], credential)).toMatchObject({ kind: "unauthorised" });
    },
  );

  it("is rate limited for a minute once the limit is reached", async () => {
    const { put, ask } = await simulated();
    await put("limits", { calls: 1 });
    expect(await ask([ID])).toMatchObject({ kind: "answered" });
    expect(await ask([ID])).toMatchObject({ kind: "rate_limited", retryAt: NOW + MINUTE_MS });
  });

  it.each([
    [{ outage: true }, "outage"],
    [{ status: 500 }, "outage"],
    [{ retry_after: 60 }, "rate_limited"],
    [{ status: 401 }, "unauthorised"],
    [{ status: 403 }, "unauthorised"],
    [{ garbage: "html" }, "unreadable"],
    [{ garbage: "truncated" }, "unreadable"],
    [{ garbage: "huge" }, "unreadable"],
    [{ garbage: "redirect" }, "unreadable"],
    [{ garbage: "empty" }, "unreadable"],
  ])("under the faults %j is %s", async (faults, kind) => {
    const { put, ask } = await simulated();
    await put("faults", faults);
    expect(await ask([ID])).toMatchObject({ kind });
  });

  it("finds each video unreadable when the counts have another type", async () => {
    const { put, ask } = await simulated();
    await put("faults", { garbage: "wrong_type" });
    expect(saidOf(await ask([ID]), ID)).toEqual({ kind: "unreadable", detail: "view_count is not a count" });
  });

  it("takes for gone what a partial answer leaves out, as the vendor tells no difference", async () => {
    const { put, ask } = await simulated();
    await put("faults", { partial: true });
    const outcome = await ask([ID, OTHER]);
    expect([saidOf(outcome, ID).kind, saidOf(outcome, OTHER).kind]).toEqual(["numbers", "gone"]);
  });
});
