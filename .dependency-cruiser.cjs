/** The import rules of docs/architecture.md: one way, no cycles, SQL and HTTP each in their own room. */
const rule = (name, from, to) => ({ name, severity: "error", from, to });

const TRANSPORTS = "^src/(http|discord|console|links|queues|objects)/";

module.exports = {
  forbidden: [
    rule("no-cycles", {}, { circular: true }),
    rule("domain-is-pure", { path: "^src/domain" }, { pathNot: "^src/domain" }),
    rule("lib-stands-alone", { path: "^src/lib" }, { path: "^src/", pathNot: "^src/(lib|domain)/" }),
    rule("db-knows-domain-only", { path: "^src/db" }, { path: "^src/", pathNot: "^src/(db|domain|lib)/" }),
    rule(
      "platforms-know-domain-only",
      { path: "^src/platforms" },
      { path: "^src/", pathNot: "^src/(platforms|domain|lib)/" },
    ),
    rule(
      "services-know-no-transport",
      { path: "^src/services" },
      { path: `${TRANSPORTS}|^src/(app|index)\\.ts` },
    ),
    rule(
      "context-knows-no-transport",
      { path: "^src/context\\.ts" },
      { path: `${TRANSPORTS}|^src/services` },
    ),
    rule(
      "transports-stay-apart",
      { path: "^src/(http|discord|console|links|queues|objects)/" },
      { path: TRANSPORTS, pathNot: "^src/$1/" },
    ),
    rule(
      "only-the-entry-knows-the-app",
      { pathNot: "^src/index\\.ts|^test/" },
      { path: "^src/(app|index)\\.ts" },
    ),
    rule("the-worker-knows-no-command", { path: "^src", pathNot: "^src/cli" }, { path: "^src/cli|^test/" }),
    rule("sql-lives-in-db", { path: "^src", pathNot: "^src/db" }, { path: "node_modules/drizzle-orm" }),
    rule(
      "hono-lives-in-transports",
      { path: "^src", pathNot: "^src/(http|discord|console)/|^src/app\\.ts" },
      { path: "node_modules/(hono|@hono)" },
    ),
  ],
  options: {
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    exclude: { path: "worker-configuration|cloudflare:" },
  },
};
