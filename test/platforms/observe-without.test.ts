import { describe, expect, it } from "vitest";
import type { Fetch } from "../../src/platforms/adapter.ts";
import { x } from "../../src/platforms/x.ts";
import { depsOf, saidOf } from "./canned.ts";

const GOOD = ["11", "12", "13"];

const posts = (ids: readonly string[]) => ({
  data: ids.map((id) => ({ id, public_metrics: { like_count: 5 } })),
});

const objection = (id: string) => ({
  errors: [{ parameters: { ids: [id] }, message: `The \`ids\` query parameter value [${id}] is not valid` }],
  title: "Invalid Request",
  type: "https://api.twitter.com/2/problems/invalid-request",
});

/** X as it refuses these ids, one a call, and answers for all others; and what it was asked for. */
function vendor(bad: readonly string[], last: Response | null = null) {
  const asked: string[][] = [];
  const fetch: Fetch = async (url) => {
    const ids = new URL(url).searchParams.get("ids")?.split(",") ?? [];
    asked.push(ids);
    const odd = ids.find((id) => bad.includes(id));
    if (odd !== undefined) return Response.json(objection(odd), { status: 400 });
    return last ?? Response.json(posts(ids));
  };
  return { asked, observe: (ids: readonly string[]) => x.observe(depsOf(fetch), ids) };
}

describe("an id that X refuses a whole call for", () => {
  it("costs the others a second call, and is unreadable itself", async () => {
    const { asked, observe } = vendor(["99"]);
    const outcome = await observe([...GOOD, "99"]);
    expect(asked).toEqual([[...GOOD, "99"], GOOD]);
    expect(outcome).toMatchObject({ kind: "answered", calls: 2 });
    expect(saidOf(outcome, "99")).toEqual({ kind: "unreadable", detail: "HTTP 400: invalid-request" });
    for (const id of GOOD) expect(saidOf(outcome, id)).toMatchObject({ kind: "numbers" });
  });

  it("is unreadable also where it was asked for alone", async () => {
    const { asked, observe } = vendor(["99"]);
    const outcome = await observe(["99"]);
    expect(asked).toHaveLength(1);
    expect(saidOf(outcome, "99")).toMatchObject({ kind: "unreadable" });
  });

  it("is looked for twice more at most: with a third one the rest has no answer yet", async () => {
    const { asked, observe } = vendor(["97", "98", "99"]);
    const outcome = await observe([...GOOD, "97", "98", "99"]);
    expect(asked).toHaveLength(3);
    expect(asked).toHaveLength(x.callsPerBatch ?? 1);
    expect(outcome).toMatchObject({ kind: "answered", calls: 3 });
    for (const id of ["97", "98", "99"]) expect(saidOf(outcome, id)).toMatchObject({ kind: "unreadable" });
    for (const id of GOOD) expect(saidOf(outcome, id)).toMatchObject({ kind: "unanswered" });
  });

  it("leaves the others unanswered if the second call fails, with the vendor's time to ask again", async () => {
    const headers = { "retry-after": "60" };
    const { observe } = vendor(["99"], Response.json({}, { status: 429, headers }));
    const outcome = await observe([...GOOD, "99"]);
    expect(saidOf(outcome, "99")).toMatchObject({ kind: "unreadable" });
    expect(saidOf(outcome, "11")).toMatchObject({
      kind: "unanswered",
      failure: "rate_limited",
      retryAt: expect.any(Number),
    });
  });
});

describe("a refusal that names none of the ids", () => {
  it.each([
    [
      "another parameter",
      { errors: [{ message: "The `tweet.fields` query parameter value [a] is not valid" }] },
    ],
    ["nothing", { title: "Invalid Request" }],
    ["no object", "nonsense"],
  ])("but %s is a failed call, and not repeated", async (_why, body) => {
    let calls = 0;
    const fetch: Fetch = async () => {
      calls += 1;
      return Response.json(body, { status: 400 });
    };
    expect(await x.observe(depsOf(fetch), GOOD)).toMatchObject({ kind: "unreadable", retryAt: null });
    expect(calls).toBe(1);
  });
});
