import { createRoute, z } from "@hono/zod-openapi";
import { describe, expect, it } from "vitest";
import { ClaimcheckError } from "../../src/domain/errors.ts";
import { createRouter, toFieldErrors } from "../../src/http/router.ts";

function errorsOf(schema: z.ZodType, value: unknown, target: Parameters<typeof toFieldErrors>[1] = "json") {
  const result = schema.safeParse(value);
  return toFieldErrors(result.error?.issues ?? [], target);
}

const count = z.int({ error: "must be a whole number" });

describe("a complaint", () => {
  it.each([
    { target: "json", pointer: "#/limit" },
    { target: "query", pointer: "#query/limit" },
    { target: "param", pointer: "#path/limit" },
    { target: "header", pointer: "#header/limit" },
    { target: "form", pointer: "#form/limit" },
    { target: "cookie", pointer: "#cookie/limit" },
  ] as const)("of the $target points at $pointer", ({ target, pointer }) => {
    const errors = errorsOf(z.object({ limit: count }), { limit: "x" }, target);
    expect(errors).toEqual([{ pointer, detail: "must be a whole number" }]);
  });

  const cases: { why: string; schema: z.ZodType; value: unknown; pointers: string[] }[] = [
    { why: "the whole body", schema: z.object({}), value: [], pointers: ["#"] },
    {
      why: "a field that is not there",
      schema: z.object({ url: z.string() }),
      value: {},
      pointers: ["#/url"],
    },
    {
      why: "an element of a list within a field",
      schema: z.object({ rows: z.array(z.object({ views: count })) }),
      value: { rows: [{ views: 1 }, { views: "2" }] },
      pointers: ["#/rows/1/views"],
    },
    {
      why: "every bad field at once",
      schema: z.object({ a: count, b: count }),
      value: { a: "1", b: null },
      pointers: ["#/a", "#/b"],
    },
    {
      why: "each unknown field by its own name",
      schema: z.strictObject({}),
      value: { one: 1, two: 2 },
      pointers: ["#/one", "#/two"],
    },
    {
      why: "an unknown field within another",
      schema: z.object({ evidence: z.strictObject({}) }),
      value: { evidence: { extra: 1 } },
      pointers: ["#/evidence/extra"],
    },
    {
      why: "a name with a slash and a tilde, escaped",
      schema: z.object({ "a/b~c": count }),
      value: {},
      pointers: ["#/a~1b~0c"],
    },
    {
      why: "an unknown name that looks escaped already",
      schema: z.strictObject({}),
      value: { "~1": 1 },
      pointers: ["#/~01"],
    },
    { why: "nothing, where nothing is bad", schema: z.object({ a: count }), value: { a: 1 }, pointers: [] },
  ];
  it.each(cases)("points at $why", ({ schema, value, pointers }) => {
    expect(errorsOf(schema, value).map(({ pointer }) => pointer)).toEqual(pointers);
  });

  it("says of an unknown field what is wrong with it", () => {
    expect(errorsOf(z.strictObject({}), { extra: 1 })).toEqual([
      { pointer: "#/extra", detail: "is not a known field" },
    ]);
  });
});

describe("a router", () => {
  const route = createRoute({
    method: "post",
    path: "/things/{id}",
    request: {
      params: z.object({ id: z.string().regex(/^\d+$/, { error: "must be digits" }) }),
      query: z.object({ limit: z.string().regex(/^\d+$/, { error: "must be a number" }).optional() }),
      body: {
        required: true,
        content: { "application/json": { schema: z.strictObject({ a: count, b: count }) } },
      },
    },
    responses: { 200: { description: "Taken." } },
  });
  const router = createRouter();
  router.openapi(route, (c) => c.text("taken"));
  router.onError((error, c) => {
    if (error instanceof ClaimcheckError) {
      const { code, detail, errors } = error;
      return c.text(JSON.stringify({ code, detail, errors }));
    }
    throw error;
  });

  const post = async (path: string, body: unknown) => {
    const headers = { "content-type": "application/json" };
    return (await router.request(path, { method: "POST", body: JSON.stringify(body), headers })).text();
  };
  const good = { a: 1, b: 2 };

  it.each(["/things/1", "/things/1/"])("takes %s", async (path) => {
    expect(await post(path, good)).toBe("taken");
  });

  it.each([
    {
      part: "the path",
      path: "/things/x",
      body: good,
      detail: "One field is not valid.",
      errors: [{ pointer: "#path/id", detail: "must be digits" }],
    },
    {
      part: "the query",
      path: "/things/1?limit=x",
      body: good,
      detail: "One field is not valid.",
      errors: [{ pointer: "#query/limit", detail: "must be a number" }],
    },
    {
      part: "the body",
      path: "/things/1",
      body: { a: "1", b: 2, c: 3 },
      detail: "2 fields are not valid.",
      errors: [
        { pointer: "#/a", detail: "must be a whole number" },
        { pointer: "#/c", detail: "is not a known field" },
      ],
    },
  ])("refuses in one shape what is wrong with $part", async ({ path, body, detail, errors }) => {
    expect(JSON.parse(await post(path, body))).toEqual({ code: "validation_failed", detail, errors });
  });
});
