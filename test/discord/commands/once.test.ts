import { beforeEach, describe, expect, it } from "vitest";
import {
  anOperator,
  buttonsOf,
  commandOf,
  interact,
  linked,
  MASON,
  modalOf,
  OPERATOR,
  pressOf,
  raiseAlerts,
  textOf,
} from "../../support/discord.ts";
import { emptyDatabase } from "../../support/empty-database.ts";
import { aCampaign, anAffiliate, everyRow, row, rows, submit, videoId } from "../../support/fixtures.ts";
import { createWorld, type World } from "../../support/world.ts";

const NEWCOMER = "53908232506183690";

let world: World;
let campaign: string;
let submission: string;
let report: string;
let alert: string;
let operatorKey: string;

beforeEach(async () => {
  await emptyDatabase();
  world = createWorld({ SELF_SIGNUP: "on" });
  const { key } = await linked(await anAffiliate(world));
  operatorKey = await anOperator(world);
  campaign = await aCampaign(world);
  const receipt = await submit(world, { key, campaignId: campaign });
  [submission, report] = [receipt.submission_id, receipt.report_id];
  [alert = ""] = await raiseAlerts(world, {});
  world.sent.splice(0);
});

const url = (n: number) => `https://youtu.be/${videoId(n)}`;

/** Everything that changes something, and what it answers when it comes again. */
const EFFECTS: { what: string; body(): object; again: RegExp }[] = [
  {
    what: "/claim submit",
    body: () => commandOf(world, "submit", { url: url(2), campaign, views: 22 }),
    again: /Being checked[\s\S]*22/,
  },
  {
    what: "/claim update",
    body: () => commandOf(world, "update", { post: submission, views: 1_122 }),
    again: /Being checked[\s\S]*1,122/,
  },
  {
    what: "the form to report a post",
    body: () => modalOf(world, "v1:report:1:2", { url: url(2), campaign: [campaign], views: "22" }),
    again: /Being checked[\s\S]*22/,
  },
  {
    what: "/register",
    body: () =>
      commandOf(world, "register", { email: "new@example.com", name: "Newcomer" }, { user: NEWCOMER }),
    again: /came in before/,
  },
  {
    what: "the form to join",
    body: () => modalOf(world, "v1:join", { email: "new@example.com", name: "Newcomer" }, { user: NEWCOMER }),
    again: /came in before/,
  },
  {
    what: "/claim connect",
    body: () => commandOf(world, "connect", { platform: "tiktok" }),
    again: /came in before/,
  },
  { what: "/unlink", body: () => commandOf(world, "unlink"), again: /came in before/ },
  {
    what: "/desk recheck",
    body: () => commandOf(world, "recheck", { report }, { user: OPERATOR }),
    again: /came in before/,
  },
  {
    what: "the button to recheck",
    body: () => pressOf(world, `v1:recheck:${report}`, { user: OPERATOR }),
    again: /came in before/,
  },
  {
    what: "the button to acknowledge",
    body: () => pressOf(world, `v1:ack:${alert}`, { user: OPERATOR }),
    again: /came in before/,
  },
  {
    what: "the form to resolve",
    body: () => modalOf(world, `v1:resolve:${alert}`, { notes: "Done" }, { user: OPERATOR }),
    again: /came in before/,
  },
];

describe("an interaction that comes twice", () => {
  it.each(EFFECTS)("does $what once, and says so", async ({ body, again }) => {
    const sent = body();
    const untouched = await everyRow();
    await interact(world, sent);
    const after = await everyRow();
    expect(after).not.toBe(untouched);
    const messages = world.sent.length;
    world.advance(30_000);
    world.takeUsage();
    const repeat = await interact(world, sent, "repeated");
    expect(world.takeUsage().trips).toBeLessThanOrEqual(2);
    // Told to whoever asked, whatever the message shows that a button is on.
    expect(repeat).toMatchObject({ type: 4, data: { flags: 32_768 | 64 } });
    expect(textOf(repeat)).toMatch(again);
    expect(await everyRow()).toBe(after);
    expect(world.sent).toHaveLength(messages);
  });

  it.each(EFFECTS)("does $what once when both come at the same moment", async ({ body, again }) => {
    const sent = body();
    const messages = world.sent.length;
    const answers = await Promise.all([interact(world, sent), interact(world, sent)]);
    // The repeat may be there before the first is done, and then there is nothing to show yet.
    const repeats = answers.map(textOf).filter((text) => again.test(text) || text.includes("came in before"));
    expect(repeats).toHaveLength(1);
    expect(world.sent.length - messages).toBeLessThanOrEqual(1);
    const once = await everyRow();
    await interact(world, sent);
    expect(await everyRow()).toBe(once);
  });

  it("is remembered for twice as long as its signature is good, then forgotten", async () => {
    const ids = async () =>
      (await rows<{ id: string }>("select id from discord_interactions order by received_at")).map(
        ({ id }) => id,
      );
    const first = commandOf(world, "unlink");
    await interact(world, first);
    world.advance(7_200_000);
    const second = commandOf(world, "unlink");
    await interact(world, second);
    expect(await ids()).toEqual([first.id, second.id]);
    world.advance(1);
    const third = commandOf(world, "unlink");
    await interact(world, third);
    expect(await ids()).toEqual([second.id, third.id]);
  });

  it("does nothing where it only looks: it may be asked as often as anybody likes", async () => {
    const before = await everyRow();
    const looks = [
      commandOf(world, "status", { post: submission }),
      commandOf(world, "history"),
      commandOf(world, "me"),
      commandOf(world, "leaderboard", { campaign }),
      commandOf(world, "help"),
      pressOf(world, `v1:status:${submission}`),
      pressOf(world, `v1:resolve:${alert}`, { user: OPERATOR }),
      commandOf(world, "alerts", {}, { user: OPERATOR }),
      commandOf(world, "invite", {}, { user: OPERATOR }),
    ];
    for (const body of looks) {
      const [first, second] = [await interact(world, body), await interact(world, body)];
      expect(second).toEqual(first);
    }
    expect(await everyRow()).toBe(before);
  });
});

describe("two presses at once", () => {
  const press = (user: string) => pressOf(world, `v1:ack:${alert}`, { user });

  it("acknowledge an alert once: the first keeps its name", async () => {
    const other = "53908232506183695";
    const keys = [operatorKey, await anOperator(world, other)];
    const answers = await Promise.all([interact(world, press(OPERATOR)), interact(world, press(other))]);
    for (const answer of answers) {
      expect(answer.type).toBe(7);
      expect(textOf(answer)).toContain("Acknowledged");
      expect(buttonsOf(answer)).toEqual([`v1:resolve:${alert}`, "v1:alerts:ALL:"]);
    }
    const stored = await row<{ acknowledged_by: string }>("select acknowledged_by from alerts");
    expect(keys.map((key) => `admin:${key}`)).toContain(stored?.acknowledged_by);
    await interact(world, press(other));
    expect(await row("select acknowledged_by from alerts")).toEqual(stored);
  });

  it("resolve an alert once: the other is told that it is", async () => {
    const bodies = ["First", "Second"].map((notes) =>
      modalOf(world, `v1:resolve:${alert}`, { notes }, { user: OPERATOR }),
    );
    const answers = await Promise.all(bodies.map((body) => interact(world, body)));
    expect(answers.map(({ type }) => type)).toEqual([7, 7]);
    expect(answers.map(textOf).filter((text) => text.includes("resolved already"))).toHaveLength(1);
  });

  it("have a report judged again, once", async () => {
    const body = () => pressOf(world, `v1:recheck:${report}`, { user: OPERATOR });
    await Promise.all([interact(world, body()), interact(world, body())]);
    await world.setPost("youtube", videoId(1), { metrics: { views: 1_000 } });
    world.advance(2_000);
    await world.deliver();
    expect(await rows("select n, status from reconciliation_logs")).toEqual([{ n: 1, status: "MATCHED" }]);
  });

  it("join once", async () => {
    const body = () =>
      modalOf(world, "v1:join", { email: "new@example.com", name: "Newcomer" }, { user: NEWCOMER });
    const answers = await Promise.all([interact(world, body()), interact(world, body())]);
    expect(answers.map(textOf).filter((text) => text.includes("Welcome"))).toHaveLength(1);
    expect(await rows("select id from affiliates where discord_user_id = ?", NEWCOMER)).toHaveLength(1);
  });

  it("enter a post once: the other is told that it was entered", async () => {
    const body = () => commandOf(world, "submit", { url: url(3), campaign, views: 3 });
    const answers = await Promise.all([interact(world, body()), interact(world, body())]);
    const texts = answers.map(textOf);
    expect(texts.filter((text) => text.includes("Received"))).toHaveLength(1);
    expect(texts.filter((text) => text.includes("already submitted"))).toHaveLength(1);
    expect(await rows("select * from affiliate_reports where views = 3")).toHaveLength(1);
  });
});

describe("a database that fails", () => {
  const body = () => commandOf(world, "submit", { url: url(6), campaign, views: 6 });
  const stored = () => rows("select id from affiliate_reports where views = 6");

  it.each([
    { n: 1, when: "before", reports: 0 },
    { n: 1, when: "after", reports: 0 },
    { n: 2, when: "before", reports: 0 },
    { n: 2, when: "after", reports: 1 },
  ] as const)("in its batch $n, $when it commits, is told in words", async ({ n, when, reports }) => {
    const sent = body();
    world.failBatch(n, when);
    const answer = await interact(world, sent, "busy");
    expect(answer.type).toBe(4);
    expect(textOf(answer)).toContain("Try again in a moment");
    expect(await stored()).toHaveLength(reports);
    // Whoever tries again sends another interaction, and has one claim in the end.
    await interact(world, body());
    expect(await stored()).toHaveLength(1);
  });

  it("in a way that nobody knows, is told without its words, and logged with them", async () => {
    world.failBatch(2, "before", new Error("D1_ERROR: no such column: secret_column"));
    const answer = await interact(world, body(), "internal");
    const text = textOf(answer);
    expect(text).toContain("Something went wrong on our side");
    expect(text).not.toContain("secret_column");
    const [requestId = ""] = text.match(/req_[0-9A-Z]{26}/) ?? [];
    const line = world.lines.find((logged) => logged.includes("secret_column")) ?? "";
    expect(line).toContain("interaction_failed");
    expect(line).toContain(requestId);
  });

  it("shows no choices, and logs why", async () => {
    const typing = { ...commandOf(world, "leaderboard", { campaign: "x" }), type: 4 };
    world.failBatch(1, "before");
    expect(await interact(world, typing, "failed")).toEqual({ type: 8, data: { choices: [] } });
    expect(world.lines.join("\n")).toContain("autocomplete_failed");
  });

  it("leaves a claim whose queue fails to the sweep", async () => {
    world.ctx.queues.send = () => Promise.reject(new Error("the queue is down"));
    expect(textOf(await interact(world, body()))).toContain("Received");
    expect(await stored()).toHaveLength(1);
    expect(world.lines.join("\n")).toContain("report_enqueue_failed");
  });

  it("is nobody's fault but ours: the caller is who they were", async () => {
    world.failBatch(1, "before");
    await interact(world, commandOf(world, "unlink"));
    expect(await rows("select id from affiliates where discord_user_id = ?", MASON)).toHaveLength(1);
  });
});
