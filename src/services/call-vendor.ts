import type { Ctx } from "../context.ts";
import type { KnownPost } from "../domain/open-report.ts";
import type { CallReport } from "../domain/quota.ts";
import type { AdapterDeps, CallOutcome, PlatformAdapter } from "../platforms/adapter.ts";
import { type NoReader, type Reader, renewReader } from "./find-readers.ts";

/** A post to ask for, known to us or not: `id` only ties the answer to it. */
export type AskedPost = Pick<
  KnownPost,
  "id" | "platform" | "externalId" | "nativeId" | "accountId" | "platformEnabled" | "platformQuota"
>;

/** Posts that are asked for at once, with one credential. */
export interface Chunk {
  reader: Reader;
  posts: readonly AskedPost[];
}

export interface Call {
  chunk: Chunk;
  /** When the answer was there, ms UTC. */
  at: number;
  /** Null if the deadline came first. */
  outcome: CallOutcome | null;
  /** Why the credential, which the vendor refused, could not be renewed; null if it did not have to be. */
  lapsed: NoReader | null;
}

/** Asks the vendor once a chunk, a few at a time; the calls come back in the order in which they finished. */
export async function callVendor(
  ctx: Ctx,
  adapter: PlatformAdapter,
  chunks: readonly Chunk[],
  deadline: number,
): Promise<Call[]> {
  const queue = [...chunks];
  const finished: Call[] = [];
  const worker = async () => {
    for (let chunk = queue.shift(); chunk; chunk = queue.shift()) {
      const asked = ctx.now() < deadline ? await observe(ctx, adapter, chunk) : NOT_ASKED;
      finished.push({ chunk, at: ctx.now(), ...asked });
    }
  };
  await Promise.all(Array.from({ length: ctx.config.VENDOR_CONCURRENCY }, worker));
  return finished;
}

type Asked = Pick<Call, "outcome" | "lapsed">;

const NOT_ASKED: Asked = { outcome: null, lapsed: null };

/** A credential that the vendor refuses is renewed, once, and the question put again. */
async function observe(ctx: Ctx, adapter: PlatformAdapter, { reader, posts }: Chunk): Promise<Asked> {
  const ids = posts.map(({ externalId }) => externalId);
  const outcome = await adapter.observe(depsOf(ctx, adapter, { reader, posts }), ids);
  if (outcome.kind !== "unauthorised") return { outcome, lapsed: null };
  const renewed = await renewReader(ctx, adapter.platform, reader);
  if (renewed === null) return { outcome, lapsed: null };
  if ("reason" in renewed) return { outcome, lapsed: renewed };
  const again = await adapter.observe(depsOf(ctx, adapter, { reader: renewed, posts }), ids);
  const calls = (outcome.calls ?? 1) + (again.calls ?? 1);
  return { outcome: { ...again, calls }, lapsed: null };
}

function depsOf(ctx: Ctx, { platform }: PlatformAdapter, { reader, posts }: Chunk): AdapterDeps {
  const { urls, secrets } = ctx.settings(platform);
  return {
    fetch: ctx.fetch,
    baseUrl: urls.api,
    credential: reader.credential,
    timeoutMs: ctx.config.VENDOR_TIMEOUT_MS,
    now: ctx.now,
    accountId: reader.accountId,
    nativeIds: new Map(
      posts.flatMap(({ externalId, nativeId }) => (nativeId ? [[externalId, nativeId]] : [])),
    ),
    secrets,
  };
}

/** What the gate is told of a call. One that was throttled on the way is a refusal, whatever it answered before. */
export function toReport(outcome: CallOutcome): CallReport {
  const { limits } = outcome;
  if (outcome.kind !== "answered") {
    const { kind, retryAt } = outcome;
    // A refusal that names its end says more than a window of which nothing is left.
    return { kind, limits: kind === "rate_limited" && retryAt !== null ? null : limits, retryAt };
  }
  for (const said of outcome.posts.values()) {
    if (said.kind === "unanswered" && said.failure === "rate_limited" && said.retryAt !== null) {
      return { kind: said.failure, limits, retryAt: said.retryAt };
    }
  }
  return { kind: outcome.kind, limits, retryAt: null };
}
