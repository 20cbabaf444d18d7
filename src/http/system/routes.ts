import type { createRouter } from "../router.ts";
import { getAssetOperation } from "./get-asset.ts";
import { getDetailedHealthOperation } from "./get-detailed-health.ts";
import { getDocsOperation } from "./get-docs.ts";
import { getHealthOperation } from "./get-health.ts";
import { getMetricsOperation } from "./get-metrics.ts";
import { getOpenApiOperation } from "./get-openapi.ts";
import { getProblemsOperation } from "./get-problems.ts";
import { openApiDocument } from "./openapi-document.ts";

/** What lies outside the API's prefix. The document describes the whole of `app`, whatever is added to it later. */
export const systemRoutes = (app: ReturnType<typeof createRouter>) => [
  getHealthOperation,
  getDetailedHealthOperation,
  getMetricsOperation,
  getOpenApiOperation(() => openApiDocument(app)),
  getDocsOperation,
  getProblemsOperation,
  getAssetOperation,
];
