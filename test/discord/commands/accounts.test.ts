import { beforeEach, describe, expect, it } from "vitest";
import { issueLinkCode } from "../../../src/services/issue-link-code.ts";
import {
  anOperator,
  buttonsOf,
  commandOf,
  interact,
  linked,
  MASON,
  modalOf,
  OPERATOR,
  pressOf,
  ROBIN,
  textOf,
} from "../../support/discord.ts";
import { emptyDatabase } from "../../support/empty-database.ts";
import { anAffiliate, everyRow, row, rows } from "../../support/fixtures.ts";
import { createWorld, type World } from "../../support/world.ts";

let world: World;

beforeEach(async () => {
  await emptyDatabase();
  world = createWorld();
});

const codeOf = async (affiliateId: string) => {
  const actor = { role: "affiliate", keyId: "key_1", affiliateId, suspended: false, trust: 0 } as const;
  return (await issueLinkCode(world.ctx, actor)).code;
};
const userOf = async (id: string) =>
  (await row<{ user: string | null }>("select discord_user_id as user from affiliates where id = ?", id))
    ?.user;

describe("/link", () => {
  const link = (code: string, user = MASON, branch: string | null = null) =>
    interact(world, commandOf(world, "link", { code }, { user }), branch);

  it("ties the caller to the affiliate whose code it is, by name", async () => {
    const { id } = await anAffiliate(world);
    await row("update affiliates set name = 'Ada *the* first'");
    const code = await codeOf(id);
    const answer = await link(code.toLowerCase().replace("-", " "), MASON, "linked");
    expect(answer).toMatchObject({ type: 4, data: { flags: 32_768 | 64 } });
    expect(textOf(answer)).toContain("**Ada \\*the\\* first**");
    expect(await userOf(id)).toBe(MASON);
    expect(world.lines.join("\n")).not.toContain(code);
  });

  it("ties an operator, for as long as the key works", async () => {
    const keyId = await anOperator(world, ROBIN);
    const { code } = await issueLinkCode(world.ctx, { role: "admin", keyId });
    expect(textOf(await link(code, OPERATOR, "linked"))).toContain("/desk alerts");
    const look = () => interact(world, commandOf(world, "alerts", {}, { user: OPERATOR }));
    expect(textOf(await look())).toContain("All quiet");
    await row("update api_keys set revoked_at = ? where id = ?", world.now, keyId);
    expect(textOf(await look())).toContain("This is for operators");
  });

  it("is answered alike when the code comes again, and moves a link with a new code", async () => {
    const { id } = await anAffiliate(world);
    const code = await codeOf(id);
    const first = textOf(await link(code));
    expect(textOf(await link(code))).toBe(first);
    expect(textOf(await link(await codeOf(id), ROBIN))).toContain("linked before is not any more");
    expect([await userOf(id)]).toEqual([ROBIN]);
  });

  it("refuses a code that is wrong, late or used by another, in the same words", async () => {
    const { id } = await anAffiliate(world);
    const used = await codeOf(id);
    await link(used, ROBIN);
    const late = await codeOf((await anAffiliate(world)).id);
    world.advance(10 * 60_000);
    const answers = await Promise.all(
      [used, late, "7Q4MX-2B9KD"].map((code) => link(code, MASON, "refused")),
    );
    const [text, ...others] = new Set(answers.map(textOf));
    expect(text).toContain("That code is not good");
    expect(others).toEqual([]);
    expect(await rows("select id from affiliates where discord_user_id = ?", MASON)).toEqual([]);
  });

  it.each(["", " ", "abc", "7Q4MX-2B9K", "7Q4MX-2B9KDX", "🎬🎬🎬🎬🎬-🎬🎬🎬🎬🎬"])(
    "names the option of what is no code: %o",
    async (code) => {
      const before = await everyRow();
      expect(textOf(await link(code, MASON, "refused"))).toContain("**code** must be ten letters and digits");
      expect(await everyRow()).toBe(before);
    },
  );

  it("refuses who is linked to another affiliate, and keeps the code good", async () => {
    await linked(await anAffiliate(world));
    const { id } = await anAffiliate(world);
    const code = await codeOf(id);
    expect(textOf(await link(code))).toContain("Use /unlink first");
    await interact(world, commandOf(world, "unlink"));
    expect(textOf(await link(code))).toContain("Linked");
  });
});

describe("/unlink", () => {
  const unlink = (branch: string) => interact(world, commandOf(world, "unlink"), branch);

  it("unties the caller from everybody", async () => {
    const { id } = await linked(await anAffiliate(world));
    await anOperator(world, MASON);
    expect(textOf(await unlink("unlinked"))).toContain("not linked to Claimcheck any more");
    expect(await userOf(id)).toBeNull();
    expect(await rows("select * from discord_operators")).toEqual([]);
    expect(textOf(await unlink("nothing"))).toContain("You were not linked.");
  });

  it.each([
    { key: "none", change: "delete from api_keys where role = 'affiliate'" },
    { key: "one that was revoked", change: "update api_keys set revoked_at = 1 where role = 'affiliate'" },
    { key: "one that ran out", change: "update api_keys set expires_at = ? where role = 'affiliate'" },
  ])("locks nobody out who has no key to come back with: $key", async ({ change }) => {
    const { id } = await linked(await anAffiliate(world));
    await anOperator(world, MASON);
    await (change.includes("?") ? rows(change, world.now) : rows(change));
    const answer = await unlink("refused");
    expect(answer.type).toBe(4);
    expect(textOf(answer)).toContain("Ask whoever runs the campaigns for an API key first");
    expect(await userOf(id)).toBe(MASON);
    expect(await rows("select * from discord_operators")).toHaveLength(1);
  });

  it("is possible up to the moment at which the only key runs out", async () => {
    const { id } = await linked(await anAffiliate(world));
    await rows("update api_keys set expires_at = ?", world.now + 1);
    expect(textOf(await unlink("unlinked"))).toContain("not linked to Claimcheck any more");
    expect(await userOf(id)).toBeNull();
  });

  it("is no way out of a suspension, into a new account", async () => {
    world = createWorld({ SELF_SIGNUP: "on" });
    const { id } = await linked(await anAffiliate(world, { status: "suspended" }));
    expect(textOf(await unlink("refused"))).toContain("Your account is suspended");
    await interact(world, commandOf(world, "register", { email: "again@example.com", name: "Again" }));
    expect(await rows("select id from affiliates")).toEqual([{ id }]);
    expect(await userOf(id)).toBe(MASON);
  });

  it("leaves who registered in Discord what they have, whatever they send", async () => {
    world = createWorld({ SELF_SIGNUP: "on" });
    const fields = { email: "new@example.com", name: "New" };
    await interact(world, commandOf(world, "register", fields));
    await unlink("refused");
    const again = await interact(world, commandOf(world, "register", fields));
    expect(textOf(again)).toContain("You report as **New** already.");
  });
});

/** What to do about it, in the words of who can. */
const SWITCH = "Self-signup is off: set `SELF_SIGNUP` to `on` to invite people.";

describe("/register", () => {
  const register = (options: Record<string, string>, branch: string | null = null, user = MASON) =>
    interact(world, commandOf(world, "register", options, { user }), branch);
  const GOOD = { email: "Ada@Example.com", name: "Ada" };

  it("is closed unless the operator opened it", async () => {
    expect(textOf(await register(GOOD, "closed"))).toContain("Accounts are opened by the operator here.");
    expect(await rows("select * from affiliates")).toEqual([]);
  });

  it("tells an operator how to open it, and nobody else", async () => {
    await anOperator(world);
    expect(textOf(await register(GOOD, "closed", OPERATOR))).toContain(SWITCH);
    expect(textOf(await register(GOOD, "closed"))).not.toContain("SELF_SIGNUP");
  });

  it("opens an account that is linked and has no key", async () => {
    world = createWorld({ SELF_SIGNUP: "on" });
    expect(textOf(await register(GOOD, "opened"))).toContain("You report as **Ada**.");
    expect(await row("select name, email, discord_user_id as user, trust from affiliates")).toEqual({
      name: "Ada",
      email: "ada@example.com",
      user: MASON,
      trust: 500_000,
    });
    expect(await rows("select * from api_keys")).toEqual([]);
  });

  it("takes the name that others see where none is given", async () => {
    world = createWorld({ SELF_SIGNUP: "on" });
    await register({ email: "ada@example.com" });
    expect(await row("select name from affiliates")).toEqual({ name: "Mason" });
  });

  it("does nothing for who is linked already", async () => {
    world = createWorld({ SELF_SIGNUP: "on" });
    await register(GOOD);
    expect(textOf(await register({ email: "b@example.com" }, "already"))).toContain(
      "You report as **Ada** already.",
    );
    expect(await rows("select * from affiliates")).toHaveLength(1);
  });

  it.each([
    { options: { email: "nobody" }, fields: ["email"] },
    { options: { email: "" }, fields: ["email"] },
    { options: { email: "a@example.com", name: "two\nlines" }, fields: ["name"] },
    { options: { email: "a@example.com", name: "n".repeat(201) }, fields: ["name"] },
    { options: { email: "a@example.com", name: "a\u0007b" }, fields: ["name"] },
    { options: { email: "x", name: "two\nlines" }, fields: ["name", "email"] },
    { options: { email: `${"a".repeat(250)}@example.com` }, fields: ["email"] },
  ])("names what is wrong with $options", async ({ options, fields }) => {
    world = createWorld({ SELF_SIGNUP: "on" });
    const text = textOf(await register(options, "refused"));
    expect(Array.from(text.matchAll(/- \*\*(\w+)\*\*/g), ([, field]) => field)).toEqual(fields);
    expect(await rows("select * from affiliates")).toEqual([]);
  });

  it.each([
    {
      why: "the e-mail",
      options: { email: "ADA@example.com", name: "Another" },
      words:
        "This e-mail has an account already. Ask whoever runs the campaigns for a code, and send it with `/link`.",
    },
    { why: "the name", options: { email: "b@example.com", name: "Ada" }, words: "This name is taken." },
  ])("refuses $why of another account", async ({ options, words }) => {
    world = createWorld({ SELF_SIGNUP: "on" });
    await register(GOOD, null, ROBIN);
    expect(textOf(await register(options, "taken"))).toContain(words);
    expect(await rows("select * from affiliates")).toHaveLength(1);
  });
});

describe("an invitation", () => {
  const invite = (branch: string) =>
    interact(world, commandOf(world, "invite", {}, { user: OPERATOR }), branch);
  const FIELDS = { email: "ada@example.com", name: "Ada" };

  it("is a message for everybody, with a button", async () => {
    world = createWorld({ SELF_SIGNUP: "on" });
    await anOperator(world);
    const answer = await invite("shown");
    expect(answer).toMatchObject({ type: 4, data: { flags: 32_768 } });
    expect(buttonsOf(answer)).toEqual(["v1:join"]);
  });

  it("is closed unless the operator opened it, its button and form too", async () => {
    await anOperator(world);
    const answers = [
      await invite("closed"),
      await interact(world, pressOf(world, "v1:join"), "closed"),
      await interact(world, modalOf(world, "v1:join", FIELDS), "closed"),
    ];
    const [toOperator, ...toOthers] = answers.map(textOf);
    for (const answer of answers) expect(answer).toMatchObject({ type: 4, data: { flags: 32_768 | 64 } });
    expect(toOperator).toContain(SWITCH);
    for (const text of toOthers) expect(text).toContain("Accounts are opened by the operator here.");
  });

  it("opens a form with the name that others see", async () => {
    world = createWorld({ SELF_SIGNUP: "on" });
    const answer = await interact(world, pressOf(world, "v1:join"), "form");
    expect(answer).toMatchObject({ type: 9, data: { custom_id: "v1:join" } });
    expect(JSON.stringify(answer)).toContain('"value":"Mason"');
  });

  it.each([false, true])(
    "opens an account by the form, in rows of earlier years too (rows: %s)",
    async (inRows) => {
      world = createWorld({ SELF_SIGNUP: "on" });
      const answer = await interact(world, modalOf(world, "v1:join", FIELDS, { rows: inRows }), "opened");
      expect(answer.type).toBe(4);
      expect(textOf(answer)).toContain("You report as **Ada**.");
      expect(await userOf((await row<{ id: string }>("select id from affiliates"))?.id ?? "")).toBe(MASON);
    },
  );

  it("is nothing for who has an account", async () => {
    world = createWorld({ SELF_SIGNUP: "on" });
    await linked(await anAffiliate(world));
    for (const body of [pressOf(world, "v1:join"), modalOf(world, "v1:join", FIELDS)]) {
      expect(textOf(await interact(world, body, "already"))).toContain("already");
    }
  });

  it("names what is wrong in the form", async () => {
    world = createWorld({ SELF_SIGNUP: "on" });
    const answer = await interact(world, modalOf(world, "v1:join", { email: "x", name: "Ada" }), "refused");
    expect(textOf(answer)).toContain("**email** must be an e-mail address");
  });
});
