import type { AdapterDeps, CallOutcome, PostAnswer } from "./adapter.ts";
import { observeOnce, type Refusal, type VendorCall } from "./observe-once.ts";

/** A vendor that refuses a whole call for one of its ids, and says which. */
export interface NamingCall extends VendorCall {
  /** The ids that a refusal finds fault with; none if it is about the call as a whole. */
  named(refusal: Refusal): readonly string[];
}

/**
 * Asks a vendor once, and again without the ids that it finds fault with, so that these cost no other post its answer.
 * What it names is `unreadable`; what is left when the calls run out, or another failure comes, is `unanswered`.
 *
 * @throws {RangeError} on no ids or more than the vendor takes: a caller's bug
 */
export async function observeWithout(
  vendor: NamingCall,
  deps: AdapterDeps,
  { externalIds, maxCalls }: { externalIds: readonly string[]; maxCalls: number },
): Promise<CallOutcome> {
  const refused = new Map<string, PostAnswer>();
  let left = [...new Set(externalIds)];
  for (let calls = 1; ; calls += 1) {
    const { outcome, named } = await ask(vendor, deps, left);
    const rest = left.filter((id) => !named.has(id));
    const detail = outcome.kind === "answered" ? "" : outcome.detail;
    for (const id of left) if (named.has(id)) refused.set(id, { kind: "unreadable", detail });
    const isOver = rest.length === 0 || rest.length === left.length || calls === maxCalls;
    if (isOver) return refused.size === 0 ? outcome : { ...joined(refused, rest, outcome), calls };
    left = rest;
  }
}

async function ask(vendor: NamingCall, deps: AdapterDeps, ids: readonly string[]) {
  const named = new Set<string>();
  const explain = (refusal: Refusal) => {
    for (const id of vendor.named(refusal)) named.add(id);
    return vendor.explain(refusal);
  };
  return { outcome: await observeOnce({ ...vendor, explain }, deps, ids), named };
}

function joined(
  refused: ReadonlyMap<string, PostAnswer>,
  rest: readonly string[],
  outcome: CallOutcome,
): CallOutcome {
  const { limits } = outcome;
  if (outcome.kind === "answered")
    return { kind: "answered", posts: new Map([...refused, ...outcome.posts]), limits };
  const { kind: failure, detail, retryAt } = outcome;
  const open = rest.map((id) => [id, { kind: "unanswered", failure, detail, retryAt }] as const);
  return { kind: "answered", posts: new Map([...refused, ...open]), limits };
}
