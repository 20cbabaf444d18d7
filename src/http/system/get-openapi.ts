import { createRoute, z } from "@hono/zod-openapi";
import { createRouter } from "../router.ts";
import { json } from "../schemas.ts";

const route = createRoute({
  operationId: "getOpenApi",
  summary: "Read this description",
  description: "The OpenAPI 3.1 document of every operation.",
  method: "get",
  path: "/openapi.json",
  tags: ["System"],
  security: [],
  responses: { 200: json(z.record(z.string(), z.unknown()), "The document.") },
});

/** @param describe called at the first request only: the document is the same for every one */
export function getOpenApiOperation(describe: () => object) {
  let document: Record<string, never> | undefined;
  return createRouter().openapi(route, (c) => {
    // safe: plain JSON, whose type would only repeat that of OpenAPI.
    document ??= describe() as Record<string, never>;
    return c.json(document, 200, { "Cache-Control": "public, max-age=300" });
  });
}
