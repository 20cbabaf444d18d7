import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { ALERT_SEVERITIES } from "../../../src/domain/alert.ts";
import {
  anOperator,
  buttonsOf,
  commandOf,
  finishDeferred,
  interact,
  modalOf,
  OPERATOR,
  pressOf,
  raiseAlerts,
  textOf,
} from "../../support/discord.ts";
import { emptyDatabase } from "../../support/empty-database.ts";
import { aCampaign, anAffiliate, everyRow, row, rows, submit, videoId } from "../../support/fixtures.ts";
import { createWorld, type World } from "../../support/world.ts";

let world: World;
let keyId: string;

beforeEach(async () => {
  await emptyDatabase();
  world = createWorld();
  keyId = await anOperator(world);
});

const byOperator = { user: OPERATOR };
const desk = (name: string, options: Record<string, string> = {}, branch: string | null = null) =>
  interact(world, commandOf(world, name, options, byOperator), branch);
const press = (customId: string, branch: string | null = null) =>
  interact(world, pressOf(world, customId, byOperator), branch);
const fill = (customId: string, notes: string, branch: string | null = null, inRows = false) =>
  interact(world, modalOf(world, customId, { notes }, { ...byOperator, rows: inRows }), branch);

describe("/desk alerts", () => {
  it("says that all is quiet", async () => {
    expect(textOf(await desk("alerts", {}, "empty"))).toContain("All quiet");
    expect(textOf(await desk("alerts", { severity: "LOW" }, "empty"))).toContain("of severity low");
  });

  it("shows what is open, newest first, each with its buttons", async () => {
    const [first, second] = await raiseAlerts(world, { title: "One" }, { title: "Two" });
    const answer = await desk("alerts", {}, "shown");
    expect(answer.type).toBe(4);
    expect(buttonsOf(answer)).toEqual([
      `v1:ack:${second}`,
      `v1:resolve:${second}`,
      `v1:ack:${first}`,
      `v1:resolve:${first}`,
    ]);
  });

  it("names whom and what an alert is about, also after somebody acknowledged and resolved it", async () => {
    const { key, id: affiliateId } = await anAffiliate(world);
    const campaignId = await aCampaign(world);
    const { report_id: reportId } = await submit(world, { key, campaignId });
    const { id: postId } = (await row<{ id: string }>("select id from posts")) ?? { id: "" };
    const about = { affiliateId, campaignId, postId, reportId, platform: "youtube" };
    const [id = ""] = await raiseAlerts(world, about);
    const shown = (id: string) => id.replace("_", "\\_");
    const [who, where] = [`**Affiliate ${shown(affiliateId)}**`, `Campaign ${shown(campaignId)}`];
    const named = `${who} · ${where} · [YouTube post](https://www.youtube.com/watch?v=${videoId(1)})`;
    const answer = await desk("alerts");
    expect(textOf(answer)).toContain(named);
    expect(buttonsOf(answer).slice(2)).toEqual([
      `v1:claim:${reportId}:${id}`,
      `v1:recheck:${reportId}:${id}`,
    ]);
    expect(textOf(await press(`v1:ack:${id}`))).toContain(named);
    expect(textOf(await fill(`v1:resolve:${id}`, "Done"))).toContain(named);
    expect(textOf(await press(`v1:ack:${id}`))).toContain(named);
  });

  it("names nobody where an alert is about nobody that is known", async () => {
    await raiseAlerts(world, { affiliateId: "aff_00000000000000000000000000" });
    expect(textOf(await desk("alerts"))).toContain("judged**\nWriting its verdict failed.");
  });

  it.each([...ALERT_SEVERITIES])("shows those of a severity: %s", async (severity) => {
    await raiseAlerts(world, ...ALERT_SEVERITIES.map((one) => ({ severity: one, title: `Alert ${one}` })));
    const text = textOf(await desk("alerts", { severity }));
    expect(text).toContain(`Alert ${severity}`);
    expect(text.match(/Alert [A-Z]+/g)).toHaveLength(1);
  });

  it.each([{}, { severity: "HIGH" }])("goes on page by page in the same message: %o", async (options) => {
    const drafts = Array.from({ length: 12 }, (_, n) => ({
      title: `Alert ${n}!`,
      severity: "HIGH" as const,
    }));
    await raiseAlerts(world, ...drafts, ...(options.severity ? [{ title: "Alert of another kind" }] : []));
    if (options.severity)
      await row("update alerts set severity = 'LOW' where title = 'Alert of another kind'");
    const titles: string[] = [];
    const older = (ids: string[]) => ids.find((id) => id.startsWith("v1:alerts:"));
    let answer = await desk("alerts", options);
    for (let pages = 0; pages < 4; pages++) {
      titles.push(...(textOf(answer).match(/Alert \d+!/g) ?? []));
      const next = older(buttonsOf(answer));
      if (next === undefined) break;
      answer = await press(next, "page");
      expect(answer.type).toBe(7);
    }
    expect(titles).toEqual(drafts.map(({ title }) => title).toReversed());
  });

  it.each(["v1:alerts", "v1:alerts:ALL:", "v1:alerts:NONE:nonsense"])(
    "is a page from any cursor: %s",
    async (id) => {
      await raiseAlerts(world, {});
      expect((await press(id)).type).toBe(7);
    },
  );
});

describe("acknowledging an alert", () => {
  it("takes the place of the message, with who and when in the database", async () => {
    const [id = ""] = await raiseAlerts(world, {});
    const answer = await press(`v1:ack:${id}`, "done");
    expect(answer.type).toBe(7);
    expect(textOf(answer)).toContain("Acknowledged");
    expect(buttonsOf(answer)).toEqual([`v1:resolve:${id}`, "v1:alerts:ALL:"]);
    expect(await row("select status, acknowledged_by, acknowledged_at, notes from alerts")).toEqual({
      status: "ACKNOWLEDGED",
      acknowledged_by: `admin:${keyId}`,
      acknowledged_at: world.now,
      notes: null,
    });
  });

  it("of one that was resolved meanwhile changes nothing, and shows it with who did that", async () => {
    const [id = ""] = await raiseAlerts(world, {});
    await fill(`v1:resolve:${id}`, "Done");
    const pressed = pressOf(world, `v1:ack:${id}`, byOperator);
    world.takeUsage();
    const answer = await interact(world, pressed, "resolved");
    expect(world.takeUsage().trips).toBe(2);
    expect(answer.type).toBe(7);
    expect(textOf(answer)).toContain(`resolved already, by \`admin:${keyId}\``);
    expect(buttonsOf(answer)).toEqual(["v1:alerts:ALL:"]);
    expect(await row("select status, acknowledged_by from alerts")).toEqual({
      status: "RESOLVED",
      acknowledged_by: null,
    });
  });

  it.each(["v1:ack", "v1:ack:", "v1:ack:nonsense"])("is refused of none: %s", async (customId) => {
    const answer = await press(customId, "refused");
    expect(answer).toMatchObject({ type: 4, data: { flags: 32_768 | 64 } });
    expect(textOf(answer)).toContain("There is no such alert.");
  });
});

describe("resolving an alert", () => {
  it("asks what was found out", async () => {
    const [id = ""] = await raiseAlerts(world, {});
    const before = await everyRow();
    const answer = await press(`v1:resolve:${id}`, "form");
    expect(answer).toMatchObject({ type: 9, data: { custom_id: `v1:resolve:${id}` } });
    expect(await everyRow()).toBe(before);
  });

  it.each([false, true])(
    "keeps the answer of the form, in rows of earlier years too (rows: %s)",
    async (inRows) => {
      const [id = ""] = await raiseAlerts(world, {});
      const answer = await fill(`v1:resolve:${id}`, "  A *bot*, blocked  ", "done", inRows);
      expect(answer.type).toBe(7);
      expect(textOf(answer)).toContain("A \\*bot\\*, blocked");
      expect(buttonsOf(answer)).toEqual(["v1:alerts:ALL:"]);
      expect(await row("select status, resolved_by, notes from alerts")).toEqual({
        status: "RESOLVED",
        resolved_by: `admin:${keyId}`,
        notes: "A *bot*, blocked",
      });
    },
  );

  it("twice keeps the first answer, and shows the alert with who was first", async () => {
    const [id = ""] = await raiseAlerts(world, {});
    await fill(`v1:resolve:${id}`, "First");
    const answer = await fill(`v1:resolve:${id}`, "Second", "resolved");
    expect(answer.type).toBe(7);
    expect(textOf(answer)).toContain(`resolved already, by \`admin:${keyId}\``);
    expect(textOf(answer)).toContain("First");
    expect(buttonsOf(answer)).toEqual(["v1:alerts:ALL:"]);
    expect(await row("select notes from alerts")).toEqual({ notes: "First" });
  });

  it.each([
    { notes: " \n ", words: "must not be empty" },
    { notes: "n".repeat(2_001), words: "must be at most 2000 characters" },
    { notes: "a\u0007b", words: "must not contain control characters" },
  ])("takes no notes that the API would not take: $words", async ({ notes, words }) => {
    const [id = ""] = await raiseAlerts(world, {});
    expect(textOf(await fill(`v1:resolve:${id}`, notes, "refused"))).toContain(`**notes** ${words}`);
    expect(await row("select status from alerts")).toEqual({ status: "OPEN" });
  });
});

describe("/desk platforms", () => {
  /** It asks each platform's gate, so that the answer comes later. */
  const platforms = async () => {
    const body = commandOf(world, "platforms", {}, byOperator);
    expect(await interact(world, body, "deferred")).toEqual({ type: 5, data: { flags: 64 } });
    return textOf(await finishDeferred(world, body.id, "shown"));
  };

  it("shows how each platform answers", async () => {
    const text = await platforms();
    for (const name of ["YouTube", "TikTok", "Instagram", "Reddit", "LinkedIn"]) expect(text).toContain(name);
    expect(text).toContain("was not asked yet");
  });

  it("shows a platform that answered, and one that does not", async () => {
    const { key } = await anAffiliate(world);
    const campaignId = await aCampaign(world, { platforms: ["youtube", "reddit"] });
    await submit(world, { key, campaignId });
    await world.setPost("youtube", videoId(1), { metrics: { views: 1_000 } });
    world.advance(2_000);
    await world.deliver();
    expect(await platforms()).toMatch(/YouTube\*\* answers\n-# Last answer/);
    expect(await platforms()).toMatch(/Reddit\*\* was not asked yet/);
  });

  it("does not call a platform unasked whose gate cannot be reached", async () => {
    const { gate } = world.ctx;
    world.ctx.gate = (platform) => {
      if (platform === "reddit") throw new Error("the object is gone");
      return gate(platform);
    };
    const text = await platforms();
    expect(text).toMatch(/Reddit\*\* could not be looked at: its state is not known/);
    expect(text).toMatch(/YouTube\*\* was not asked yet/);
  });

  it("shows what is switched off, held, and out of order", async () => {
    await env.DB.prepare(
      "insert into platforms (platform, enabled, updated_at) values ('reddit', 0, 0)",
    ).run();
    await world.ctx.gate("tiktok").hold("a test");
    const text = await platforms();
    expect(text).toMatch(/Reddit\*\* switched off/);
    expect(text).toMatch(/TikTok\*\* held by an operator/);
  });
});

describe("/desk recheck", () => {
  const aReport = async () => {
    const { key } = await anAffiliate(world);
    const { report_id } = await submit(world, { key, campaignId: await aCampaign(world) });
    await world.setPost("youtube", videoId(1), { metrics: { views: 500 } });
    world.advance(2_000);
    await world.deliver();
    return report_id;
  };

  it.each([
    { by: "the command", ask: (id: string) => desk("recheck", { report: id }, "done") },
    { by: "the button", ask: (id: string) => press(`v1:recheck:${id}`, "done") },
  ])("has a report judged again by $by, by the numbers of now", async ({ ask }) => {
    const id = await aReport();
    const answer = await ask(id);
    expect(answer).toMatchObject({ type: 4, data: { flags: 32_768 | 64 } });
    expect(textOf(answer)).toContain("judged again");
    expect(buttonsOf(answer)).toEqual([`v1:claim:${id}`]);
    expect(world.sent).toMatchObject([{ lane: "normal", message: { ids: [id], manual: true } }]);
    expect(await row("select state from reconciliations")).toEqual({ state: "open" });
    world.advance(1_000);
    await world.deliver();
    expect(await rows("select n from reconciliation_logs where report_id = ?", id)).toHaveLength(2);
  });

  it("leaves alone what a run holds at the moment", async () => {
    const id = await aReport();
    await row("update reconciliations set lease_until = ?", world.now + 1);
    expect(textOf(await desk("recheck", { report: id }, "nothing"))).toContain("Nothing to do");
    expect(textOf(await press(`v1:recheck:${id}`, "nothing"))).toContain("Nothing to do");
    expect(world.sent).toEqual([]);
  });

  it.each(["rep_00000000000000000000000000", "nonsense", " ", "' or 1=1"])(
    "knows no report %o",
    async (id) => {
      expect(textOf(await desk("recheck", { report: id }, "refused"))).toContain("There is no such report.");
      expect(textOf(await press(`v1:recheck:${id}`, "refused"))).toContain("There is no such report.");
    },
  );
});
