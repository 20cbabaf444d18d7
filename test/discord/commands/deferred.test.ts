import { beforeEach, describe, expect, it } from "vitest";
import { tokenContext } from "../../../src/discord/discord-claim.ts";
import type { Message } from "../../../src/discord/wire.ts";
import {
  anOperator,
  buttonsOf,
  commandOf,
  fileOf,
  finishDeferred,
  interact,
  linked,
  modalOf,
  OPERATOR,
  ROBIN,
  textOf,
} from "../../support/discord.ts";
import { emptyDatabase } from "../../support/empty-database.ts";
import { aCampaign, anAffiliate, everyRow, row, rows, submit, videoId } from "../../support/fixtures.ts";
import { createWorld, type World } from "../../support/world.ts";

const SHARE_LINK = "https://vm.tiktok.com/ZMabc123/";
const VIDEO = "https://www.tiktok.com/@mason/video/7106594312292453675";
const PROOF = "1/2/proof.png";
const PNG = "\u0089PNG\r\n\u001a\nrest";
const ATTACHED = { proof: "9" };

let world: World;
let campaign: string;
let key: string;

beforeEach(async () => {
  await emptyDatabase();
  world = createWorld();
  ({ key } = await linked(await anAffiliate(world)));
  campaign = await aCampaign(world, { platforms: ["youtube", "tiktok"] });
  await world.control("/links", { url: SHARE_LINK, location: VIDEO });
  await world.control(`/discord/attachments/${PROOF}`, { base64: btoa(PNG), content_type: "image/png" });
});

const url = (n: number) => `https://youtu.be/${videoId(n)}`;
const shared = (sender = {}) => commandOf(world, "submit", { url: SHARE_LINK, campaign, views: 12 }, sender);
const withProof = (size = 12) =>
  commandOf(
    world,
    "submit",
    { url: url(1), campaign, views: 12, evidence: "See the file", ...ATTACHED },
    { attachments: fileOf("9", PROOF, { size }) },
  );
const update = (post: string) =>
  commandOf(world, "update", { post, views: 13, ...ATTACHED }, { attachments: fileOf("9", PROOF) });
const form = () => modalOf(world, "v1:report:1:2", { url: SHARE_LINK, campaign: [campaign], views: "12" });

const reports = () =>
  rows<{ id: string; views: number }>("select id, views from affiliate_reports order by id");
const outbox = () => rows("select id, kind, subject, due_at, done_at, attempts from outbox");

const SLOW: { what: string; body(): Promise<{ id: string; token: string }>; claimed: RegExp }[] = [
  { what: "a share link", body: async () => shared(), claimed: /\*\*12 views\*\*/ },
  { what: "a file", body: async () => withProof(), claimed: /\*\*12 views\*\*/ },
  { what: "a share link in a form", body: async () => form(), claimed: /\*\*12 views\*\*/ },
  {
    what: "a file with newer numbers",
    body: async () => update((await submit(world, { key, campaignId: campaign })).submission_id),
    claimed: /New numbers received[\s\S]*\*\*13 views\*\*/,
  },
];

describe("what needs the network", () => {
  it.each(SLOW)("is put off at once, in two round trips and with nothing asked: $what", async ({ body }) => {
    const sent = await body();
    const before = await reports();
    world.takeUsage();
    world.ctx.fetch = () => Promise.reject(new Error("nothing may be asked"));
    expect(await interact(world, sent, "deferred")).toEqual({ type: 5, data: { flags: 64 } });
    expect(world.takeUsage().trips).toBe(2);
    expect(await outbox()).toEqual([
      {
        id: `answer:${sent.id}`,
        kind: "answer",
        subject: sent.id,
        due_at: world.now,
        done_at: null,
        attempts: 0,
      },
    ]);
    expect(world.woken).toEqual([{ v: 1, kind: "entry", id: `answer:${sent.id}` }]);
    expect(await reports()).toEqual(before);
  });

  it.each(SLOW)("is done later, once, and answered: $what", async ({ body, claimed }) => {
    const sent = await body();
    const before = (await reports()).length;
    await interact(world, sent);
    const message = await finishDeferred(world, sent.id, "done");
    expect(textOf(message)).toMatch(claimed);
    expect(message.flags).toBe(32_768 | 64);
    expect(await reports()).toHaveLength(before + 1);
    const again = await finishDeferred(world, sent.id, "done_before");
    expect(textOf(again)).toContain("Being checked");
    expect(buttonsOf(again)[0]).toMatch(/^v1:status:sub_/);
    expect(await reports()).toHaveLength(before + 1);
  });

  it.each(SLOW)(
    "makes no second entry when it comes again, before or after it is done: $what",
    async ({ body }) => {
      const sent = await body();
      await interact(world, sent);
      const stored = await everyRow();
      world.advance(1_000);
      expect(await interact(world, sent, "deferred_again")).toEqual({ type: 5, data: { flags: 64 } });
      expect(await everyRow()).toBe(stored);
      await finishDeferred(world, sent.id);
      const done = await everyRow();
      await interact(world, sent);
      expect(await everyRow()).toBe(done);
    },
  );

  it.each(SLOW)("is done once where the first try died after its effect: $what", async ({ body }) => {
    const sent = await body();
    const before = (await reports()).length;
    await interact(world, sent);
    // The first batch tells what waits, the second who sends it; the third is the claim, whose answer is lost.
    world.failBatch(3, "after");
    await expect(finishDeferred(world, sent.id)).rejects.toThrow("Network connection lost");
    expect(await reports()).toHaveLength(before + 1);
    const message = await finishDeferred(world, sent.id);
    expect(textOf(message)).toContain("Being checked");
    expect(await reports()).toHaveLength(before + 1);
  });

  it.each(SLOW)(
    "is done once where the first try died before its effect: $what",
    async ({ body, claimed }) => {
      const sent = await body();
      const before = (await reports()).length;
      await interact(world, sent);
      world.failBatch(3, "before");
      await expect(finishDeferred(world, sent.id)).rejects.toThrow("Network connection lost");
      expect(await reports()).toHaveLength(before);
      expect(textOf(await finishDeferred(world, sent.id))).toMatch(claimed);
      expect(await reports()).toHaveLength(before + 1);
    },
  );

  it("keeps the interaction without its token, and the token sealed for this one alone", async () => {
    const sent = shared();
    await interact(world, sent);
    const stored = await row<{ body: string; token: string; received_at: number; user_id: string }>(
      "select * from discord_interactions",
    );
    const { token, ...rest } = sent;
    expect(JSON.parse(stored?.body ?? "")).toEqual(rest);
    expect(await everyRow()).not.toContain(token);
    expect(stored?.received_at).toBe(world.now);
    expect(await world.ctx.box?.open(stored?.token ?? "", tokenContext(sent.id))).toBe(token);
    expect(await world.ctx.box?.open(stored?.token ?? "", tokenContext("1"))).toBeNull();
    expect(JSON.stringify(world.woken)).not.toContain(token);
  });

  it("is put off although the queue fails: the sweep finds the entry", async () => {
    world.ctx.outbox.wake = () => Promise.reject(new Error("the queue is down"));
    expect(await interact(world, shared())).toEqual({ type: 5, data: { flags: 64 } });
    expect(await outbox()).toHaveLength(1);
    expect(world.lines.join("\n")).toContain("outbox_not_woken");
  });

  it("is told at once if it cannot be put off", async () => {
    world.failBatch(1, "before");
    const answer = await interact(world, shared(), "busy");
    expect(answer.type).toBe(4);
    expect(textOf(answer)).toContain("Try again in a moment");
    expect(await outbox()).toEqual([]);
  });

  it("is done at once where no key seals, and tells nobody later", async () => {
    world.ctx.box = null;
    const answer = await interact(world, shared());
    expect(textOf(answer)).toContain("Received");
    expect(await row("select token from discord_claims")).toEqual({ token: null });
    expect(await outbox()).toEqual([]);
  });
});

describe("what an answer that was put off says", () => {
  const said = async (body: { id: string }): Promise<Message> => {
    expect(await interact(world, body)).toMatchObject({ type: 5 });
    return finishDeferred(world, body.id, "refused");
  };

  it("is not waited for by who is not linked: that is told at once, and nothing is kept", async () => {
    const answer = await interact(world, shared({ user: ROBIN }));
    expect(answer.type).toBe(4);
    expect(textOf(answer)).toContain("You are not linked yet");
    expect(await outbox()).toEqual([]);
  });

  it("is why not, to who was unlinked meanwhile", async () => {
    const sent = shared();
    await interact(world, sent);
    await rows("update affiliates set discord_user_id = null");
    expect(textOf(await finishDeferred(world, sent.id))).toContain("You are not linked yet");
    expect(await reports()).toEqual([]);
  });

  it("is why not, to who is linked to another affiliate by now: nothing is done in that one's name", async () => {
    const sent = shared();
    await interact(world, sent);
    await rows("update affiliates set discord_user_id = null");
    await linked(await anAffiliate(world));
    expect(textOf(await finishDeferred(world, sent.id))).toContain("You are linked differently now");
    expect(await reports()).toEqual([]);
  });

  it("is why not, to an operator whose key was revoked meanwhile", async () => {
    await anOperator(world);
    const sent = commandOf(world, "platforms", {}, { user: OPERATOR });
    await interact(world, sent);
    await rows("update api_keys set revoked_at = 1");
    expect(textOf(await finishDeferred(world, sent.id, "turned_away"))).toContain("This is for operators");
  });

  it("is why not, to who was suspended meanwhile", async () => {
    const sent = shared();
    await interact(world, sent);
    await rows("update affiliates set status = 'suspended'");
    expect(textOf(await finishDeferred(world, sent.id))).toContain("This account is suspended.");
  });

  it.each([
    { told: { status: 404 }, words: "Almost there" },
    { told: { status: 503 }, words: "Try again in a moment" },
    { told: { location: "https://www.tiktok.com/@mason" }, words: "Almost there" },
  ])("is what became of a link that answers $told", async ({ told, words }) => {
    await world.control("/links", { url: SHARE_LINK, ...told });
    expect(textOf(await said(shared()))).toContain(words);
    expect(await reports()).toEqual([]);
  });

  it("is the same as REST's of a campaign that takes no such posts", async () => {
    campaign = await aCampaign(world, { platforms: ["youtube"] });
    expect(textOf(await said(shared()))).toContain("The campaign takes no posts on TikTok.");
  });

  it("is a request id for what broke, logged under the interaction", async () => {
    const sent = shared();
    await interact(world, sent);
    world.failBatch(3, "before", new Error("D1_ERROR: no such table: secret"));
    const text = textOf(await finishDeferred(world, sent.id, "internal"));
    expect(text).not.toContain("secret");
    const [requestId = "nothing"] = text.match(/req_[0-9A-Z]{26}/) ?? [];
    const line = world.lines.find((logged) => logged.includes("interaction_failed")) ?? "";
    expect(line).toContain(requestId);
    expect(line).toContain(sent.id);
    expect(line).not.toContain(sent.token);
  });
});

describe("work that comes late", () => {
  it.each(SLOW.slice(0, 3))("speaks of the instant at which it was asked for: $what", async ({ body }) => {
    const sent = await body();
    const { now: asked } = world;
    await interact(world, sent);
    world.advance(8 * 60_000);
    await finishDeferred(world, sent.id);
    expect(await row("select claimed_at, created_at from affiliate_reports")).toEqual({
      claimed_at: asked,
      created_at: world.now,
    });
  });

  it.each(SLOW.slice(0, 3))("is done although nobody can be told any more: $what", async ({ body }) => {
    const sent = await body();
    await interact(world, sent);
    await finishDeferred(world, sent.id, null, { late: true });
    expect(await reports()).toHaveLength(1);
  });

  it("is taken by a campaign that ended after it was sent, and not by one that ended before", async () => {
    const sent = withProof();
    await rows("update campaigns set ends_at = ?", world.now + 1);
    await interact(world, sent);
    world.advance(60_000);
    expect(textOf(await finishDeferred(world, sent.id))).toContain("Received");
    const tooLate = commandOf(world, "submit", { url: SHARE_LINK, campaign, views: 12 });
    await interact(world, tooLate);
    expect(textOf(await finishDeferred(world, tooLate.id))).toContain("has ended");
  });

  it("tells the verdict by a token that is good for 15 minutes from when it was sent, and by none after that", async () => {
    const sent = withProof();
    const { now: asked } = world;
    await interact(world, sent);
    world.advance(15 * 60_000 - 1);
    await finishDeferred(world, sent.id);
    const inTime = await row<{ token: string }>("select token, token_expires_at from discord_claims");
    expect(inTime).toMatchObject({ token_expires_at: asked + 15 * 60_000 });
    expect(inTime?.token).not.toBeNull();
    const late = shared();
    await interact(world, late);
    world.advance(15 * 60_000);
    await finishDeferred(world, late.id, null, { late: true });
    expect(await row("select token from discord_claims where interaction_id = ?", late.id)).toEqual({
      token: null,
    });
  });

  it("does not take the place of newer numbers, which were sent later and came in sooner", async () => {
    const { submission_id: post } = await submit(world, { key, campaignId: campaign });
    world.advance(60 * 60_000);
    const older = update(post);
    await interact(world, older);
    world.advance(500);
    await interact(world, commandOf(world, "update", { post, views: 3_000 }));
    world.advance(1_500);
    expect(textOf(await finishDeferred(world, older.id))).toContain(
      "You sent newer numbers of this post meanwhile",
    );
    expect((await reports()).map(({ views }) => views)).toEqual([1_000, 3_000]);
  });

  it("is said to be taken by both of two who did it at once", async () => {
    const { submission_id: post } = await submit(world, { key, campaignId: campaign });
    for (const sent of [update(post), shared()]) {
      const before = (await reports()).length;
      await interact(world, sent);
      const said = await Promise.all([finishDeferred(world, sent.id), finishDeferred(world, sent.id)]);
      expect(await reports()).toHaveLength(before + 1);
      for (const message of said) expect(textOf(message)).toMatch(/received|Received|Being checked/);
    }
  });

  it("is not done where newer numbers may have taken its place", async () => {
    const { submission_id: post } = await submit(world, { key, campaignId: campaign });
    const sent = update(post);
    await interact(world, sent);
    const message = await finishDeferred(world, sent.id, "too_late", { late: true });
    expect(textOf(message)).toContain("This took too long.");
    expect(await reports()).toHaveLength(1);
  });
});

describe("an attached file", () => {
  const evidence = async () =>
    JSON.parse(
      (await row<{ evidence: string }>("select evidence from affiliate_reports"))?.evidence ?? "null",
    );

  it("is looked at and told apart, not kept, beside what was written", async () => {
    const sent = withProof();
    await interact(world, sent);
    expect(textOf(await finishDeferred(world, sent.id))).toContain(
      `📎 proof.png noted (PNG image, ${PNG.length} bytes)`,
    );
    const digest = await crypto.subtle.digest(
      "SHA-256",
      Uint8Array.from(PNG, (character) => character.charCodeAt(0)),
    );
    expect(await evidence()).toEqual({
      note: "See the file",
      files: [
        {
          name: "proof.png",
          size: PNG.length,
          media_type: "image/png",
          declared_type: "image/png",
          sha256: Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join(""),
          unread: null,
        },
      ],
    });
  });

  it("that is gone does not cost the claim", async () => {
    const gone = { base64: btoa(PNG), content_type: "image/png", gone: true };
    await world.control(`/discord/attachments/${PROOF}`, gone);
    const sent = withProof();
    await interact(world, sent);
    const text = textOf(await finishDeferred(world, sent.id));
    expect(text).toContain("Received");
    expect(text).toContain("📎 proof.png could not be read; the claim was taken without it");
    expect(await evidence()).toMatchObject({ files: [{ unread: "expired", sha256: null }] });
  });

  it.each([
    { size: 8_388_608, taken: true },
    { size: 8_388_609, taken: false },
  ])("of $size bytes is taken: $taken", async ({ size, taken }) => {
    const sent = withProof(size);
    await interact(world, sent);
    const text = textOf(await finishDeferred(world, sent.id));
    expect(text.includes("attach at most 8 MiB")).toBe(!taken);
    expect(await reports()).toHaveLength(taken ? 1 : 0);
  });

  it("is acknowledged with newer numbers too, as what its bytes are", async () => {
    await world.control(`/discord/attachments/${PROOF}`, { base64: btoa("MZ"), content_type: "image/png" });
    const sent = update((await submit(world, { key, campaignId: campaign })).submission_id);
    await interact(world, sent);
    expect(textOf(await finishDeferred(world, sent.id))).toContain("📎 proof.png is no image, PDF or video");
  });

  it("that Discord did not resolve is none", async () => {
    const body = commandOf(world, "submit", { url: url(1), campaign, views: 1, ...ATTACHED });
    expect((await interact(world, body)).type).toBe(4);
    expect(await evidence()).toBeNull();
  });
});
