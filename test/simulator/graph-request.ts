import { listed } from "./graph-fields.ts";
import type { VendorRequest } from "./vendor.ts";

/** A read as its address says it, be it of a request or of a part of a batch. */
export interface Read {
  method: string;
  /** Below the version: of one node and perhaps an edge; empty for `?ids=`. */
  path: readonly string[];
  query: URLSearchParams;
  /** Of the API with its version, for links back. */
  base: string;
}

/** The parameters, of the address and of a form alike. */
export function paramsOf({ query, body }: VendorRequest): URLSearchParams {
  return new URLSearchParams([...query, ...new URLSearchParams(body)]);
}

/** Empty if there is none. */
export function tokenOf(request: VendorRequest): string {
  const bearer = /^(?:Bearer|OAuth) (.+)$/.exec(request.headers.get("authorization") ?? "")?.[1];
  return paramsOf(request).get("access_token") ?? bearer ?? "";
}

export function readOf(request: VendorRequest): Read {
  const { version = "v25.0" } = request.params;
  const [, ...below] = request.path.split(`/${version}`);
  return {
    method: request.method,
    path: segments(below.join(`/${version}`)),
    query: paramsOf(request),
    base: `${request.base}/${version}`,
  };
}

/** The parts of a batch as its form says them, or null if it has no list of them. */
export function partsOf(request: VendorRequest): Read[] | null {
  const { base, query } = readOf(request);
  const parts = jsonOf(query.get("batch") ?? "");
  if (!Array.isArray(parts)) return null;
  return parts.map((part: { method?: unknown; relative_url?: unknown } | null) => {
    const [path = "", ...rest] = String(part?.relative_url ?? "").split("?");
    const [first = "", ...below] = segments(path);
    return {
      method: String(part?.method ?? "GET").toUpperCase(),
      path: /^v\d+\.\d+$/.test(first) ? below : segments(path),
      query: new URLSearchParams(rest.join("?")),
      base,
    };
  });
}

/** The ids of a read of several nodes, each once, or null if it names one in its path. */
export function idsOf({ path, query }: Read): string[] | null {
  return path.length === 0 ? [...new Set(listed(query.get("ids") ?? undefined))] : null;
}

function segments(path: string): string[] {
  return path.split("/").filter((segment) => segment !== "");
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
