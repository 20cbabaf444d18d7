import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import { ClaimcheckError } from "../../src/domain/errors.ts";
import type { AppEnv } from "../../src/http/app-env.ts";
import { pageRequest, toPage } from "../../src/http/page.ts";

const idOf = (n: number) => `sub_01KB3XPG5M8Q0V2W4Y6Z8A0C${String(n).padStart(2, "0")}`;

/** Ids of so many rows, newest first. */
const rowsOf = (count: number) => Array.from({ length: count }, (_, n) => idOf(99 - n));

/** A page of these rows, and its Link header. */
async function pageOf(rows: readonly string[], limit: number, query = "") {
  const app = new Hono<AppEnv>();
  app.get("/api/v1/submissions", (c) =>
    c.json(toPage(c, rows, { limit, idOf: (id) => id, toItem: (id) => ({ id }) })),
  );
  const response = await app.request(`/api/v1/submissions${query}`);
  const body = await response.json<{ data: { id: string }[]; next_cursor: string | null }>();
  return { ...body, link: response.headers.get("link") };
}

describe("a page", () => {
  it.each([
    { rows: 0, shown: 0, more: false, why: "there is nothing" },
    { rows: 2, shown: 2, more: false, why: "there is less than a page" },
    { rows: 3, shown: 3, more: false, why: "there is exactly a page" },
    { rows: 4, shown: 3, more: true, why: "there is one row more" },
  ])("of 3 shows $shown of $rows rows and has more: $more, because $why", async ({ rows, shown, more }) => {
    const page = await pageOf(rowsOf(rows), 3);
    expect(page.data).toEqual(rowsOf(shown).map((id) => ({ id })));
    expect(page.next_cursor !== null).toBe(more);
    expect(page.link !== null).toBe(more);
  });

  it("goes on below the last id it shows", async () => {
    const { next_cursor } = await pageOf(rowsOf(4), 3);
    const request = pageRequest({ limit: 3, cursor: next_cursor ?? "" });
    expect(request).toEqual({ limit: 3, before: idOf(97) });
  });

  it("links to the next with everything that was asked for", async () => {
    const { link, next_cursor } = await pageOf(rowsOf(4), 3, "?limit=3&cursor=old&platform=x");
    expect(link).toBe(`</api/v1/submissions?limit=3&cursor=${next_cursor}&platform=x>; rel="next"`);
  });

  it("hands out a cursor that needs no escaping in an address", async () => {
    const { next_cursor } = await pageOf(rowsOf(4), 3);
    expect(next_cursor).toMatch(/^[A-Za-z0-9_-]+$/);
  });
});

describe("the request for a page", () => {
  it("is the first with 50 rows unless it says otherwise", () => {
    expect(pageRequest({})).toEqual({ limit: 50, before: null });
    expect(pageRequest({ limit: 200 })).toEqual({ limit: 200, before: null });
  });

  it.each([
    { text: `v1:${idOf(1)}`, why: "control: this one is ours", ours: true },
    { text: `v2:${idOf(1)}`, why: "another version", ours: false },
    { text: idOf(1), why: "no version", ours: false },
    { text: "v1:", why: "no id", ours: false },
    { text: `v1:${idOf(1).slice(0, -1)}`, why: "an id cut short", ours: false },
    { text: `v1:${idOf(1)}0`, why: "an id too long", ours: false },
    { text: `v1:${idOf(1).toLowerCase()}`, why: "an id in lower case", ours: false },
    { text: `v1:${idOf(1)}\n`, why: "a line break after it", ours: false },
    { text: "v1:' OR 1=1 --", why: "something else altogether", ours: false },
  ])("takes a cursor only if it is one of ours: $why", ({ text, ours }) => {
    const cursor = btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
    if (ours) expect(pageRequest({ cursor }).before).toBe(idOf(1));
    else expect(() => pageRequest({ cursor })).toThrow("is not a cursor of this list");
  });

  it.each(["", "2", "%%%", "ünïcode", "AAAA", `${btoa(`v1:${idOf(1)}`)}=`])(
    "refuses %j, and says where",
    (cursor) => {
      const refused = () => pageRequest({ cursor });
      expect(refused).toThrow(ClaimcheckError);
      expect(refused).toThrow(
        expect.objectContaining({
          code: "validation_failed",
          errors: [{ pointer: "#query/cursor", detail: "is not a cursor of this list" }],
        }),
      );
    },
  );
});
