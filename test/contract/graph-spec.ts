import { GRAPH_VERSION } from "../../src/platforms/graph.ts";
import { type Field, parseFields } from "../simulator/graph-fields.ts";
import { type Json, readSpec } from "./specs.ts";

/** One node of Meta's own description of its graph: its fields, and its edges among the calls. */
export interface NodeSpec {
  apis: { method: string; endpoint?: string; return: string; params: Named[] }[];
  fields: Named[];
}

interface Named {
  name: string;
  type: string;
}

/** A read of a node, a list on an edge of it or both, be it of a call or of a part of a batch. */
export interface Read {
  path: string[];
  query: URLSearchParams;
}

/** What every edge and every node takes; the specification lists the parameters of each edge alone. */
const EVERYWHERE = ["fields", "limit", "after", "summary", "include_headers"];

export const readNode = (name: string) => readSpec<NodeSpec>(`meta-${name}.json`);

/** @throws if there is no such enumeration */
export function readEnum(name: string): string[] {
  const enums = readSpec<{ name: string; values: string[] }[]>("meta-enum_types.json");
  const found = enums.find((each) => each.name === name);
  if (found === undefined) throw new Error(`the specification has no ${name}`);
  return found.values;
}

export const typeOf = ({ fields }: NodeSpec, name: string) => fields.find((each) => each.name === name)?.type;

export const edgeOf = ({ apis }: NodeSpec, name: string) =>
  apis.find(({ method, endpoint }) => method === "GET" && endpoint === name);

/** Names that are newer than the specification, each with where it was read. */
export type Newer = Readonly<Record<string, string>>;

/** What of the fields asked for is neither a field nor an edge of the node, nor a parameter of the edge. */
export function unknownFields(spec: NodeSpec, fields: readonly Field[], newer: Newer = {}): string[] {
  return fields.flatMap(({ name, args }) => {
    const edge = edgeOf(spec, name);
    if (edge !== undefined) return unknownParameters(edge, Object.keys(args)).map((arg) => `${name}.${arg}`);
    return typeOf(spec, name) === undefined && newer[name] === undefined ? [name] : [];
  });
}

export function unknownParameters(edge: NodeSpec["apis"][number], names: readonly string[]): string[] {
  const known = [...EVERYWHERE, ...edge.params.map(({ name }) => name)];
  return names.filter((name) => !known.includes(name));
}

export const fieldsOf = ({ query }: Read) => parseFields(query.get("fields") ?? "");

/** A network that notes what is asked of the graph, each part of a batch for itself. */
export function recording(fetch: (url: string, init?: RequestInit) => Promise<Response>) {
  const urls: URL[] = [];
  const reads: Read[] = [];
  const record = async (url: string, init?: RequestInit) => {
    const asked = new URL(url);
    urls.push(asked);
    const [, below] = asked.pathname.split(`/${GRAPH_VERSION}/`);
    const batch = init?.body instanceof URLSearchParams ? init.body.get("batch") : null;
    // safe: the adapters make their batches by JSON.stringify of such parts.
    const parts = batch === null ? [] : (JSON.parse(batch) as { relative_url: string }[]);
    reads.push(...parts.map(({ relative_url }) => readOf(new URL(relative_url, "https://graph.test/"))));
    if (batch === null && below !== undefined)
      reads.push(readOf(new URL(`${below}${asked.search}`, "https://graph.test/")));
    return fetch(url, init);
  };
  return { fetch: record, urls, reads };
}

function readOf({ pathname, searchParams }: URL): Read {
  return { path: pathname.split("/").filter((segment) => segment !== ""), query: searchParams };
}

const CHECKS: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === "string",
  datetime: (value) => typeof value === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4}$/.test(value),
  int: Number.isSafeInteger,
  "unsigned int": (value) => Number.isSafeInteger(value) && Number(value) >= 0,
  float: (value) => typeof value === "number",
  bool: (value) => typeof value === "boolean",
  // The vendor's word for whatever is not described further; a number too.
  Object: (value) => value !== undefined && value !== null,
};

/** What of an answer the specification does not describe, or describes as another type, as paths. */
export function problemsOf(spec: NodeSpec, answer: unknown, newer: Newer = {}): string[] {
  return Object.entries(recordOf(answer)).flatMap(([name, value]) => {
    const edge = edgeOf(spec, name);
    if (edge !== undefined) return Array.isArray(recordOf(value).data) ? [] : [`${name}: no list`];
    const type = typeOf(spec, name) ?? newer[name];
    if (type === undefined) return [`${name}: not described`];
    return fits(type, value) ? [] : [`${name}: ${JSON.stringify(value)} is no ${type}`];
  });
}

function fits(type: string, value: unknown): boolean {
  const element = /^list<(.+)>$/.exec(type)?.[1];
  if (element !== undefined) return Array.isArray(value) && value.every((each) => fits(element, each));
  // What is left are names of other nodes, which are objects.
  const check = CHECKS[type] ?? ((inner: unknown) => typeof inner === "object" && inner !== null);
  return check(value);
}

/** @throws if the answer is no object */
export function recordOf(answer: unknown): Json {
  if (typeof answer !== "object" || answer === null)
    throw new Error(`${JSON.stringify(answer)} is no object`);
  // safe: an object's keys are texts.
  return answer as Json;
}
