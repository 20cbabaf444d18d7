import type { createRouter } from "../router.ts";

const DESCRIPTION = `Claimcheck compares what affiliates say their posts achieved with what the platforms say.

Send an API key as \`Authorization: Bearer cck_…\`. Errors are problem details (RFC 9457); every kind of problem is
explained at [/docs/problems](/docs/problems). Instants are ISO 8601 UTC, money is in minor units, and null means
unknown, never 0. Lists take \`limit\` and \`cursor\` and answer the next page in a \`Link\` header. Any operation may also
answer 500, which is our fault, or 503 with \`Retry-After\` while the database is busy.`;

const TAGS = [
  { name: "Submissions", description: "Posts that affiliates claim numbers of, and their claims over time." },
  { name: "Reconciliation", description: "Judging claims: verdicts, runs, what waits and what failed." },
  { name: "Affiliates", description: "Who claims: accounts, trust and performance." },
  { name: "Accounts", description: "Accounts on platforms: connecting, proving and disconnecting them." },
  { name: "Advertisers", description: "Who pays." },
  { name: "Campaigns", description: "What posts are made for: platforms, terms and policies." },
  { name: "Links", description: "Tracked links, and the traffic that is counted through them." },
  { name: "Conversions", description: "Orders and refunds as advertisers report them." },
  { name: "Keys", description: "API keys: shown once, rotated, revoked." },
  {
    name: "Platforms",
    description: "Where posts are: what can be verified, and whether it can be asked now.",
  },
  { name: "Alerts", description: "What somebody should look at, one per cause." },
  { name: "Discord", description: "Who acts for whom in Discord, and the channels that are told." },
  { name: "Dashboard", description: "Sums and rankings for a campaign's dashboard." },
  { name: "System", description: "Health, metrics and this documentation." },
] as const;

/** The description of every operation of the app, as an OpenAPI 3.1 document. */
export function openApiDocument(app: ReturnType<typeof createRouter>) {
  app.openAPIRegistry.registerComponent("securitySchemes", "bearer", {
    type: "http",
    scheme: "bearer",
    bearerFormat: "cck_…",
    description: "An API key. What it may do depends on its role: admin, advertiser or affiliate.",
  });
  const document = app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "Claimcheck",
      version: "1.0.0",
      description: DESCRIPTION,
      license: { name: "MIT", url: "https://opensource.org/license/mit" },
    },
    servers: [{ url: "/", description: "This deployment." }],
  });
  const used = new Set(
    Object.values(document.paths ?? {}).flatMap((path) =>
      Object.values(path).flatMap((operation: { tags?: string[] }) => operation.tags ?? []),
    ),
  );
  return { ...document, tags: TAGS.filter(({ name }) => used.has(name)) };
}
