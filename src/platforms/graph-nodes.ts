import {
  asCallError,
  BATCH_MAX,
  type CallError,
  type GraphAnswer,
  type GraphClient,
  isCallError,
  sharedFailure,
} from "./graph.ts";
import type { GraphError } from "./graph-errors.ts";
import { type Count, readInsight } from "./graph-insights.ts";
import { readRecord, readRecords } from "./read-values.ts";

/** A kind of node that is a post: its own fields, and the insights on an edge of it. */
export interface NodeKind {
  fields: string;
  edge: "insights" | "video_insights";
  /** The vendor's names. */
  metrics: readonly string[];
}

/** A node and its insights by the vendor's names, null where there are none. */
export interface SeenNode {
  kind: "seen";
  node: Record<string, unknown>;
  insights: ReadonlyMap<string, number | null>;
}

type NodeAnswer = SeenNode | GraphError;

/** Which node is asked for. */
export interface NodeAsk {
  kind: NodeKind;
  id: string;
}

/** Most calls that {@link readNodes} makes. */
export function callsFor(kind: NodeKind): number {
  return 1 + narrowCallsFor(kind);
}

/** Most calls that {@link readNarrowly} makes for a full batch of nodes. */
export function narrowCallsFor({ metrics }: NodeKind): number {
  return 1 + metrics.length;
}

/**
 * Reads up to {@link BATCH_MAX} nodes, each with its insights in one part of a batch. Such a part fails as a whole if one
 * metric does not suit its node, or if the node has no insights at all, so that its error is no last word: those nodes
 * are asked for once more, narrowly.
 *
 * @returns an answer for each, in order; an error if the call failed, or every part of it for one reason of its own
 */
export async function readNodes(
  graph: GraphClient,
  asks: readonly NodeAsk[],
): Promise<NodeAnswer[] | CallError> {
  const parts = await graph.batch(asks.map(wholeNode));
  if (!Array.isArray(parts)) return asCallError(parts);
  const failure = sharedFailure(parts);
  if (failure !== null) return failure;
  const answers = asks.map((ask, i) => readWholeNode(ask, parts[i] ?? LOST));
  const again = asks.flatMap((ask, i) => narrowed(ask, answers[i] ?? LOST));
  const narrow = await readNarrowly(graph, again);
  const bySecondLook = new Map(again.map(({ ask }, i) => [ask, narrow[i] ?? LOST]));
  return asks.map((ask, i) => bySecondLook.get(ask) ?? answers[i] ?? LOST);
}

/** How a node is asked for again, if it is. */
function narrowed(ask: NodeAsk, answer: NodeAnswer): NarrowAsk[] {
  if (answer.kind === "seen" || isCallError(answer)) return [];
  const fieldsOnly = answer.kind === "gone" || answer.kind === "no_data";
  return [{ ask, fieldsOnly }];
}

function wholeNode({ kind, id }: NodeAsk): string {
  return `${id}?fields=${kind.fields},${kind.edge}.metric(${kind.metrics.join(",")}).period(lifetime)`;
}

function readWholeNode(ask: NodeAsk, answer: GraphAnswer): NodeAnswer {
  if (answer.kind !== "object") return answer;
  const edge = answer.object[ask.kind.edge];
  const list = edge === undefined ? [] : readRecords(readRecord(edge)?.data);
  return seen(ask, answer.object, (metric) => readInsight(list, metric));
}

/** With `fieldsOnly` the insights are not asked for: it is known that there are none. */
interface NarrowAsk {
  ask: NodeAsk;
  fieldsOnly: boolean;
}

/**
 * Reads the fields of nodes and each of their metrics in parts that fail each for itself. A metric that is refused is
 * unknown; one that is only put off leaves its node without an answer.
 */
export async function readNarrowly(graph: GraphClient, asks: readonly NarrowAsk[]): Promise<NodeAnswer[]> {
  const addresses = asks.map(narrowAddresses);
  const answers = await readAll(graph, addresses.flat());
  let at = 0;
  return asks.map(({ ask }, i) => {
    const [fields = LOST, ...metrics] = answers.slice(at, at + (addresses[i]?.length ?? 0));
    at += 1 + metrics.length;
    return joined(ask, fields, metrics);
  });
}

const LOST: GraphError = { kind: "unreadable", detail: "not in the answer", retryAt: null };

function narrowAddresses({ ask: { kind, id }, fieldsOnly }: NarrowAsk): string[] {
  const fields = `${id}?fields=${kind.fields}`;
  if (fieldsOnly) return [fields];
  return [fields, ...kind.metrics.map((metric) => `${id}/${kind.edge}?metric=${metric}&period=lifetime`)];
}

/** In as many batches as it takes, all at once; the error of a batch is that of each of its parts. */
async function readAll(graph: GraphClient, addresses: readonly string[]): Promise<GraphAnswer[]> {
  const starts = Array.from({ length: Math.ceil(addresses.length / BATCH_MAX) }, (_, n) => n * BATCH_MAX);
  const batches = await Promise.all(
    starts.map(async (start) => {
      const batch = addresses.slice(start, start + BATCH_MAX);
      const answer = await graph.batch(batch);
      return Array.isArray(answer) ? answer : batch.map(() => answer);
    }),
  );
  return batches.flat();
}

function joined(ask: NodeAsk, fields: GraphAnswer, metrics: readonly GraphAnswer[]): NodeAnswer {
  if (fields.kind !== "object") return fields;
  const failed = metrics.find(isCallError);
  if (failed !== undefined) return failed;
  const lists = metrics.map((answer) =>
    answer.kind === "object" ? readRecords(answer.object.data) : NO_INSIGHTS,
  );
  return seen(ask, fields.object, (metric) => {
    const list = lists[ask.kind.metrics.indexOf(metric)];
    return readInsight(list === undefined ? NO_INSIGHTS : list, metric);
  });
}

/** Of a metric that was refused, or was not asked for. */
const NO_INSIGHTS: Record<string, unknown>[] = [];

function seen(
  { kind, id }: NodeAsk,
  node: Record<string, unknown>,
  insight: (metric: string) => Count,
): NodeAnswer {
  if (node.id !== id)
    return { kind: "unreadable", detail: "the answer is about another post", retryAt: null };
  const insights = new Map<string, number | null>();
  for (const metric of kind.metrics) {
    const count = insight(metric);
    if (count === "misshapen")
      return { kind: "unreadable", detail: `${metric} is not a count`, retryAt: null };
    insights.set(metric, count);
  }
  return { kind: "seen", node, insights };
}
