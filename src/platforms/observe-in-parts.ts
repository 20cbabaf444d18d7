import type { AdapterDeps, CallOutcome, LimitReading, PostAnswer } from "./adapter.ts";
import { observeOnce, type VendorCall } from "./observe-once.ts";

/**
 * Asks a vendor once for all posts, and once more in so many parts if that answer could not be read: one post
 * that makes it too large, or that the vendor chokes on, then fails no more than its own part. Makes `1 +
 * parts` calls at most.
 *
 * @throws {RangeError} on no ids or more than the vendor takes: a caller's bug
 */
export async function observeInParts(
  vendor: VendorCall,
  deps: AdapterDeps,
  { externalIds, parts }: { externalIds: readonly string[]; parts: number },
): Promise<CallOutcome> {
  const asked = [...new Set(externalIds)];
  const whole = failedIfSilent(await observeOnce(vendor, deps, asked));
  if (whole.kind !== "unreadable" || asked.length === 1) return whole;
  const groups = inParts(asked, parts);
  const answers = await Promise.all(
    groups.map(async (ids) => ({ ids, outcome: failedIfSilent(await observeOnce(vendor, deps, ids)) })),
  );
  return { ...joined(answers), calls: 1 + groups.length };
}

function inParts(ids: readonly string[], parts: number): string[][] {
  const size = Math.ceil(ids.length / parts);
  const groups: string[][] = [];
  for (let i = 0; i < ids.length; i += size) groups.push(ids.slice(i, i + size));
  return groups;
}

/** One outcome of several calls: what a failed one leaves open is unanswered. */
function joined(answers: readonly { ids: readonly string[]; outcome: CallOutcome }[]): CallOutcome {
  const posts = new Map<string, PostAnswer>();
  let limits: LimitReading | null = null;
  for (const { ids, outcome } of answers) {
    limits = outcome.limits ?? limits;
    for (const id of ids) posts.set(id, answerFor(id, outcome));
  }
  return failedIfSilent({ kind: "answered", posts, limits });
}

function answerFor(id: string, outcome: CallOutcome): PostAnswer {
  if (outcome.kind === "answered") {
    return outcome.posts.get(id) ?? { kind: "unreadable", detail: "not in the answer" };
  }
  const { kind: failure, detail, retryAt } = outcome;
  return { kind: "unanswered", failure, detail, retryAt };
}

/** A call that answered for none of its posts has failed, whatever its status. */
function failedIfSilent(outcome: CallOutcome): CallOutcome {
  if (outcome.kind !== "answered") return outcome;
  const answers = [...outcome.posts.values()];
  const silent = answers.filter((answer) => answer.kind === "unanswered");
  const [first] = silent;
  if (first === undefined || silent.length < answers.length) return outcome;
  const { failure: kind, detail, retryAt } = first;
  return { kind, detail, retryAt, limits: outcome.limits };
}
