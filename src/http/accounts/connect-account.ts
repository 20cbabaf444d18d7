import { createRoute, z } from "@hono/zod-openapi";
import { type StartedConnection, startConnection } from "../../services/start-connection.ts";
import { affiliateOf, allow, BEARER } from "../allow.ts";
import { PlatformPath, platformOf } from "../platforms/schemas.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { Instant, json, text } from "../schemas.ts";

const Body = z
  .strictObject({
    handle: text(200).optional().openapi({
      type: "string",
      description:
        "Where a code in the profile is the proof (YouTube, X, Reddit): the account. Elsewhere left out.",
      example: "@adaclips",
    }),
  })
  .openapi("AccountToConnect");

const ByOAuth = z
  .object({
    method: z.literal("oauth"),
    authorization_url: z.url().openapi({
      description: "Open it in a browser and grant access there. Good once, for this affiliate.",
    }),
    expires_at: Instant,
  })
  .openapi("ConnectionByOAuth");

const ByCode = z
  .object({
    method: z.literal("code"),
    code: z.string().openapi({ example: "claimcheck-3f9k2m7q0x4w8y1z" }),
    place: z
      .string()
      .openapi({ description: "Where to put the code.", example: "the channel's description" }),
    handle: z.string().openapi({ description: "The account that is to show it." }),
    verify_url: z.string().openapi({ description: "What to POST once the code is there." }),
    expires_at: Instant,
  })
  .openapi("ConnectionByCode");

const DESCRIPTION =
  "Begins to connect an account of yours. Instagram, Facebook, TikTok and LinkedIn show a post only to an app its owner " +
  "authorised: open the address you get and grant access. On YouTube, X and Reddit anybody's posts can be read; there a code " +
  "in your profile proves that the account is yours. A second beginning ends the first.";

const route = createRoute({
  operationId: "connectAccount",
  summary: "Begin to connect an account",
  description: DESCRIPTION,
  method: "post",
  path: "/connect/{platform}",
  tags: ["Accounts"],
  security: BEARER,
  middleware: [allow("affiliate")] as const,
  request: {
    params: PlatformPath,
    body: { required: false, content: { "application/json": { schema: Body } } },
  },
  responses: {
    201: json(z.discriminatedUnion("method", [ByOAuth, ByCode]), "Begun; what to do next."),
    ...problems(400, 401, 403, 404, 413, 415, 422, 503),
  },
});

function present(platform: string, started: StartedConnection) {
  const expires_at = new Date(started.expiresAt).toISOString();
  if (started.method === "oauth") {
    return { method: started.method, authorization_url: started.authorizationUrl, expires_at };
  }
  const { method, code, place, handle } = started;
  return { method, code, place, handle, verify_url: `/api/v1/connect/${platform}/verify`, expires_at };
}

export const connectAccountOperation = createRouter().openapi(route, async (c) => {
  const { ctx, actor } = c.var;
  const platform = platformOf(c.req.valid("param").platform);
  const handle = c.req.valid("json").handle ?? null;
  const started = await startConnection(ctx, affiliateOf(actor), { platform, handle });
  return c.json(present(platform, started), 201);
});
