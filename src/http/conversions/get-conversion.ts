import { createRoute, z } from "@hono/zod-openapi";
import { findConversion } from "../../db/queries/list-conversions.ts";
import { orNotFound } from "../../domain/or-not-found.ts";
import { allow, BEARER } from "../allow.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { id, json } from "../schemas.ts";
import { ConversionDetail, presentConversion, presentRefund } from "./schemas.ts";

const route = createRoute({
  operationId: "getConversion",
  summary: "Read an order",
  description: "With its refunds.",
  method: "get",
  path: "/campaigns/{id}/conversions/{order_id}",
  tags: ["Conversions"],
  security: BEARER,
  middleware: [allow("admin", "advertiser")] as const,
  request: {
    params: z.object({
      id: id("cmp", "The campaign."),
      order_id: z.string().openapi({ description: "The shop's own id of the order." }),
    }),
  },
  responses: { 200: json(ConversionDetail, "The order."), ...problems(401, 403, 404, 422) },
});

export const getConversionOperation = createRouter().openapi(route, async (c) => {
  const { id: campaignId, order_id: orderId } = c.req.valid("param");
  const found = await findConversion(c.var.ctx.db, c.var.actor, { campaignId, orderId });
  const { order, refunds } = orNotFound(found, "conversion");
  return c.json({ ...presentConversion(order), refunds: refunds.map(presentRefund) }, 200);
});
