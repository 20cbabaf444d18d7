import { beforeAll, expect, it } from "vitest";
import type { TokenDeps } from "../../src/platforms/access.ts";
import { meta } from "../../src/platforms/meta.ts";
import { metaOAuth } from "../../src/platforms/meta-oauth.ts";
import { NOW, openGraph, pageToken, userToken } from "../simulator/graph-client.ts";
import {
  edgeOf,
  fieldsOf,
  type NodeSpec,
  problemsOf,
  type Read,
  readEnum,
  readNode,
  recording,
  typeOf,
  unknownFields,
  unknownParameters,
} from "./graph-spec.ts";
import { describeContract } from "./specs.ts";

const PAGE = "100064000000007";
const POST = "122045678901234";
const PROMOTED = "122045678901235";
const VIDEO = "999123456789012";
const OPAQUE = "pfbid02AbCdEfGh9";
const BASE = "http://simulator.test/meta";
const REDIRECT = "https://claimcheck.test/callback";
const SECRETS = {
  META_APP_ID: "app",
  META_APP_SECRET: "secret",
  META_ADS_TOKEN: "a-system-users-token",
  META_AD_ACCOUNTS: "act_1",
};

/**
 * The specification takes any text as a metric of a Page's posts, so what lives in 2026 is listed here. Source:
 * developers.facebook.com/documentation/pages-api/platforminsights/page/deprecated-metrics (2026-03-02) for what replaced
 * what, and a project's log of calls that still worked for the rest.
 */
const POST_METRICS = [
  "post_media_view",
  "post_total_media_view_unique",
  "post_clicks",
  "post_clicks_by_type",
  "post_reactions_by_type_total",
  "post_reactions_like_total",
  "post_reactions_love_total",
  "post_activity_by_action_type",
  "post_video_views",
];
/** Likewise of videos and reels. */
const VIDEO_METRICS = [
  "fb_reels_total_plays",
  "blue_reels_play_count",
  "post_total_media_view_unique",
  "post_video_avg_time_watched",
  "post_video_view_time",
  "post_video_likes_by_reaction_type",
  "post_video_social_actions",
];
const DEAD_METRICS = ["post_impressions", "post_impressions_unique", "post_impressions_organic"];

function simulated() {
  const client = openGraph("meta");
  return { ...client, ...recording(async (url, init) => client.app.request(url, init)) };
}

/** The simulator after the adapter connected a Page and observed its posts, with all that it was asked. */
async function exercised() {
  const simulator = simulated();
  const author = { id: PAGE, name: "A" };
  await simulator.tell(`posts/${PROMOTED}`, { metrics: { views: 900, clicks: 40, conversions: 7 }, author });
  await simulator.tell(`posts/${OPAQUE}`, { metrics: { views: 5 } });
  const code = await simulator.code("/v25.0/dialog/oauth", PAGE);
  const deps: TokenDeps = {
    fetch: simulator.fetch,
    urls: { api: BASE, authorize: BASE, token: BASE },
    secrets: SECRETS,
    timeoutMs: 8_000,
    now: () => NOW,
  };
  const outcome = await metaOAuth.connect(deps, { code, redirectUri: REDIRECT, codeVerifier: "" });
  const account = outcome.kind === "connected" ? outcome.accounts[0] : undefined;
  if (account === undefined) throw new Error(`not connected: ${JSON.stringify(outcome)}`);
  const said = await meta.observe(
    {
      ...deps,
      baseUrl: BASE,
      credential: account.tokens.accessToken,
      accountId: account.accountId,
      nativeIds: new Map(),
    },
    [POST, PROMOTED, VIDEO, OPAQUE],
  );
  return { ...simulator, said };
}

describeContract("Meta's specification of Pages and ads", () => {
  let run: Awaited<ReturnType<typeof exercised>>;
  let specs: Record<"page" | "post" | "video" | "adAccount" | "ad" | "row", NodeSpec>;
  let token: string;

  beforeAll(async () => {
    specs = {
      page: readNode("Page"),
      post: readNode("PagePost"),
      video: readNode("AdVideo"),
      adAccount: readNode("AdAccount"),
      ad: readNode("Ad"),
      row: readNode("AdsInsights"),
    };
    run = await exercised();
    token = await pageToken(run, PAGE);
  });

  function nodeOf({ path: [id = ""] }: Read): NodeSpec {
    if (id === PAGE) return specs.page;
    if (id.startsWith("act_")) return specs.adAccount;
    return id.includes("_") ? specs.post : specs.video;
  }

  /** What the items of an edge are, by the name the specification gives its answer. */
  function itemOf(edge: { return: string }): NodeSpec {
    const byName: Record<string, NodeSpec> = { PagePost: specs.post, Ad: specs.ad, AdsInsights: specs.row };
    return byName[edge.return] ?? { apis: [], fields: [] };
  }

  // Of people and of tokens there is no specification here.
  const described = () => run.reads.filter(({ path: [id = ""] }) => !["me", "oauth"].includes(id));

  it("has every node, field and edge the adapter asks for, with its parameters", () => {
    const unknown = described().flatMap((read) => {
      const [, name] = read.path;
      if (name === undefined) return unknownFields(nodeOf(read), fieldsOf(read));
      const edge = edgeOf(nodeOf(read), name);
      if (edge === undefined) return [read.path.join("/")];
      return [
        ...unknownParameters(edge, [...read.query.keys()]),
        ...unknownFields(itemOf(edge), fieldsOf(read)),
      ];
    });
    expect(unknown).toEqual([]);
    const accounts = run.reads.find(({ path }) => path.join("/") === "me/accounts");
    expect(accounts && unknownFields(specs.page, fieldsOf(accounts))).toEqual([]);
    const names = Object.entries(specs);
    const kindOf = (read: Read) =>
      `${names.find(([, spec]) => spec === nodeOf(read))?.[0]} ${read.path[1] ?? ""}`;
    expect(described().map(kindOf)).toEqual(
      expect.arrayContaining([
        "post ",
        "video ",
        "page published_posts",
        "adAccount ads",
        "adAccount insights",
      ]),
    );
  });

  it("names no metrics of posts and videos; those the adapter asks for are alive", () => {
    const asked = (edge: string) =>
      described().flatMap((read) => [
        ...fieldsOf(read).flatMap(({ name, args }) => (name === edge ? (args.metric?.split(",") ?? []) : [])),
        ...(read.path[1] === edge && nodeOf(read) !== specs.adAccount
          ? (read.query.get("metric")?.split(",") ?? [])
          : []),
      ]);
    expect(edgeOf(specs.post, "insights")?.params).toContainEqual(
      expect.objectContaining({ name: "metric", type: "list<Object>" }),
    );
    expect(asked("insights").length * asked("video_insights").length).toBeGreaterThan(0);
    expect(POST_METRICS).toEqual(expect.arrayContaining(asked("insights")));
    expect(VIDEO_METRICS).toEqual(expect.arrayContaining(asked("video_insights")));
  });

  it("has what the adapter reads, as the types it reads it as", () => {
    const types = (spec: NodeSpec, names: string[]) => names.map((name) => typeOf(spec, name));
    expect(types(specs.post, ["id", "created_time", "from", "shares", "permalink_url"])).toEqual([
      "string",
      "datetime",
      "Object",
      "Object",
      "string",
    ]);
    expect(types(specs.video, ["id", "created_time", "from", "post_id"])).toEqual([
      "string",
      "datetime",
      "Object",
      "string",
    ]);
    expect(types(specs.page, ["id", "name", "access_token"])).toEqual(["string", "string", "string"]);
    expect(types(specs.ad, ["id", "creative"])).toEqual(["string", "AdCreative"]);
    expect(types(specs.row, ["ad_id", "spend", "account_currency", "actions"])).toEqual([
      "string",
      "string",
      "string",
      "list<AdsActionStats>",
    ]);
    expect(types(readNode("AdsActionStats"), ["action_type", "value"])).toEqual(["string", "string"]);
  });

  it("has the level and the span of the rows the adapter asks for", () => {
    const { query } = run.reads.find(({ path }) => path.join("/") === "act_1/insights") ?? {};
    expect(readEnum("adaccountinsights_level_enum_param")).toContain(query?.get("level"));
    expect(query?.get("date_preset")).toBe("maximum");
    expect(readEnum("adaccountinsights_date_preset_enum_param")).toContain(query?.get("date_preset"));
  });

  it("describes the simulator's posts and videos", async () => {
    const counts =
      "comments.summary(total_count),reactions.summary(total_count),insights.metric(post_clicks)";
    const post = await run.get(
      `${PAGE}_${POST}?fields=id,created_time,updated_time,from,message,permalink_url,is_published,status_type,shares,${counts}`,
      token,
    );
    expect(problemsOf(specs.post, post.body)).toEqual([]);
    const video = await run.get(
      `${VIDEO}?fields=id,post_id,created_time,updated_time,from,description,length,permalink_url,views,likes,comments,video_insights.metric(fb_reels_total_plays)`,
      token,
    );
    expect(problemsOf(specs.video, video.body)).toEqual([]);
    expect([Object.keys(post.body).length, Object.keys(video.body).length]).toEqual([12, 12]);
  });

  it("describes the simulator's Pages", async () => {
    const fields = "id,name,link,posts,published_posts,feed,videos,video_reels";
    const own = await run.get(`me?fields=${fields}`, token);
    expect(problemsOf(specs.page, own.body)).toEqual([]);
    const { body } = await run.get("me/accounts", await userToken(run, PAGE));
    expect(problemsOf(specs.page, body.data[0])).toEqual([]);
  });

  it("describes the simulator's insights, for every metric that is alive and no other", async () => {
    const [result, value] = [readNode("InsightsResult"), readNode("InsightsValue")];
    const ask = (path: string, metrics: string[]) => run.get(`${path}?metric=${metrics.join(",")}`, token);
    const ofPost = await ask(`${PAGE}_${POST}/insights`, POST_METRICS);
    const ofVideo = await ask(`${VIDEO}/video_insights`, VIDEO_METRICS);
    const insights = [...ofPost.body.data, ...ofVideo.body.data];
    expect(insights).toHaveLength(POST_METRICS.length + VIDEO_METRICS.length);
    for (const insight of insights) {
      expect(problemsOf(result, insight)).toEqual([]);
      for (const each of insight.values) expect(problemsOf(value, each)).toEqual([]);
    }
    for (const metric of DEAD_METRICS)
      expect((await ask(`${PAGE}_${POST}/insights`, [metric])).status).toBe(400);
  });

  it("describes the simulator's ads and their rows", async () => {
    const secret = SECRETS.META_ADS_TOKEN;
    const account = await run.get("act_1?fields=id,account_id,name,currency,ads", secret);
    expect(problemsOf(specs.adAccount, account.body)).toEqual([]);
    const ads = await run.get("act_1/ads?fields=id,name,created_time,creative,insights.level(ad)", secret);
    expect(ads.body.data).toHaveLength(1);
    expect(problemsOf(specs.ad, ads.body.data[0])).toEqual([]);
    const fields =
      "ad_id,ad_name,account_currency,impressions,reach,clicks,inline_link_clicks,outbound_clicks,spend,actions,action_values";
    const { body } = await run.get(`act_1/insights?level=ad&fields=${fields}`, secret);
    const [row] = body.data;
    expect(problemsOf(specs.row, row)).toEqual([]);
    expect(Object.keys(row)).toHaveLength(13);
    const stats = [...row.actions, ...row.action_values, ...row.outbound_clicks];
    for (const stat of stats) expect(problemsOf(readNode("AdsActionStats"), stat)).toEqual([]);
  });

  it("is how the simulator answered the adapter, which read numbers of each post", () => {
    const { said } = run;
    const posts = said.kind === "answered" ? Object.fromEntries(said.posts) : {};
    for (const id of [POST, PROMOTED, VIDEO, OPAQUE])
      expect(posts[id]).toMatchObject({ kind: "numbers", authorId: PAGE });
    expect(posts[PROMOTED]).toMatchObject({
      metrics: { views: 900, clicks: 40, conversions: 7 },
      spend: { minor: 1_000, currency: "USD" },
    });
  });

  it("would show an answer of another shape", () => {
    const good = { id: "1_2", created_time: "2026-11-01T00:00:00+0000", reactions: { data: [] } };
    expect(problemsOf(specs.post, good)).toEqual([]);
    expect(problemsOf(specs.post, { ...good, id: 12 })).toHaveLength(1);
    expect(problemsOf(specs.post, { ...good, reactions: { count: 5 } })).toEqual(["reactions: no list"]);
    expect(problemsOf(specs.row, { spend: 22.5 })).toHaveLength(1);
    expect(problemsOf(specs.row, { actions: [{ action_type: "purchase" }] })).toEqual([]);
    expect(problemsOf(specs.row, { actions: "5" })).toHaveLength(1);
  });
});
