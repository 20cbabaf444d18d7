import { describe, expect, it } from "vitest";
import { createSimulator } from "./app.ts";

const NOW = Date.UTC(2026, 10, 21, 12);
const APP = "775799577604522054";
const HOOK = "987654321098765432";
const AGENT = { "user-agent": "DiscordBot (https://claimcheck.test, 1.0)" };
const JSON_TYPE = { "content-type": "application/json" };
const BOT = { authorization: "Bot abc" };
const V2 = 32_768;

const text = (content: string) => ({ type: 10, content });
const button = (custom_id: string) => ({ type: 2, style: 2, label: "Press", custom_id });
const link = { type: 2, style: 5, label: "Post", url: "https://youtu.be/a" };
const row = (...components: unknown[]) => ({ type: 1, components });
const message = (...components: unknown[]) => ({ flags: V2, components, allowed_mentions: { parse: [] } });
const HELLO = message({ type: 17, components: [text("Hello"), row(link)] });

const ORIGINAL = `/webhooks/${APP}/tok/messages/@original?with_components=true`;
const FOLLOW_UP = `/webhooks/${APP}/tok?with_components=true`;
const CHANNEL = `/webhooks/${HOOK}/hooktok?wait=true&with_components=true`;
const COMMANDS = `/applications/${APP}/commands`;

interface ErrorBody {
  code: number;
  errors?: unknown;
}

/** A simulator whose clock can be moved, with one webhook of a channel. */
async function start() {
  const clock = { now: NOW };
  const { app } = createSimulator({ seed: "seed", now: () => clock.now });
  const tell = (path: string, body: unknown) =>
    app.request(`/_control/discord/${path}`, { method: "PUT", body: JSON.stringify(body) });
  const ask = async (path: string): Promise<unknown> =>
    (await app.request(`/_control/discord/${path}`)).json();
  const call = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    app.request(`/discord/api/v10${path}`, {
      method,
      headers: { ...AGENT, ...(body !== undefined && JSON_TYPE), ...headers },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
  /** Status, code and nested errors of a refusal. */
  const refusal = async (answer: Response | Promise<Response>) => {
    const response = await answer;
    return { status: response.status, ...(await response.json<ErrorBody>()) };
  };
  const bytesOf = (path: string) => app.request(`/discord/cdn/${path}`);
  await tell(`webhooks/${HOOK}`, { token: "hooktok" });
  return { app, clock, tell, ask, call, refusal, bytesOf };
}

describe("a message that Discord takes", () => {
  it("is answered as Discord shows it", async () => {
    const { call } = await start();
    const answer = await call("POST", FOLLOW_UP, { ...HELLO, flags: V2 | 64 });
    expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "application/json"]);
    expect(await answer.json()).toMatchObject({
      id: expect.stringMatching(/^\d{17,20}$/),
      webhook_id: APP,
      flags: V2 | 64,
      content: "",
      timestamp: "2026-11-21T12:00:00.000Z",
      edited_timestamp: null,
      components: [
        {
          type: 17,
          id: 1,
          accent_color: null,
          spoiler: false,
          components: [
            { type: 10, id: 2, content: "Hello" },
            { type: 1, id: 3, components: [{ type: 2, id: 4, style: 5, url: "https://youtu.be/a" }] },
          ],
        },
      ],
    });
  });

  it("edits one and the same message, however often", async () => {
    const { call } = await start();
    const edit = async () => (await call("PATCH", ORIGINAL, HELLO)).json<{ id: string }>();
    const first = await edit();
    expect(first).toMatchObject({ edited_timestamp: "2026-11-21T12:00:00.000Z" });
    expect((await edit()).id).toBe(first.id);
  });

  it("can be read, in order, from any of them on", async () => {
    const { call, ask, clock } = await start();
    await call("PATCH", ORIGINAL, HELLO);
    clock.now += 1_000;
    await call("POST", FOLLOW_UP, HELLO);
    await call("POST", CHANNEL, HELLO);
    const at = "2026-11-21T12:00:01.000Z";
    const followUp = { n: 2, at, kind: "follow_up", token: "tok", webhook_id: APP, body: HELLO };
    const inChannel = { n: 3, at, kind: "webhook", token: "hooktok", webhook_id: HOOK, body: HELLO };
    expect(await ask("messages?after=1")).toEqual({ messages: [followUp, inChannel] });
    expect(await ask("messages")).toMatchObject({ messages: [{ n: 1, kind: "edit" }, { n: 2 }, { n: 3 }] });
    expect(await ask("messages?after=3")).toEqual({ messages: [] });
  });

  it("is forgotten when 1,000 more came", async () => {
    const { call, ask, clock } = await start();
    for (let n = 0; n < 1_001; n += 1) {
      clock.now += 2_000;
      await call("POST", FOLLOW_UP, { content: String(n) });
    }
    const { messages } = (await ask("messages")) as { messages: { n: number }[] };
    expect([messages.length, messages[0]?.n, messages.at(-1)?.n]).toEqual([1_000, 2, 1_001]);
  });

  it("has nothing for an answer where nobody waits", async () => {
    const { call } = await start();
    const answer = await call("POST", `/webhooks/${HOOK}/hooktok?with_components=true`, HELLO);
    expect([answer.status, await answer.text()]).toEqual([204, ""]);
  });

  it("is for everybody in a channel", async () => {
    const { call } = await start();
    expect(await (await call("POST", CHANNEL, { ...HELLO, flags: V2 | 64 })).json()).toMatchObject({
      flags: V2,
    });
  });
});

describe("a message that Discord refuses", () => {
  const many = (count: number) => Array.from({ length: count }, () => ({ type: 14 }));

  it.each([
    ["content beside components", { ...HELLO, content: "x" }, ["content"]],
    ["embeds beside components", { ...HELLO, embeds: [{}] }, ["embeds"]],
    ["a text without words", message(text("")), ["components", "0", "content"]],
    ["a text over 4,000 characters", message(text("x".repeat(4_001))), ["components", "0", "content"]],
    ["texts over 4,000 characters", message(text("x".repeat(4_000)), text("x")), ["components"]],
    ["over 40 components", message({ type: 17, components: many(40) }), ["components"]],
    [
      "a row of six",
      message(row(...["a", "b", "c", "d", "e", "f"].map(button))),
      ["components", "0", "components"],
    ],
    ["an empty row", message(row()), ["components", "0", "components"]],
    [
      "a custom id twice",
      message(row(button("a")), row(button("a"))),
      ["components", "1", "components", "0", "custom_id"],
    ],
    [
      "no custom id",
      message(row({ type: 2, style: 1, label: "x" })),
      ["components", "0", "components", "0", "custom_id"],
    ],
    [
      "a long custom id",
      message(row(button("x".repeat(101)))),
      ["components", "0", "components", "0", "custom_id"],
    ],
    [
      "a link to nowhere",
      message(row({ ...link, url: "javascript:1" })),
      ["components", "0", "components", "0", "url"],
    ],
    ["an unknown type", message({ type: 99 }), ["components", "0", "type"]],
    [
      "a container in a container",
      message({ type: 17, components: [{ type: 17 }] }),
      ["components", "0", "components", "0", "type"],
    ],
    ["a container without the flag", { components: HELLO.components }, ["components", "0", "type"]],
    ["content over 2,000 characters", { content: "x".repeat(2_001) }, ["content"]],
  ])("for %s, and says where", async (_why, body, path) => {
    const { call, refusal, ask } = await start();
    const { status, code, errors } = await refusal(call("POST", FOLLOW_UP, body));
    expect([status, code]).toEqual([400, 50_035]);
    expect(errors).toHaveProperty(
      [...path, "_errors"],
      [{ code: expect.stringMatching(/^[A-Z0-9_]+$/), message: expect.any(String) }],
    );
    expect(await ask("messages")).toEqual({ messages: [] });
  });

  it.each([
    ["4,000 characters", message(text("x".repeat(3_999)), text("x"))],
    ["40 components", message({ type: 17, components: many(39) })],
    ["rows of five", message(row(...["a", "b", "c", "d", "e"].map(button)))],
    ["a custom id of 100", message(row(button("x".repeat(100))))],
    ["rows without the flag", { content: "x", components: [row(button("a"))] }],
  ])("is none with %s", async (_why, body) => {
    const { call } = await start();
    expect((await call("POST", FOLLOW_UP, body)).status).toBe(200);
  });

  it.each([
    ["nothing", {}],
    ["no object", "[]"],
    ["empty lists", { components: [], embeds: [] }],
  ])("for being empty: %s", async (_why, body) => {
    const { call, refusal } = await start();
    expect(await refusal(call("PATCH", ORIGINAL, body))).toMatchObject({ status: 400, code: 50_006 });
  });

  it("for not being JSON", async () => {
    const { call, refusal } = await start();
    expect(await refusal(call("POST", FOLLOW_UP, "{"))).toMatchObject({ status: 400, code: 50_109 });
  });

  it("for being over 1 MiB", async () => {
    const { call, refusal } = await start();
    const spaces = (bytes: number) => `{"content":"x"}`.padEnd(bytes, " ");
    const over = call("POST", FOLLOW_UP, spaces(1024 * 1024 + 1));
    expect(await refusal(over)).toMatchObject({ status: 413, code: 40_005 });
    expect((await call("POST", FOLLOW_UP, spaces(1024 * 1024))).status).toBe(200);
  });

  it.each([
    ["no user agent", { "user-agent": "" }],
    ["another user agent", { "user-agent": "node" }],
    ["no content type", { "content-type": "" }],
    ["another content type", { "content-type": "text/plain" }],
  ])("for %s", async (_why, headers) => {
    const { call, refusal } = await start();
    expect(await refusal(call("POST", FOLLOW_UP, HELLO, headers))).toMatchObject({
      status: 400,
      code: 50_035,
      errors: { _errors: [{ code: expect.any(String) }] },
    });
  });
});

describe("a token or webhook that is over", () => {
  it("answers 50027 for a token that expired, and takes any other", async () => {
    const { call, tell, refusal } = await start();
    await tell("tokens/tok", { expired: true });
    expect(await refusal(call("PATCH", ORIGINAL, HELLO))).toMatchObject({ status: 401, code: 50_027 });
    expect(await refusal(call("POST", FOLLOW_UP, HELLO))).toMatchObject({ status: 401, code: 50_027 });
    expect((await call("POST", `/webhooks/${APP}/other`, HELLO)).status).toBe(200);
    await tell("tokens/tok", {});
    expect((await call("POST", FOLLOW_UP, HELLO)).status).toBe(200);
  });

  it.each([
    [`/webhooks/${HOOK}/another?wait=true`, "another token"],
    ["/webhooks/111111111111111111/hooktok?wait=true", "another id"],
  ])("answers 10015 to %s: %s", async (path) => {
    const { call, refusal } = await start();
    expect(await refusal(call("POST", path, HELLO))).toMatchObject({ status: 404, code: 10_015 });
  });

  it("answers 10015 once the webhook is gone", async () => {
    const { call, tell, refusal } = await start();
    expect((await call("POST", CHANNEL, HELLO)).status).toBe(200);
    await tell(`webhooks/${HOOK}`, { token: "hooktok", gone: true });
    expect(await refusal(call("POST", CHANNEL, HELLO))).toMatchObject({ status: 404, code: 10_015 });
  });

  it("answers 40094 to the sixth follow-up where the user installed the application", async () => {
    const { call, tell, refusal, clock } = await start();
    const send = (path: string) => {
      clock.now += 2_000;
      return call("POST", path, HELLO);
    };
    await tell("tokens/tok", { user_install: true });
    for (let n = 0; n < 5; n += 1) expect((await send(FOLLOW_UP)).status).toBe(200);
    expect(await refusal(send(FOLLOW_UP))).toMatchObject({ status: 400, code: 40_094 });
    expect((await call("PATCH", ORIGINAL, HELLO)).status).toBe(200);
    for (let n = 0; n < 6; n += 1) expect((await send(`/webhooks/${APP}/other`)).status).toBe(200);
  });
});

describe("components in the webhook of a channel", () => {
  const without = `/webhooks/${HOOK}/hooktok?wait=true`;

  it("are dropped where they were not asked for", async () => {
    const { call, ask, refusal } = await start();
    const body = { content: "x", components: [row(link)] };
    expect(await (await call("POST", without, body)).json()).toMatchObject({ content: "x", components: [] });
    expect(await ask("messages")).toMatchObject({ messages: [{ body: { content: "x" } }] });
    expect(await ask("messages")).not.toHaveProperty("messages.0.body.components");
    expect(await refusal(call("POST", without, HELLO))).toMatchObject({ status: 400, code: 50_006 });
  });

  it("may be links, and nothing that is pressed", async () => {
    const { call, refusal } = await start();
    expect((await call("POST", CHANNEL, HELLO)).status).toBe(200);
    const pressed = message({ type: 17, components: [row(link, button("a"))] });
    const { code, errors } = await refusal(call("POST", CHANNEL, pressed));
    expect(code).toBe(50_035);
    expect(errors).toHaveProperty(["components", "0", "components", "0", "components", "1", "_errors"]);
  });
});

describe("the limit of a webhook", () => {
  const reading = ({ status, headers }: Response) => [
    status,
    ...["limit", "remaining", "reset", "reset-after"].map((name) => headers.get(`x-ratelimit-${name}`)),
  ];

  it("counts five calls in two seconds down, refused ones too, for edits and follow-ups together", async () => {
    const { call, clock } = await start();
    const end = String((NOW + 2_000) / 1_000);
    expect(reading(await call("PATCH", ORIGINAL, HELLO))).toEqual([200, "5", "4", end, "2"]);
    clock.now += 500;
    expect(reading(await call("POST", FOLLOW_UP, {}))).toEqual([400, "5", "3", end, "1.5"]);
    for (let n = 0; n < 3; n += 1) await call("POST", FOLLOW_UP, HELLO);
    clock.now += 250;
    const limited = await call("POST", FOLLOW_UP, HELLO);
    expect(reading(limited)).toEqual([429, "5", "0", end, "1.25"]);
    expect([limited.headers.get("retry-after"), limited.headers.get("x-ratelimit-scope")]).toEqual([
      "2",
      "user",
    ]);
    expect(await limited.json()).toEqual({
      message: "You are being rate limited.",
      retry_after: 1.25,
      global: false,
      code: 0,
    });
    expect((await call("POST", `/webhooks/${APP}/other`, HELLO)).status).toBe(200);
  });

  it("ends with the window, not before", async () => {
    const { call, clock } = await start();
    for (let n = 0; n < 5; n += 1) await call("POST", FOLLOW_UP, HELLO);
    clock.now = NOW + 1_999;
    expect((await call("POST", FOLLOW_UP, HELLO)).status).toBe(429);
    clock.now = NOW + 2_000;
    expect((await call("POST", FOLLOW_UP, HELLO)).status).toBe(200);
  });
});

describe("faults", () => {
  it.each([
    [{ status: 500 }, 500, 0],
    [{ status: 404, code: 10_008 }, 404, 10_008],
    [{ code: 10_015 }, 404, 10_015],
    [{ code: 50_027 }, 401, 50_027],
    [{ code: 50_013 }, 403, 50_013],
    [{ code: 50_035 }, 400, 50_035],
    [{ outage: true }, 503, 0],
    [{ retry_after: 0.25 }, 429, 0],
    [{ retry_after: 0.25, code: 20_028 }, 429, 20_028],
  ])("of %j answer %i with code %i, and tell the limit", async (faults, status, code) => {
    const { call, tell, refusal, ask } = await start();
    await tell("faults", faults);
    const answer = await call("POST", FOLLOW_UP, HELLO);
    expect(answer.headers.get("x-ratelimit-limit")).toBe("5");
    expect(await refusal(answer)).toMatchObject({ status, code });
    expect(await ask("messages")).toEqual({ messages: [] });
  });

  it("tell how long to wait, with a fraction in body and header, and whose limit it is", async () => {
    const { call, tell } = await start();
    await tell("faults", { retry_after: 64.57, scope: "global" });
    const answer = await call("POST", FOLLOW_UP, HELLO);
    const told = ["retry-after", "x-ratelimit-scope", "x-ratelimit-global"].map((name) =>
      answer.headers.get(name),
    );
    expect(told).toEqual(["64.57", "global", "true"]);
    expect(await answer.json()).toMatchObject({ retry_after: 64.57, global: true });
  });

  it.each([
    [{ html: true }, 429],
    [{ html: true, status: 403 }, 403],
  ])("of %j are a page with %i and no word of limits", async (faults, status) => {
    const { call, tell } = await start();
    await tell("faults", faults);
    const answer = await call("POST", FOLLOW_UP, HELLO);
    expect([answer.status, answer.headers.get("content-type")]).toEqual([status, "text/html"]);
    expect([...answer.headers.keys()].filter((name) => name.startsWith("x-ratelimit"))).toEqual([]);
  });

  it("last for as many calls as they say, or until they are cleared", async () => {
    const { call, tell, ask } = await start();
    const status = async () => (await call("GET", COMMANDS, undefined, BOT)).status;
    await tell("faults", { status: 500, times: 2 });
    expect(await ask("faults")).toEqual({ status: 500, times: 2 });
    expect([await status(), await status(), await status()]).toEqual([500, 500, 200]);
    await tell("faults", { status: 500 });
    expect([await status(), await status(), await status()]).toEqual([500, 500, 500]);
    await tell("faults", {});
    expect(await status()).toBe(200);
  });

  it("may break the answer to a message that was taken", async () => {
    const { call, tell, ask } = await start();
    await tell("faults", { garbage: "truncated", times: 1 });
    const answer = await call("POST", FOLLOW_UP, HELLO);
    await expect(answer.json()).rejects.toThrow();
    expect(await ask("messages")).toMatchObject({ messages: [{ kind: "follow_up" }] });
  });
});

describe("the commands of an application", () => {
  const option = (name: string, more = {}) => ({ type: 3, name, description: "d", ...more });
  const claim = { name: "claim", description: "Claims", options: [option("url", { required: true })] };
  const menu = { name: "Report this post", type: 3 };
  const localised = { ...claim, name_localizations: { de: "meldung" }, description_localizations: null };

  it("are none without a bot token", async () => {
    const { call, refusal } = await start();
    for (const headers of [{}, { authorization: "abc" }, { authorization: "Bot invalid" }]) {
      expect(await refusal(call("GET", COMMANDS, undefined, headers))).toMatchObject({
        status: 401,
        code: 0,
      });
      expect(await refusal(call("PUT", COMMANDS, [claim], headers))).toMatchObject({ status: 401, code: 0 });
    }
  });

  it("are those put there last, with what Discord adds", async () => {
    const { call } = await start();
    expect(await (await call("GET", COMMANDS, undefined, BOT)).json()).toEqual([]);
    const put = await call("PUT", COMMANDS, [localised, menu], BOT);
    const all = await put.json<{ id: string }[]>();
    expect([put.status, all]).toMatchObject([
      200,
      [
        {
          id: expect.stringMatching(/^\d{17,20}$/),
          application_id: APP,
          version: expect.stringMatching(/^\d{17,20}$/),
          type: 1,
          name: "claim",
          name_localizations: { de: "meldung" },
          description_localizations: null,
          default_member_permissions: null,
          contexts: null,
          integration_types: [0],
          nsfw: false,
          options: [{ type: 3, name: "url", description: "d", required: true }],
        },
        { type: 3, name: "Report this post", description: "" },
      ],
    ]);
    expect(await (await call("GET", `${COMMANDS}?with_localizations=true`, undefined, BOT)).json()).toEqual(
      all,
    );
    await call("PUT", COMMANDS, [menu], BOT);
    expect(await (await call("GET", COMMANDS, undefined, BOT)).json()).toMatchObject([{ id: all[1]?.id }]);
  });

  it("keep their id, and their version until they change", async () => {
    const { call, clock } = await start();
    const put = async (...commands: unknown[]) => {
      clock.now += 1_000;
      const answer = await call("PUT", COMMANDS, commands, BOT);
      return answer.json<{ id: string; version: string }[]>();
    };
    const [first] = await put(claim);
    expect(await put(menu, claim)).toMatchObject([{}, { id: first?.id, version: first?.version }]);
    const [changed] = await put({ ...claim, description: "Other" });
    expect(changed?.id).toBe(first?.id);
    expect(changed?.version).not.toBe(first?.version);
  });

  it("show their other languages only if asked", async () => {
    const { call } = await start();
    await call("PUT", COMMANDS, [localised], BOT);
    const [plain] = await (await call("GET", COMMANDS, undefined, BOT)).json<object[]>();
    expect(plain).not.toHaveProperty("name_localizations");
    expect(plain).toHaveProperty("name", "claim");
  });

  it("are others in each guild", async () => {
    const { call, ask } = await start();
    const guild = `/applications/${APP}/guilds/290926798626357999/commands`;
    await call("PUT", COMMANDS, [claim], BOT);
    await call("PUT", guild, [menu], BOT);
    expect(await (await call("GET", guild, undefined, BOT)).json()).toMatchObject([
      { name: "Report this post", guild_id: "290926798626357999" },
    ]);
    expect(await ask("commands")).toMatchObject({
      commands: [{ name: "claim", application_id: APP }, { name: "Report this post" }],
    });
  });

  it.each([
    ["a name with a capital", [{ ...claim, name: "Claim" }], ["0", "name"]],
    ["a name with a blank", [claim, { ...claim, name: "a b" }], ["1", "name"]],
    ["a name of 33", [{ ...claim, name: "x".repeat(33) }], ["0", "name"]],
    ["no name", [{ description: "d" }], ["0", "name"]],
    ["no description", [{ name: "claim" }], ["0", "description"]],
    ["a description of 101", [{ ...claim, description: "x".repeat(101) }], ["0", "description"]],
    ["a description of a menu", [{ ...menu, description: "x" }], ["0", "description"]],
    ["a name twice", [claim, { ...claim }], ["1"]],
    ["an option with a capital", [{ ...claim, options: [option("Url")] }], ["0", "options", "0", "name"]],
    [
      "a required option late",
      [{ ...claim, options: [option("a"), option("b", { required: true })] }],
      ["0", "options", "1"],
    ],
    ["an option twice", [{ ...claim, options: [option("a"), option("a")] }], ["0", "options", "1"]],
    [
      "26 options",
      [{ ...claim, options: Array.from({ length: 26 }, (_, n) => option(`o${n}`)) }],
      ["0", "options"],
    ],
    [
      "a bad name deep within",
      [{ ...claim, options: [{ type: 1, name: "submit", description: "d", options: [option("!")] }] }],
      ["0", "options", "0", "options", "0", "name"],
    ],
    [
      "choices and autocomplete",
      [{ ...claim, options: [option("a", { autocomplete: true, choices: [{ name: "a", value: "a" }] })] }],
      ["0", "options", "0"],
    ],
    ["an unknown language", [{ ...claim, name_localizations: { en: "x" } }], ["0", "name_localizations"]],
    [
      "a bad name in German",
      [{ ...claim, name_localizations: { de: "A" } }],
      ["0", "name_localizations", "de"],
    ],
    ["no context", [{ ...claim, contexts: [] }], ["0", "contexts"]],
  ])("are refused for %s, and stay what they were", async (_why, commands, path) => {
    const { call, refusal, ask } = await start();
    await call("PUT", COMMANDS, [menu], BOT);
    const { status, code, errors } = await refusal(call("PUT", COMMANDS, commands, BOT));
    expect([status, code]).toEqual([400, 50_035]);
    expect(errors).toHaveProperty([...path, "_errors", "0", "code"], expect.stringMatching(/^[A-Z0-9_]+$/));
    expect(await ask("commands")).toMatchObject({ commands: [{ name: "Report this post" }] });
  });

  it("hold 8,000 characters each and no more", async () => {
    const { call } = await start();
    const choices = Array.from({ length: 20 }, (_, n) => ({
      name: `${n}`.padEnd(100),
      value: "v".repeat(100),
    }));
    // The name and description of the command 101, two options 4, 39 choices 7,800, and the name of the last option.
    const rest = 101 + 4 + 7_800 + 1;
    const command = (length: number) => ({
      name: "c",
      description: "x".repeat(100),
      options: [
        option("a", { choices }),
        option("b", { choices: choices.slice(1) }),
        option("e", { description: "x".repeat(length - rest) }),
      ],
    });
    expect((await call("PUT", COMMANDS, [command(8_000)], BOT)).status).toBe(200);
    expect((await call("PUT", COMMANDS, [command(8_001)], BOT)).status).toBe(400);
  });
});

describe("attachments", () => {
  const base64 = btoa(String.fromCharCode(0x89, 0x50, 0x4e, 0x47, 0xff));

  it.each(["attachments", "ephemeral-attachments"])("are served from %s with size and type", async (kind) => {
    const { tell, bytesOf } = await start();
    await tell("attachments/1/2/proof.png", { base64, content_type: "image/png" });
    const answer = await bytesOf(`${kind}/1/2/proof.png?ex=68dc7ce1&is=68db2b61&hm=ab`);
    expect([answer.status, answer.headers.get("content-type"), answer.headers.get("content-length")]).toEqual(
      [200, "image/png", "5"],
    );
    expect([...new Uint8Array(await answer.arrayBuffer())]).toEqual([0x89, 0x50, 0x4e, 0x47, 0xff]);
  });

  it("may be texts, with any name", async () => {
    const { tell, bytesOf } = await start();
    await tell("attachments/1/2/a%20b%C3%A4.txt", { text: "wörds", content_type: "text/plain" });
    const answer = await bytesOf("attachments/1/2/a%20b%C3%A4.txt");
    expect([answer.headers.get("content-length"), await answer.text()]).toEqual(["6", "wörds"]);
  });

  it("are 404 when they expired, or never were", async () => {
    const { tell, bytesOf } = await start();
    await tell("attachments/1/2/a.txt", { text: "x", content_type: "text/plain", gone: true });
    expect((await bytesOf("attachments/1/2/a.txt")).status).toBe(404);
    expect((await bytesOf("attachments/1/2/b.txt")).status).toBe(404);
  });
});

describe("the control API of Discord", () => {
  it.each([
    ["faults", { status: 200 }, "status"],
    ["faults", { times: 0 }, "times"],
    ["faults", { scope: "all" }, "scope"],
    ["faults", { unknown: 1 }, "unknown"],
    [`webhooks/${HOOK}`, {}, "token"],
    ["tokens/tok", { expired: 1 }, "expired"],
    ["attachments/1/2/a", { content_type: "text/plain" }, "either base64 or text"],
    ["attachments/1/2/a", { text: "a", base64: "", content_type: "text/plain" }, "either base64 or text"],
    ["attachments/1/2/a", { base64: "?", content_type: "text/plain" }, "base64"],
  ])("refuses PUT %s of %j and says %j", async (path, body, words) => {
    const { tell } = await start();
    const answer = await tell(path, body);
    expect(answer.status).toBe(400);
    expect((await answer.json<{ error: string }>()).error).toContain(words);
  });

  it("refuses messages after something that is no number", async () => {
    const { app } = await start();
    expect((await app.request("/_control/discord/messages?after=x")).status).toBe(400);
  });

  it("counts the calls by operation", async () => {
    const { call, ask } = await start();
    await call("POST", FOLLOW_UP, HELLO);
    await call("PATCH", ORIGINAL, {});
    expect(await ask("calls")).toMatchObject({
      calls: 2,
      by_operation: { execute_webhook: { calls: 1 }, update_original_webhook_message: { calls: 1 } },
    });
  });

  it("knows no other addresses of Discord", async () => {
    const { call, refusal, app } = await start();
    expect(await refusal(call("GET", "/users/@me"))).toMatchObject({ status: 404, code: 0 });
    expect((await app.request("/_control/discord/nothing")).status).toBe(404);
  });

  it("forgets everything on a reset", async () => {
    const { app, call, tell, ask, bytesOf } = await start();
    await tell("attachments/1/2/a", { text: "x", content_type: "text/plain" });
    await call("POST", FOLLOW_UP, HELLO);
    await call("PUT", COMMANDS, [{ name: "a", description: "d" }], BOT);
    await tell("tokens/tok", { expired: true });
    await tell("faults", { status: 500 });
    expect((await app.request("/_control/reset", { method: "POST" })).status).toBe(204);
    expect(await ask("messages")).toEqual({ messages: [] });
    expect(await ask("commands")).toEqual({ commands: [] });
    expect(await ask("faults")).toEqual({});
    expect((await bytesOf("attachments/1/2/a")).status).toBe(404);
    expect((await call("POST", FOLLOW_UP, HELLO)).status).toBe(200);
    expect((await call("POST", CHANNEL, HELLO)).status).toBe(404);
  });
});
