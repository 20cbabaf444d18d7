import { createRoute, z } from "@hono/zod-openapi";
import { listTrackedLinks } from "../../db/queries/list-tracked-links.ts";
import type { TrackedLinkRow } from "../../db/queries/tracked-links.ts";
import { owns, ROLES } from "../../domain/actor.ts";
import { orNotFound } from "../../domain/or-not-found.ts";
import { allow, BEARER } from "../allow.ts";
import { linkBase } from "../link-base.ts";
import { toPage } from "../page.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { DEFAULT_LIMIT, id, json, PageQuery } from "../schemas.ts";
import { positionOf, positionText } from "./link-position.ts";
import { presentLink, TrackedLinkPage } from "./schemas.ts";

const Query = z.strictObject({
  ...PageQuery.shape,
  campaign_id: id("cmp", "Whose links."),
  submission_id: id("sub", "Only this submission.").optional(),
  affiliate_id: id("aff", "Only this affiliate.").optional(),
});

const route = createRoute({
  operationId: "listLinks",
  method: "get",
  path: "/links",
  summary: "List the tracked links of a campaign",
  description:
    "An affiliate sees its own. In the order of affiliates and their submissions, the newest first; links without a " +
    "submission come last.",
  tags: ["Links"],
  security: BEARER,
  middleware: [allow(...ROLES)] as const,
  request: { query: Query },
  responses: { 200: json(TrackedLinkPage, "A page."), ...problems(401, 404, 422) },
});

const idOf = ({ affiliate_id, submission_id, code }: TrackedLinkRow) =>
  positionText({ affiliateId: affiliate_id, submissionId: submission_id, code });

export const listLinksOperation = createRouter().openapi(route, async (c) => {
  const { ctx, actor } = c.var;
  const query = c.req.valid("query");
  const limit = query.limit ?? DEFAULT_LIMIT;
  const filters = {
    campaignId: query.campaign_id,
    affiliateId: query.affiliate_id ?? null,
    submissionId: query.submission_id ?? null,
  };
  const after = positionOf(query.cursor);
  const { advertiserId, links } = await listTrackedLinks(ctx.db, actor, { filters, after, limit });
  // An affiliate is not told which campaigns there are: of any other it has no links.
  if (actor.role !== "affiliate") {
    orNotFound(advertiserId !== null && owns(actor, { advertiserId }) ? advertiserId : null, "campaign");
  }
  const shown = { base: linkBase(c), now: ctx.now() };
  return c.json(toPage(c, links, { limit, idOf, toItem: (row) => presentLink(row, shown) }), 200);
});
