import { createRoute, z } from "@hono/zod-openapi";
import { createRouter } from "../router.ts";
import { docsPage, REFERENCE_POLICY } from "./docs-page.ts";

const route = createRoute({
  operationId: "getDocs",
  summary: "Browse this description",
  method: "get",
  path: "/docs",
  tags: ["System"],
  security: [],
  responses: { 200: { description: "A page.", content: { "text/html": { schema: z.string() } } } },
});

// Deferred scripts run in their order, after the page is there.
const PAGE = docsPage({
  path: "/docs",
  title: "Claimcheck API reference",
  head: `<link rel="stylesheet" href="/assets/vendor/swagger-ui.css">
<script defer src="/assets/vendor/swagger-ui-bundle.js"></script>
<script defer src="/assets/docs.js"></script>
`,
  body: `<main id="content"><div id="reference">
<p>The reference needs JavaScript. Without it, read <a href="/openapi.json">the OpenAPI document</a>.</p>
</div></main>`,
});

export const getDocsOperation = createRouter().openapi(route, (c) =>
  c.html(PAGE, 200, { "Content-Security-Policy": REFERENCE_POLICY, "Cache-Control": "public, max-age=300" }),
);
