import { createRoute, z } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import type { ObservationEntry } from "../../domain/advertiser-observation.ts";
import { METRICS, metricsOf } from "../../domain/metrics.ts";
import { readObservations } from "../../services/read-observations.ts";
import {
  OBSERVATIONS_PER_CALL,
  type RecordedObservations,
  recordObservations,
} from "../../services/record-observations.ts";
import { allow, BEARER } from "../allow.ts";
import type { AppEnv } from "../app-env.ts";
import { isCsv } from "../json-body.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { Count, InstantInput, id, json, text } from "../schemas.ts";
import { CampaignId } from "./schemas.ts";

const Measured = Count.nullable().optional();

const Entry = z.strictObject({
  submission_id: id("sub", "Whose numbers they are.").optional(),
  url: z
    .string()
    .max(2_048, { error: "must be at most 2048 characters" })
    .optional()
    .openapi({ description: "Instead of submission_id: the address of its post." }),
  observed_at: InstantInput,
  views: Measured,
  clicks: Measured,
  conversions: Measured,
  likes: Measured,
  comments: Measured,
  shares: Measured,
  note: text(500)
    .optional()
    .openapi({ type: "string", description: "Where the numbers come from, for people." }),
});

const Body = z
  .strictObject({
    observations: z
      .array(Entry)
      .min(1, { error: "must have an entry" })
      .max(OBSERVATIONS_PER_CALL, { error: `must have at most ${OBSERVATIONS_PER_CALL} entries` }),
  })
  .openapi("AdvertiserObservations");

const Recorded = z
  .object({
    recorded: z.int(),
    duplicates: z.int().openapi({ description: "The same numbers were there for their instants." }),
    refused: z.int(),
    reopened: z.int().openapi({
      description:
        "Reports that are judged again: their verdict was made, or being made, without a number that there is now.",
    }),
    results: z
      .array(
        z.object({
          index: z.int().openapi({ description: "Of the entry, from 0." }),
          line: z.int().nullable().openapi({ description: "Of the row in a file; else null." }),
          submission_id: z.string().nullable(),
          result: z.enum(["recorded", "duplicate", "refused"]),
          error: z
            .object({
              pointer: z.string().openapi({ description: "Into the entry.", example: "#/clicks" }),
              detail: z.string(),
            })
            .nullable(),
        }),
      )
      .openapi({ description: "One an entry, in their order." }),
  })
  .openapi("RecordedObservations");

type Answer = z.infer<typeof Recorded>;

const DESCRIPTION =
  "Numbers of its submissions that the advertiser measured otherwise: each a total up to an instant. They decide a metric " +
  "where the campaign's policy names the source `advertiser`, and are never changed. The same again is a duplicate; an " +
  "entry that cannot be taken is refused alone. As text/csv with these fields as columns, too.";

/** Answers a file; JSON goes on to the operation itself. */
const takeCsv: MiddlewareHandler<AppEnv> = async (c, next) => {
  if (!isCsv(c.req.raw.headers)) {
    await next();
    return;
  }
  const { ctx, actor, origin } = c.var;
  const rows = readObservations(await c.req.arrayBuffer());
  const entries = rows.map(({ entry }) => entry);
  const recorded = await recordObservations(ctx, actor, {
    campaignId: c.req.param("id") ?? "",
    entries,
    origin,
  });
  return c.json(
    toWire(recorded, (index) => rows[index]?.line ?? null),
    200,
  );
};

const route = createRoute({
  operationId: "recordObservations",
  method: "post",
  path: "/campaigns/{id}/observations",
  summary: "Send numbers that you measured",
  description: DESCRIPTION,
  tags: ["Campaigns"],
  security: BEARER,
  middleware: [allow("admin", "advertiser"), takeCsv] as const,
  request: {
    params: z.object({ id: CampaignId }),
    body: {
      required: true,
      content: {
        "application/json": { schema: Body },
        "text/csv": {
          schema: z.string().openapi({
            example:
              "submission_id,observed_at,clicks\nsub_01KB3XPG5M8Q0V2W4Y6Z8A0C2E,2026-06-01T12:00:00Z,120\n",
          }),
        },
      },
    },
  },
  responses: {
    200: json(Recorded, "What became of each."),
    ...problems(400, 401, 403, 404, 413, 415, 422),
  },
});

export const recordObservationsOperation = createRouter().openapi(route, async (c) => {
  const { ctx, actor, origin } = c.var;
  // safe: the one schema of a JSON body; a file, whose schema is the other, has been answered.
  const body = c.req.valid("json") as z.infer<typeof Body>;
  const recorded = await recordObservations(ctx, actor, {
    campaignId: c.req.valid("param").id,
    entries: body.observations.map(toEntry),
    origin,
  });
  return c.json(
    toWire(recorded, () => null),
    200,
  );
});

function toEntry(entry: z.infer<typeof Entry>): ObservationEntry {
  return {
    submissionId: entry.submission_id ?? null,
    url: entry.url ?? null,
    observedAt: entry.observed_at,
    metrics: metricsOf(Object.fromEntries(METRICS.map((metric) => [metric, entry[metric]]))),
    note: entry.note ?? null,
  };
}

function toWire(
  { outcomes, reopened }: RecordedObservations,
  lineOf: (index: number) => number | null,
): Answer {
  const count = (wanted: string) => outcomes.filter(({ result }) => result === wanted).length;
  return {
    recorded: count("recorded"),
    duplicates: count("duplicate"),
    refused: count("refused"),
    reopened,
    results: outcomes.map(({ submissionId, result, error }, index) => ({
      index,
      line: lineOf(index),
      submission_id: submissionId,
      result,
      error,
    })),
  };
}
