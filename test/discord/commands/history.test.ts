import { beforeEach, describe, expect, it } from "vitest";
import { buttonsOf, commandOf, interact, linked, pressOf, textOf } from "../../support/discord.ts";
import { emptyDatabase } from "../../support/empty-database.ts";
import { type Account, aCampaign, anAffiliate, submit, videoId } from "../../support/fixtures.ts";
import { createWorld, type World } from "../../support/world.ts";

let world: World;
let affiliate: Account;
let campaign: string;

beforeEach(async () => {
  await emptyDatabase();
  world = createWorld();
  affiliate = await linked(await anAffiliate(world));
  campaign = await aCampaign(world);
});

async function posts(count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 1; n <= count; n++) {
    const more = { title: `Post ${n}!` };
    const { key } = affiliate;
    ids.push((await submit(world, { key, campaignId: campaign, video: videoId(n), more })).submission_id);
  }
  return ids;
}

const shown = (text: string) => Array.from(text.matchAll(/Post (\d+)!/g), ([, n]) => Number(n));

describe("/claim history", () => {
  it("says what to do where there is nothing yet", async () => {
    const answer = await interact(world, commandOf(world, "history"), "empty");
    expect(textOf(answer)).toContain("/claim submit");
  });

  it.each([
    { count: 8, older: false },
    { count: 9, older: true },
  ])(
    "shows of $count posts the newest eight, and a button to older ones: $older",
    async ({ count, older }) => {
      const ids = await posts(count);
      const answer = await interact(world, commandOf(world, "history"), older ? "page" : "all");
      expect(answer.type).toBe(4);
      expect(shown(textOf(answer))).toEqual(Array.from({ length: 8 }, (_, i) => count - i));
      expect(buttonsOf(answer)).toEqual(older ? [`v1:history:${ids[1]}`] : []);
    },
  );

  it("goes on page by page in the same message, until the oldest", async () => {
    await posts(18);
    const pages: number[][] = [];
    let answer = await interact(world, commandOf(world, "history"));
    for (let next = buttonsOf(answer)[0]; next; next = buttonsOf(answer)[0]) {
      pages.push(shown(textOf(answer)));
      answer = await interact(world, pressOf(world, next), "page");
      expect(answer.type).toBe(7);
    }
    pages.push(shown(textOf(answer)));
    expect(pages.map(({ length }) => length)).toEqual([8, 8, 2]);
    expect(pages.flat()).toEqual(Array.from({ length: 18 }, (_, i) => 18 - i));
  });

  it.each(["v1:history", "v1:history:", "v1:history:nonsense", "v1:history:sub_0"])(
    "is one page or none from a cursor that nobody gave: %s",
    async (customId) => {
      await posts(2);
      const answer = await interact(world, pressOf(world, customId));
      expect(answer.type).toBe(7);
      expect([[], [2, 1]]).toContainEqual(shown(textOf(answer)));
    },
  );
});
