import { createRoute, z } from "@hono/zod-openapi";
import { rotatePostbackSecret } from "../../services/rotate-postback-secret.ts";
import { neverStore } from "../account-fields.ts";
import { allow, BEARER } from "../allow.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { Instant, json } from "../schemas.ts";
import { CampaignId } from "./schemas.ts";

/** A month: long enough for every shop to take the new secret. */
const OVERLAP_LIMIT_HOURS = 720;

const Body = z
  .strictObject({
    overlap_hours: z
      .int({ error: "must be a whole number" })
      .min(0, { error: "must not be negative" })
      .max(OVERLAP_LIMIT_HOURS, { error: `must be at most ${OVERLAP_LIMIT_HOURS}` })
      .optional()
      .openapi({
        description: "How long the former secrets go on working: 0 ends them at once; left out, 168.",
      }),
  })
  .openapi("PostbackRotation");

const NewPostbackSecret = z
  .object({
    campaign_id: CampaignId,
    n: z.int().openapi({ description: "Counts the campaign's secrets." }),
    secret: z.string().openapi({
      description: "What the shop signs with, as the text it is. Shown this once; store it as a password.",
    }),
    created_at: Instant,
    former_end_at: Instant.openapi({ description: "When the former secrets end at the latest, if any." }),
  })
  .openapi("NewPostbackSecret");

const route = createRoute({
  operationId: "rotatePostbackSecret",
  method: "post",
  path: "/campaigns/{id}/postback/rotate",
  summary: "Make a secret for signed postbacks",
  description: "The first one, or the next. At most the five newest secrets work at once.",
  tags: ["Campaigns"],
  security: BEARER,
  middleware: [allow("admin", "advertiser")] as const,
  request: {
    params: z.object({ id: CampaignId }),
    body: { required: false, content: { "application/json": { schema: Body } } },
  },
  responses: {
    201: json(NewPostbackSecret, "The new secret."),
    ...problems(400, 401, 403, 404, 413, 415, 422, 503),
  },
});

export const rotatePostbackSecretOperation = createRouter().openapi(route, async (c) => {
  const made = await rotatePostbackSecret(c.var.ctx, c.var.actor, {
    campaignId: c.req.valid("param").id,
    overlapHours: c.req.valid("json").overlap_hours ?? null,
  });
  neverStore(c);
  const answer = {
    campaign_id: made.campaignId,
    n: made.n,
    secret: made.secret,
    created_at: new Date(made.createdAt).toISOString(),
    former_end_at: new Date(made.formerEndsAt).toISOString(),
  };
  return c.json(answer, 201);
});
