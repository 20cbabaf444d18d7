import { describe, expect, it } from "vitest";
import { answerOf, asCallError, openGraph, sharedFailure } from "../../src/platforms/graph.ts";
import { explainGraphError } from "../../src/platforms/graph-errors.ts";
import { readInsight } from "../../src/platforms/graph-insights.ts";
import { readGraphLimits } from "../../src/platforms/graph-limits.ts";
import { readPages } from "../../src/platforms/graph-pages.ts";
import { readGraphTime } from "../../src/platforms/graph-time.ts";
import { answering, CREDENTIAL, depsOf, NONSENSE, NOW } from "./canned.ts";
import { graphError, graphOf, UNSEEN } from "./graph-canned.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

function explained(error: unknown, status = 400, headers: Record<string, string> = {}) {
  return explainGraphError({ status, json: { error }, headers: new Headers(headers), now: NOW });
}

function useCases(...entries: Record<string, unknown>[]) {
  return { "x-business-use-case-usage": JSON.stringify({ "17841": entries }) };
}

describe("an error of the Graph API", () => {
  it.each([
    [1, undefined, "outage", "unknown"],
    [2, undefined, "outage", "service"],
    [3, undefined, "denied", "capability"],
    [4, undefined, "rate_limited", "app"],
    [4, 1504022, "rate_limited", "app, insights"],
    [4, 1504039, "rate_limited", "app, insights"],
    [10, undefined, "denied", "permission"],
    [17, undefined, "rate_limited", "user"],
    [17, 2446079, "rate_limited", "ad account"],
    [32, undefined, "rate_limited", "Page"],
    [100, undefined, "parameter", "a field or metric it does not have"],
    [100, 33, "gone", "no such object"],
    [100, 2108006, "no_data", "older than the business account"],
    [102, undefined, "unauthorised", "session"],
    [190, undefined, "unauthorised", "token"],
    [190, 458, "unauthorised", "app removed"],
    [190, 459, "unauthorised", "checkpoint"],
    [190, 460, "unauthorised", "password changed"],
    [190, 463, "unauthorised", "expired"],
    [190, 464, "unauthorised", "unconfirmed"],
    [190, 467, "unauthorised", "invalid"],
    [190, 492, "unauthorised", "no role on the Page"],
    [199, undefined, "unreadable", "below the permissions"],
    [200, undefined, "denied", "first of the permissions"],
    [299, undefined, "denied", "last of the permissions"],
    [300, undefined, "unreadable", "above the permissions"],
    [341, undefined, "rate_limited", "app, temporarily"],
    [368, undefined, "rate_limited", "blocked, temporarily"],
    [506, undefined, "unreadable", "publishing only"],
    [613, 1487742, "rate_limited", "custom"],
    [613, 5044001, "rate_limited", "custom, per second"],
    [803, undefined, "gone", "no such alias"],
    [79_999, undefined, "unreadable", "below the use cases"],
    [80_000, undefined, "rate_limited", "ads insights"],
    [80_001, undefined, "rate_limited", "Pages"],
    [80_002, undefined, "rate_limited", "Instagram"],
    [80_003, undefined, "rate_limited", "audiences"],
    [80_004, undefined, "rate_limited", "ads management"],
    [80_005, undefined, "rate_limited", "leads"],
    [80_006, undefined, "rate_limited", "Messenger"],
    [80_008, undefined, "rate_limited", "WhatsApp"],
    [80_009, undefined, "rate_limited", "catalogues"],
    [80_014, undefined, "rate_limited", "catalogue batches"],
    [80_015, undefined, "unreadable", "above the use cases"],
    [1_609_005, undefined, "unreadable", "publishing only"],
  ])("of code %i/%s is %s: %s", (code, error_subcode, kind, _why) => {
    expect(explained({ message: "m", code, error_subcode }).kind).toBe(kind);
  });

  it("counts before the status, which is 400 for almost all", () => {
    expect(explained({ code: 190 }, 500).kind).toBe("unauthorised");
    expect(explained({ code: 2 }, 400).kind).toBe("outage");
  });

  it.each([
    [{ code: 4, is_transient: true }, "rate_limited", "a limit is transient too"],
    [{ code: 190, is_transient: true }, "unauthorised", "and so may be a checkpoint"],
    [{ code: 9_999, is_transient: true }, "outage", "an unknown code that will pass"],
    [{ code: 9_999, is_transient: false }, "unreadable", "an unknown code that will not"],
    [{ code: 9_999 }, "unreadable", "an unknown code"],
  ])("reads %j as %s: %s", (error, kind, _why) => {
    expect(explained(error).kind).toBe(kind);
  });

  it.each([
    [500, "outage"],
    [429, "rate_limited"],
    [401, "unauthorised"],
    [400, "unreadable"],
  ])("without a code is what HTTP %i means", (status, kind) => {
    for (const error of [undefined, "no", { code: "190" }, { code: 1.5 }]) {
      expect(explained(error, status)).toMatchObject({ kind, detail: `HTTP ${status}` });
    }
  });

  it("names its numbers and none of its words", () => {
    expect(explained({ message: CREDENTIAL, code: 190, error_subcode: 463 }).detail).toBe(
      "HTTP 400: code 190/463",
    );
    expect(explained({ message: CREDENTIAL, code: 4 }).detail).toBe("HTTP 400: code 4");
  });

  it.each([
    [useCases({ call_count: 100, estimated_time_to_regain_access: 7 }), NOW + 7 * MINUTE, "minutes"],
    [
      useCases(
        { call_count: 1, estimated_time_to_regain_access: 2 },
        { call_count: 100, estimated_time_to_regain_access: 9 },
      ),
      NOW + 9 * MINUTE,
      "the longest of them",
    ],
    [
      useCases({ call_count: 1, estimated_time_to_regain_access: 9_999_999 }),
      NOW + 24 * HOUR,
      "a day at most",
    ],
    [
      { ...useCases({ call_count: 1, estimated_time_to_regain_access: 0 }), "retry-after": "5" },
      NOW + 5_000,
      "else",
    ],
    [useCases({ call_count: 1, estimated_time_to_regain_access: "7" }), null, "a text is no time"],
    [{ "x-business-use-case-usage": "soon" }, null, "nor is nonsense"],
    [{}, null, "nothing said"],
  ])("that limits waits with %j until %s: %s", (headers, retryAt, _why) => {
    expect(explained({ code: 80_002 }, 400, headers).retryAt).toBe(retryAt);
    expect(explained({ code: 190 }, 400, headers).retryAt).toBeNull();
  });
});

describe("what an error says", () => {
  it.each([
    ["gone", { kind: "gone" }, "unauthorised"],
    ["denied", { kind: "private" }, "unauthorised"],
    ["parameter", { kind: "unreadable", detail: "d" }, "unreadable"],
    ["no_data", { kind: "unreadable", detail: "d" }, "unreadable"],
    ["unreadable", { kind: "unreadable", detail: "d" }, "unreadable"],
    ["outage", { kind: "unanswered", failure: "outage", detail: "d", retryAt: 5 }, "outage"],
    [
      "rate_limited",
      { kind: "unanswered", failure: "rate_limited", detail: "d", retryAt: 5 },
      "rate_limited",
    ],
    [
      "unauthorised",
      { kind: "unanswered", failure: "unauthorised", detail: "d", retryAt: 5 },
      "unauthorised",
    ],
  ] as const)("of a post is for %s %j, and of the account %s", (kind, said, ofAccount) => {
    const error = { kind, detail: "d", retryAt: 5 };
    expect(answerOf(error)).toEqual(said);
    expect(asCallError(error)).toEqual({ kind: ofAccount, detail: "d", retryAt: 5 });
  });

  it("is shared where all parts say it and it concerns the token, the app or the vendor", () => {
    const error = (kind: "rate_limited" | "unauthorised" | "outage" | "gone" | "unreadable") => ({
      kind,
      detail: kind,
      retryAt: null,
    });
    const seen = { kind: "object" as const, object: {} };
    expect(sharedFailure([error("outage"), error("outage")])).toEqual(error("outage"));
    expect(sharedFailure([error("unauthorised")])).toEqual(error("unauthorised"));
    expect(sharedFailure([error("rate_limited"), error("outage")])).toBeNull();
    expect(sharedFailure([error("rate_limited"), seen])).toBeNull();
    expect(sharedFailure([error("gone"), error("gone")])).toBeNull();
    expect(sharedFailure([error("unreadable")])).toBeNull();
    expect(sharedFailure([])).toBeNull();
  });
});

describe("the limits", () => {
  const app = (percent: unknown) => ({
    "x-app-usage": JSON.stringify({ call_count: percent, total_cputime: 1, total_time: 2 }),
  });
  const reading = (headers: Record<string, string>) => readGraphLimits(new Headers(headers), NOW);

  it.each([
    [app(30), 70, "of the app"],
    [app(97), 3, "almost spent"],
    [app(97.4), 2, "less than three per cent"],
    [app(100), 0, "spent"],
    [app(140), 0, "overspent"],
    [
      useCases({ type: "pages", call_count: 5, total_cputime: 90, total_time: 3 }),
      10,
      "the highest of the three",
    ],
    [useCases({ call_count: 5 }, { call_count: 60 }), 40, "the tightest use case"],
    [{ ...app(99), ...useCases({ call_count: 1 }) }, 99, "a use case replaces the app"],
    [{ ...app(99), "x-business-use-case-usage": "{}" }, 1, "unless it says nothing"],
  ])("of %j leave %i per cent for an hour: %s", (headers, remaining, _why) => {
    expect(reading(headers)).toEqual({ limit: 100, remaining, resetAt: NOW + HOUR });
  });

  it("are spent for as long as the vendor says that access is lost", () => {
    const headers = useCases({ call_count: 80, estimated_time_to_regain_access: 12 });
    expect(reading(headers)).toEqual({ limit: 100, remaining: 0, resetAt: NOW + 12 * MINUTE });
  });

  it.each([
    {},
    { "x-app-usage": "no" },
    { "x-app-usage": "[]" },
    { "x-app-usage": '{"call_count":"30"}' },
    { "x-app-usage": '{"call_count":-1}' },
    { "x-business-use-case-usage": '{"1":{"call_count":3}}' },
    { "x-business-use-case-usage": '{"1":[null,3]}' },
  ])("are unknown from %j", (headers) => {
    expect(reading(headers)).toBeNull();
  });
});

describe("an insight", () => {
  it.each([
    [[{ name: "views", values: [{ value: 5 }] }], 5, "in values"],
    [[{ name: "views", total_value: { value: 5 } }], 5, "in total_value"],
    [[{ name: "views", values: [{ value: 0 }] }], 0, "a zero that was sent"],
    [[], null, "no data is no zero"],
    [[{ name: "reach", values: [{ value: 5 }] }], null, "another metric"],
    [[{ name: "views", values: [] }], null, "no values"],
    [[{ name: "views", values: [{}] }], null, "no value"],
    [[{ name: "views", values: [{ value: 1 }, { value: 2 }] }], "misshapen", "a series"],
    [[{ name: "views", values: 5 }], "misshapen", "no list"],
    [[{ name: "views", total_value: 5 }], "misshapen", "no object"],
    [
      [
        { name: "views", values: [{ value: 1 }] },
        { name: "views", values: [{ value: 1 }] },
      ],
      "misshapen",
      "twice",
    ],
    [null, "misshapen", "no insights"],
  ])("of %j is %s: %s", (list, count, _why) => {
    expect(readInsight(list, "views")).toBe(count);
  });

  it.each(["5", "1,234", -1, 1.5, null, true, { like: 3 }, 2 ** 53])("is not taken from %j", (value) => {
    expect(readInsight([{ name: "views", values: [{ value }] }], "views")).toBe("misshapen");
  });
});

describe("a time", () => {
  it.each([
    ["2026-10-01T00:00:00+0000", Date.UTC(2026, 9, 1)],
    ["2026-10-01T02:00:00+02:00", Date.UTC(2026, 9, 1)],
    ["2026-10-01T00:00:00Z", Date.UTC(2026, 9, 1)],
    ["yesterday", null],
    [1_790_000_000, null],
  ])("%s is %s", (sent, at) => {
    expect(readGraphTime(sent)).toBe(at);
  });
});

describe("a batch", () => {
  const ADDRESSES = ["1?fields=id", "2?fields=id", "3?fields=id"];

  it("is one POST to the root of the version, with the token in the header alone", async () => {
    const { fetch, asked } = graphOf(() => ({ body: { id: "1" } }));
    await openGraph(depsOf(fetch)).batch(ADDRESSES);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({
      url: new URL("https://vendor.test/v25.0/"),
      method: "POST",
      authorization: `Bearer ${CREDENTIAL}`,
      parts: ADDRESSES,
    });
    expect(asked[0]?.form.toString()).not.toContain(CREDENTIAL);
    expect(JSON.parse(asked[0]?.form.get("batch") ?? "")).toContainEqual({
      method: "GET",
      relative_url: "1?fields=id",
    });
  });

  it("is answered part by part, in order", async () => {
    const answers = [{ body: { id: "1" } }, null, UNSEEN];
    const { fetch } = graphOf((address) => answers[ADDRESSES.indexOf(address)] ?? null);
    expect(await openGraph(depsOf(fetch)).batch(ADDRESSES)).toEqual([
      { kind: "object", object: { id: "1" } },
      { kind: "outage", detail: "left out of the batch's answer", retryAt: null },
      { kind: "gone", detail: "HTTP 400: code 100/33", retryAt: null },
    ]);
  });

  it.each([
    [{ code: 200, body: { id: "1" } }, "a body that is no text"],
    [{ code: 200, body: "no JSON" }, "a body that is no JSON"],
    [{ code: 200, body: "[]" }, "a body that is no object"],
    [{ code: "200", body: "{}" }, "a code that is no number"],
    [{ body: "{}" }, "no code"],
    [5, "a number"],
  ])("whose part is %j is unreadable in that part: %s", async (part, _why) => {
    const fetch = answering([part, { code: 200, body: '{"id":"2"}' }]);
    expect(await openGraph(depsOf(fetch)).batch(["1", "2"])).toMatchObject([
      { kind: "unreadable" },
      { kind: "object", object: { id: "2" } },
    ]);
  });

  it("finds an error in a part even beside a code of 200", async () => {
    const { fetch } = graphOf(() => ({ ...graphError(190, 463), code: 200 }));
    expect(await openGraph(depsOf(fetch)).batch(["1"])).toMatchObject([{ kind: "unauthorised" }]);
  });

  it("fails as a whole where the vendor refuses it", async () => {
    const fetch = answering(graphError(190, 463).body, { status: 400 });
    expect(await openGraph(depsOf(fetch)).batch(["1"])).toEqual({
      kind: "unauthorised",
      detail: "HTTP 400: code 190/463",
      retryAt: null,
    });
  });

  it.each([...NONSENSE, ["parts that are too few", answering([{ code: 200, body: "{}" }])] as const])(
    "that is answered with %s is unreadable",
    async (_why, fetch) => {
      expect(await openGraph(depsOf(fetch)).batch(["1", "2"])).toMatchObject({ kind: "unreadable" });
    },
  );

  it("tells of the tightest limit among its headers and those of its parts", async () => {
    const { fetch } = graphOf((address) => ({
      body: { id: address },
      headers: useCases({ type: "pages", call_count: address === "2" ? 80 : 20 }),
    }));
    const graph = openGraph(depsOf(fetch));
    expect(graph.spent()).toEqual({ calls: 0, limits: null });
    await graph.batch(["1", "2", "3"]);
    expect(graph.spent()).toEqual({ calls: 1, limits: { limit: 100, remaining: 20, resetAt: NOW + HOUR } });
  });

  it("waits for a throttled part as long as the part's headers say", async () => {
    const headers = useCases({ call_count: 100, estimated_time_to_regain_access: 7 });
    const { fetch } = graphOf(() => ({ ...graphError(80_001), headers }));
    expect(await openGraph(depsOf(fetch)).batch(["1"])).toMatchObject([
      { kind: "rate_limited", retryAt: NOW + 7 * MINUTE },
    ]);
  });

  it("survives headers that are none", async () => {
    const part = { code: 200, headers: [{ name: "x-app-usage", value: "a\nb" }, { name: 5 }], body: "{}" };
    expect(await openGraph(depsOf(answering([part]))).batch(["1"])).toMatchObject([{ kind: "object" }]);
  });
});

describe("a list", () => {
  const page = (ids: number[], next: boolean, after: unknown = "c") => ({
    body: {
      data: ids.map((id) => ({ id: String(id) })),
      paging: { cursors: { after }, ...(next ? { next: "https://evil.test/?access_token=x" } : {}) },
    },
  });
  const read = { path: "1/media", query: { limit: "100" }, maxPages: 3 };

  it("is read by its cursors to its end, never by the address of the next page", async () => {
    const { fetch, asked } = graphOf((address) =>
      address.includes("after=c") ? page([2], false) : page([1], true),
    );
    expect(await readPages(openGraph(depsOf(fetch)), read)).toEqual({
      kind: "listed",
      items: [{ id: "1" }, { id: "2" }],
      isWhole: true,
    });
    expect(asked.map(({ url }) => url.href)).toEqual([
      "https://vendor.test/v25.0/1/media?limit=100",
      "https://vendor.test/v25.0/1/media?limit=100&after=c",
    ]);
  });

  it("ends after the most pages that are read, and says so", async () => {
    let n = 0;
    const { fetch, asked } = graphOf(() => page([++n], true, `c${n}`));
    expect(await readPages(openGraph(depsOf(fetch)), read)).toMatchObject({ kind: "listed", isWhole: false });
    expect(asked).toHaveLength(3);
  });

  it("ends as soon as it has what is needed", async () => {
    const { fetch, asked } = graphOf(() => page([1], true));
    const isEnough = (items: readonly unknown[]) => items.length === 1;
    expect(await readPages(openGraph(depsOf(fetch)), { ...read, isEnough })).toMatchObject({
      isWhole: false,
    });
    expect(asked).toHaveLength(1);
  });

  it.each([
    [page([1], true, ""), "an empty cursor"],
    [page([1], true, 5), "a cursor that is no text"],
    [page([1], true, undefined), "no cursor"],
    [{ body: { data: [1] } }, "a list of numbers"],
    [{ body: {} }, "no list"],
  ])("is unreadable with %j: %s", async (canned, _why) => {
    expect(await readPages(openGraph(depsOf(graphOf(() => canned).fetch)), read)).toMatchObject({
      kind: "unreadable",
    });
  });

  it("is unreadable if the cursor does not move", async () => {
    const { fetch, asked } = graphOf(() => page([1], true, "c"));
    expect(await readPages(openGraph(depsOf(fetch)), read)).toMatchObject({ kind: "unreadable" });
    expect(asked).toHaveLength(2);
  });

  it("fails as its page fails", async () => {
    const { fetch } = graphOf(() => graphError(190));
    expect(await readPages(openGraph(depsOf(fetch)), read)).toMatchObject({ kind: "unauthorised" });
  });
});
