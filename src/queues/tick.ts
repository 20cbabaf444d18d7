import type { Ctx } from "../context.ts";
import { childTraceparent } from "../domain/trace.ts";
import { sweep } from "../services/sweep.ts";

/** The cron of every minute. */
export async function tick(ctx: Ctx): Promise<void> {
  const requestId = ctx.ids("req");
  const traceparent = childTraceparent(undefined, (bytes) => crypto.getRandomValues(bytes));
  await sweep(
    { ...ctx, log: ctx.log.with({ request_id: requestId, traceparent }) },
    { requestId, traceparent },
  );
}
