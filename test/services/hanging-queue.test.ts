import { reset } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { requestRun } from "../../src/services/request-run.ts";
import { sweep } from "../../src/services/sweep.ts";
import { wakeAlerts, wakeOutbox } from "../../src/services/wake-outbox.ts";
import { aCampaign, anAffiliate, rows, submit } from "../support/fixtures.ts";
import { createWorld, type World } from "../support/world.ts";

const ORIGIN = { requestId: "req_test", traceparent: `00-${"1".repeat(32)}-${"2".repeat(16)}-01` };

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(async () => {
  vi.useRealTimers();
  await reset();
});

/** A queue that never answers. The second that it is waited for passes as soon as somebody waits. */
function hang(): Promise<never> {
  queueMicrotask(() => vi.advanceTimersByTime(1_000));
  return new Promise(() => undefined);
}

function hangingWorld(): World {
  const world = createWorld();
  world.ctx.queues.send = hang;
  world.ctx.outbox.wake = hang;
  world.ctx.outbox.wakeAlerts = hang;
  return world;
}

const logged = (world: World) => world.lines.map((line) => (JSON.parse(line) as { event: string }).event);

describe("a queue that does not answer", () => {
  it("does not hold the answer to a claim, which is stored and found by the sweep", async () => {
    const world = hangingWorld();
    const account = await anAffiliate(world);
    const campaignId = await aCampaign(world);
    const { report_id: reportId } = await submit(world, { key: account.key, campaignId });
    expect(logged(world)).toContain("report_enqueue_failed");
    expect(await rows("select report_id from reconciliations")).toEqual([{ report_id: reportId }]);
    world.ctx.queues.send = async (lane, messages) =>
      void world.sent.push(...messages.map((message) => ({ lane, message })));
    world.advance(60_000);
    expect(await sweep(world.ctx, ORIGIN)).toMatchObject({ reports: 1 });
  });

  it("does not hold a run that was asked for", async () => {
    const world = hangingWorld();
    const account = await anAffiliate(world);
    const campaignId = await aCampaign(world);
    const { report_id: id } = await submit(world, { key: account.key, campaignId });
    const run = await requestRun(
      world.ctx,
      { set: { of: "report", id }, states: ["open"], after: null },
      ORIGIN,
    );
    expect(run).toEqual({ reportIds: [id], next: null });
    expect(logged(world)).toContain("run_enqueue_failed");
  });

  it("does not hold whoever wakes the outbox, nor whoever wakes alerts", async () => {
    const world = hangingWorld();
    await wakeOutbox(world.ctx, ["answer:1"]);
    await wakeAlerts(world.ctx);
    expect(logged(world)).toEqual(["outbox_not_woken", "alerts_not_woken"]);
  });
});
