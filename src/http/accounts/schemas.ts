import { z } from "@hono/zod-openapi";
import type { AccountRow } from "../../db/queries/connected-accounts.ts";
import { Instant, id, PlatformName } from "../schemas.ts";

export const AccountId = z.object({ id: id("acc", "The connected account.") });

export const ConnectedAccount = z
  .object({
    id: id("acc", "The connected account."),
    affiliate_id: id("aff", "Whose it is."),
    platform: PlatformName,
    external_id: z.string().openapi({ description: "The platform's own id of the account." }),
    name: z.string().openapi({ description: "As the platform shows it.", example: "Ada Clips" }),
    proof: z.enum(["oauth", "code"]).openapi({
      description:
        "oauth: it authorised us and its posts are read with its grant; code: its profile showed our code.",
    }),
    state: z.enum(["active", "lapsed", "leaving", "disconnected"]).openapi({
      description:
        "lapsed: the platform wants its owner's consent again, connect it once more; leaving: no longer used, its " +
        "grant is being given back.",
    }),
    detail: z.string().nullable().openapi({ description: "Why it lapsed, in the platform's word for it." }),
    connected_at: Instant,
    updated_at: Instant,
  })
  .openapi("ConnectedAccount");

export function presentAccount(row: AccountRow): z.infer<typeof ConnectedAccount> {
  const { id, affiliate_id, platform, external_id, name, proof, state, detail } = row;
  return {
    id,
    affiliate_id,
    platform,
    external_id,
    name,
    proof,
    state,
    detail,
    connected_at: new Date(row.connected_at).toISOString(),
    updated_at: new Date(row.updated_at).toISOString(),
  };
}
