import { z } from "@hono/zod-openapi";
import type { TrackedLinkRow } from "../../db/queries/tracked-links.ts";
import { LINK_STATES, linkState, trackedUrl } from "../../domain/tracked-link.ts";
import { Instant, id, page, text } from "../schemas.ts";

/** A code as a path names it; what cannot be one names no link. */
export const LinkCode = z.string().openapi({ description: "The link's code.", example: "7k2m9xq4rt" });

/** How its maker calls a link; nobody who follows it sees that. */
export const LinkLabel = text(100)
  .nullable()
  .openapi({ type: ["string", "null"], maxLength: 100, description: "How you call it; not shown outside." });

/** Goes into an address as it is. */
export const SubId = z
  .string()
  .regex(/^[\w.~-]{1,64}$/, { error: "must be 1 to 64 letters, digits, dots, dashes, tildes or underscores" })
  .nullable()
  .openapi({
    type: ["string", "null"],
    description: "Told to the landing page as the campaign's link_params.sub_id.",
  });

export const TrackedLink = z
  .object({
    code: LinkCode,
    url: z
      .url()
      .openapi({ description: "What to share.", example: "https://claimcheck.example/go/7k2m9xq4rt" }),
    campaign_id: id("cmp", "Whose landing page it leads to."),
    affiliate_id: id("aff", "Whose it is."),
    submission_id: id(
      "sub",
      "The submission its traffic counts for; null until it is attached to one.",
    ).nullable(),
    own: z.boolean().openapi({ description: "The submission was born with it." }),
    label: z.string().nullable(),
    sub_id: z.string().nullable(),
    state: z.enum(LINK_STATES).openapi({
      description: "Whether it leads anywhere now: anything but open shows a page that says why it does not.",
    }),
    created_at: Instant,
  })
  .openapi("TrackedLink");

export const TrackedLinkPage = page(TrackedLink, "TrackedLinkPage");

/** A link as it stands at `now` (ms UTC). @param base see linkBase */
export function presentLink(
  row: TrackedLinkRow,
  { base, now }: { base: string; now: number },
): z.infer<typeof TrackedLink> {
  const terms = {
    landingUrl: row.landing_url,
    campaignStatus: row.campaign_status,
    startsAt: row.starts_at,
    endsAt: row.ends_at,
    affiliateSuspended: row.affiliate_status === "suspended",
  };
  return {
    code: row.code,
    url: trackedUrl(base, row.code),
    campaign_id: row.campaign_id,
    affiliate_id: row.affiliate_id,
    submission_id: row.submission_id,
    own: row.own === 1,
    label: row.label,
    sub_id: row.sub_id,
    state: linkState(terms, now),
    created_at: new Date(row.created_at).toISOString(),
  };
}
