import { beforeEach, describe, expect, it } from "vitest";
import type { Modal } from "../../../src/discord/wire.ts";
import {
  buttonsOf,
  finishDeferred,
  interact,
  linked,
  messageCommandOf,
  modalOf,
  ROBIN,
  textOf,
} from "../../support/discord.ts";
import { emptyDatabase } from "../../support/empty-database.ts";
import { type Account, aCampaign, anAffiliate, row, rows, submit, videoId } from "../../support/fixtures.ts";
import { createWorld, type World } from "../../support/world.ts";

const MESSAGE = "867793854505943041";

let world: World;
let affiliate: Account;
let campaign: string;

beforeEach(async () => {
  await emptyDatabase();
  world = createWorld();
  affiliate = await linked(await anAffiliate(world));
  campaign = await aCampaign(world);
});

const url = (n: number) => `https://youtu.be/${videoId(n)}`;

/** The form that a message opens; anything else fails the test. */
async function formOf(content: string, embeds: string[] = []): Promise<Modal> {
  const answer = await interact(world, messageCommandOf(world, content, { embeds }), "form");
  if (answer.type !== 9) throw new Error(`no form but ${textOf(answer)}`);
  return answer.data;
}

/** A field of a form. */
const fieldOf = ({ components }: Modal, name: string) =>
  components
    .flatMap((part) => (part.type === 18 ? [part.component] : []))
    .find((field) => field.custom_id === name);

describe("Report this post", () => {
  it("opens a form with the post, the only campaign and the numbers to fill in", async () => {
    const form = await formOf(`New video! ${url(1)} Enjoy`);
    expect(form.custom_id).toBe(`v1:report:${MESSAGE}:${ROBIN}`);
    expect(fieldOf(form, "url")).toMatchObject({ value: url(1) });
    expect(fieldOf(form, "campaign")).toMatchObject({
      type: 3,
      options: [{ value: campaign, default: true }],
    });
    for (const metric of ["views", "likes", "comments"]) {
      expect(fieldOf(form, metric)).toMatchObject({ type: 4, required: false });
    }
  });

  it.each([
    { platform: "youtube", link: url(1), asked: ["views", "likes", "comments"], why: "it shows three" },
    {
      platform: "reddit",
      link: "https://redd.it/abc123",
      asked: ["likes", "comments", "views"],
      why: "it shows two, so that the first of the others follows",
    },
    {
      platform: "meta",
      link: "https://www.facebook.com/reel/1234567890123456",
      asked: ["views", "clicks", "likes"],
      why: "it shows more than three of every post",
    },
    {
      platform: "tiktok",
      link: "https://vm.tiktok.com/ZMabc123/",
      asked: ["views", "clicks", "conversions"],
      why: "the platform behind a share link is not known yet",
    },
  ])("asks for $asked on $platform: $why", async ({ platform, link, asked }) => {
    await aCampaign(world, { platforms: [platform] });
    const { components } = await formOf(link);
    const fields = components.flatMap((part) => (part.type === 18 ? [part.component.custom_id] : []));
    expect(fields).toEqual(["url", "campaign", ...asked]);
  });

  it.each([
    { content: `<${url(1)}>`, why: "hidden from previews" },
    { content: `[my video](${url(1)})`, why: "behind words" },
    { content: `**${url(1)}**`, why: "in bold" },
    { content: `_${url(1)}_`, why: "in italics" },
    { content: `__${url(1)}__`, why: "underlined" },
    { content: `_**${url(1)}**_, see!`, why: "in bold italics" },
    { content: `||${url(1)}||`, why: "as a spoiler" },
    { content: `\`${url(1)}\``, why: "as code" },
    { content: `Seen ${url(1)}? Or (${url(2)}).`, why: "in a sentence" },
    { content: `${url(1)}, ${url(2)}`, why: "in a list" },
    { content: `"${url(1)}"`, why: "in quotes" },
    { content: `https://example.com/a ${url(1)}`, why: "after a link to something else" },
    { content: `https://www.youtube.com/@mason ${url(1)}`, why: "after a channel" },
  ])("finds the first link that names a post: $why", async ({ content }) => {
    expect(fieldOf(await formOf(content), "url")).toMatchObject({ value: url(1) });
  });

  it.each(["vid0000000_", "vid0000000-", "_id00000000"])("keeps the whole id of a post: %s", async (id) => {
    for (const content of [
      `https://youtu.be/${id}`,
      `_https://youtu.be/${id}_`,
      `See https://youtu.be/${id}.`,
    ]) {
      expect(fieldOf(await formOf(content), "url")).toMatchObject({ value: `https://youtu.be/${id}` });
    }
  });

  it("looks into previews where the text has none", async () => {
    expect(fieldOf(await formOf("look", ["https://example.com", url(3)]), "url")).toMatchObject({
      value: url(3),
    });
    expect(fieldOf(await formOf(url(1), [url(3)]), "url")).toMatchObject({ value: url(1) });
  });

  it("takes a share link, whose platform only the network knows", async () => {
    const tiktok = await aCampaign(world, { platforms: ["tiktok"] });
    const form = await formOf("https://vm.tiktok.com/ZMabc123/");
    expect(fieldOf(form, "campaign")).toMatchObject({ options: [{ value: tiktok }, { value: campaign }] });
  });

  it.each([
    "",
    "no link",
    "https://example.com",
    "https://www.youtube.com/@mason",
    "https://bit.ly/x",
    "https://",
    `${"https://example.com/ ".repeat(20)}${url(1)}`,
  ])("says that there is no post in %o", async (content) => {
    const answer = await interact(world, messageCommandOf(world, content), "no_post");
    expect(answer).toMatchObject({ type: 4, data: { flags: 32_768 | 64 } });
    expect(textOf(answer)).toContain("There is no post in this message");
  });

  it("says that no campaign takes the post", async () => {
    const answer = await interact(world, messageCommandOf(world, "https://redd.it/abc123"), "no_campaign");
    expect(textOf(answer)).toContain("No campaign takes this post");
  });

  it.each([
    { campaigns: 25, type: 3 },
    { campaigns: 26, type: 4 },
  ])(
    "of $campaigns campaigns has one chosen from a list or named (field $type)",
    async ({ campaigns, type }) => {
      for (let n = 1; n < campaigns; n++) await aCampaign(world);
      expect(fieldOf(await formOf(url(1)), "campaign")).toMatchObject({ type });
    },
  );
});

describe("the form of a post", () => {
  const fill = (fields: Record<string, string | string[]>, branch: string | null = null, inRows = false) =>
    interact(
      world,
      modalOf(
        world,
        `v1:report:${MESSAGE}:${ROBIN}`,
        { url: url(1), campaign: [campaign], ...fields },
        { rows: inRows },
      ),
      branch,
    );

  it.each([false, true])(
    "enters it, and keeps which message it was (rows of earlier years: %s)",
    async (inRows) => {
      const answer = await fill({ views: "1.200", clicks: "30", conversions: "" }, "taken", inRows);
      expect(answer.type).toBe(4);
      expect(textOf(answer)).toContain("You claim **1,200 views**, **30 clicks**.");
      const report = await row<{ evidence: string }>("select * from affiliate_reports");
      expect(report).toMatchObject({ views: 1_200, clicks: 30, conversions: null, method: "DISCORD" });
      expect(JSON.parse(report?.evidence ?? "")).toEqual({
        discord_message: { id: MESSAGE, author_id: ROBIN },
      });
    },
  );

  it("takes the numbers that it asked for on a platform", async () => {
    const answer = await fill({ views: "1 200", likes: "30", comments: "2", shares: "" }, "taken");
    expect(textOf(answer)).toContain("You claim **1,200 views**, **30 likes**, **2 comments**.");
    expect(await row("select views, likes, comments, shares from affiliate_reports")).toEqual({
      views: 1_200,
      likes: 30,
      comments: 2,
      shares: null,
    });
  });

  it("says of all numbers at once which it cannot read", async () => {
    const text = textOf(await fill({ views: "1.2k", clicks: "30", conversions: "12,5" }, "refused"));
    expect(text.match(/\*\*(\w+)\*\* must be a whole number/g)).toEqual([
      "**views** must be a whole number",
      "**conversions** must be a whole number",
    ]);
    expect(await rows("select id from affiliate_reports")).toEqual([]);
  });

  it("takes a campaign by its name, as the form of too many to choose from has it", async () => {
    expect(textOf(await fill({ campaign: `Campaign ${campaign}`, views: "5" }))).toContain("Received");
  });

  it.each([
    { why: "a campaign that nobody has", fields: { campaign: "Autumn" }, words: "no such campaign" },
    { why: "an address that was changed to none", fields: { url: "my video" }, words: "Almost there" },
    { why: "no number at all", fields: { views: "" }, words: "Claim at least one number." },
    { why: "no number in one", fields: { clicks: "some" }, words: "**clicks** must be a whole number" },
    { why: "no number in another", fields: { shares: "1.2k" }, words: "**shares** must be a whole number" },
  ])("refuses $why", async ({ fields, words }) => {
    const answer = await fill({ views: "5", ...fields }, "refused");
    expect(answer.type).toBe(4);
    expect(textOf(answer)).toContain(words);
    expect(await rows("select * from submissions")).toEqual([]);
  });

  it("says that the post was entered before, with a button that shows it", async () => {
    const { submission_id } = await submit(world, { key: affiliate.key, campaignId: campaign });
    expect(buttonsOf(await fill({ views: "5" }, "duplicate"))).toEqual([`v1:status:${submission_id}`]);
  });

  it("follows a share link later", async () => {
    await world.control("/links", {
      url: "https://vm.tiktok.com/ZMabc123/",
      location: "https://www.tiktok.com/@mason/video/7106594312292453675",
    });
    const tiktok = await aCampaign(world, { platforms: ["tiktok"] });
    const fields = { url: "https://vm.tiktok.com/ZMabc123/", campaign: [tiktok], views: "5" };
    const body = modalOf(world, `v1:report:${MESSAGE}:${ROBIN}`, fields);
    expect((await interact(world, body, "deferred")).type).toBe(5);
    expect(textOf(await finishDeferred(world, body.id))).toContain("Received");
    const { evidence } = (await row<{ evidence: string }>("select * from affiliate_reports")) ?? {
      evidence: "",
    };
    expect(JSON.parse(evidence)).toEqual({ discord_message: { id: MESSAGE, author_id: ROBIN } });
  });

  it.each(["v1:report", "v1:report::", "v1:report:x:y", "v1:report:1", "v1:report:1:' or 1"])(
    "keeps no message that its id does not name: %s",
    async (customId) => {
      const body = modalOf(world, customId, { url: url(1), campaign: [campaign], views: "5" });
      expect(textOf(await interact(world, body))).toContain("Received");
      expect(await row("select evidence from affiliate_reports")).toEqual({ evidence: null });
    },
  );
});
