import { youtube } from "@googleapis/youtube";
import { ApiError, Client } from "@xdevplatform/xdk";
import { describe, expect, it } from "vitest";
import { serveSimulator } from "./serve-simulator.ts";

const VIDEO = "dQw4w9WgXcQ";
const POST = "1346889436626259968";

/** Google's client, pointed at the simulator instead of youtube.googleapis.com. */
async function googleClient(auth = "key") {
  const { base, tell } = await serveSimulator();
  return { tell, videos: youtube({ version: "v3", auth, rootUrl: `${base}/youtube/` }).videos };
}

/** X's client, pointed at the simulator instead of api.x.com. */
async function xClient(bearerToken = "token") {
  const { base, tell } = await serveSimulator();
  return { tell, posts: new Client({ bearerToken, baseUrl: `${base}/x` }).posts };
}

describe("Google's own client of the YouTube Data API reads from the simulator", () => {
  it("a video's numbers and author", async () => {
    const { tell, videos } = await googleClient();
    await tell(`youtube/posts/${VIDEO}`, {
      metrics: { views: 1_000, likes: 50, comments: 7 },
      author: { id: "UC1", name: "Ann" },
      published_at: "2026-11-01T00:00:00Z",
    });
    const { data } = await videos.list({ part: ["id", "statistics", "snippet", "status"], id: [VIDEO] });
    expect(data.items).toHaveLength(1);
    expect(data.items?.[0]).toMatchObject({
      id: VIDEO,
      statistics: { viewCount: "1000", likeCount: "50", commentCount: "7" },
      snippet: { channelId: "UC1", channelTitle: "Ann", publishedAt: "2026-11-01T00:00:00Z" },
      status: { privacyStatus: "public" },
    });
  });

  it("nothing of a hidden count and of a deleted video", async () => {
    const { tell, videos } = await googleClient();
    await tell(`youtube/posts/${VIDEO}`, { metrics: { likes: null } });
    await tell("youtube/posts/aaaaaaaaaaa", { state: "gone" });
    const { data } = await videos.list({ part: ["statistics"], id: [VIDEO, "aaaaaaaaaaa"] });
    expect(data.items?.map(({ id }) => id)).toEqual([VIDEO]);
    expect(data.items?.[0]?.statistics).not.toHaveProperty("likeCount");
  });

  it("the refusal of a wrong key as an error of its own", async () => {
    const { videos } = await googleClient("invalid");
    await expect(videos.list({ part: ["id"], id: [VIDEO] })).rejects.toMatchObject({
      status: 400,
      message: "API key not valid. Please pass a valid API key.",
    });
  });
});

// It writes the names of all members in camel case.
describe("X's own client reads from the simulator", () => {
  it.each([
    ["2026", "repostCount"],
    ["legacy", "retweetCount"],
  ])("a post's numbers in %s names, with %s", async (names, reposts) => {
    const { tell, posts } = await xClient();
    await tell("x/naming", { names });
    await tell(`x/posts/${POST}`, {
      metrics: { views: 1_000, likes: 50, comments: 7, shares: 10 },
      author: { id: "7", name: "Ann" },
      published_at: "2026-11-01T00:00:00Z",
    });
    const answer = await posts.getByIds([POST], { postFields: ["public_metrics", "created_at"] });
    expect(answer.data).toHaveLength(1);
    expect(answer.data?.[0]).toMatchObject({
      id: POST,
      createdAt: "2026-11-01T00:00:00.000Z",
      publicMetrics: { impressionCount: 1_000, likeCount: 50, replyCount: 7, quoteCount: 2, [reposts]: 8 },
    });
  });

  it("a deleted post among the errors", async () => {
    const { tell, posts } = await xClient();
    await tell("x/posts/20", { state: "gone" });
    const answer = await posts.getByIds(["20", POST]);
    expect(answer.data?.map(({ id }) => id)).toEqual([POST]);
    expect(answer.errors).toMatchObject([{ title: "Not Found Error", resourceId: "20" }]);
  });

  it("the refusal of a wrong token as an error of its own", async () => {
    const { posts } = await xClient("invalid");
    const refused = posts.getByIds([POST]);
    await expect(refused).rejects.toBeInstanceOf(ApiError);
    await expect(refused).rejects.toMatchObject({ status: 401 });
  });
});
