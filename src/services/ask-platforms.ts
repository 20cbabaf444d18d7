import type { Ctx, Gate } from "../context.ts";
import type { CounterDelta } from "../db/queries/rollup-upserts.ts";
import type { Transition } from "../domain/breaker.ts";
import type { Grant } from "../domain/gate.ts";
import type { KnownPost } from "../domain/open-report.ts";
import type { Platform } from "../domain/platform.ts";
import type { CallReport } from "../domain/quota.ts";
import type { Logger } from "../lib/log.ts";
import type { CallOutcome, PlatformAdapter, PostObservation } from "../platforms/adapter.ts";
import { ADAPTERS } from "../platforms/registry.ts";

/** What came of asking for one post: an answer and when it came (ms UTC), or when asking again makes sense. */
export type Answer =
  | { kind: "answered"; at: number; observation: PostObservation }
  | { kind: "put_off"; reason: string; retryAt: number };

export interface Answers {
  /** One answer for every post asked for, by post id. */
  byPost: Map<string, Answer>;
  vendorCalls: number;
  vendorErrors: number;
  counters: CounterDelta[];
}

/** A post to ask for, known to us or not: `id` only ties the answer to it. */
export type AskedPost = Pick<
  KnownPost,
  "id" | "platform" | "externalId" | "platformEnabled" | "platformQuota"
>;

/** The label of the app-level credential in the gate's ledgers. */
const APP_CREDENTIAL = "app";

/**
 * Asks the platforms for these posts: per platform one admission for all calls, the vendor's batches, one report back.
 * Never throws for what a platform or its gate does: what cannot be asked now is put off.
 */
export async function askPlatforms(ctx: Ctx, posts: readonly AskedPost[]): Promise<Answers> {
  const answers: Answers = { byPost: new Map(), vendorCalls: 0, vendorErrors: 0, counters: [] };
  const byPlatform = Map.groupBy(posts, ({ platform }) => platform);
  const deadline = ctx.now() + ctx.config.OBSERVE_DEADLINE_MS;
  await Promise.all(
    [...byPlatform].map(([platform, group]) =>
      askPlatform(ctx, { platform, posts: group, deadline }, answers),
    ),
  );
  return answers;
}

interface Question {
  platform: Platform;
  posts: readonly AskedPost[];
  /** After this instant (ms UTC) no further call is started. */
  deadline: number;
}

async function askPlatform(ctx: Ctx, question: Question, answers: Answers): Promise<void> {
  const { platform, posts } = question;
  const log = ctx.log.with({ platform });
  const putOff = (some: readonly AskedPost[], reason: string, retryAt: number | null) => {
    const at = retryAt ?? ctx.now() + waitSeconds(ctx, reason) * 1_000;
    for (const post of some) answers.byPost.set(post.id, { kind: "put_off", reason, retryAt: at });
  };
  const [sample] = posts;
  if (!sample?.platformEnabled) return putOff(posts, "disabled", null);
  const credential = ctx.credential(platform);
  if (!credential) {
    log.error("platform_credential_missing", null);
    return putOff(posts, "not_configured", null);
  }
  const adapter = ADAPTERS[platform];
  const chunks = inChunks(posts, adapter.batchSize);
  const gate = ctx.gate(platform);
  const grant = await admission(gate, { calls: chunks.length, quota: sample.platformQuota }, log);
  putOff(chunks.slice(grant.granted).flat(), grant.reason ?? "not_admitted", grant.retryAt);
  if (grant.permit === null) return;

  const calls = await callVendor(ctx, adapter, {
    chunks: chunks.slice(0, grant.granted),
    credential,
    deadline: question.deadline,
  });
  for (const call of calls) record(call, platform, answers);
  const probeAt = await reportBack(gate, grant.permit, calls, log);
  for (const { posts: asked, outcome } of calls) {
    if (outcome === null) putOff(asked, "deadline", null);
    else if (outcome.kind !== "answered") {
      log.warn("platform_call_failed", { failure: outcome.kind, detail: outcome.detail });
      putOff(asked, outcome.kind, outcome.retryAt ?? probeAt);
    }
  }
}

/** What only a person can change is not looked at every minute, so that it does not crowd out the others. */
const WAITS_FOR_PEOPLE: ReadonlySet<string> = new Set(["held", "disabled", "not_configured"]);

const waitSeconds = ({ config }: Ctx, reason: string): number =>
  WAITS_FOR_PEOPLE.has(reason) ? 10 * config.PUT_OFF_SECONDS : config.PUT_OFF_SECONDS;

type Admission = Pick<Grant, "granted" | "permit" | "retryAt"> & { reason: string | null };

/** Asks for leave. A gate out of reach gives none: not asking is safe, asking without leave is not. */
async function admission(
  gate: Gate,
  request: { calls: number; quota: AskedPost["platformQuota"] },
  log: Logger,
): Promise<Admission> {
  try {
    const { grant, transitions } = await gate.admit({ ...request, credential: APP_CREDENTIAL });
    logTransitions(log, transitions);
    return grant;
  } catch (error) {
    log.error("gate_unreachable", error);
    return { granted: 0, permit: null, retryAt: null, reason: "gate_unreachable" };
  }
}

/**
 * Tells the gate what came of the calls. If it cannot be told, its permit expires; the answers stand all the same.
 *
 * @returns when an open breaker grants its first probe, ms UTC; null if none is open or the gate does not say
 */
async function reportBack(
  gate: Gate,
  permit: string,
  calls: readonly Call[],
  log: Logger,
): Promise<number | null> {
  try {
    const { transitions } = await gate.settle({
      permit,
      credential: APP_CREDENTIAL,
      outcomes: calls.flatMap(({ outcome }) => (outcome === null ? [] : [toReport(outcome)])),
      unused: calls.filter(({ outcome }) => outcome === null).length,
    });
    logTransitions(log, transitions);
    const failed = calls.some(({ outcome }) => outcome !== null && outcome.kind !== "answered");
    return failed ? (await gate.snapshot()).probe_at : null;
  } catch (error) {
    log.error("gate_unreachable", error);
    return null;
  }
}

/** Each change of the breaker's phase is logged once, by the call that brought it about. */
function logTransitions(log: Logger, transitions: readonly Transition[]): void {
  for (const { from, to, at } of transitions) log.warn("breaker_moved", { from, to, at });
}

interface Call {
  posts: readonly AskedPost[];
  at: number;
  /** Null if the deadline came first. */
  outcome: CallOutcome | null;
}

interface Work {
  chunks: AskedPost[][];
  credential: string;
  deadline: number;
}

/** Calls the vendor once a chunk, a few at a time; the calls come back in the order in which they finished. */
async function callVendor(ctx: Ctx, adapter: PlatformAdapter, work: Work): Promise<Call[]> {
  const { credential, deadline } = work;
  const deps = {
    fetch: ctx.fetch,
    baseUrl: ctx.baseUrl(adapter.platform),
    credential,
    timeoutMs: ctx.config.VENDOR_TIMEOUT_MS,
    now: ctx.now,
  };
  const queue = [...work.chunks];
  const finished: Call[] = [];
  const worker = async () => {
    for (let posts = queue.shift(); posts; posts = queue.shift()) {
      const ids = posts.map(({ externalId }) => externalId);
      const outcome = ctx.now() < deadline ? await adapter.observe(deps, ids) : null;
      finished.push({ posts, at: ctx.now(), outcome });
    }
  };
  await Promise.all(Array.from({ length: ctx.config.VENDOR_CONCURRENCY }, worker));
  return finished;
}

function record({ posts, at, outcome }: Call, platform: Platform, answers: Answers): void {
  if (outcome === null) return;
  answers.vendorCalls += 1;
  answers.counters.push({ name: "vendor_calls", label: `${platform}/${outcome.kind}`, by: 1 });
  if (outcome.kind !== "answered") {
    answers.vendorErrors += 1;
    return;
  }
  for (const post of posts) {
    const observation = outcome.posts.get(post.externalId) ?? {
      kind: "unreadable",
      detail: "no answer for it",
    };
    answers.byPost.set(post.id, { kind: "answered", at, observation });
  }
}

function toReport(outcome: CallOutcome): CallReport {
  const retryAt = outcome.kind === "answered" ? null : outcome.retryAt;
  return { kind: outcome.kind, limits: outcome.limits, retryAt };
}

function inChunks<T>(items: readonly T[], size: number): T[][] {
  const chunks: T[][] = [];
  for (let i = 0; i < items.length; i += size) chunks.push(items.slice(i, i + size));
  return chunks;
}
