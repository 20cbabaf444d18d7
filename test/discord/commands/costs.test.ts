import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { issueLinkCode } from "../../../src/services/issue-link-code.ts";
import { aCrowd } from "../../support/crowd.ts";
import {
  anOperator,
  autocompleteOf,
  commandOf,
  fileOf,
  interact,
  linked,
  MASON,
  messageCommandOf,
  modalOf,
  OPERATOR,
  pressOf,
  raiseAlerts,
} from "../../support/discord.ts";
import { emptyDatabase } from "../../support/empty-database.ts";
import { type Account, aCampaign, anAffiliate, submit, videoId } from "../../support/fixtures.ts";
import { fullScans, plansOf } from "../../support/query-plans.ts";
import { createWorld, type World } from "../../support/world.ts";

const NEWCOMER = "53908232506183690";
const CROWD = 400;

let world: World;
let affiliate: Account;
let campaign: string;
let submission: string;
let report: string;
let alert: string;

beforeEach(async () => {
  await emptyDatabase();
  world = createWorld({ SELF_SIGNUP: "on" });
  affiliate = await linked(await anAffiliate(world));
  await anOperator(world);
  campaign = await aCampaign(world);
  const receipt = await submit(world, { key: affiliate.key, campaignId: campaign });
  [submission, report] = [receipt.submission_id, receipt.report_id];
  [alert = ""] = await raiseAlerts(world, {});
});

const url = (n: number) => `https://youtu.be/${videoId(n)}`;

/** Many posts of the affiliate and of others, in many campaigns, with alerts of every kind. */
async function aBusyPlace(): Promise<void> {
  const other = await anAffiliate(world);
  await aCrowd({
    campaignId: campaign,
    affiliateId: affiliate.id,
    count: CROWD,
    state: "open",
    status: null,
  });
  await aCrowd({ campaignId: campaign, affiliateId: other.id, count: CROWD, from: CROWD });
  const ids = "with recursive n (i) as (select 0 union all select i + 1 from n where i < 299)";
  await env.DB.batch([
    env.DB.prepare(
      `${ids} insert into campaigns (id, advertiser_id, name, starts_at, observe_every_minutes, policy_version, created_at,
        updated_at) select printf('cmp_0%025d', i), c.advertiser_id, 'Crowd ' || i, 0, 360, 1, 0, 0
        from n cross join campaigns c where c.id = ?`,
    ).bind(campaign),
    env.DB.prepare(
      `${ids} insert into rollups (campaign_id, affiliate_id, day, platform, posts, known_views, views)
        select ?, printf('aff_0%025d', i), 0, '', 1, 1, i from n`,
    ).bind(campaign),
    env.DB.prepare(
      `${ids} insert into affiliates (id, name, email, created_at, updated_at)
        select printf('aff_0%025d', i), 'Crowd ' || i, 'crowd' || i || '@example.com', 0, 0 from n`,
    ),
    env.DB.prepare(
      `${ids} insert into alerts (id, cause, category, severity, title, message, first_seen_at, last_seen_at)
        select printf('alr_0%025d', i), 'crowd:' || i, 'FRAUD', 'LOW', 'Crowd', 'Crowd', 0, 0 from n`,
    ),
    env.DB.prepare(
      `${ids} insert into discord_interactions (id, user_id, received_at) select 'i' || i, '1', 1 from n`,
    ),
  ]);
}

const byOperator = { user: OPERATOR };

interface Deed {
  what: string;
  body(): unknown;
  /** Round trips, exactly. */
  trips: number;
  /** Most rows that D1 reads for it in a busy place. */
  rows: number;
}

const DEEDS: Deed[] = [
  {
    what: "submit",
    body: () => commandOf(world, "submit", { url: url(2), campaign, views: 2 }),
    trips: 2,
    rows: 60,
  },
  {
    what: "submit, by the campaign's name",
    body: () => commandOf(world, "submit", { url: url(2), campaign: `Campaign ${campaign}`, views: 2 }),
    trips: 2,
    rows: 1_000,
  },
  {
    what: "submit, again",
    body: () => commandOf(world, "submit", { url: url(1), campaign, views: 2 }),
    trips: 2,
    rows: 60,
  },
  {
    what: "submit, a share link",
    body: () => commandOf(world, "submit", { url: "https://vm.tiktok.com/ZMabc/", campaign, views: 2 }),
    trips: 2,
    rows: 20,
  },
  {
    what: "update",
    body: () => commandOf(world, "update", { post: submission, views: 9 }),
    trips: 2,
    rows: 90,
  },
  {
    what: "update, with a file",
    body: () =>
      commandOf(
        world,
        "update",
        { post: submission, views: 9, proof: "9" },
        { attachments: fileOf("9", "1/2/proof.png") },
      ),
    trips: 2,
    rows: 20,
  },
  {
    what: "update, by address",
    body: () => commandOf(world, "update", { post: url(1), views: 9 }),
    trips: 2,
    rows: 90,
  },
  { what: "status", body: () => commandOf(world, "status", { post: submission }), trips: 2, rows: 30 },
  {
    what: "status, by address",
    body: () => commandOf(world, "status", { post: url(1) }),
    trips: 2,
    rows: 30,
  },
  { what: "status, a button", body: () => pressOf(world, `v1:status:${submission}`), trips: 2, rows: 30 },
  { what: "claim, a button", body: () => pressOf(world, `v1:claim:${report}`), trips: 2, rows: 30 },
  { what: "history", body: () => commandOf(world, "history"), trips: 2, rows: 100 },
  { what: "history, older", body: () => pressOf(world, `v1:history:${submission}`), trips: 2, rows: 100 },
  { what: "me", body: () => commandOf(world, "me"), trips: 2, rows: CROWD + 20 },
  { what: "leaderboard", body: () => commandOf(world, "leaderboard", { campaign }), trips: 2, rows: 400 },
  {
    what: "connect",
    body: () => commandOf(world, "connect", { platform: "tiktok" }),
    trips: 2,
    rows: 20,
  },
  { what: "help", body: () => commandOf(world, "help"), trips: 1, rows: 10 },
  {
    what: "report a message",
    body: () => messageCommandOf(world, `Look: ${url(2)}`),
    trips: 2,
    rows: 1_400,
  },
  {
    what: "report a message without a post",
    body: () => messageCommandOf(world, "Hello"),
    trips: 1,
    rows: 10,
  },
  {
    what: "the form to report",
    body: () => modalOf(world, "v1:report:1:2", { url: url(2), campaign: [campaign], views: "2" }),
    trips: 2,
    rows: 60,
  },
  { what: "unlink", body: () => commandOf(world, "unlink"), trips: 2, rows: 40 },
  {
    what: "register",
    body: () => commandOf(world, "register", { email: "new@example.com" }, { user: NEWCOMER }),
    trips: 2,
    rows: 40,
  },
  { what: "join, the button", body: () => pressOf(world, "v1:join", { user: NEWCOMER }), trips: 1, rows: 10 },
  {
    what: "join, the form",
    body: () => modalOf(world, "v1:join", { email: "new@example.com", name: "New" }, { user: NEWCOMER }),
    trips: 2,
    rows: 40,
  },
  { what: "alerts", body: () => commandOf(world, "alerts", {}, byOperator), trips: 2, rows: 120 },
  {
    what: "alerts, of a severity",
    body: () => commandOf(world, "alerts", { severity: "LOW" }, byOperator),
    trips: 2,
    rows: 60,
  },
  {
    what: "alerts, older",
    body: () => pressOf(world, `v1:alerts:ALL:${alert}`, byOperator),
    trips: 2,
    rows: 120,
  },
  { what: "acknowledge", body: () => pressOf(world, `v1:ack:${alert}`, byOperator), trips: 2, rows: 40 },
  {
    what: "resolve, the button",
    body: () => pressOf(world, `v1:resolve:${alert}`, byOperator),
    trips: 1,
    rows: 10,
  },
  {
    what: "resolve, the form",
    body: () => modalOf(world, `v1:resolve:${alert}`, { notes: "Done" }, byOperator),
    trips: 2,
    rows: 40,
  },
  { what: "platforms", body: () => commandOf(world, "platforms", {}, byOperator), trips: 2, rows: 20 },
  { what: "recheck", body: () => commandOf(world, "recheck", { report }, byOperator), trips: 2, rows: 60 },
  {
    what: "recheck, a button",
    body: () => pressOf(world, `v1:recheck:${report}`, byOperator),
    trips: 2,
    rows: 60,
  },
  { what: "invite", body: () => commandOf(world, "invite", {}, byOperator), trips: 1, rows: 10 },
  {
    what: "choices of campaigns",
    body: () => autocompleteOf(world, "submit", { focused: "campaign" }, { url: url(2), campaign: "" }),
    trips: 2,
    rows: 1_400,
  },
  {
    what: "choices of posts",
    body: () => autocompleteOf(world, "update", { focused: "post" }, { post: "nowhere" }),
    trips: 2,
    rows: 1_300,
  },
  { what: "a stranger", body: () => commandOf(world, "me", {}, { user: NEWCOMER }), trips: 1, rows: 10 },
  { what: "nothing of ours", body: () => pressOf(world, "v0:gone"), trips: 0, rows: 0 },
];

describe("what an interaction costs", () => {
  it.each(DEEDS)(
    "$what: $trips round trips, and at most $rows rows in a busy place",
    async ({ body, trips, rows }) => {
      await aBusyPlace();
      world.takeUsage();
      await interact(world, body());
      const usage = world.takeUsage();
      expect(usage.trips).toBe(trips);
      expect(usage.rowsRead).toBeLessThanOrEqual(rows);
    },
  );

  it("of a post that hundreds claim is what its own claim costs, and for an operator a row of an index each", async () => {
    await aBusyPlace();
    const CLAIMS = 300;
    await env.DB.batch([
      env.DB.prepare("update submissions set counted = 0 where id like 'sub\\_00%' escape '\\'"),
      env.DB.prepare(
        `update submissions set affiliate_id = replace(id, 'sub_', 'aff_'),
          post_id = (select post_id from submissions where id = ?)
        where cast(substr(id, 6) as integer) < ${CLAIMS} and id like 'sub\\_00%' escape '\\'`,
      ).bind(submission),
    ]);
    await anOperator(world, MASON);
    const costs = async (sender: { user?: string }) => {
      const body = commandOf(world, "status", { post: url(1) }, sender);
      world.takeUsage();
      await interact(world, body);
      return world.takeUsage();
    };
    const [own, operators] = [await costs({}), await costs(byOperator)];
    expect([own.trips, operators.trips]).toEqual([2, 2]);
    expect(own.rowsRead).toBeLessThanOrEqual(30);
    expect(operators.rowsRead).toBeLessThanOrEqual(CLAIMS + 30);
  });

  it("is two round trips to use a code", async () => {
    const actor = {
      role: "affiliate",
      keyId: "key_1",
      affiliateId: affiliate.id,
      suspended: false,
      trust: 0,
    } as const;
    const { code } = await issueLinkCode(world.ctx, actor);
    world.takeUsage();
    await interact(world, commandOf(world, "link", { code }));
    expect(world.takeUsage().trips).toBe(2);
  });

  // Without reconciliations: SQLite plans how it would look there for orphans of a new post, and does so only where
  // there are any. The rows that are read say that it does not.
  const LARGE = [
    "submissions",
    "affiliate_reports",
    "reconciliation_logs",
    "posts",
    "rollups",
    "affiliates",
    "api_keys",
    "discord_interactions",
    "discord_claims",
    "outbox",
    "alerts",
    // As they are called for short.
    ...["s", "r", "a", "p", "f", "k", "l", "o", "t", "last"],
  ];

  it.each(DEEDS)("is never a scan of a large table: $what", async ({ body }) => {
    const plans = await plansOf(world, () => interact(world, body()));
    // A part that was selected by an index before, up to a cap, is read whole.
    const parts = new Set(plans.map((step) => /^(?:CO-ROUTINE|MATERIALIZE) (\w+)$/.exec(step)?.[1]));
    const tables = LARGE.filter((table) => !parts.has(table));
    expect(tables.flatMap((table) => fullScans(plans, table))).toEqual([]);
  });
});
