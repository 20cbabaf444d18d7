import { createRoute, z } from "@hono/zod-openapi";
import { DEPTH_CAP, type QueueDepth, queueDepth } from "../../db/queries/queue-depth.ts";
import { LANES, type Lane } from "../../domain/lane.ts";
import { allow, BEARER } from "../allow.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { Instant, json } from "../schemas.ts";

const LaneQueue = z
  .object({
    lane: z.enum(LANES),
    due: z.int().openapi({ description: "To be judged now." }),
    waiting: z.int().openapi({ description: "For a later attempt, a settled number or a second look." }),
    put_off: z.int().openapi({ description: "For a platform that could not be asked." }),
    oldest_put_off_seconds: z
      .int()
      .nullable()
      .openapi({ description: "How long the longest of those waits; null if none does." }),
    leased: z.int().openapi({ description: "Being judged." }),
    dead: z.int().openapi({ description: "Waiting for an operator: see GET /reconciliation/dead-letters." }),
    backlog: z
      .int()
      .nullable()
      .openapi({ description: "Messages in the lane's queue; null where the queue does not say." }),
  })
  .openapi("LaneQueue");

const QueueState = z
  .object({
    at: Instant,
    capped: z
      .boolean()
      .openapi({ description: `${DEPTH_CAP} or more wait; the counts are those due soonest.` }),
    lanes: z.array(LaneQueue),
  })
  .openapi("ReconciliationQueue");

const route = createRoute({
  operationId: "getQueue",
  method: "get",
  path: "/reconciliation/queue",
  summary: "Read what waits to be judged",
  description: "Each report that is not final is in exactly one count of its lane.",
  tags: ["Reconciliation"],
  security: BEARER,
  middleware: [allow("admin")] as const,
  responses: { 200: json(QueueState, "The three lanes."), ...problems(401, 403) },
});

function presentLane(lane: Lane, { lanes, dead }: QueueDepth, now: number) {
  const depth = lanes.find((counted) => counted.lane === lane);
  const since = depth?.put_off_since ?? null;
  return {
    lane,
    due: depth?.due ?? 0,
    waiting: depth?.waiting ?? 0,
    put_off: depth?.put_off ?? 0,
    oldest_put_off_seconds: since === null ? null : Math.floor((now - since) / 1_000),
    leased: depth?.leased ?? 0,
    dead: dead.find((counted) => counted.lane === lane)?.dead ?? 0,
  };
}

export const getQueueOperation = createRouter().openapi(route, async (c) => {
  const { db, queues, now } = c.var.ctx;
  const at = now();
  const [depth, backlog] = await Promise.all([queueDepth(db, at), queues.backlog()]);
  const lanes = LANES.map((lane) => ({ ...presentLane(lane, depth, at), backlog: backlog[lane] }));
  return c.json({ at: new Date(at).toISOString(), capped: depth.capped, lanes }, 200);
});
