import { afterEach, describe, expect, it } from "vitest";
import { HOUR_MS, MINUTE_MS } from "../../src/domain/time.ts";
import { observePosts } from "../../src/services/observe-posts.ts";
import { emptyDatabase } from "../support/empty-database.ts";
import { noteFault } from "../support/fault-notes.ts";
import {
  aBatch,
  bringAbout,
  claim,
  claimAgain,
  expectSound,
  lift,
  next,
  type Scene,
  stored,
  tellVictim,
  untilDecided,
  VERDICTS,
} from "../support/fault-scene.ts";
import { SUBJECTS, type Subject } from "../support/fault-subjects.ts";
import { ROWS } from "../support/fault-table.ts";
import { row, rows } from "../support/fixtures.ts";

afterEach(emptyDatabase);

/** A batch that nobody has looked at yet. */
async function aClaimedBatch(subject: Subject): Promise<Scene> {
  const scene = await aBatch(subject, {});
  await claim(scene);
  scene.asked.length = 0;
  return scene;
}

const verdictsOf = async (scene: Scene) => (await stored(scene)).map(({ state, status }) => [state, status]);

const ALL_RIGHT = VERDICTS.map((verdict) => ["final", verdict]);

const note = (subject: Subject, fault: string, outcome: string, scene: Scene) =>
  noteFault({ platform: subject.name, fault, outcome, calls: scene.asked.length });

/** By platform, what a post is that was deleted or made private. */
const ABSENCES = ["a deleted post", "a private post"].flatMap((fault) =>
  SUBJECTS.flatMap((subject) => {
    const cell = ROWS.find((line) => line.fault === fault)?.cell(subject);
    if (cell === undefined || typeof cell === "string" || cell.outcome.kind !== "absent") return [];
    return [{ subject, platform: subject.name, fault, cell, reason: cell.outcome.reason }];
  }),
);

describe("a post that is not there", () => {
  it.each(ABSENCES)(
    "$platform × $fault: $reason for good at the second look, and judged once it is back",
    async ({ subject, fault, cell, reason }) => {
      const scene = await aClaimedBatch(subject);
      await bringAbout(scene, cell.set);
      const since = scene.world.now;
      await scene.world.deliver();
      await next(scene);
      expect(scene.world.now - since).toBe(10 * MINUTE_MS);
      const ended = { state: "final", status: "MISSING_PLATFORM_DATA", missing_reason: reason, attempts: 0 };
      expect((await stored(scene))[1]).toEqual({ ...ended, put_off_reason: null, post: reason });
      expect(await row("select count(*) as n from reconciliations where state <> 'final'")).toEqual({ n: 0 });

      scene.world.advance(HOUR_MS);
      await tellVictim(scene, {});
      const posts = await rows<{ id: string }>("select id from posts");
      await observePosts(
        scene.world.ctx,
        posts.map(({ id }) => id),
      );
      await untilDecided(scene);
      expect(await verdictsOf(scene)).toEqual(ALL_RIGHT);
      await expectSound(scene);
      await note(
        subject,
        `${fault}, for good`,
        `${reason}, final at the second look; judged once it is back`,
        scene,
      );
    },
  );
});

describe("a count that fell", () => {
  it.each(SUBJECTS)("$name: is stored as it is, and the claim made before is right", async (subject) => {
    const scene = await aClaimedBatch(subject);
    await scene.world.deliver();
    scene.world.advance(HOUR_MS);
    await claimAgain(scene, 1);
    scene.world.advance(MINUTE_MS);
    const [first, second] = subject.metrics;
    await tellVictim(scene, { metrics: { [first]: 1_200, [second]: 1_300 } });
    await scene.world.deliver();
    expect(await verdictsOf(scene)).toEqual([...ALL_RIGHT, ["final", "MATCHED"]]);
    const counts = await row(
      `select p.${first}, p.${second}, p.peak_${first} as peak from posts p
        join submissions s on s.post_id = p.id where s.id = ?`,
      scene.submissionIds[1],
    );
    expect(counts).toEqual({ [first]: 1_200, [second]: 1_300, peak: 3_000 });
    await expectSound(scene);
    await note(
      subject,
      "a count that fell",
      "stored as it is; the claim made before the fall: MATCHED",
      scene,
    );
  });
});

describe("errors that come and go", () => {
  it.each(SUBJECTS)("$name: hold up what they hit, and cost no attempt", async (subject) => {
    const scene = await aClaimedBatch(subject);
    await bringAbout(scene, { faults: { error_rate: 1 } });
    await scene.world.deliver();
    expect((await stored(scene)).map(({ put_off_reason }) => put_off_reason)).toEqual(
      VERDICTS.map(() => "outage"),
    );
    // A post of a member takes five calls, each of which has to succeed.
    await bringAbout(scene, { faults: { error_rate: subject.name === "linkedin member" ? 0.2 : 0.5 } });
    while (await next(scene)) {
      const now = await stored(scene);
      expect(now.map(({ attempts }) => attempts)).toEqual(VERDICTS.map(() => 0));
      expect(now.map(({ state, status }, i) => (state === "final" ? status : VERDICTS[i]))).toEqual(VERDICTS);
    }
    expect(await verdictsOf(scene)).toEqual(ALL_RIGHT);
    await expectSound(scene);
    await note(
      subject,
      "errors at some calls (500)",
      "put off (outage) until a call gets through, no attempt",
      scene,
    );
  });
});

describe("an outage that lasts", () => {
  it.each(SUBJECTS)("$name: opens the breaker, costs no attempt, and loses no claim", async (subject) => {
    const scene = await aClaimedBatch(subject);
    await bringAbout(scene, { faults: { outage: true } });
    const until = scene.world.now + 90 * MINUTE_MS;
    await scene.world.deliver();
    while (scene.world.now < until) await next(scene);
    // Five until the breaker opens, then a probe every five minutes.
    expect(scene.asked.length).toBeGreaterThan(5);
    expect(scene.asked.length).toBeLessThanOrEqual(5 + 90 / 5);
    const held = (await stored(scene)).map(({ state, attempts, put_off_reason }) => [
      state,
      attempts,
      put_off_reason,
    ]);
    expect(held).toEqual(VERDICTS.map(() => ["open", 0, "outage"]));
    await note(
      subject,
      "an outage of 90 minutes",
      "put off (outage), a probe every 5 min, no attempt",
      scene,
    );

    await lift(scene);
    await untilDecided(scene);
    expect(await verdictsOf(scene)).toEqual(ALL_RIGHT);
    await expectSound(scene);
  });
});
