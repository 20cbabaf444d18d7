import { badParameter, GraphError } from "./graph-error.ts";

/** One name of a `fields` parameter with what follows it: `reactions.summary(total_count).limit(0)`, `from{name}`. */
export interface Field {
  name: string;
  args: Readonly<Record<string, string>>;
  fields: readonly Field[];
}

/** How a field or an edge was asked for; `/{id}/insights?metric=a` and `fields=insights.metric(a)` are the same. */
export interface Asked {
  args: Readonly<Record<string, string>>;
  fields: readonly Field[];
  /** Of the API with its version, for the link to a next page. */
  base: string;
  /** Below the base: `{id}/{edge}`. */
  path: string;
}

/** Something with an id. */
export interface GraphNode {
  /** As the vendor's errors name it. */
  type: string;
  id: string;
  /** Shown whatever is asked. */
  always: readonly string[];
  /** Shown if nothing is asked. */
  defaults: readonly string[];
  /** `undefined` leaves a field out. */
  fields: Readonly<Record<string, (asked: Asked) => unknown>>;
}

/** The fields of a node that were asked for. @throws {GraphError} on one it does not have */
export function select(node: GraphNode, fields: readonly Field[], base: string): Record<string, unknown> {
  const plain = (name: string): Field => ({ name, args: {}, fields: [] });
  const wanted = [...(fields.length > 0 ? fields : node.defaults.map(plain)), ...node.always.map(plain)];
  return Object.fromEntries(wanted.map((field) => [field.name, fieldOf(node, field, base)]));
}

export function fieldOf(node: GraphNode, { name, args, fields }: Field, base: string): unknown {
  const field = Object.hasOwn(node.fields, name) ? node.fields[name] : undefined;
  if (field === undefined)
    throw badParameter(`Tried accessing nonexisting field (${name}) on node type (${node.type})`);
  return field({ args, fields, base, path: `${node.id}/${name}` });
}

const DEFAULT_LIMIT = 25;
const MAX_LIMIT = 100;

/** One page of an edge, in the order given, with cursors. An empty page has no `paging`. */
export function page(nodes: readonly GraphNode[], { args, fields, base, path }: Asked) {
  const limit = limitOf(args.limit);
  const from = args.after === undefined ? 0 : after(nodes, args.after);
  const shown = nodes.slice(from, from + limit);
  const data = shown.map((node) => select(node, fields, base));
  const [first, last] = [shown[0], shown.at(-1)];
  if (first === undefined || last === undefined) return { data };
  const cursors = { before: btoa(first.id), after: btoa(last.id) };
  // The vendor's links repeat the parameters, the token among them if it was one.
  const next = `${base}/${path}?${new URLSearchParams({ ...args, limit: String(limit), after: cursors.after })}`;
  return { data, paging: from + limit < nodes.length ? { cursors, next } : { cursors } };
}

function limitOf(text: string | undefined): number {
  if (text === undefined) return DEFAULT_LIMIT;
  if (!/^\d{1,9}$/.test(text)) throw badParameter("param limit must be non-negative");
  return Math.min(Number(text), MAX_LIMIT);
}

/** Where the page after a cursor begins; past the end if the cursor is nobody's. */
function after(nodes: readonly GraphNode[], cursor: string): number {
  const at = nodes.findIndex(({ id }) => btoa(id) === cursor);
  return at < 0 ? nodes.length : at + 1;
}

/** The parts of an argument that is a list. */
export function listed(text: string | undefined): string[] {
  return (text ?? "").split(",").filter((part) => part !== "");
}

/** Reads a `fields` parameter. @throws {GraphError} on what is not one */
export function parseFields(text: string): Field[] {
  const cursor = { text, at: 0 };
  const fields = text === "" ? [] : parseList(cursor);
  if (cursor.at < text.length) throw syntaxError(cursor);
  return fields;
}

interface Cursor {
  text: string;
  at: number;
}

function parseList(cursor: Cursor): Field[] {
  const fields: Field[] = [];
  do fields.push(parseField(cursor));
  while (take(cursor, /\s*,\s*/y));
  return fields;
}

function parseField(cursor: Cursor): Field {
  const name = take(cursor, /\w+/y)?.[0];
  if (name === undefined) throw syntaxError(cursor);
  const args: Record<string, string> = {};
  for (let found = modifier(cursor); found !== null; found = modifier(cursor)) args[found.name] = found.value;
  if (!take(cursor, /\{/y)) return { name, args, fields: [] };
  const fields = parseList(cursor);
  if (!take(cursor, /\}/y)) throw syntaxError(cursor);
  return { name, args, fields };
}

function modifier(cursor: Cursor): { name: string; value: string } | null {
  const [, name, value] = take(cursor, /\.(\w+)\(([^()]*)\)/y) ?? [];
  return name === undefined || value === undefined ? null : { name, value };
}

/** @param pattern sticky */
function take(cursor: Cursor, pattern: RegExp): RegExpExecArray | null {
  pattern.lastIndex = cursor.at;
  const found = pattern.exec(cursor.text);
  if (found) cursor.at = pattern.lastIndex;
  return found;
}

function syntaxError({ text, at }: Cursor): GraphError {
  const message = `Syntax error "Expected end of string instead of "${text.charAt(at)}"." at character ${at}: ${text}`;
  return new GraphError({ message, code: 2500 });
}
