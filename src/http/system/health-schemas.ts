import { z } from "@hono/zod-openapi";
import type { HealthStatus } from "../../domain/health.ts";
import { Instant } from "../schemas.ts";

const Check = z
  .object({
    status: z.enum(["pass", "warn", "fail"]),
    component_type: z.enum(["datastore", "component"]),
    observed_value: z.union([z.number(), z.string()]).nullable(),
    observed_unit: z.string().optional(),
    time: Instant,
  })
  .openapi("HealthCheck");

/** In the words of the health-check draft, but snake_case like all of this API. */
export const DetailedHealth = z
  .object({
    status: z.enum(["pass", "warn", "fail"]).openapi({ description: "The worst of all checks." }),
    checks: z.record(z.string(), z.array(Check)),
  })
  .openapi("DetailedHealth");

export type DetailedHealthBody = z.infer<typeof DetailedHealth>;

/** What one check saw. */
export interface Observed {
  status: HealthStatus;
  type: "datastore" | "component";
  value: number | string | null;
  unit?: string;
}

/** One check of a component. */
export function check({ status, type, value, unit }: Observed, now: number) {
  const time = new Date(now).toISOString();
  const observed = { status, component_type: type, observed_value: value, time };
  return [unit === undefined ? observed : { ...observed, observed_unit: unit }];
}

/** The media type of every health response, as a header. */
export const HEALTH_TYPE = { "Content-Type": "application/health+json" };

/** A health response. Source: draft-inadarei-api-health-check-06 */
export const healthJson = <T extends z.ZodType>(schema: T, description: string) => ({
  description,
  content: { "application/health+json": { schema } },
});
