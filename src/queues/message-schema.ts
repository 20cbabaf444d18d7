import { z } from "zod";
import { BATCH_LIMIT, type ReconcileMessage } from "../domain/reconcile-message.ts";

/** A message as it arrives; one of an unknown version or shape is a poison message. */
export const ReconcileMessageSchema: z.ZodType<ReconcileMessage> = z.object({
  v: z.literal(1),
  kind: z.enum(["reports", "posts"]),
  ids: z.array(z.string().min(1).max(64)).min(1).max(BATCH_LIMIT),
  manual: z.boolean(),
  origin: z.object({ requestId: z.string().max(64), traceparent: z.string().max(64) }),
});
