import type { Ctx, Gate } from "../context.ts";
import type { CounterDelta } from "../db/queries/rollup-upserts.ts";
import type { Transition } from "../domain/breaker.ts";
import type { Grant, SettleReport } from "../domain/gate.ts";
import type { Platform } from "../domain/platform.ts";
import type { Quota } from "../domain/quota.ts";
import type { Logger } from "../lib/log.ts";
import type { PlatformAdapter, PostObservation } from "../platforms/adapter.ts";
import { adapterOf } from "../platforms/lookup.ts";
import { type AskedPost, type Call, type Chunk, callVendor, toReport } from "./call-vendor.ts";
import { findReaders, type NoReader, type Reader, type Readers } from "./find-readers.ts";

/** What came of asking for one post: an answer and when it came (ms UTC), or when asking again makes sense. */
export type Answer =
  | {
      kind: "answered";
      at: number;
      observation: PostObservation;
      /** The connected account that was asked with; null where the app itself asked. */
      accountId: string | null;
    }
  | { kind: "put_off"; reason: string; retryAt: number };

export interface Answers {
  /** One answer for every post asked for, by post id. */
  byPost: Map<string, Answer>;
  vendorCalls: number;
  vendorErrors: number;
  counters: CounterDelta[];
}

/** Accounts that are asked for one post, one after the other, until it is seen through one of them. */
const READERS_TRIED = 20;

/**
 * Asks the platforms for these posts: per platform and credential the vendor's batches, with one admission and one report
 * back for all of them. A post that is not there for one claimant's account is asked for with the next one's.
 * Never throws for what a platform or its gate does: what cannot be asked now is put off.
 *
 * @throws if D1 fails
 */
export async function askPlatforms(ctx: Ctx, posts: readonly AskedPost[]): Promise<Answers> {
  const answers: Answers = { byPost: new Map(), vendorCalls: 0, vendorErrors: 0, counters: [] };
  const byPlatform = Map.groupBy(posts, ({ platform }) => platform);
  const deadline = ctx.now() + ctx.config.OBSERVE_DEADLINE_MS;
  await Promise.all(
    [...byPlatform].map(([platform, group]) => new Questioning(ctx, platform, answers, deadline).ask(group)),
  );
  return answers;
}

/** What only a person can change is not looked at every minute, so that it does not crowd out the others. */
const WAITS_FOR_PEOPLE: ReadonlySet<string> = new Set([
  "held",
  "disabled",
  "not_configured",
  "not_connected",
  "reconnect",
]);

/** One platform being asked for the posts of a batch. */
class Questioning {
  readonly #ctx: Ctx;
  readonly #adapter: PlatformAdapter;
  readonly #gate: Gate;
  readonly #log: Logger;
  readonly #answers: Answers;
  /** After this instant (ms UTC) no further call is started. */
  readonly #deadline: number;

  constructor(ctx: Ctx, platform: Platform, answers: Answers, deadline: number) {
    this.#ctx = ctx;
    this.#adapter = adapterOf(platform);
    this.#gate = ctx.gate(platform);
    this.#log = ctx.log.with({ platform });
    this.#answers = answers;
    this.#deadline = deadline;
  }

  async ask(posts: readonly AskedPost[]): Promise<void> {
    const [sample] = posts;
    if (!sample?.platformEnabled) {
      this.#putOff(posts, { reason: "disabled", retryAt: null });
      return;
    }
    const { byPost, without } = await findReaders(this.#ctx, this.#adapter, posts);
    for (const post of posts) {
      const why = without.get(post.id);
      if (why !== undefined && !byPost.has(post.id)) this.#putOff([post], this.#notBefore(why));
    }
    for (let turn = 0; turn < READERS_TRIED; turn++) {
      const asked = posts.flatMap((post) => {
        const reader = byPost.get(post.id)?.[turn];
        return reader !== undefined && this.#isWanting(post, turn) ? [{ post, reader }] : [];
      });
      if (asked.length === 0) break;
      await this.#round(this.#inChunks(asked), sample.platformQuota);
    }
    this.#doubt(posts, byPost, without);
  }

  /** That nobody who was asked with sees a post says nothing while somebody who might was not. */
  #doubt(posts: readonly AskedPost[], byPost: Readers["byPost"], without: Readers["without"]): void {
    for (const post of posts.filter((asked) => this.#isUnseen(asked))) {
      const isCutShort = (byPost.get(post.id)?.length ?? 0) > READERS_TRIED;
      const why = without.get(post.id) ?? (isCutShort ? TOO_MANY : undefined);
      if (why !== undefined) this.#putOff([post], why);
    }
  }

  /** A post is asked for once, and again with another account until its numbers are seen. */
  #isWanting(post: AskedPost, turn: number): boolean {
    const answer = this.#answers.byPost.get(post.id);
    return turn === 0 || answer === undefined || rankOf(answer) < SEEN;
  }

  #isUnseen({ id }: AskedPost): boolean {
    const answer = this.#answers.byPost.get(id);
    return answer?.kind === "answered" && ABSENT.has(answer.observation.kind);
  }

  /** Of what several accounts are told of one post, what says most stands. */
  #note(post: AskedPost, answer: Answer): void {
    const before = this.#answers.byPost.get(post.id);
    if (before === undefined || rankOf(answer) > rankOf(before)) this.#answers.byPost.set(post.id, answer);
  }

  /** The vendor's batches: posts of one credential each. */
  #inChunks(asked: readonly { post: AskedPost; reader: Reader }[]): Chunk[] {
    const { batchSize } = this.#adapter;
    const groups = Map.groupBy(asked, ({ reader }) => reader.label);
    return [...groups.values()].flatMap((group) => {
      const [{ reader } = { reader: null }] = group;
      const chunks: Chunk[] = [];
      for (let i = 0; reader !== null && i < group.length; i += batchSize) {
        chunks.push({ reader, posts: group.slice(i, i + batchSize).map(({ post }) => post) });
      }
      return chunks;
    });
  }

  async #round(chunks: readonly Chunk[], quota: Quota | null): Promise<void> {
    const byLabel = [...Map.groupBy(chunks, ({ reader }) => reader.label)];
    const grants = await this.#admission(
      byLabel.map(([credential, own]) => ({ credential, calls: own.length, quota })),
    );
    const leave = byLabel.map(([label, own], i) => ({ label, own, grant: grants[i] ?? NO_LEAVE }));
    for (const { own, grant } of leave) {
      const refused = own.slice(grant.granted).flatMap(({ posts }) => posts);
      this.#putOff(refused, { reason: grant.reason ?? "not_admitted", retryAt: grant.retryAt });
    }
    const granted = leave.flatMap(({ own, grant }) => own.slice(0, grant.granted));
    if (granted.length === 0) return;
    const calls = await callVendor(this.#ctx, this.#adapter, granted, this.#deadline);
    const reports = leave.flatMap(({ label, grant }) => {
      const own = calls.filter(({ chunk }) => chunk.reader.label === label);
      return grant.permit === null ? [] : [settlement(grant.permit, label, own)];
    });
    const probeAt = await this.#reportBack(reports, calls);
    for (const call of calls) this.#record(call, probeAt);
  }

  /** Asks for leave. A gate out of reach gives none: not asking is safe, asking without leave is not. */
  async #admission(requests: Parameters<Gate["admit"]>[0]): Promise<Leave[]> {
    try {
      const { grants, transitions } = await this.#gate.admit(requests);
      this.#logTransitions(transitions);
      return grants;
    } catch (error) {
      this.#log.error("gate_unreachable", error);
      return [];
    }
  }

  /**
   * Tells the gate what came of the calls. If it cannot be told, its permits expire; the answers stand all the same.
   *
   * @returns when an open breaker grants its first probe, ms UTC; null if none is open or the gate does not say
   */
  async #reportBack(reports: readonly SettleReport[], calls: readonly Call[]): Promise<number | null> {
    try {
      const { transitions } = await this.#gate.settle(reports);
      this.#logTransitions(transitions);
      const failed = calls.some(({ outcome }) => outcome !== null && outcome.kind !== "answered");
      return failed ? (await this.#gate.snapshot()).probe_at : null;
    } catch (error) {
      this.#log.error("gate_unreachable", error);
      return null;
    }
  }

  /** Each change of the breaker's phase is logged once, by the call that brought it about. */
  #logTransitions(transitions: readonly Transition[]): void {
    for (const { from, to, at } of transitions) this.#log.warn("breaker_moved", { from, to, at });
  }

  #record({ chunk, at, outcome, lapsed }: Call, probeAt: number | null): void {
    const { posts, reader } = chunk;
    if (outcome === null) {
      this.#putOff(posts, { reason: "deadline", retryAt: null });
      return;
    }
    const { calls = 1 } = outcome;
    this.#answers.vendorCalls += calls;
    const label = `${this.#adapter.platform}/${outcome.kind}`;
    this.#answers.counters.push({ name: "vendor_calls", label, by: calls });
    if (outcome.kind !== "answered") {
      this.#answers.vendorErrors += 1;
      this.#log.warn("platform_call_failed", { failure: outcome.kind, detail: outcome.detail });
      const failed = { reason: outcome.kind, retryAt: outcome.retryAt ?? probeAt };
      this.#putOff(posts, lapsed === null ? failed : this.#notBefore(lapsed));
      return;
    }
    const accountId = reader.accountId === null ? null : reader.label;
    for (const post of posts) {
      const said = outcome.posts.get(post.externalId) ?? NOTHING_SAID;
      if (said.kind !== "unanswered") {
        this.#note(post, { kind: "answered", at, observation: said, accountId });
        continue;
      }
      this.#log.warn("post_not_answered", { failure: said.failure, detail: said.detail });
      this.#putOff([post], { reason: said.failure, retryAt: said.retryAt });
    }
  }

  /** Secrets of ours that a vendor refuses are not tried every minute, or it shuts us out. */
  #notBefore({ reason, retryAt }: NoReader): NoReader {
    const { GATE_UNAUTHORISED_SECONDS: seconds } = this.#ctx.config;
    const isOurs = reason === "unauthorised" && retryAt === null;
    return { reason, retryAt: isOurs ? this.#ctx.now() + seconds * 1_000 : retryAt };
  }

  #putOff(posts: readonly AskedPost[], { reason, retryAt }: NoReader): void {
    const seconds = this.#ctx.config.PUT_OFF_SECONDS * (WAITS_FOR_PEOPLE.has(reason) ? 10 : 1);
    const at = retryAt ?? this.#ctx.now() + seconds * 1_000;
    for (const post of posts) this.#note(post, { kind: "put_off", reason, retryAt: at });
  }
}

const ABSENT: ReadonlySet<string> = new Set(["gone", "private"]);

const SEEN = 4;
const RANKS = { gone: 0, private: 1, unreadable: 2, numbers: SEEN } as const;

/** How much an answer says: an account that could not be asked may yet see what others do not. */
function rankOf(answer: Answer): number {
  return answer.kind === "put_off" ? SEEN - 1 : RANKS[answer.observation.kind];
}

/** Where a post has more accounts that might see it than are asked at once. */
const TOO_MANY: NoReader = { reason: "too_many_accounts", retryAt: null };

type Leave = Pick<Grant, "granted" | "permit" | "retryAt"> & { reason: string | null };

const NO_LEAVE: Leave = { granted: 0, permit: null, retryAt: null, reason: "gate_unreachable" };

const NOTHING_SAID: PostObservation = { kind: "unreadable", detail: "no answer for it" };

function settlement(permit: string, credential: string, calls: readonly Call[]): SettleReport {
  // What an adapter knew without asking is no call.
  const made = calls.flatMap(({ outcome, lapsed }) =>
    outcome === null || outcome.calls === 0 ? [] : [{ outcome, lapsed, calls: outcome.calls ?? 1 }],
  );
  // A token that lapsed is marked where it is kept, not held back: its owner may connect again at once.
  const told = made.filter(({ lapsed }) => lapsed === null);
  const sum = made.reduce((total, call) => total + call.calls, 0);
  return {
    permit,
    credential,
    outcomes: told.map(({ outcome }) => toReport(outcome)),
    unused: calls.length - told.length,
    extra: sum - told.length,
  };
}
