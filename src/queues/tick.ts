import type { Ctx } from "../context.ts";
import { childTraceparent } from "../domain/trace.ts";
import { sweep } from "../services/sweep.ts";

/** The cron of every minute. */
export async function tick(ctx: Ctx): Promise<void> {
  const requestId = ctx.ids("req");
  const traceparent = childTraceparent(undefined, (bytes) => crypto.getRandomValues(bytes));
  const log = ctx.log.with({ request_id: requestId, traceparent });
  try {
    await sweep({ ...ctx, log }, { requestId, traceparent });
  } catch (error) {
    log.error("sweep_failed", error);
    throw error;
  }
}
