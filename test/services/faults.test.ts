import { afterEach, describe, expect, it } from "vitest";
import { adapterOf } from "../../src/platforms/lookup.ts";
import { ADAPTERS } from "../../src/platforms/registry.ts";
import { emptyDatabase } from "../support/empty-database.ts";
import { noteFault } from "../support/fault-notes.ts";
import {
  aBatch,
  bringAbout,
  claim,
  connect,
  connectUnder,
  expectSound,
  lift,
  next,
  type Scene,
  type Stored,
  stored,
  untilDecided,
  VERDICTS,
} from "../support/fault-scene.ts";
import { SUBJECTS, type Subject } from "../support/fault-subjects.ts";
import { type Cell, inWords, type Outcome, outcomesOf, ROWS } from "../support/fault-table.ts";
import { rows } from "../support/fixtures.ts";

afterEach(emptyDatabase);

const CELLS = ROWS.flatMap((line) =>
  SUBJECTS.map((subject) => ({
    line,
    subject,
    platform: subject.name,
    fault: line.fault,
    cell: line.cell(subject),
  })),
);

const CASES = CELLS.flatMap(({ cell, ...rest }) => {
  if (typeof cell === "string") return [];
  const words = inWords(rest.line, cell);
  return [[`${rest.platform} × ${rest.fault}: ${words}`, { ...rest, cell, words }] as const];
});

/** What is stored of a claim that came to this. */
function asStored(outcome: Outcome, verdict: string): Stored {
  const open = { state: "open", status: null, missing_reason: null, attempts: 0, put_off_reason: null };
  switch (outcome.kind) {
    case "judged":
      return { ...open, state: "final", status: verdict, post: "live" };
    case "put_off":
      return { ...open, put_off_reason: outcome.reason, post: "unknown" };
    case "attempt": {
      const { status, reason } = outcome;
      const post = reason === "unreadable" ? "unknown" : "live";
      return { ...open, status, missing_reason: reason, attempts: 1, post };
    }
    case "absent": {
      const { reason } = outcome;
      return { ...open, status: "MISSING_PLATFORM_DATA", missing_reason: reason, post: reason };
    }
  }
}

/** Most calls for the posts of one batch: with each account that is tried, and once more with a renewed token. */
function mostCalls({ platform, readers = 1 }: Subject, { set }: Cell): number {
  const { callsPerBatch = 1 } = adapterOf(platform);
  return callsPerBatch * readers * (set.tokens === undefined ? 1 : 2);
}

/** The claims wait for the owner of the account, without asking the vendor for long, and go on once they consented. */
async function waitForConsent(scene: Scene, reason: string | undefined): Promise<void> {
  const { readers = 1 } = scene.subject;
  const waitsFor = async () => (await stored(scene)).map(({ put_off_reason }) => put_off_reason);
  const calls = scene.asked.length;
  // One by one the accounts of a grant turn out to be worthless.
  for (let look = 0; look < readers && reason !== undefined; look++) await next(scene);
  if (reason !== undefined) expect(await waitsFor()).toEqual(VERDICTS.map(() => reason));
  expect(scene.asked.length - calls).toBeLessThan(readers);
  await connect(scene);
}

/** Nothing is lost: each claim comes to its right end, and the vendor is not asked before it makes sense. */
async function expectRecovery(scene: Scene, { outcome, ends }: Cell, since: number): Promise<void> {
  const attempts = (await stored(scene)).map((claim) => claim.attempts);
  await lift(scene);
  const again = outcome.kind === "put_off" ? outcome.againAfter : null;
  if (outcome.kind === "put_off" && again === "consent") await waitForConsent(scene, outcome.next);
  scene.asked.length = 0;
  await untilDecided(scene);
  if (typeof again === "number") {
    const waited = ((scene.asked[0] ?? 0) - since) / 1_000;
    expect(waited).toBeGreaterThanOrEqual(again);
    expect(waited).toBeLessThanOrEqual(again * 1.1 + 60);
  }
  const ended = await stored(scene);
  expect(ended.map(({ state, status, missing_reason }) => ({ state, status, missing_reason }))).toEqual(
    VERDICTS.map((status, i) => ({ state: "final", status, missing_reason: null, ...(i === 1 ? ends : {}) })),
  );
  // Waiting costs none; only a post that is at fault for good uses up more.
  const isSpared = (i: number) => i !== 1 || ends === undefined;
  for (const [i, claim] of ended.entries()) if (isSpared(i)) expect(claim.attempts).toBe(attempts[i]);
  await expectSound(scene);
}

describe("the fault table", () => {
  it.each(CASES)("%s", async (_title, { line, subject, cell, platform, fault, words }) => {
    const { set, outcome } = cell;
    const scene = await aBatch(subject, set);
    if (set.connecting) expect(await connectUnder(scene, set)).toBe(503);
    else await bringAbout(scene, set);
    await claim(scene);
    const since = scene.world.now;
    scene.asked.length = 0;

    await scene.world.deliver();
    const outcomes = outcomesOf(line, cell, VERDICTS.length);
    expect(await stored(scene)).toEqual(
      VERDICTS.map((verdict, i) => outcomes[i] && asStored(outcomes[i], verdict)),
    );
    const calls = scene.asked.length;
    expect(calls).toBeLessThanOrEqual(mostCalls(subject, cell));
    const runs = await rows("select asked, claimed, vendor_calls from reconciliation_runs");
    expect(runs).toEqual([{ asked: VERDICTS.length, claimed: VERDICTS.length, vendor_calls: calls }]);
    const lapsed = await rows("select id from connected_accounts where state = 'lapsed'");
    const isLapse = outcome.kind === "put_off" && outcome.reason === "reconnect";
    expect(lapsed.length > 0).toBe(isLapse);
    await expectSound(scene);

    await expectRecovery(scene, cell, since);
    await noteFault({ platform, fault, outcome: words, calls });
  });

  it("says of every platform and fault what comes of it, or why it cannot arise", async () => {
    for (const { platform, fault, cell } of CELLS) {
      if (typeof cell !== "string") continue;
      expect(cell, `${platform} × ${fault}`).not.toBe("");
      await noteFault({ platform, fault, outcome: `cannot arise: ${cell}`, calls: null });
    }
    const platforms = new Set(SUBJECTS.map(({ platform }) => platform));
    expect([...platforms].toSorted()).toEqual(ADAPTERS.map(({ platform }) => platform).toSorted());
  });
});
