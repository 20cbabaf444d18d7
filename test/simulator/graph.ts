import { answeredFor } from "./faults.ts";
import { authenticateHeader, badParameter, errorBody, GraphError, unknownObject } from "./graph-error.ts";
import { fieldOf, type GraphNode, parseFields, select } from "./graph-fields.ts";
import { takeCalls, type UseCase, usageHeaders } from "./graph-limits.ts";
import { idsOf, partsOf, type Read, readOf, tokenOf } from "./graph-request.ts";
import type { TokenKind } from "./graph-token.ts";
import type { Operation, VendorRequest, World } from "./vendor.ts";

/** Nodes a call reads with `?ids=`, and requests a batch holds. */
const MAX_AT_ONCE = 50;

/** The version as paths begin with it; whichever is asked for is answered alike. */
export const VERSION = "/:version{v\\d+\\.\\d+}";

/** Whom a token speaks for. */
export interface Caller {
  kind: TokenKind | "system";
  /** Empty for a system user, who is no account that posts. */
  accountId: string;
}

/** Who reads, what and when. */
export interface GraphCall {
  world: World;
  caller: Caller;
  /** ms UTC */
  now: number;
}

/** A token, and the nodes that are to be read with it. */
interface Presented {
  token: string;
  nodeIds: readonly string[];
  /** ms UTC */
  now: number;
}

/** What differs between Meta's graphs. */
export interface Graph {
  /** @throws {GraphError} if the token is worthless for what it is to read */
  caller(world: World, presented: Presented): Caller;
  /** Whose limits a read of this node counts against; null: the app's own. */
  useCase(caller: Caller, nodeId: string): UseCase | null;
  /** The node of an id, null if the caller is shown none. */
  find(call: GraphCall, id: string): GraphNode | null;
  /** The post a node is, as the control API names it; null for all other nodes. */
  postOf(nodeId: string): string | null;
}

/**
 * The reads that all nodes share, under any version: a node, an edge of it, several nodes (`?ids=`) and batches.
 *
 * @param edges those the call log names; any other is "edge"
 */
export function graphOperations(graph: Graph, edges: readonly string[]): Operation[] {
  const at = (name: string, path: string, method: "GET" | "POST" = "GET"): Operation => ({
    name,
    path,
    method,
    ids: (request) => postsAsked(graph, request),
    answer: (world, request) => answerGraph(graph, world, request),
  });
  return [
    ...["/", VERSION, `${VERSION}/`].map((path) => at("batch", path, "POST")),
    ...[VERSION, `${VERSION}/`].map((path) => at("nodes", path)),
    at("node", `${VERSION}/:node`),
    ...edges.map((edge) => at(edge, `${VERSION}/:node/${edge}`)),
    at("edge", `${VERSION}/:node/:edge`),
  ];
}

interface Answer {
  status: number;
  headers: Record<string, string>;
  body: unknown;
}

function answerGraph(graph: Graph, world: World, request: VendorRequest): Response {
  const { now } = request;
  const { status, headers, body } = guarded(() => {
    const presented = { token: tokenOf(request), nodeIds: nodesAsked(request), now };
    const call = { world, caller: graph.caller(world, presented), now };
    const read = readOf(request);
    if (request.method !== "POST") return run(graph, call, read);
    const withHeaders = read.query.get("include_headers") !== "false";
    const body = batch(graph, call, { parts: partsOf(request) ?? [], withHeaders });
    return {
      status: 200,
      headers: usageHeaders(world, { useCase: graph.useCase(call.caller, ""), now }),
      body,
    };
  });
  return Response.json(body, { status, headers });
}

function guarded(work: () => Answer): Answer {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    const { refused } = error;
    return { status: refused.status ?? 400, headers: authenticateHeader(refused), body: errorBody(refused) };
  }
}

interface Batch {
  parts: readonly Read[];
  withHeaders: boolean;
}

/** The answers to the parts, in order, each with its body as text; null for one that took too long. */
function batch(graph: Graph, call: GraphCall, { parts, withHeaders }: Batch): unknown[] {
  if (parts.length === 0) throw badParameter("Invalid parameter: batch");
  if (parts.length > MAX_AT_ONCE) throw new GraphError(TOO_LARGE);
  const inTime = new Set(answeredFor(call.world.faults, parts));
  return parts.map((part) => {
    if (!inTime.has(part)) return null;
    const { status, headers, body } = guarded(() => run(graph, callOf(graph, call, part), part));
    const listing = Object.entries(headers).map(([name, value]) => ({ name, value }));
    return { code: status, ...(withHeaders && { headers: listing }), body: JSON.stringify(body) };
  });
}

const TOO_LARGE = {
  message: `Too many requests in batch message. Maximum batch size is ${MAX_AT_ONCE}`,
  type: "GraphBatchException",
  code: 100,
};

/** A part may bring a token of its own. */
function callOf(graph: Graph, { world, caller, now }: GraphCall, part: Read): GraphCall {
  const token = part.query.get("access_token");
  if (token === null) return { world, caller, now };
  return { world, caller: graph.caller(world, { token, nodeIds: nodesOf(part), now }), now };
}

/** Reads within the limits, whose use the answer tells of either way. */
function run(graph: Graph, call: GraphCall, read: Read): Answer {
  const { world, caller, now } = call;
  const counted = { useCase: graph.useCase(caller, read.path[0] ?? ""), now };
  const answer = guarded(() => {
    if (read.method !== "GET") throw unsupported(read.method);
    const ids = idsOf(read);
    // Each node of `?ids=` counts like a call of its own.
    takeCalls(world, Math.max(ids?.length ?? 1, 1), counted);
    const body = ids === null ? readOne(graph, call, read) : readMany(graph, call, { read, ids });
    return { status: 200, headers: {}, body };
  });
  return { ...answer, headers: { ...answer.headers, ...usageHeaders(world, counted) } };
}

function readOne(graph: Graph, call: GraphCall, { path: [id = "", edge], query, base }: Read): unknown {
  const node = graph.find(call, id);
  if (node === null) throw unknownObject(id);
  const fields = parseFields(query.get("fields") ?? "");
  if (edge === undefined) return select(node, fields, base);
  return fieldOf(node, { name: edge, args: Object.fromEntries(query), fields }, base);
}

/** One unknown id fails them all. */
function readMany(graph: Graph, call: GraphCall, { read, ids }: { read: Read; ids: string[] }) {
  if (ids.length === 0) throw unsupported("get");
  if (ids.length > MAX_AT_ONCE)
    throw badParameter(`Too many IDs. Maximum: ${MAX_AT_ONCE}. Provided: ${ids.length}.`);
  const fields = parseFields(read.query.get("fields") ?? "");
  const found = ids.map((id) => {
    const node = graph.find(call, id);
    if (node !== null) return [id, select(node, fields, read.base)] as const;
    const message = `(#803) Some of the aliases you requested do not exist: ${id}`;
    throw new GraphError({ message, code: 803 });
  });
  return Object.fromEntries(answeredFor(call.world.faults, found));
}

function unsupported(method: string): GraphError {
  const message = `Unsupported request - method type: ${method.toLowerCase()}`;
  return new GraphError({ message, type: "GraphMethodException", code: 100 });
}

function nodesOf(read: Read): readonly string[] {
  return idsOf(read) ?? read.path.slice(0, 1);
}

function nodesAsked(request: VendorRequest): string[] {
  const reads = request.method === "POST" ? (partsOf(request) ?? []) : [readOf(request)];
  return reads.flatMap(nodesOf);
}

/** The posts a request is about, each once, for the call log. */
function postsAsked(graph: Graph, request: VendorRequest): string[] {
  const posts = nodesAsked(request).map((id) => graph.postOf(id));
  return [...new Set(posts.filter((id) => id !== null))];
}
