import { createRoute, z } from "@hono/zod-openapi";
import { readTrustLedger, type TrustEventRow } from "../../db/queries/trust-events.ts";
import { owns } from "../../domain/actor.ts";
import { orNotFound } from "../../domain/or-not-found.ts";
import { INITIAL_TRUST, TRUST_BUCKETS, trustBucket } from "../../domain/trust.ts";
import { allow, BEARER } from "../allow.ts";
import { pageRequest, toPage } from "../page.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { Instant, id, json, PageQuery, page } from "../schemas.ts";
import { AffiliateId, trustDecimal } from "./schemas.ts";

const TrustEvent = z
  .object({
    id: id("tev", "The line of the ledger."),
    cause: z.string().openapi({
      description:
        "`verdict`, `rerun:<log>` or `override:<log>`; each moves the score at most once a report.",
      example: "verdict",
    }),
    kind: z.string().openapi({ description: "What the verdict found.", example: "perfect_match" }),
    delta: z.number().openapi({ description: "What was really added, within 0 and 1.", example: 0.01 }),
    score_after: z.number().openapi({ example: 0.51 }),
    report_id: id("rep", "The report that was judged."),
    submission_id: id("sub", "The submission of the report."),
    created_at: Instant,
  })
  .openapi("TrustEvent");

const TrustLedger = page(TrustEvent, "TrustEventPage")
  .extend({
    trust: z.number().openapi({ description: "The score as it stands.", example: 0.51 }),
    trust_bucket: z.enum(TRUST_BUCKETS),
    trust_replayed: z.number().openapi({
      description: "0.5 and every delta of the whole ledger: always equal to `trust`.",
      example: 0.51,
    }),
  })
  .openapi("TrustLedger");

const route = createRoute({
  operationId: "getTrustLedger",
  method: "get",
  path: "/affiliates/{id}/trust",
  summary: "Read an affiliate's trust ledger",
  description: "Every change of the score with its cause, newest first.",
  tags: ["Affiliates"],
  security: BEARER,
  middleware: [allow("admin", "affiliate")] as const,
  request: { params: z.object({ id: AffiliateId }), query: z.strictObject(PageQuery.shape) },
  responses: { 200: json(TrustLedger, "A page of the ledger."), ...problems(401, 403, 404, 422) },
});

function toTrustEvent(row: TrustEventRow): z.infer<typeof TrustEvent> {
  return {
    id: row.id,
    cause: row.cause,
    kind: row.kind,
    delta: trustDecimal(row.delta),
    score_after: trustDecimal(row.score_after),
    report_id: row.report_id,
    submission_id: row.submission_id,
    created_at: new Date(row.created_at).toISOString(),
  };
}

export const getTrustLedgerOperation = createRouter().openapi(route, async (c) => {
  const affiliateId = c.req.valid("param").id;
  const asked = pageRequest(c.req.valid("query"));
  const mayRead = owns(c.var.actor, { affiliateId });
  const read = mayRead ? await readTrustLedger(c.var.ctx.db, affiliateId, asked) : null;
  const ledger = orNotFound(read, "affiliate");
  return c.json(
    {
      trust: trustDecimal(ledger.trust),
      trust_bucket: trustBucket(ledger.trust),
      trust_replayed: trustDecimal(INITIAL_TRUST + ledger.deltas),
      ...toPage(c, ledger.events, { limit: asked.limit, idOf: (event) => event.id, toItem: toTrustEvent }),
    },
    200,
  );
});
