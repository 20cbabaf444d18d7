import { createRoute, z } from "@hono/zod-openapi";
import { type AccountRow, listAccounts } from "../../db/queries/connected-accounts.ts";
import { ClaimcheckError } from "../../domain/errors.ts";
import { allow, BEARER } from "../allow.ts";
import { pageRequest, toPage } from "../page.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { id, json, PageQuery, page } from "../schemas.ts";
import { ConnectedAccount, presentAccount } from "./schemas.ts";

const Query = z.strictObject({
  ...PageQuery.shape,
  affiliate_id: id("aff", "Only accounts of this affiliate; for an admin.").optional(),
});

const route = createRoute({
  operationId: "listAccounts",
  summary: "List connected accounts",
  description: "Newest first, without those that were disconnected. An affiliate sees its own.",
  method: "get",
  path: "/accounts",
  tags: ["Accounts"],
  security: BEARER,
  middleware: [allow("admin", "affiliate")] as const,
  request: { query: Query },
  responses: { 200: json(page(ConnectedAccount, "AccountPage"), "A page."), ...problems(401, 403, 422) },
});

export const listAccountsOperation = createRouter().openapi(route, async (c) => {
  const { ctx, actor } = c.var;
  const query = c.req.valid("query");
  const asked = pageRequest(query);
  const own = actor.role === "affiliate" ? actor.affiliateId : null;
  if (own !== null && query.affiliate_id !== undefined && query.affiliate_id !== own) {
    throw new ClaimcheckError("forbidden", "An affiliate sees its own accounts.");
  }
  const rows = await listAccounts(ctx.db, own ?? query.affiliate_id ?? null, asked);
  const shown = { limit: asked.limit, idOf: (row: AccountRow) => row.id };
  return c.json(toPage(c, rows, { ...shown, toItem: presentAccount }), 200);
});
