import { reset } from "cloudflare:test";
import { afterEach, describe, expect, it } from "vitest";
import { anAffiliate, rows } from "../support/fixtures.ts";
import { createWorld } from "../support/world.ts";

afterEach(() => reset());

describe("what parsers read differently or lose", () => {
  const JSON_TYPE = "application/json";
  const bytes = (...values: number[]) => String.fromCharCode(...values);

  it.each([
    {
      why: "a field that would become a prototype",
      body: '{"evidence":{"__proto__":{"admin":true}}}',
      status: 400,
    },
    { why: "the same, spelt with an escape", body: '{"evidence":{"\\u005f_proto__":1}}', status: 400 },
    { why: "a number beyond all numbers", body: '{"evidence":{"views":1e400}}', status: 400 },
    { why: "another character set", body: "{}", type: "application/json; charset=utf-16", status: 415 },
    { why: "a compressed body", body: bytes(0x1f, 0x8b, 8), encoding: "gzip", status: 415 },
  ])("is refused: $why", async ({ body, type = JSON_TYPE, encoding = "", status }) => {
    const world = createWorld();
    const { key } = await anAffiliate(world);
    const headers = { "content-type": type, ...(encoding === "" ? {} : { "content-encoding": encoding }) };
    const response = await world.request("POST", "/api/v1/submissions", { key, body, headers });
    expect(response.status).toBe(status);
    expect(await rows("select id from submissions")).toEqual([]);
  });

  it.each([
    { body: {}, pointer: "#/campaign_id", detail: "is required" },
    { body: { campaign_id: 7 }, pointer: "#/campaign_id", detail: "must be text" },
    { body: { evidence: [] }, pointer: "#/evidence", detail: "must be an object" },
    { body: { claimed_views: 2 ** 53 }, pointer: "#/claimed_views", detail: "is too large" },
    { body: { claimed_views: "10" }, pointer: "#/claimed_views", detail: "must be a whole number" },
    { body: { claimed_views: 1.5 }, pointer: "#/claimed_views", detail: "must be a whole number" },
  ])("is told in our words at $pointer: $detail", async ({ body, pointer, detail }) => {
    const world = createWorld();
    const { key } = await anAffiliate(world);
    const response = await world.request("POST", "/api/v1/submissions", { key, body });
    expect(response.status).toBe(422);
    const { errors } = await response.json<{ errors: { pointer: string; detail: string }[] }>();
    expect(errors.filter((error) => error.pointer === pointer)).toEqual([{ pointer, detail }]);
  });
});
