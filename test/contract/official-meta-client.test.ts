import { FacebookAdsApi, IGMedia, IGUser, PagePost } from "facebook-nodejs-business-sdk";
import { describe, expect, it } from "vitest";
import { instagramToken, openGraph, pageToken } from "../simulator/graph-client.ts";
import { serveUntilDone } from "./serve-simulator.ts";

const PAGE = "100064000000007";
const NUMBER = "122045678901234";
const ACCOUNT = "17841400000000001";
const METRICS = { views: 1_000, likes: 50, comments: 7, shares: 3 };

/** Points Meta's client, which has no setting for it, at the simulator instead of graph.facebook.com. */
async function serveGraph(platform: "meta" | "instagram") {
  const graph = openGraph(platform);
  const base = `${await serveUntilDone(graph.app.fetch)}/${platform}`;
  Object.defineProperty(FacebookAdsApi, "GRAPH", { configurable: true, get: () => base });
  return graph;
}

/** Without its reporter, which would send crashes to Meta. */
const apiWith = (token: string) => new FacebookAdsApi(token, "en_US", false);

describe("Meta's own client reads from the simulator", () => {
  it("a Page post's shares, reactions and comments", async () => {
    const graph = await serveGraph("meta");
    await graph.tell(`posts/${NUMBER}`, { metrics: METRICS, published_at: "2026-11-01T00:00:00Z" });
    const post = new PagePost(`${PAGE}_${NUMBER}`, {}, undefined, apiWith(await pageToken(graph, PAGE)));
    const counted = ["reactions", "comments"].map((edge) => `${edge}.summary(total_count).limit(0)`);
    expect(await post.get(["created_time", "shares", ...counted])).toMatchObject({
      id: `${PAGE}_${NUMBER}`,
      created_time: "2026-11-01T00:00:00+0000",
      shares: { count: 3 },
      reactions: { summary: { total_count: 50 } },
      comments: { summary: { total_count: 7 } },
    });
  });

  it("a Page post's insights", async () => {
    const graph = await serveGraph("meta");
    await graph.tell(`posts/${NUMBER}`, { metrics: METRICS });
    const post = new PagePost(`${PAGE}_${NUMBER}`, {}, undefined, apiWith(await pageToken(graph, PAGE)));
    const insights = await post.getInsights([], { metric: "post_media_view" });
    expect(insights).toHaveLength(1);
    expect(insights[0]).toMatchObject({ name: "post_media_view", values: [{ value: 1_000 }] });
  });

  it("the refusal of a wrong token as an error of its own", async () => {
    await serveGraph("meta");
    const post = new PagePost(`${PAGE}_${NUMBER}`, {}, undefined, apiWith("nonsense"));
    await expect(post.get(["id"])).rejects.toMatchObject({
      name: "FacebookRequestError",
      response: { type: "OAuthException", code: 190 },
    });
  });

  it("an Instagram account's media and their insights", async () => {
    const graph = await serveGraph("instagram");
    await graph.tell("posts/ReelAbc1234", { metrics: METRICS });
    const api = apiWith(await instagramToken(graph, ACCOUNT));
    const [listed, ...others] = await new IGUser("me", {}, undefined, api).getMedia([
      "shortcode",
      "like_count",
      "comments_count",
    ]);
    expect(others).toEqual([]);
    expect(listed).toMatchObject({ shortcode: "ReelAbc1234", like_count: 50, comments_count: 7 });
    const metric = "views,likes,comments,shares";
    const insights = await new IGMedia(listed?.id, {}, undefined, api).getInsights([], { metric });
    const counts = insights.map(({ name, values }) => [name, values[0].value]);
    expect(Object.fromEntries(counts)).toEqual(METRICS);
  });
});
