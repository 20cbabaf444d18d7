import { z } from "zod";
import { CLICKS_PER_MESSAGE, type Click, type ClickMessage } from "../domain/click.ts";
import { parseTrackedCode } from "../domain/tracked-link.ts";
import { idPattern } from "../lib/ids.ts";

/** No click is older than Claimcheck, and none is later than this century: what says otherwise is damaged. */
const EARLIEST = Date.UTC(2025, 0);
const LATEST = Date.UTC(2100, 0);

/** AS numbers have 32 bits. RFC 6793 */
const LARGEST_AS_NUMBER = 2 ** 32 - 1;

const ClickSchema: z.ZodType<Click> = z.object({
  l: z.string().refine((code) => parseTrackedCode(code) === code, "must be the code of a tracked link"),
  c: z.string().regex(idPattern("cmp")),
  t: z.int().min(EARLIEST).lt(LATEST),
  k: z.enum(["human", "automated"]),
  v: z.string().regex(/^[\w-]{11}$/),
  n: z.int().min(0).max(LARGEST_AS_NUMBER).nullable(),
});

/** A message as it arrives; one of an unknown version or shape is a poison message. */
export const ClickMessageSchema: z.ZodType<ClickMessage> = z.object({
  v: z.literal(1),
  kind: z.literal("clicks"),
  id: z.string().regex(idPattern("clk")),
  clicks: z.array(ClickSchema).min(1).max(CLICKS_PER_MESSAGE),
});
