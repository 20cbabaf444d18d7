import { z } from "@hono/zod-openapi";
import type { AdvertiserRow } from "../../db/queries/advertisers.ts";
import { Secret } from "../account-fields.ts";
import { Instant, id } from "../schemas.ts";

export const AdvertiserId = id("adv", "The advertiser.");

export const Advertiser = z
  .object({
    id: AdvertiserId,
    name: z.string(),
    contact_email: z.string().nullable(),
    status: z
      .enum(["active", "archived"])
      .openapi({ description: "The keys of an archived one do not work." }),
    created_at: Instant,
    updated_at: Instant,
  })
  .openapi("Advertiser");

export const NewAdvertiserAccount = Advertiser.extend({ api_key: Secret }).openapi("NewAdvertiserAccount");

export function toAdvertiser(row: AdvertiserRow): z.infer<typeof Advertiser> {
  return {
    id: row.id,
    name: row.name,
    contact_email: row.contact_email,
    status: row.status,
    created_at: new Date(row.created_at).toISOString(),
    updated_at: new Date(row.updated_at).toISOString(),
  };
}
