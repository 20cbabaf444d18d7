import { createRoute, z } from "@hono/zod-openapi";
import { MAX_URL_LENGTH } from "../../domain/post-url.ts";
import { fetchPost, type PostName } from "../../services/fetch-post.ts";
import { allow, BEARER } from "../allow.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { Instant, id, json, jsonBody, MetricsSchema, PlatformName } from "../schemas.ts";
import { instantOrNull, PlatformPath, platformOf } from "./schemas.ts";

/** What ids of posts are made of on every platform: nothing that could split one id into two on the way. */
const EXTERNAL_ID = /^[0-9A-Za-z_.:-]{1,200}$/;

const ONE_OF = "must name one post, by url or by external_id";

const Body = z
  .strictObject({
    url: z
      .string()
      .min(1, { error: "must not be empty" })
      .max(MAX_URL_LENGTH, { error: `must be at most ${MAX_URL_LENGTH} characters` })
      .optional()
      .openapi({ description: "The post, in any spelling of its address." }),
    external_id: z
      .string()
      .regex(EXTERNAL_ID, { error: "must be a post's id" })
      .optional()
      .openapi({ description: "The platform's own id of the post.", example: "dQw4w9WgXcQ" }),
  })
  .refine(({ url, external_id }) => (url === undefined) !== (external_id === undefined), {
    error: ONE_OF,
    path: ["url"],
  })
  .openapi("PostToFetch", { description: "Either url or external_id." });

const Fetched = z
  .object({
    platform: PlatformName,
    external_id: z.string(),
    post_id: id("pst", "The post; null if nobody submitted it.").nullable(),
    state: z
      .enum(["live", "gone", "private", "unreadable"])
      .openapi({ description: "unreadable: the platform's answer for this post cannot be trusted." }),
    metrics: MetricsSchema,
    author_name: z.string().nullable(),
    published_at: Instant.nullable(),
    observed_at: Instant,
    stored: z.boolean().openapi({ description: "false for a post nobody submitted: it is only shown." }),
  })
  .openapi("FetchedPost");

const DESCRIPTION =
  "Asks the platform for one post now, through its circuit breaker and quota. What it says of a submitted post is stored " +
  "as an observation. 503 says why the platform cannot be asked and when to try again.";

const route = createRoute({
  operationId: "fetchPost",
  summary: "Fetch one post from its platform",
  description: DESCRIPTION,
  method: "post",
  path: "/platforms/{platform}/fetch",
  tags: ["Platforms"],
  security: BEARER,
  middleware: [allow("admin")] as const,
  request: { params: PlatformPath, body: jsonBody(Body) },
  responses: {
    200: json(Fetched, "What the platform said."),
    ...problems(400, 401, 403, 404, 409, 413, 415, 422, 503),
  },
});

export const fetchPostOperation = createRouter().openapi(route, async (c) => {
  const platform = platformOf(c.req.valid("param").platform);
  const { url, external_id: externalId = "" } = c.req.valid("json");
  const name: PostName = url === undefined ? { externalId } : { url };
  const post = await fetchPost(c.var.ctx, platform, name);
  return c.json(
    {
      platform: post.platform,
      external_id: post.externalId,
      post_id: post.postId,
      state: post.state,
      metrics: post.metrics,
      author_name: post.authorName,
      published_at: instantOrNull(post.publishedAt),
      observed_at: new Date(post.observedAt).toISOString(),
      stored: post.stored,
    },
    200,
  );
});
