/** Prints how long an inline command takes from the signed request to its answer, and what it asks of D1. */
import { reset } from "cloudflare:test";
import { it } from "vitest";
import {
  anOperator,
  autocompleteOf,
  commandOf,
  interact,
  linked,
  OPERATOR,
  pressOf,
} from "../support/discord.ts";
import { aCampaign, anAffiliate, row, videoId } from "../support/fixtures.ts";
import { createWorld } from "../support/world.ts";

const ROUNDS = 150;
/** Discord ends an interaction that was not answered by then. */
const PATIENCE_MS = 3_000;

it("prints how long commands take", async () => {
  const world = createWorld();
  await linked(await anAffiliate(world));
  await anOperator(world);
  const campaign = await aCampaign(world);
  const post = (n: number) => `https://youtu.be/${videoId(n)}`;
  await interact(world, commandOf(world, "submit", { url: post(0), campaign, views: 1_000 }));
  const first = await row<{ id: string }>("select id from submissions");
  const submissionId = first?.id ?? "";
  const commands: Record<string, (n: number) => unknown> = {
    submit: (n) => commandOf(world, "submit", { url: post(n + 1), campaign, views: 1_000 }),
    update: (n) => commandOf(world, "update", { post: submissionId, views: 1_000 + n }),
    status: () => commandOf(world, "status", { post: submissionId }),
    "status (button)": () => pressOf(world, `v1:status:${submissionId}`),
    history: () => commandOf(world, "history"),
    me: () => commandOf(world, "me"),
    leaderboard: () => commandOf(world, "leaderboard", { campaign }),
    help: () => commandOf(world, "help"),
    "campaign (choices)": () =>
      autocompleteOf(world, "submit", { focused: "campaign" }, { campaign: "camp" }),
    "post (choices)": () => autocompleteOf(world, "status", { focused: "post" }, { post: "vid" }),
    alerts: () => commandOf(world, "alerts", {}, { user: OPERATOR }),
  };
  const lines = [
    `${"inline command".padEnd(24)} median      p95   D1 trips, rows read   (Discord waits ${PATIENCE_MS} ms)`,
  ];
  const all: number[] = [];
  for (const [name, bodyOf] of Object.entries(commands)) {
    const times: number[] = [];
    world.takeUsage();
    for (let n = 0; n < ROUNDS; n++) {
      const body = bodyOf(n);
      const startedAt = performance.now();
      await interact(world, body);
      times.push(performance.now() - startedAt);
      world.advance(1_000);
    }
    const { trips, rowsRead } = world.takeUsage();
    all.push(...times);
    const usage = `${(trips / ROUNDS).toFixed(1).padStart(8)} ${(rowsRead / ROUNDS).toFixed(0).padStart(10)}`;
    lines.push(`${name.padEnd(24)} ${spread(times)} ${usage}`);
  }
  lines.push(`${"all of them".padEnd(24)} ${spread(all)}`);
  console.log(`\n${lines.join("\n")}\n`);
  await reset();
});

function spread(times: number[]): string {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) =>
    `${(sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(1)} ms`.padStart(8);
  return `${at(0.5)} ${at(0.95)}`;
}
