import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { Invocation } from "../../../src/discord/invocation.ts";
import type { Message } from "../../../src/discord/wire.ts";
import {
  anOperator,
  commandOf,
  finishDeferred,
  interact,
  linked,
  MASON,
  messageCommandOf,
  modalOf,
  OPERATOR,
  pressOf,
  ROBIN,
  raiseAlerts,
  textOf,
} from "../../support/discord.ts";
import { emptyDatabase } from "../../support/empty-database.ts";
import { aCampaign, anAffiliate, everyRow, rows, submit, videoId } from "../../support/fixtures.ts";
import { createWorld, type World } from "../../support/world.ts";

const SUSPENDED = "53908232506183690";
const REVOKED = "53908232506183691";
const EXPIRED = "53908232506183692";
const NOBODY = "53908232506183693";

let world: World;
let campaign: string;
let submission: string;
let report: string;
let alert: string;

beforeEach(async () => {
  await emptyDatabase();
  world = createWorld();
  const { key } = await linked(await anAffiliate(world), MASON);
  await linked(await anAffiliate(world), ROBIN);
  await linked(await anAffiliate(world, { status: "suspended" }), SUSPENDED);
  await anOperator(world);
  await endKey(await anOperator(world, REVOKED), "revoked_at");
  await endKey(await anOperator(world, EXPIRED), "expires_at");
  campaign = await aCampaign(world);
  const receipt = await submit(world, { key, campaignId: campaign });
  [submission, report] = [receipt.submission_id, receipt.report_id];
  [alert = ""] = await raiseAlerts(world, {});
});

async function endKey(keyId: string, column: "revoked_at" | "expires_at"): Promise<void> {
  await env.DB.prepare(`update api_keys set ${column} = ? where id = ?`).bind(world.now, keyId).run();
}

const NOT_LINKED = "You are not linked yet";
const FOR_AFFILIATES_ONLY = "This is for affiliates";
const OPERATORS_ONLY = "This is for operators";
const SUSPENDED_WORDS = "This account is suspended.";

interface Deed {
  kind: Invocation["kind"];
  name: string;
  bodyOf(user: string): unknown;
}

const command = (name: string, options = () => ({})): Deed => ({
  kind: "command",
  name,
  bodyOf: (user) => commandOf(world, name, options(), { user }),
});
const button = (name: string, rest: () => string): Deed => ({
  kind: "component",
  name,
  bodyOf: (user) => pressOf(world, `v1:${name}${rest()}`, { user }),
});

const url = (n: number) => `https://youtu.be/${videoId(n)}`;
const form = (): Deed => ({
  kind: "modal",
  name: "report",
  bodyOf: (user) =>
    modalOf(world, "v1:report:1:2", { url: url(4), campaign: [campaign], views: "4" }, { user }),
});

const FOR_AFFILIATES: Deed[] = [
  command("submit", () => ({ url: url(2), campaign, views: 2 })),
  command("update", () => ({ post: submission, views: 3 })),
  command("history"),
  command("me"),
  command("leaderboard", () => ({ campaign })),
  command("connect", () => ({ platform: "tiktok" })),
  { kind: "command", name: "Report this post", bodyOf: (user) => messageCommandOf(world, url(3), { user }) },
  button("history", () => `:${submission}`),
  form(),
];

const FOR_OPERATORS: Deed[] = [
  command("alerts"),
  command("platforms"),
  command("recheck", () => ({ report })),
  command("invite"),
  button("alerts", () => ":ALL:"),
  button("recheck", () => `:${report}`),
  button("ack", () => `:${alert}`),
  button("resolve", () => `:${alert}`),
  {
    kind: "modal",
    name: "resolve",
    bodyOf: (user) => modalOf(world, `v1:resolve:${alert}`, { notes: "Done" }, { user }),
  },
];

const named = (deeds: Deed[]) => deeds.map((deed) => ({ ...deed, deed }));

/** Everything but the interactions that were handled, or put off. */
async function everythingElse(): Promise<string> {
  await env.DB.batch([
    env.DB.prepare("delete from discord_interactions"),
    env.DB.prepare("delete from outbox"),
  ]);
  return everyRow();
}

/** What is said in the end, at once or later. */
async function said(body: unknown, branch: string | null = null): Promise<Message> {
  const answer = await interact(world, body, branch);
  // safe: what was answered is an interaction, and has an id.
  if (answer.type === 5) return finishDeferred(world, (body as { id: string }).id, branch);
  if (answer.type !== 4) throw new Error(`not a message of its own but ${answer.type}`);
  return answer.data;
}

/** Who asks is told why not, alone, and nothing happens. */
async function expectTurnedAway(deed: Deed, user: string, words: string): Promise<void> {
  const before = await everythingElse();
  world.sent.splice(0);
  const message = await said(deed.bodyOf(user), "turned_away");
  expect(message.flags).toBe(32_768 | 64);
  expect(textOf(message)).toContain(words);
  expect(await everythingElse()).toBe(before);
  expect(world.sent).toEqual([]);
}

describe("what is for affiliates", () => {
  it.each(named(FOR_AFFILIATES))("is not for strangers or operators: $kind $name", async ({ deed }) => {
    await expectTurnedAway(deed, NOBODY, NOT_LINKED);
    await expectTurnedAway(deed, OPERATOR, FOR_AFFILIATES_ONLY);
  });

  it.each(named(FOR_AFFILIATES))("is for every linked affiliate: $kind $name", async ({ deed }) => {
    const text = textOf(await interact(world, deed.bodyOf(MASON)));
    expect(text).not.toContain(NOT_LINKED);
    expect(text).not.toContain(SUSPENDED_WORDS);
  });

  it.each(
    named(FOR_AFFILIATES.filter(({ name }) => ["submit", "update", "report", "connect"].includes(name))),
  )("takes nothing of a suspended affiliate: $kind $name", async ({ deed }) => {
    await expectTurnedAway(deed, SUSPENDED, SUSPENDED_WORDS);
  });

  it.each([
    { name: "me", words: "Your account is suspended" },
    { name: "history", words: "No posts here yet" },
    { name: "help", words: "/claim submit" },
  ])("shows a suspended affiliate its own: $name", async ({ name, words }) => {
    expect(textOf(await interact(world, commandOf(world, name, {}, { user: SUSPENDED })))).toContain(words);
  });
});

describe("what is for operators", () => {
  it.each(named(FOR_OPERATORS))("is for nobody else: $kind $name", async ({ deed }) => {
    await expectTurnedAway(deed, MASON, OPERATORS_ONLY);
    await expectTurnedAway(deed, NOBODY, OPERATORS_ONLY);
  });

  it.each(named(FOR_OPERATORS))("ends with the key that vouched: $kind $name", async ({ deed }) => {
    await expectTurnedAway(deed, REVOKED, OPERATORS_ONLY);
    await expectTurnedAway(deed, EXPIRED, OPERATORS_ONLY);
  });

  it.each(named(FOR_OPERATORS))("is theirs: $kind $name", async ({ deed }) => {
    const body = deed.bodyOf(OPERATOR);
    expect(JSON.stringify(await interact(world, body))).not.toContain(OPERATORS_ONLY);
  });

  it("needs no permission of Discord's, and none is enough", async () => {
    const powerful = commandOf(world, "alerts", {}, { user: NOBODY, permissions: "8" });
    expect(textOf(await interact(world, powerful))).toContain(OPERATORS_ONLY);
    const powerless = commandOf(world, "alerts", {}, { user: OPERATOR, permissions: "0" });
    expect(textOf(await interact(world, powerless))).toContain("A report could not be judged");
  });

  it("lasts until the key's very last moment", async () => {
    await env.DB.prepare("update api_keys set expires_at = ? where expires_at is not null")
      .bind(world.now + 1)
      .run();
    const ask = () => interact(world, commandOf(world, "alerts", {}, { user: EXPIRED }));
    expect(textOf(await ask())).toContain("A report could not be judged");
    world.advance(1);
    expect(textOf(await ask())).toContain(OPERATORS_ONLY);
  });

  it("is for an affiliate who is an operator too, and the rest stays theirs", async () => {
    await anOperator(world, MASON);
    expect(textOf(await said(commandOf(world, "platforms")))).toContain("Platforms");
    expect(textOf(await interact(world, commandOf(world, "history")))).toContain("Your posts");
  });
});

describe("somebody else's post", () => {
  it.each([
    { why: "status by its id", deed: command("status", () => ({ post: submission })) },
    { why: "status by its address", deed: command("status", () => ({ post: url(1) })) },
    { why: "the button on its card", deed: button("status", () => `:${submission}`) },
    { why: "the button on what is about its report", deed: button("claim", () => `:${report}`) },
    { why: "newer numbers by its id", deed: command("update", () => ({ post: submission, views: 9 })) },
    { why: "newer numbers by its address", deed: command("update", () => ({ post: url(1), views: 9 })) },
  ])("does not exist: $why", async ({ deed }) => {
    await expectTurnedAway(deed, ROBIN, "Not found");
  });

  it("is in nobody else's history, also from a page of it", async () => {
    for (const deed of [command("history"), button("history", () => ":sub_ZZZZZZZZZZZZZZZZZZZZZZZZZZ")]) {
      expect(textOf(await interact(world, deed.bodyOf(MASON)))).toContain("1,000 views");
      expect(textOf(await interact(world, deed.bodyOf(ROBIN)))).toContain("No posts here yet");
    }
  });

  it("exists for operators, who may have it judged again", async () => {
    for (const deed of [
      command("status", () => ({ post: url(1) })),
      button("status", () => `:${submission}`),
      button("claim", () => `:${report}`),
    ]) {
      const text = textOf(await interact(world, deed.bodyOf(OPERATOR)));
      expect(text).toContain("1,000");
      expect(text).toContain("Recheck");
    }
  });
});

describe("what is unknown", () => {
  it.each([
    { why: "a command that was removed", body: () => commandOf(world, "dance") },
    { why: "a button of another version", body: () => pressOf(world, `v0:status:${submission}`) },
    { why: "a button that was removed", body: () => pressOf(world, "v1:dance") },
    { why: "a button that is none of ours", body: () => pressOf(world, "other-bot") },
    { why: "a button of a command's name", body: () => pressOf(world, "v1:submit") },
    { why: "a form that was removed", body: () => modalOf(world, "v1:dance", { a: "b" }) },
    { why: "what every object has", body: () => pressOf(world, "v1:constructor") },
  ])("is answered with a hint, without D1: $why", async ({ body }) => {
    world.takeUsage();
    const answer = await interact(world, body(), "outdated");
    expect(world.takeUsage().trips).toBe(0);
    expect(answer).toMatchObject({ type: 4, data: { flags: 32_768 | 64 } });
    expect(textOf(answer)).toContain("not known here any more");
  });

  it.each([
    { customId: () => "v1:status" },
    { customId: () => "v1:status:" },
    { customId: () => "v1:status:sub_1' or '1'='1" },
    { customId: () => `v1:status:${report}` },
  ])("is not found on a button: $customId", async ({ customId }) => {
    const answer = await interact(world, pressOf(world, customId()));
    expect(textOf(answer)).toContain("Not found");
    expect(answer.type).toBe(4);
  });

  it.each(["ack", "resolve"])("is not found among alerts: %s", async (action) => {
    const id = "alr_00000000000000000000000000";
    const body =
      action === "ack"
        ? pressOf(world, `v1:ack:${id}`, { user: OPERATOR })
        : modalOf(world, `v1:resolve:${id}`, { notes: "x" }, { user: OPERATOR });
    expect(textOf(await interact(world, body))).toContain("There is no such alert.");
    expect(await rows("select * from alerts where status <> 'OPEN'")).toEqual([]);
  });
});

describe("a direct message", () => {
  it.each(["me", "history", "help"])("is answered like one in a server: %s", async (name) => {
    const there = textOf(await interact(world, commandOf(world, name)));
    expect(textOf(await interact(world, commandOf(world, name, {}, { dm: true })))).toBe(there);
  });

  it("takes a claim, and an operator's press", async () => {
    const body = commandOf(world, "submit", { url: url(5), campaign, views: 5 }, { dm: true });
    expect(textOf(await interact(world, body))).toContain("Received");
    const press = pressOf(world, `v1:ack:${alert}`, { user: OPERATOR, dm: true });
    expect(textOf(await interact(world, press))).toContain("Acknowledged");
  });
});
