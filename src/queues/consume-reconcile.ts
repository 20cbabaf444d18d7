import type { Ctx } from "../context.ts";
import type { ReconcileMessage } from "../domain/reconcile-message.ts";
import { observePosts } from "../services/observe-posts.ts";
import { reconcileReports } from "../services/reconcile-reports.ts";
import { ReconcileMessageSchema } from "./message-schema.ts";

/** Seconds until a batch that met a failing database is delivered again. */
const RETRY_SECONDS = 10;

interface Parsed {
  message: Message<unknown>;
  body: ReconcileMessage;
}

/**
 * Consumes one batch of a lane: all reports in one run, all posts in one observation. What cannot be decided now was
 * put off in D1, so every message that was worked on is acknowledged; only a failing database has it delivered again.
 */
export async function consumeReconcile(batch: MessageBatch<unknown>, ctx: Ctx): Promise<void> {
  const parsed = batch.messages.flatMap((message): Parsed[] => {
    const { success, data } = ReconcileMessageSchema.safeParse(message.body);
    if (success) return [{ message, body: data }];
    // A shape we do not know stays unknown however often it comes; what it was about is in D1.
    ctx.log.error("message_refused", null, { queue: batch.queue, message_id: message.id });
    message.ack();
    return [];
  });
  const reports = parsed.filter(({ body }) => body.kind === "reports");
  const posts = parsed.filter(({ body }) => body.kind === "posts");
  await work(ctx, reports, (ids) =>
    reconcileReports(ctx, {
      reportIds: ids,
      lane: laneOf(batch.queue),
      manual: reports.some(({ body }) => body.manual),
      origins: reports.map(({ body }) => body.origin),
    }),
  );
  await work(ctx, posts, (ids) => observePosts(ctx, ids));
}

async function work(ctx: Ctx, parsed: Parsed[], run: (ids: string[]) => Promise<unknown>): Promise<void> {
  if (parsed.length === 0) return;
  try {
    await run(parsed.flatMap(({ body }) => body.ids));
    for (const { message } of parsed) message.ack();
  } catch (error) {
    ctx.log.error("batch_failed", error, { messages: parsed.length });
    for (const { message } of parsed) message.retry({ delaySeconds: RETRY_SECONDS });
  }
}

/** The queue's name ends in its lane, whatever the environment puts before it. */
function laneOf(queue: string): string {
  return queue.split("-").at(-1) ?? queue;
}
