import type { Fetch } from "../../src/platforms/adapter.ts";

/** An answer of the Graph API, whole or as a part of a batch; null is a part that took too long. */
export type Canned = {
  code?: number;
  body: unknown;
  headers?: Record<string, string>;
} | null;

export interface Asked {
  url: URL;
  method: string;
  authorization: string | null;
  /** The relative addresses of a batch. */
  parts: string[];
  form: URLSearchParams;
}

/** A Graph API that answers each read, in a batch or alone, by its relative address: `178/insights?metric=views`. */
export function graphOf(answer: (address: string) => Canned): { fetch: Fetch; asked: Asked[] } {
  const asked: Asked[] = [];
  const fetch: Fetch = async (input, init) => {
    const url = new URL(input);
    const method = init?.method ?? "GET";
    const form = new URLSearchParams(init?.body instanceof URLSearchParams ? init.body : "");
    const batch: { method: string; relative_url: string }[] = JSON.parse(form.get("batch") ?? "[]");
    const parts = batch.map(({ relative_url }) => relative_url);
    asked.push({ url, method, form, parts, authorization: new Headers(init?.headers).get("authorization") });
    if (method === "POST") return Response.json(parts.map((part) => partOf(answer(part))));
    const canned = answer(`${url.pathname.replace(/^\/v25\.0\//, "")}${decodeURIComponent(url.search)}`);
    return Response.json(canned?.body, { status: canned?.code ?? 200, headers: canned?.headers ?? {} });
  };
  return { fetch, asked };
}

function partOf(canned: Canned) {
  if (canned === null) return null;
  const headers = Object.entries(canned.headers ?? {}).map(([name, value]) => ({ name, value }));
  return { code: canned.code ?? 200, headers, body: JSON.stringify(canned.body) };
}

export function graphError(code: number, subcode?: number, changes: Record<string, unknown> = {}) {
  const error = { message: "secret words", type: "OAuthException", code, error_subcode: subcode, ...changes };
  return { code: 400, body: { error } };
}

/** Deleted, or somebody else's. */
export const UNSEEN = graphError(100, 33);
/** A metric the node does not have. */
export const UNSUITED = graphError(100);

/** The answer of an insights edge. */
export function insightsOf(counts: Record<string, unknown>, shape: "values" | "total_value" = "values") {
  const data = Object.entries(counts).map(([name, value]) => ({
    name,
    period: "lifetime",
    ...(shape === "values" ? { values: [{ value }] } : { total_value: { value } }),
  }));
  return { data };
}
