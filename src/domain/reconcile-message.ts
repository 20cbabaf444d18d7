import type { Lane } from "./lane.ts";

/** Where a piece of work comes from, carried from the request through the queue into every log line. */
export interface Origin {
  requestId: string;
  /** W3C trace context, version 00. https://www.w3.org/TR/trace-context/ */
  traceparent: string;
}

/**
 * A wake-up: the ids to look at. What is true is in D1 when it arrives, so a message may come twice, late or never.
 *
 * `reports` are judged if they are due; `posts` are observed. At most {@link BATCH_LIMIT} ids a message.
 */
export interface ReconcileMessage {
  v: 1;
  kind: "reports" | "posts";
  ids: string[];
  /** Asked for by a person rather than by submission or sweep. */
  manual: boolean;
  origin: Origin;
}

/** Reports or posts that one run takes on; batch size times ids per message stays within it (wrangler.toml). */
export const BATCH_LIMIT = 100;

/** The queues by lane, as services see them. */
export interface ReconcileQueues {
  /** @throws if the queue does not take the messages; the sweep finds the work again */
  send(lane: Lane, messages: readonly ReconcileMessage[]): Promise<void>;
  /** Messages waiting in each lane's queue; null where the queue does not say. */
  backlog(): Promise<Record<Lane, number | null>>;
}

/**
 * Messages of ids in groups that are asked for together: whole messages of one group as far as there are, then the rests
 * of the groups in as few messages as hold them undivided. So a vendor is asked in few batches, however the work is mixed.
 */
export function inGroupedMessages(
  message: Omit<ReconcileMessage, "v" | "ids">,
  groups: readonly (readonly string[])[],
): ReconcileMessage[] {
  const packed: string[][] = [];
  let rests: string[] = [];
  for (const group of groups) {
    const whole = group.length - (group.length % BATCH_LIMIT);
    packed.push(...inMessages(message, group.slice(0, whole)).map(({ ids }) => ids));
    const rest = group.slice(whole);
    if (rests.length + rest.length > BATCH_LIMIT) {
      packed.push(rests);
      rests = [];
    }
    rests = [...rests, ...rest];
  }
  return [...packed, rests].flatMap((ids) => inMessages(message, ids));
}

/** Messages of at most {@link BATCH_LIMIT} ids each. */
export function inMessages(
  message: Omit<ReconcileMessage, "v" | "ids">,
  ids: readonly string[],
): ReconcileMessage[] {
  const messages: ReconcileMessage[] = [];
  for (let i = 0; i < ids.length; i += BATCH_LIMIT) {
    messages.push({ v: 1, ...message, ids: ids.slice(i, i + BATCH_LIMIT) });
  }
  return messages;
}
