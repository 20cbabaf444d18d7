import { createRoute, z } from "@hono/zod-openapi";
import { findAdvertiser } from "../../db/queries/advertisers.ts";
import { owns } from "../../domain/actor.ts";
import { orNotFound } from "../../domain/or-not-found.ts";
import { allow, BEARER } from "../allow.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { json } from "../schemas.ts";
import { Advertiser, AdvertiserId, toAdvertiser } from "./schemas.ts";

const route = createRoute({
  operationId: "getAdvertiser",
  method: "get",
  path: "/advertisers/{id}",
  summary: "Read an advertiser",
  tags: ["Advertisers"],
  security: BEARER,
  middleware: [allow("admin", "advertiser")] as const,
  request: { params: z.object({ id: AdvertiserId }) },
  responses: { 200: json(Advertiser, "The advertiser."), ...problems(401, 403, 404, 422) },
});

export const getAdvertiserOperation = createRouter().openapi(route, async (c) => {
  const { id } = c.req.valid("param");
  const mayRead = owns(c.var.actor, { advertiserId: id });
  const row = orNotFound(mayRead ? await findAdvertiser(c.var.ctx.db, id) : null, "advertiser");
  return c.json(toAdvertiser(row), 200);
});
