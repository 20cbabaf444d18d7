import { reset } from "cloudflare:test";
import { afterEach, describe, expect, it } from "vitest";
import { createAffiliate } from "../../src/services/create-affiliate.ts";
import { row, rows } from "../support/fixtures.ts";
import { createWorld } from "../support/world.ts";

afterEach(() => reset());

const ADA = "803215571928346624";
const ACCOUNT = { name: "Clip Kings", email: "clips@example.com" };

describe("an account opened from Discord", () => {
  it("is linked to the Discord user, counted, and has no key that nobody would see", async () => {
    const { ctx, lines } = createWorld();
    const { affiliate, secret } = await createAffiliate(ctx, null, { ...ACCOUNT, discordUserId: ADA });
    expect(secret).toBeNull();
    expect(affiliate).toMatchObject({ ...ACCOUNT, status: "active", discord_linked: 1 });
    expect(await rows("select id, name, email, discord_user_id from affiliates")).toEqual([
      { id: affiliate.id, ...ACCOUNT, discord_user_id: ADA },
    ]);
    expect(await rows("select * from api_keys")).toEqual([]);
    expect(await rows("select value from counters where name = 'affiliates'")).toEqual([{ value: 1 }]);
    expect(lines.join()).not.toContain(ADA);
  });

  it.each([
    { why: "the Discord user has one", other: {}, pointers: [] },
    { why: "the name is taken", other: { discordUserId: "1", email: "b@example.com" }, pointers: ["#/name"] },
    { why: "the e-mail is taken", other: { discordUserId: "1", name: "Others" }, pointers: ["#/email"] },
  ])("is refused if $why, and leaves nothing behind", async ({ why, other, pointers }) => {
    const { ctx } = createWorld();
    await createAffiliate(ctx, null, { ...ACCOUNT, discordUserId: ADA });
    const fresh = why.startsWith("the Discord user") ? { name: "Others", email: "b@example.com" } : {};
    const second = createAffiliate(ctx, null, { ...ACCOUNT, discordUserId: ADA, ...fresh, ...other });
    await expect(second).rejects.toMatchObject({
      code: "conflict",
      errors: pointers.map((pointer) => expect.objectContaining({ pointer })),
    });
    expect(await row("select count(*) as n from affiliates")).toEqual({ n: 1 });
    expect(await rows("select value from counters where name = 'affiliates'")).toEqual([{ value: 1 }]);
  });

  it("by one user twice at once is opened once", async () => {
    const { ctx } = createWorld();
    const outcomes = await Promise.allSettled(
      ["a", "b"].map((name) =>
        createAffiliate(ctx, null, { name, email: `${name}@example.com`, discordUserId: ADA }),
      ),
    );
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect(await row("select count(*) as n from affiliates")).toEqual({ n: 1 });
  });
});
