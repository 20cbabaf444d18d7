import { beforeAll, expect, it } from "vitest";
import type { TokenDeps } from "../../src/platforms/access.ts";
import type { CallOutcome, Fetch } from "../../src/platforms/adapter.ts";
import { instagram } from "../../src/platforms/instagram.ts";
import { instagramOAuth } from "../../src/platforms/instagram-oauth.ts";
import { NOW, openGraph } from "../simulator/graph-client.ts";
import {
  edgeOf,
  fieldsOf,
  type Newer,
  type NodeSpec,
  problemsOf,
  type Read,
  readEnum,
  readNode,
  recording,
  recordOf,
  typeOf,
  unknownFields,
  unknownParameters,
} from "./graph-spec.ts";
import { describeContract } from "./specs.ts";

const ACCOUNT = "17841400000000007";
const CODE = "CxYz_-12345";
const REEL = "ReelAbc1234";
const DAY_MS = 24 * 3_600_000;
const SECRETS = { INSTAGRAM_APP_ID: "app", INSTAGRAM_APP_SECRET: "secret" };
const BASE = "http://simulator.test/instagram";
const REDIRECT = "https://claimcheck.test/callback";

/** The specification is of April 2026. */
const NEWER: Newer = {
  // developers.facebook.com/documentation/instagram-platform/reference/instagram-media, 2026-06-22
  shares_count: "int",
};

function simulated() {
  const client = openGraph("instagram");
  const network = recording(async (url, init) => client.app.request(url, init));
  return { ...client, ...network };
}

function tokenDepsOf(fetch: Fetch, now: number): TokenDeps {
  return {
    fetch,
    urls: { api: BASE, authorize: BASE, token: BASE },
    secrets: SECRETS,
    timeoutMs: 8_000,
    now: () => now,
  };
}

async function connected(simulator: ReturnType<typeof simulated>) {
  const code = await codeOf(simulator);
  const grant = { code, redirectUri: REDIRECT, codeVerifier: "" };
  const outcome = await instagramOAuth.connect(tokenDepsOf(simulator.fetch, NOW), grant);
  const account = outcome.kind === "connected" ? outcome.accounts[0] : undefined;
  if (account === undefined) throw new Error(`not connected: ${JSON.stringify(outcome)}`);
  return account;
}

/** A person's consent to what the adapter asks for. */
async function codeOf({ app }: ReturnType<typeof simulated>): Promise<string> {
  const deps = { urls: { api: BASE, authorize: BASE, token: BASE }, secrets: SECRETS };
  const request = { state: "s", redirectUri: REDIRECT, codeChallenge: "" };
  const page = instagramOAuth.consentUrl(deps, request);
  const response = await app.request(`${page}&decision=allow&account=${ACCOUNT}`);
  return new URL(response.headers.get("location") ?? "").searchParams.get("code") ?? "";
}

function observed(fetch: Fetch, credential: string): Promise<CallOutcome> {
  const deps = { fetch, baseUrl: BASE, credential, timeoutMs: 8_000, now: () => NOW };
  const about = { accountId: ACCOUNT, nativeIds: new Map(), secrets: SECRETS };
  return instagram.observe({ ...deps, ...about }, [CODE, REEL, "OldPost1234", "unknown-one"]);
}

/** The simulator after the adapter connected an account and observed its posts, with all that it was asked. */
async function exercised() {
  const simulator = simulated();
  for (const code of [CODE, REEL, "OldPost1234"]) await simulator.tell(`posts/${code}`, {});
  const { tokens } = await connected(simulator);
  const outcome = await observed(simulator.fetch, tokens.accessToken);
  // A refusal of the whole makes the adapter ask for each metric alone.
  const refused = { code: 400, body: JSON.stringify({ error: { code: 100, type: "IGApiException" } }) };
  const stubborn = recording(async (url, init) =>
    init?.method === "POST"
      ? Response.json([refused, refused, refused])
      : await simulator.app.request(url, init),
  );
  await observed(stubborn.fetch, tokens.accessToken);
  return { ...simulator, token: tokens.accessToken, outcome, reads: [...simulator.reads, ...stubborn.reads] };
}

describeContract("Meta's specification of Instagram Login", () => {
  let user: NodeSpec;
  let media: NodeSpec;
  let run: Awaited<ReturnType<typeof exercised>>;

  beforeAll(async () => {
    user = readNode("IGUserForIGOnlyAPI");
    media = readNode("IGMediaForIGOnlyAPI");
    run = await exercised();
  });

  const nodeOf = ({ path: [id = ""] }: Read) => (["me", ACCOUNT].includes(id) ? user : media);
  const insightReads = () =>
    run.reads.flatMap((read) => [
      ...fieldsOf(read)
        .filter(({ name }) => name === "insights")
        .map(({ args }) => ({ metric: args.metric, period: args.period })),
      ...(read.path[1] === "insights"
        ? [{ metric: read.query.get("metric") ?? "", period: read.query.get("period") ?? "" }]
        : []),
    ]);

  it("has every node, field and edge the adapter asks for, with its parameters", () => {
    const unknown = run.reads.flatMap((read) => {
      const edge = read.path[1] === undefined ? null : edgeOf(nodeOf(read), read.path[1]);
      if (edge === undefined) return [read.path.join("/")];
      if (edge === null) return unknownFields(nodeOf(read), fieldsOf(read));
      return [...unknownParameters(edge, [...read.query.keys()]), ...unknownFields(media, fieldsOf(read))];
    });
    expect(unknown).toEqual([]);
    const asked = new Set(run.reads.map(({ path: [id = "", edge = ""] }) => `${/^\d/.test(id)} ${edge}`));
    expect([...asked].toSorted()).toEqual(["false ", "true ", "true insights", "true media"]);
  });

  it("has every metric and period of the insights the adapter asks for", () => {
    const metrics = insightReads().flatMap(({ metric }) => metric?.split(",") ?? []);
    expect(metrics).toContain("views");
    expect(readEnum("mediainsights_metric_enum_param")).toEqual(expect.arrayContaining(metrics));
    const periods = insightReads().flatMap(({ period }) => period ?? []);
    expect(readEnum("mediainsights_period_enum_param")).toEqual(expect.arrayContaining(periods));
  });

  it("has what the adapter reads, as the types it reads it as", () => {
    const asked = run.reads
      .filter((read) => nodeOf(read) === media && read.path.length === 1)
      .flatMap((read) => fieldsOf(read).map(({ name }) => name));
    const types = [...new Set(asked)].map((name) => [name, typeOf(media, name)]);
    expect(Object.fromEntries(types)).toEqual({
      id: "string",
      shortcode: "string",
      timestamp: "datetime",
      like_count: "int",
      comments_count: "int",
      // An edge.
      insights: undefined,
    });
    expect(typeOf(user, "username")).toBe("string");
  });

  it.each([
    ["/access_token", "IGAccessTokenForIGOnlyAPI"],
    ["/refresh_access_token", "IGRefreshAccessTokenForIGOnlyAPI"],
  ])("has the parameters of %s and describes its answer", async (path, name) => {
    const simulator = simulated();
    const { tokens } = await connected(simulator);
    simulator.clock.now += 2 * DAY_MS;
    await instagramOAuth.refresh?.(tokenDepsOf(simulator.fetch, simulator.clock.now), tokens);
    const url = simulator.urls.find(({ pathname }) => pathname === `/instagram${path}`);
    const spec = readNode(name);
    const parameters = spec.apis[0]?.params.map((parameter) => parameter.name);
    expect([...(url?.searchParams.keys() ?? [])].toSorted()).toEqual(parameters?.toSorted());

    const answer = await tokenAnswer(simulator, path);
    expect(problemsOf(spec, answer)).toEqual([]);
    expect(Object.keys(recordOf(answer)).toSorted()).toEqual(
      spec.fields.map((field) => field.name).toSorted(),
    );
  });

  it("describes the simulator's media, but for what is newer", async () => {
    const fields = [
      ...media.fields
        .map(({ name }) => name)
        .filter((name) => !["alt_text", "current_live_viewer_count", "is_shared_to_feed"].includes(name))
        .filter((name) => !name.endsWith("_url")),
      ...Object.keys(NEWER),
      "insights.metric(views,shares)",
    ];
    const list = await run.get(`${ACCOUNT}/media?fields=${fields.join(",")}`, run.token);
    // The post from before the conversion has no insights, which fails the whole list.
    expect(list.status).toBe(400);
    await run.tell("posts/OldPost1234", { state: "gone" });
    const { body } = await run.get(`${ACCOUNT}/media?fields=${fields.join(",")}`, run.token);
    expect(body.data).toHaveLength(2);
    for (const item of body.data) {
      expect(problemsOf(media, item, NEWER)).toEqual([]);
      expect(problemsOf(media, item)).toEqual(["shares_count: not described"]);
    }
  });

  it("describes the simulator's account, except that an id of 17 digits is a text on the wire", async () => {
    const fields = "id,user_id,username,name,biography,account_type,media_count,media";
    const { body } = await run.get(`me?fields=${fields}`, run.token);
    expect(problemsOf(user, body)).toEqual([`user_id: "${ACCOUNT}" is no int`]);
  });

  it.each([
    ["values", "InsightsResult", "InsightsValue"],
    ["total_value", "InstagramInsightsResult", null],
  ])("describes the simulator's insights with their numbers in %s", async (names, result, value) => {
    await run.tell("naming", { names });
    await run.tell(`posts/${REEL}`, {});
    const { body: list } = await run.get(`${ACCOUNT}/media?fields=shortcode`, run.token);
    const { id } = list.data.find((item: { shortcode: string }) => item.shortcode === REEL);
    const { body } = await run.get(`${id}/insights?metric=views,shares,reach`, run.token);
    expect(body.data).toHaveLength(3);
    for (const insight of body.data) {
      expect(problemsOf(readNode(result), insight)).toEqual([]);
      expect(insight).toHaveProperty(names);
      if (value !== null)
        for (const each of insight.values) expect(problemsOf(readNode(value), each)).toEqual([]);
    }
  });

  it("is how the simulator answered the adapter, which read numbers of each post there is", () => {
    const { outcome } = run;
    const kinds = outcome.kind === "answered" ? [...outcome.posts.values()].map(({ kind }) => kind) : [];
    expect(kinds.toSorted()).toEqual(["gone", "numbers", "numbers", "numbers"]);
  });

  it("would show an answer of another shape", () => {
    const good = { id: "1", like_count: 5, timestamp: "2026-11-01T00:00:00+0000" };
    expect(problemsOf(media, good)).toEqual([]);
    expect(problemsOf(media, { ...good, like_count: "5" })).toHaveLength(1);
    expect(problemsOf(media, { ...good, timestamp: "2026-11-01T00:00:00Z" })).toHaveLength(1);
    expect(problemsOf(media, { ...good, view_count: 5 })).toEqual(["view_count: not described"]);
    expect(problemsOf(media, { ...good, insights: [] })).toHaveLength(1);
    const [field] = fieldsOf({ path: [], query: new URLSearchParams({ fields: "insights.filter(a)" }) });
    expect(unknownFields(media, field === undefined ? [] : [field])).toEqual(["insights.filter"]);
  });

  it("has no field of views on media, which is why they are read from insights", () => {
    expect(typeOf(media, "view_count")).toBeUndefined();
    expect(typeOf(readNode("IGMedia"), "view_count")).toBe("int");
  });
});

/** The body of a token endpoint, for a token fit for it. */
async function tokenAnswer(simulator: ReturnType<typeof simulated>, path: string): Promise<unknown> {
  if (path === "/refresh_access_token") {
    const { tokens } = await connected(simulator);
    simulator.clock.now += 2 * DAY_MS;
    const query = { grant_type: "ig_refresh_token", access_token: tokens.accessToken };
    return (await simulator.call(`${path}?${new URLSearchParams(query)}`)).body;
  }
  const form = {
    client_id: "app",
    client_secret: "secret",
    redirect_uri: REDIRECT,
    grant_type: "authorization_code",
    code: await codeOf(simulator),
  };
  const { body } = await simulator.post("/oauth/access_token", form);
  const query = {
    grant_type: "ig_exchange_token",
    client_secret: "secret",
    access_token: body.access_token,
  };
  return (await simulator.call(`${path}?${new URLSearchParams(query)}`)).body;
}
