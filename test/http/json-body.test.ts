import fc from "fast-check";
import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import { ClaimcheckError } from "../../src/domain/errors.ts";
import type { AppEnv } from "../../src/http/app-env.ts";
import { limitBody, requireJson } from "../../src/http/json-body.ts";
import { nestsTooDeep } from "../../src/lib/json-text.ts";

const MEGABYTE = 1_048_576;
const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);

describe("JSON text nests too deep", () => {
  it.each([
    { text: nested(32), deep: false, why: "32 levels are allowed" },
    { text: nested(33), deep: true, why: "33 are not" },
    { text: '{"a":'.repeat(33), deep: true, why: "objects count as arrays do, even if they never end" },
    { text: "[{".repeat(16), deep: false, why: "both together up to 32" },
    { text: `${"[{".repeat(16)}[`, deep: true, why: "and no further" },
    { text: `[${"[],".repeat(100)}[]]`, deep: false, why: "what is closed does not add up" },
    { text: JSON.stringify("[".repeat(100)), deep: false, why: "brackets in a string are text" },
    {
      text: `["${"]".repeat(50)}", ${nested(32)}]`,
      deep: true,
      why: "nor do those in a string close anything",
    },
    { text: `["\\"${"[".repeat(100)}"]`, deep: false, why: "an escaped quote does not end a string" },
    { text: `["\\\\", ${nested(32)}]`, deep: true, why: "an escaped backslash does not escape the quote" },
    { text: `["a\\n${"[".repeat(100)}\\u005b"]`, deep: false, why: "other escapes are text too" },
    { text: `{"${"{".repeat(100)}": 1}`, deep: false, why: "names are strings" },
    { text: `"${"[".repeat(100)}`, deep: false, why: "a string that never ends is no nesting, and no JSON" },
    { text: '"abc\\', deep: false, why: "nor is one that ends in a backslash" },
    { text: "", deep: false, why: "nothing nests nothing" },
    { text: "1", deep: false, why: "a number neither" },
  ])("$deep: $why", ({ text, deep }) => {
    expect(nestsTooDeep(text)).toBe(deep);
  });

  it("exactly where the value itself does", () => {
    const depthOf = (value: unknown): number => {
      if (typeof value !== "object" || value === null) return 0;
      return 1 + Math.max(0, ...Object.values(value).map(depthOf));
    };
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), fc.nat(5), (value, limit) => {
        expect(nestsTooDeep(JSON.stringify(value), limit)).toBe(depthOf(value) > limit);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    { text: `"${"a".repeat(MEGABYTE)}"`, why: "a long string" },
    { text: `"${'\\"'.repeat(MEGABYTE / 2)}"`, why: "a long string of escaped quotes" },
    { text: `"${'\\"'.repeat(MEGABYTE / 2)}`, why: "the same without an end" },
    { text: `["${"[".repeat(MEGABYTE)}"]`, why: "a long string of brackets" },
    { text: '"",'.repeat(MEGABYTE / 4), why: "many short strings" },
    { text: "\\".repeat(MEGABYTE), why: "nothing but backslashes" },
  ])("false for a megabyte that does not nest: $why", ({ text }) => {
    expect(nestsTooDeep(text)).toBe(false);
  });

  it("true for a megabyte that does", () => {
    expect(nestsTooDeep("[".repeat(MEGABYTE))).toBe(true);
  });
});

describe("a request", () => {
  const app = new Hono<AppEnv>();
  app.use(limitBody, requireJson);
  app.all("/", (c) => c.text("taken"));
  app.onError((error, c) => {
    if (error instanceof ClaimcheckError) return c.text(`${error.code}: ${error.detail}`, 400);
    throw error;
  });

  const answer = async (method: string, body: string | null, contentType = "application/json") => {
    const init = { method, body, headers: { "content-type": contentType } };
    return (await app.request("/", init)).text();
  };
  const NO_JSON = "bad_request: The body is not well-formed JSON.";
  const NO_TYPE = "unsupported_media_type: Send the body as application/json in UTF-8, not compressed.";

  it.each(["POST", "PUT", "PATCH"])("is taken with a JSON body by %s", async (method) => {
    expect(await answer(method, '{"a":1}')).toBe("taken");
  });

  it.each(["POST", "PUT", "PATCH"])(
    "is taken without any body by %s, which the operation may refuse",
    async (method) => {
      expect(await answer(method, null)).toBe("taken");
    },
  );

  it.each(["application/json; charset=utf-8", "Application/JSON", "application/json ;charset=utf-8"])(
    "is taken as %s",
    async (contentType) => {
      expect(await answer("POST", "{}", contentType)).toBe("taken");
    },
  );

  it.each(["text/plain", "application/jsonp", "application/json-patch+json", "text/json", ""])(
    "is refused as %j",
    async (contentType) => {
      expect(await answer("POST", "{}", contentType)).toBe(NO_TYPE);
    },
  );

  it.each(["{", "{'a':1}", "[1,]", "undefined", " ", '{"a":1}{"b":2}'])(
    "is refused if it is not JSON: %j",
    async (body) => {
      expect(await answer("POST", body)).toBe(NO_JSON);
    },
  );

  it("is refused if it nests deeper than 32 levels", async () => {
    expect(await answer("POST", nested(32))).toBe("taken");
    expect(await answer("POST", nested(33))).toBe("bad_request: The body nests deeper than 32 levels.");
  });

  it("is refused past one mebibyte", async () => {
    const ofBytes = (size: number) => `"${"a".repeat(size - 2)}"`;
    expect(await answer("POST", ofBytes(MEGABYTE))).toBe("taken");
    expect(await answer("POST", ofBytes(MEGABYTE + 1))).toBe("payload_too_large: Send at most 1 MiB.");
  });

  it("is not looked into where a method has no body", async () => {
    expect(await answer("DELETE", "anything", "text/plain")).toBe("taken");
  });
});
