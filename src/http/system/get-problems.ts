import { createRoute, z } from "@hono/zod-openapi";
import { ClaimcheckError } from "../../domain/errors.ts";
import { PROBLEM_TYPES, toProblem } from "../problem.ts";
import { createRouter } from "../router.ts";
import { docsPage, TEXT_POLICY } from "./docs-page.ts";
import { PROBLEM_TEXTS } from "./problem-texts.ts";

const route = createRoute({
  operationId: "getProblems",
  summary: "Read what each problem means",
  description: "Where the `type` of a problem leads: one anchor for each code.",
  method: "get",
  path: "/docs/problems",
  tags: ["System"],
  security: [],
  responses: { 200: { description: "A page.", content: { "text/html": { schema: z.string() } } } },
});

const EXAMPLE = toProblem(
  new ClaimcheckError("validation_failed", "One field is not valid.", {
    errors: [{ pointer: "#/claimed_views", detail: "must be a whole number" }],
  }),
  "req_01KB3XPG5M8Q0V2W4Y6Z8A0C2E",
);

type Kind = (typeof PROBLEM_TYPES)[number];

const KINDS = PROBLEM_TYPES.toSorted((a, b) => a.status - b.status);

const indexed = ({ code, status }: Kind) =>
  `<li><a href="#${code}"><span>${status}</span> <code>${code}</code></a></li>`;

function explained({ code, status, title }: Kind): string {
  const { meaning, remedy } = PROBLEM_TEXTS[code];
  return `<section class="problem" id="${code}" aria-labelledby="${code}-code">
<h2><span class="status${status >= 500 ? " ours" : ""}">${status}</span> <a href="#${code}" id="${code}-code"><code>${code}</code></a></h2>
<p class="title">${title}</p>
<p>${meaning}</p>
<p><strong>What to do:</strong> ${remedy}</p>
</section>`;
}

// Every text on the page is ours and free of markup, so nothing needs escaping.
const PAGE = docsPage({
  path: "/docs/problems",
  title: "Problems of the Claimcheck API",
  body: `<div class="problems">
<nav aria-label="Kinds of problems"><ol>
${KINDS.map(indexed).join("\n")}
</ol></nav>
<main id="content">
<h1>Problems</h1>
<p class="lead">Every error is a problem document (RFC 9457) of type <code>application/problem+json</code>. Decide by
<code>code</code>, which never changes its meaning; <code>detail</code> is for people. Quote <code>request_id</code>,
which is also the <code>X-Request-ID</code> header, when you write to us.</p>
<pre tabindex="0" aria-label="An example"><code>${JSON.stringify(EXAMPLE, null, 2)}</code></pre>
${KINDS.map(explained).join("\n")}
</main>
</div>`,
});

export const getProblemsOperation = createRouter().openapi(route, (c) =>
  c.html(PAGE, 200, { "Content-Security-Policy": TEXT_POLICY, "Cache-Control": "public, max-age=300" }),
);
