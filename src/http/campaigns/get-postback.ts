import { createRoute, z } from "@hono/zod-openapi";
import { isoOrNull } from "../../domain/time.ts";
import { describePostback } from "../../services/describe-postback.ts";
import { allow, BEARER } from "../allow.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { Instant, json } from "../schemas.ts";
import { CampaignId } from "./schemas.ts";

const PostbackSetup = z
  .object({
    campaign_id: CampaignId,
    secrets: z
      .array(
        z.object({
          n: z.int(),
          created_at: Instant,
          expires_at: Instant.nullable().openapi({ description: "Null for the newest." }),
        }),
      )
      .openapi({
        description: "Those that sign now, newest first. A secret itself is shown once, when made.",
      }),
    url_template: z.string().openapi({ description: "What to call, with braces where the shop fills in." }),
    test_url: z.string().nullable().openapi({
      description:
        "A signed test event, good for a few minutes: call it as it is. Null while there is no secret.",
    }),
  })
  .openapi("PostbackSetup");

const route = createRoute({
  operationId: "getPostback",
  method: "get",
  path: "/campaigns/{id}/postback",
  summary: "Read how a shop reports conversions by an address",
  tags: ["Campaigns"],
  security: BEARER,
  middleware: [allow("admin", "advertiser")] as const,
  request: { params: z.object({ id: CampaignId }) },
  responses: {
    200: json(PostbackSetup, "The addresses, and which secrets sign them."),
    ...problems(401, 403, 404, 422, 503),
  },
});

export const getPostbackOperation = createRouter().openapi(route, async (c) => {
  const { id } = c.req.valid("param");
  const { origin } = new URL(c.req.url);
  const setup = await describePostback(c.var.ctx, c.var.actor, { campaignId: id, origin });
  const secrets = setup.secrets.map(({ n, created_at, expires_at }) => ({
    n,
    created_at: new Date(created_at).toISOString(),
    expires_at: isoOrNull(expires_at),
  }));
  const answer = {
    campaign_id: id,
    secrets,
    url_template: setup.urlTemplate,
    test_url: setup.testUrl,
  };
  return c.json(answer, 200);
});
