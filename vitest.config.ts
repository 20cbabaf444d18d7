import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { Response as MiniflareResponse } from "miniflare";
import { defineConfig } from "vitest/config";

const consumer = (maxBatchSize: number) => ({
  maxBatchSize,
  maxBatchTimeout: 0.05,
  maxRetries: 5,
  deadLetterQueue: "claimcheck-reconcile-dead",
});

/** Where the answers of the tests are noted for test/contract/openapi.test.ts, if they are. */
const exercised = process.env.CLAIMCHECK_EXERCISED;
/**
 * The files that tests write to by a request: the answers, and beside them those to Discord's interactions, and what
 * came of each fault of a platform.
 */
const notes = new Map<string, string>(
  exercised === undefined
    ? []
    : [
        ["http://exercised.test/", exercised],
        ["http://discord-answers.test/", join(dirname(exercised), "discord-answers.ndjson")],
        ["http://fault-table.test/", join(dirname(exercised), "fault-table.ndjson")],
      ],
);
for (const file of notes.values()) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, "");
}

/** No test reaches the network: what is neither the simulator nor a note is an error. */
async function outboundService(request: Request): Promise<MiniflareResponse> {
  const file = request.method === "POST" ? notes.get(request.url) : undefined;
  if (file !== undefined) {
    appendFileSync(file, `${await request.text()}\n`);
    return new MiniflareResponse(null, { status: 204 });
  }
  return new MiniflareResponse(`unexpected ${request.method} ${request.url}`, { status: 599 });
}

export default defineConfig({
  plugins: [
    cloudflareTest(async () => ({
      wrangler: { configPath: "./wrangler.toml" },
      miniflare: {
        // Lets tests deliver queue batches and cron ticks through the real handlers; test-only.
        compatibilityFlags: ["service_binding_extra_handlers"],
        queueConsumers: {
          "claimcheck-reconcile-urgent": consumer(100),
          "claimcheck-reconcile-normal": consumer(100),
          "claimcheck-reconcile-bulk": consumer(1),
          "claimcheck-discord": consumer(10),
          "claimcheck-clicks": consumer(100),
          "claimcheck-reconcile-dead": { maxBatchSize: 100, maxBatchTimeout: 0.05, maxRetries: 1 },
        },
        bindings: {
          TEST_MIGRATIONS: await readD1Migrations("./migrations"),
          YOUTUBE_API_KEY: "test-youtube-key",
          X_BEARER_TOKEN: "test-x-token",
          ...(exercised === undefined ? {} : { EXERCISED: "1" }),
        },
        outboundService,
      },
    })),
  ],
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/contract/**", "test/e2e/**", "node_modules/**"],
    setupFiles: ["./test/support/migrate.ts"],
    coverage: {
      provider: "v8",
      include: ["src/**/*.ts"],
      exclude: ["src/cli/**", "src/**/*.d.ts"],
      reporter: ["text-summary", "json-summary"],
      thresholds: { lines: 85, "src/domain/**": { lines: 95 } },
    },
  },
});
