import { rmSync, statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { verifyKey } from "discord-interactions";
import { afterAll, describe, expect, it, vi } from "vitest";
import { discordApplication, namedDiscord } from "../../src/cli/discord-application.ts";
import { fieldsToType, fillForm, rememberForm, requireForm } from "../../src/cli/discord-forms.ts";
import {
  createInteraction,
  type Deed,
  makeSnowflake,
  publicKeyOf,
  signedHeaders,
} from "../../src/cli/discord-local.ts";
import { markdownLines, type View } from "../../src/cli/discord-markdown.ts";
import { send } from "../../src/cli/discord-stack.ts";
import { renderMessage, renderResponse } from "../../src/cli/discord-terminal.ts";
import { awaitsVerdict, isReport } from "../../src/cli/discord-verdict.ts";
import { LEAVES, readWords, Unsayable } from "../../src/cli/discord-words.ts";
import { TONES } from "../../src/discord/cards/tones.ts";
import { readInvocation } from "../../src/discord/invocation.ts";
import { COMPONENTS_V2, EPHEMERAL, type Message, type Modal } from "../../src/discord/wire.ts";
import { snowflakeTime } from "../../src/domain/snowflake.ts";

/** Where the commands keep what is local, set before they are loaded. */
const DEV = vi.hoisted(() => {
  process.env.CLAIMCHECK_DEV = `${process.env.TMPDIR ?? "/tmp"}/claimcheck-say-${process.pid}`;
  return process.env.CLAIMCHECK_DEV;
});

/** RFC 8032 §7.1, test 1. */
const SEED = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
const PUBLIC_KEY = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

const NOW = Date.UTC(2026, 10, 22, 4, 50);
const PLAIN: View = { colour: false, columns: 60, now: NOW, timeZone: "UTC" };
const SENDER = {
  applicationId: "100000000000000001",
  userId: "200000000000000009",
  name: "Ada C.",
  permissions: "0",
};

afterAll(() => rmSync(DEV, { recursive: true, force: true }));

const message = (components: Message["components"], flags = COMPONENTS_V2): Message => ({
  flags,
  components,
  allowed_mentions: { parse: [] },
});

describe("the local key pair", () => {
  it("has the public key that belongs to its seed", () => {
    expect(publicKeyOf(SEED)).toBe(PUBLIC_KEY);
  });

  it.each(["", SEED.slice(1), SEED.toUpperCase(), `${SEED}00`])("refuses %o as a seed", (seed) => {
    expect(() => publicKeyOf(seed)).toThrow(RangeError);
  });

  it("signs what Discord's own library takes for Discord's, and nothing else", async () => {
    const body = JSON.stringify({ text: "ünïcode 🧾" });
    const headers = signedHeaders(SEED, body, NOW + 999);
    const { "x-signature-ed25519": signature = "", "x-signature-timestamp": timestamp = "" } = headers;
    expect(timestamp).toBe(String(NOW / 1000));
    expect(await verifyKey(body, signature, timestamp, PUBLIC_KEY)).toBe(true);
    expect(await verifyKey(`${body} `, signature, timestamp, PUBLIC_KEY)).toBe(false);
  });

  it("is made once, readable to its owner alone", () => {
    const [first, second] = [1, 2].map(() => discordApplication({}, "http://sim.test"));
    expect(first?.keys.discord_private_key).toMatch(/^[0-9a-f]{64}$/);
    expect(second).toEqual(first);
    expect(statSync(join(DEV, "discord-key")).mode & 0o777).toBe(0o600);
  });
});

describe("the application of npm start", () => {
  it("is a local one before the fake Discord", () => {
    const { variables, keys } = discordApplication({}, "http://sim.test");
    expect(variables).toEqual({
      DISCORD_APPLICATION_ID: keys.discord_application_id,
      DISCORD_PUBLIC_KEY: publicKeyOf(keys.discord_private_key ?? ""),
      DISCORD_API_URL: "http://sim.test/discord/api/v10",
      DISCORD_CDN_URL: "http://sim.test/discord/cdn",
    });
  });

  it("is a real one if the environment names it, and then no private key is told", () => {
    const named = { DISCORD_APPLICATION_ID: "123456789012345678", DISCORD_PUBLIC_KEY: PUBLIC_KEY };
    expect(discordApplication({ ...named, DISCORD_API_URL: "" }, "http://sim.test")).toEqual({
      variables: named,
      keys: { discord_application_id: "123456789012345678" },
    });
  });

  it.each([{ DISCORD_APPLICATION_ID: "123456789012345678" }, { DISCORD_PUBLIC_KEY: PUBLIC_KEY }])(
    "is not half a one: %o",
    (half) => {
      expect(() => namedDiscord(half)).toThrow("DISCORD_APPLICATION_ID and DISCORD_PUBLIC_KEY");
    },
  );
});

describe("an interaction", () => {
  const made = (deed: Deed) => createInteraction(deed, SENDER, NOW);
  const read = (deed: Deed) => readInvocation(JSON.parse(JSON.stringify(made(deed))), SENDER.applicationId);

  it("has an id of its instant, and a token nobody guesses", () => {
    const deed: Deed = { kind: "press", customId: "v1:ack:alr_1" };
    expect(snowflakeTime(makeSnowflake(NOW))).toBe(NOW);
    expect(snowflakeTime(made(deed).id)).toBe(NOW);
    expect(made(deed).token).not.toBe(made(deed).token);
  });

  it("of a subcommand is what the Worker reads as that command, with its file", () => {
    const url = "https://cdn.discordapp.com/ephemeral-attachments/1/2/proof.png";
    const file = {
      id: "5",
      filename: "proof.png",
      size: 3,
      content_type: "image/png",
      url,
      ephemeral: true,
    } as const;
    const leaf = [
      { name: "views", type: 4, value: 1_000 },
      { name: "proof", type: 11, value: "5" },
    ];
    const options = [{ name: "submit", type: 1, options: leaf }];
    const { values, ...rest } = read({
      kind: "command",
      name: "claim",
      options,
      attachments: [file],
      completing: false,
    });
    expect(rest).toMatchObject({
      kind: "command",
      name: "submit",
      userId: SENDER.userId,
      userName: "Ada C.",
    });
    expect([...values]).toEqual([
      ["views", 1_000],
      ["proof", "5"],
    ]);
    expect(rest.attachments.get("5")).toMatchObject({ filename: "proof.png", size: 3, url });
  });

  it("of a command that is being typed says what is typed", () => {
    const options = [{ name: "campaign", type: 3, value: "nor", focused: true as const }];
    const deed: Deed = {
      kind: "command",
      name: "claim",
      options: [{ name: "submit", type: 1, options }],
      completing: true,
    };
    expect(read(deed)).toMatchObject({ kind: "autocomplete", name: "submit", focused: "campaign" });
  });

  it("of a message command carries the message", () => {
    const { name, target } = read({ kind: "message_command", name: "Report this post", text: "look" });
    expect(name).toBe("Report this post");
    expect(target).toMatchObject({ content: "look", authorId: SENDER.userId });
  });

  it("of a button carries its custom id", () => {
    const deed: Deed = { kind: "press", customId: "v1:ack:alr_1" };
    expect(read(deed)).toMatchObject({ kind: "component", name: "ack", args: ["alr_1"] });
    expect(made(deed)).toHaveProperty("message.flags", COMPONENTS_V2 | EPHEMERAL);
  });

  it.each([true, false])("of a form carries its fields; opened by a button: %s", (onMessage) => {
    const fields = [
      { customId: "url", type: 4, value: "https://youtu.be/x" },
      { customId: "campaign", type: 3, value: "cmp_1" },
      { customId: "other", type: 3, value: null },
    ] as const;
    const deed: Deed = { kind: "modal", customId: "v1:report:1:2", fields: [...fields], onMessage };
    expect([...read(deed).values]).toEqual([
      ["url", "https://youtu.be/x"],
      ["campaign", "cmp_1"],
    ]);
    expect("message" in made(deed)).toBe(onMessage);
  });
});

describe("what is typed", () => {
  const ask = (...words: string[]) => readWords(words)?.ask;

  it.each([[[]], [["--help"]], [["submit", "-h"]]])("is a wish for help: %o", (words) => {
    expect(readWords(words)).toBeNull();
  });

  it("is as the demo's affiliate, with ten seconds for the verdict, unless it says otherwise", () => {
    expect(readWords(["me"])).toMatchObject({ user: null, operator: false, raw: false, waitSeconds: 10 });
    const words = readWords(["me", "--user", "123456789012345678", "--operator", "--raw", "--wait", "0"]);
    expect(words).toMatchObject({ user: "123456789012345678", operator: true, raw: true, waitSeconds: 0 });
  });

  it.each([["submit"], ["/claim", "submit"], ["claim", "submit"], ["/submit"]])(
    "%s %s finds the command below its parent",
    (...name) => {
      const words = [
        ...name.filter((word) => word !== undefined),
        "url:https://a.b/?x=1:2",
        "campaign:c",
        "views:7",
      ];
      expect(ask(...words)).toEqual({
        kind: "command",
        path: ["claim", "submit"],
        given: [
          { name: "url", type: 3, value: "https://a.b/?x=1:2" },
          { name: "campaign", type: 3, value: "c" },
          { name: "views", type: 4, value: 7 },
        ],
        focused: null,
      });
    },
  );

  it("finds every command of the manifest by its leaf", () => {
    for (const { path, options } of LEAVES) {
      const required = options
        .filter(({ required }) => required === true)
        .map((option) => `${option.name}:${(option.type === 3 && option.choices?.[0]?.value) || "x"}`);
      expect(ask(path.at(-1) ?? "", ...required)).toMatchObject({ kind: "command", path });
    }
    expect(LEAVES.map(({ path }) => path.join(" "))).toEqual(
      expect.arrayContaining(["claim submit", "link", "desk alerts"]),
    );
  });

  it("goes up to the bounds of an option", () => {
    const [views, evidence] = ["views:0", `evidence:${"e".repeat(1_000)}`];
    // safe: it is a command.
    const { given } = ask("submit", "url:x", "campaign:c", views, evidence) as { given: unknown[] };
    expect(given.slice(2)).toMatchObject([{ value: 0 }, { value: "e".repeat(1_000) }]);
    expect(readWords(["me", "--wait", "900"])?.waitSeconds).toBe(900);
  });

  it("takes a choice by its name or value", () => {
    for (const word of ["HIGH", "high", "High"]) {
      expect(ask("alerts", `severity:${word}`)).toMatchObject({
        given: [{ name: "severity", value: "HIGH" }],
      });
    }
  });

  it("may be half a command while an option is completed", () => {
    expect(ask("submit", "views:1x", "campaign:nor", "--complete", "campaign")).toMatchObject({
      focused: "campaign",
      given: [
        { name: "views", type: 4, value: "1x" },
        { name: "campaign", type: 3, value: "nor" },
      ],
    });
    expect(ask("status", "--complete", "post")).toMatchObject({ given: [{ name: "post", value: "" }] });
  });

  it("may be a message, a press or a form", () => {
    expect(ask("--message", "look: https://a.b")).toEqual({ kind: "message", text: "look: https://a.b" });
    expect(ask("--press", "v1:ack:alr_1")).toEqual({ kind: "press", customId: "v1:ack:alr_1" });
    const fields = new Map([["notes", "all: fine"]]);
    expect(ask("--modal", "v1:x", "notes:all: fine")).toEqual({ kind: "modal", customId: "v1:x", fields });
  });

  it.each([
    { words: ["sumbit"], why: "There are: submit" },
    { words: ["claim"], why: "There is no command" },
    { words: ["submit", "url:x"], why: "submit needs campaign" },
    { words: ["submit", "url:x", "campaign:c", "vews:1"], why: 'no option "vews"' },
    { words: ["submit", "url:x", "campaign:c", "views:1,000"], why: "a whole number" },
    { words: ["submit", "url:x", "campaign:c", "views:1.5"], why: "a whole number" },
    { words: ["submit", "url:x", "campaign:c", "views:-1"], why: "at least 0" },
    { words: ["submit", "url:x", "campaign:c", "views:9007199254740993"], why: "a whole number" },
    { words: ["submit", "url:x", "campaign:c", `evidence:${"e".repeat(1_001)}`], why: "at most 1000" },
    { words: ["submit", "url:", "campaign:c"], why: "url is empty" },
    { words: ["submit", "url"], why: "no name:value" },
    { words: ["alerts", "severity:worst"], why: "one of LOW" },
    { words: ["submit", "--complete", "views"], why: "suggests nothing" },
    { words: ["submit", "--complete", "nothing"], why: "no option" },
    { words: ["me", "--user", "ada"], why: "digits" },
    { words: ["me", "--wait", "-1"], why: "--wait" },
    { words: ["me", "--wait", "901"], why: "--wait" },
    { words: ["me", "--wat"], why: "--wat" },
    { words: ["--press", "a", "--modal", "b"], why: "One thing at a time" },
    { words: ["me", "--press", "a"], why: "no place here" },
  ])("$words is refused: $why", ({ words, why }) => {
    expect(() => readWords(words)).toThrow(Unsayable);
    expect(() => readWords(words)).toThrow(why);
  });
});

describe("markdown in a terminal", () => {
  it.each([
    { markdown: "## A *b* **c** __d__ ~~e~~ `f*g*`", shown: ["A b c d e f*g*"] },
    { markdown: "\\*kept\\* \\_as\\_ \\# it\\\\is", shown: ["*kept* _as_ # it\\is"] },
    { markdown: "snake_case_word 2*3*4", shown: ["snake_case_word 234"] },
    { markdown: "[a \\] b](https://a.b/c_d_e)", shown: ["a ] b (https://a.b/c_d_e)"] },
    { markdown: "https://a.b/c_d_e*f* <https://x.y>", shown: ["https://a.b/c_d_ef https://x.y"] },
    { markdown: "-# small\n> quoted\n- one\n  - two", shown: ["small", "│ quoted", "• one", "  ◦ two"] },
    { markdown: "a\n```text\n*x*  1\n y\n```\nb", shown: ["a", "  *x*  1", "   y", "b"] },
    { markdown: "run </claim help:0> <@12>", shown: ["run /claim help @12"] },
    { markdown: "un**closed `and [so](on", shown: ["un**closed `and [so](on"] },
    { markdown: `<t:${NOW / 1000}:f>`, shown: ["22 November 2026 at 04:50"] },
    {
      markdown: `<t:${NOW / 1000 + 300}:R>, <t:${NOW / 1000 - 7_200}:R>`,
      shown: ["in 5 minutes, 2 hours ago"],
    },
    { markdown: "\u001b[2Jcleared\u202e\u0007", shown: ["[2Jcleared"] },
  ])("$markdown", ({ markdown, shown }) => {
    expect(markdownLines(markdown, PLAIN)).toEqual(shown);
  });

  it("shows times where the reader is", () => {
    const view = { ...PLAIN, timeZone: "Asia/Tokyo" };
    expect(markdownLines(`<t:${NOW / 1000}:t>`, view)).toEqual(["13:50"]);
  });

  it("breaks between words at the width of the terminal, and code nowhere", () => {
    const view = { ...PLAIN, columns: 10 };
    expect(markdownLines("- aaa bbb ccc ddd", view)).toEqual(["• aaa bbb", "  ccc ddd"]);
    expect(markdownLines("1234567890 1", view)).toEqual(["1234567890", "1"]);
    expect(markdownLines("```\n123456789012\n```", view)).toEqual(["  123456789012"]);
  });

  it("does not count styles as width", () => {
    const view = { ...PLAIN, colour: true, columns: 7 };
    expect(markdownLines("**aaa** bbb", view)).toEqual(["\u001b[1maaa\u001b[22m bbb"]);
  });
});

describe("a message in a terminal", () => {
  const card = message(
    [
      {
        type: 17,
        accent_color: 0x23a55a,
        components: [
          { type: 10, content: "## ✅ Matched" },
          { type: 14, divider: true },
          {
            type: 1,
            components: [
              { type: 2, style: 5, label: "Open post", url: "https://youtu.be/x" },
              { type: 2, style: 2, label: "Refresh", custom_id: "v1:status:sub_1" },
              { type: 2, style: 4, label: "No", custom_id: "v1:no", disabled: true },
            ],
          },
        ],
      },
    ],
    COMPONENTS_V2 | EPHEMERAL,
  );

  it("is a bar with its text, and buttons with what they send", () => {
    expect(renderMessage(card, PLAIN)).toBe(
      [
        "▌ ✅ Matched",
        `▌ ${"─".repeat(40)}`,
        "▌ [ Open post ]  https://youtu.be/x",
        "▌ [ Refresh ]    v1:status:sub_1",
        "▌ [ No ]         (disabled)",
        "Only you can see this.",
      ].join("\n"),
    );
  });

  it("has the container's colour where the terminal takes it", () => {
    const [first] = renderMessage(card, { ...PLAIN, colour: true }).split("\n");
    expect(first).toBe("\u001b[38;2;35;165;90m▌ \u001b[39m\u001b[1m✅ Matched\u001b[22m");
  });

  it("keeps the bar on lines it breaks", () => {
    const long = message([{ type: 17, components: [{ type: 10, content: "aaaa bbbb" }] }]);
    expect(renderMessage(long, { ...PLAIN, columns: 7 })).toBe("▌ aaaa\n▌ bbbb");
  });

  it.each([
    { response: { type: 1 }, shown: "Pong." },
    { response: { type: 5, data: { flags: 64 } }, shown: "Claimcheck is thinking …" },
    { response: { type: 7, data: message([{ type: 10, content: "done" }]) }, shown: "done" },
    { response: { type: 8, data: { choices: [] } }, shown: "No options match your search." },
    {
      response: {
        type: 8,
        data: {
          choices: [
            { name: "Spring", value: "cmp_1" },
            { name: "All", value: "cmp_2" },
          ],
        },
      },
      shown: "  Spring  cmp_1\n  All     cmp_2",
    },
  ] as const)("answer $response.type is $shown", ({ response, shown }) => {
    expect(renderResponse(structuredClone(response) as Parameters<typeof renderResponse>[0], PLAIN)).toBe(
      shown,
    );
  });
});

const FORM: Modal = {
  custom_id: "v1:report:1:2",
  title: "Report this post",
  components: [
    { type: 10, content: "**One** of yours?" },
    {
      type: 18,
      label: "Post",
      component: { type: 4, custom_id: "url", style: 1, value: "https://youtu.be/x" },
    },
    {
      type: 18,
      label: "Campaign",
      description: "Where it belongs",
      component: {
        type: 3,
        custom_id: "campaign",
        options: [
          { label: "Spring", value: "cmp_1" },
          { label: "Autumn", value: "cmp_2" },
        ],
      },
    },
    {
      type: 18,
      label: "Views",
      component: { type: 4, custom_id: "views", style: 1, required: false, min_length: 2, max_length: 5 },
    },
  ],
};

describe("a form", () => {
  it("shows what must be filled in, and what stands there", () => {
    expect(renderResponse({ type: 9, data: FORM }, PLAIN)).toBe(
      [
        "╭ Report this post",
        "│ One of yours?",
        "│ Post *  url:https://youtu.be/x",
        "│ Campaign *  campaign:…  one of",
        "│ Where it belongs",
        "│   Spring  cmp_1",
        "│   Autumn  cmp_2",
        "│ Views  views:…",
        "╰",
      ].join("\n"),
    );
    expect(fieldsToType(FORM)).toBe("campaign:… views:…");
  });

  it.each(["Autumn", "autumn", "cmp_2"])("takes the choice %s, and keeps what stands there", (campaign) => {
    expect(fillForm(FORM, new Map([["campaign", campaign]]))).toEqual([
      { customId: "url", type: 4, value: "https://youtu.be/x" },
      { customId: "campaign", type: 3, value: "cmp_2" },
      { customId: "views", type: 4, value: "" },
    ]);
  });

  it.each([
    { given: {}, why: "campaign must be filled in" },
    { given: { campaign: "Winter" }, why: "one of: Spring, Autumn" },
    { given: { campaign: "Spring", url: "" }, why: "url must be filled in" },
    { given: { campaign: "Spring", views: "1" }, why: "at least 2" },
    { given: { campaign: "Spring", views: "123456" }, why: "at most 5" },
    { given: { campaign: "Spring", notes: "x" }, why: 'no field "notes"' },
  ])("is refused by the client: $why", ({ given, why }) => {
    expect(() => fillForm(FORM, new Map(Object.entries(given)))).toThrow(why);
  });

  it("can be sent only after it was opened", () => {
    discordApplication({}, "http://sim.test");
    expect(() => requireForm("v1:never")).toThrow("was opened");
    for (let n = 0; n < 25; n++)
      rememberForm({ modal: { ...FORM, custom_id: `v1:f:${n}` }, onMessage: n === 24 });
    expect(requireForm("v1:f:24")).toEqual({ modal: { ...FORM, custom_id: "v1:f:24" }, onMessage: true });
    expect(requireForm("v1:f:5").onMessage).toBe(false);
    expect(() => requireForm("v1:f:4")).toThrow(Unsayable);
  });
});

describe("a verdict", () => {
  it("may follow a report, and nothing else", () => {
    const follows = (...words: string[]) => {
      const ask = readWords(words)?.ask;
      return ask !== undefined && isReport(ask);
    };
    expect(follows("submit", "url:x", "campaign:c")).toBe(true);
    expect(follows("update", "post:p")).toBe(true);
    expect(follows("--modal", "v1:report:1:2")).toBe(true);
    expect(follows("--modal", "v1:resolve:alr_1")).toBe(false);
    expect(follows("submit", "--complete", "campaign")).toBe(false);
    expect(follows("status", "post:p")).toBe(false);
  });

  it("follows what is being checked, not a refusal", () => {
    const inTone = (accent_color: number) => message([{ type: 17, accent_color, components: [] }]);
    expect(awaitsVerdict(inTone(TONES.waiting))).toBe(true);
    expect(awaitsVerdict(inTone(TONES.warn))).toBe(false);
    expect(awaitsVerdict(message([]))).toBe(false);
  });
});

describe("sending", () => {
  const deed: Deed = { kind: "press", customId: "v1:ack:alr_1" };
  const interaction = createInteraction(deed, SENDER, NOW);
  const placeAt = (baseUrl: string) => ({
    baseUrl,
    simulatorUrl: "http://127.0.0.1:1",
    applicationId: SENDER.applicationId,
    seed: SEED,
    affiliateUserId: "1",
    operatorUserId: "2",
  });

  /** Sends to a Worker that answers so. */
  async function sendTo(status: number, body: string) {
    const server = createServer((_request, response) => {
      response.writeHead(status).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo; // safe: it listens on a port.
    try {
      return await send(placeAt(`http://127.0.0.1:${port}`), interaction);
    } finally {
      server.close();
    }
  }

  it("gives back what Discord would show", async () => {
    expect(await sendTo(200, '{"type":5,"data":{"flags":64}}')).toEqual({ type: 5, data: { flags: 64 } });
  });

  it.each([
    { status: 401, body: '{"detail":"Not signed."}', why: "refused it with 401: Not signed." },
    { status: 500, body: "oops", why: "refused it with 500: no reason is given." },
    { status: 200, body: "oops", why: "no answer that Discord knows: oops" },
    { status: 200, body: '{"type":6}', why: "no answer that Discord knows" },
    { status: 200, body: '{"type":4}', why: "no answer that Discord knows" },
    { status: 200, body: "null", why: "no answer that Discord knows" },
  ])("says in a sentence what is wrong with $status $body", async ({ status, body, why }) => {
    await expect(sendTo(status, body)).rejects.toThrow(Unsayable);
    await expect(sendTo(status, body)).rejects.toThrow(why);
  });

  it("says to start what does not run", async () => {
    await expect(send(placeAt("http://127.0.0.1:1"), interaction)).rejects.toThrow("npm start first");
  });
});
