import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { Hono } from "hono";
import { describe, expect, it, onTestFinished } from "vitest";
import { COMMANDS } from "../../src/discord/manifest.ts";
import { type CommandLike, diffCommands } from "../../src/domain/command-diff.ts";
import { serveSimulator, serveUntilDone } from "./serve-simulator.ts";

const ROOT = join(import.meta.dirname, "..", "..");
/** The project's own Node, which runs TypeScript as it is; the one that runs the tests may be older. */
const NODE = join(ROOT, "node_modules", ".bin", "node");

const APPLICATION = "775799577604522054";
const GUILD = "290926798626357999";
const TOKEN = "a-bot-token.of-the.tests_1";
const SAME = { added: [], changed: [], removed: [] };

interface Run {
  args?: string[];
  env?: Record<string, string>;
  /** What .dev.vars holds; without it there is none. */
  devVars?: string;
}

/** Runs the command in a directory of its own, so that no .dev.vars of the developer is read. */
async function runRegister({ args = [], env = {}, devVars }: Run) {
  const cwd = mkdtempSync(join(tmpdir(), "claimcheck-register-"));
  onTestFinished(() => rmSync(cwd, { recursive: true }));
  if (devVars !== undefined) writeFileSync(join(cwd, ".dev.vars"), devVars);
  const child = spawn(NODE, [join(ROOT, "src/cli/discord-register.ts"), ...args], {
    cwd,
    env: { ENVIRONMENT: "local", ...env },
  });
  const closed = once(child, "close");
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [exitCode] = await closed;
  return { exitCode, output, errors };
}

/** A fake Discord of this test's own, and the command run against it. */
async function serveDiscord() {
  const { base, tell } = await serveSimulator();
  const api = `${base}/discord/api/v10`;
  const registered = async () => {
    const answer = await fetch(`${base}/_control/discord/commands`);
    // safe: what the control API answers with.
    return ((await answer.json()) as { commands: (CommandLike & Record<string, unknown>)[] }).commands;
  };
  const callsOf = async (operation: string) => {
    const answer = await fetch(`${base}/_control/discord/calls`);
    // safe: what the control API answers with.
    const { recent } = (await answer.json()) as { recent: { operation: string }[] };
    return recent.filter((call) => call.operation === operation).length;
  };
  const putCommands = async (commands: readonly object[]) => {
    const answer = await fetch(`${api}/applications/${APPLICATION}/commands`, {
      method: "PUT",
      headers: {
        authorization: `Bot ${TOKEN}`,
        "content-type": "application/json",
        "user-agent": "DiscordBot (https://claimcheck.example, 1.0)",
      },
      body: JSON.stringify(commands),
    });
    if (answer.status !== 200) throw new Error(`the fake answered ${answer.status}: ${await answer.text()}`);
  };
  const register = (...args: string[]) => runRegister({ args, env: credentials(api) });
  return { api, base, tell, registered, callsOf, putCommands, register };
}

function credentials(api: string): Record<string, string> {
  return {
    DISCORD_APPLICATION_ID: APPLICATION,
    DISCORD_BOT_TOKEN: TOKEN,
    DISCORD_API_URL: api,
    DISCORD_TIMEOUT_MS: "30000",
  };
}

describe("npm run discord:register", () => {
  it("registers every command where there is none, and the second time does nothing", async () => {
    const discord = await serveDiscord();
    const first = await discord.register();
    expect(first).toEqual({
      exitCode: 0,
      output: `Commands of application ${APPLICATION} in every server:
+ /claim
+ /link
+ /unlink
+ /register
+ "Report this post" (in the menu of a message)
+ /desk
Registered: 6 added, 0 changed, 0 removed.
`,
      errors: "",
    });
    const after = await discord.registered();
    expect(diffCommands(after, COMMANDS)).toEqual(SAME);

    expect(await discord.register()).toEqual({
      exitCode: 0,
      output: "Nothing to do: every server has these 6 commands already.\n",
      errors: "",
    });
    expect(await discord.registered()).toEqual(after);
    expect(await discord.callsOf("bulk_set_application_commands")).toBe(1);
  });

  const outdated = [
    ...COMMANDS.map((command) => {
      if (command.name === "unlink") return { ...command, description: "Go", nsfw: true };
      return command;
    }).filter(({ name }) => name !== "register"),
    { name: "dance", description: "Dance" },
    { type: 2, name: "Poke" },
  ];
  const difference = `Commands of application ${APPLICATION} in every server:
~ /unlink
    description: "Go" → "Disconnect your Discord user from your Claimcheck account"
    nsfw: true → nothing
+ /register
− /dance
− "Poke" (in the menu of a user)
`;

  it("brings what differs up to date and says what that was", async () => {
    const discord = await serveDiscord();
    await discord.putCommands(outdated);
    const { exitCode, output, errors } = await discord.register();
    expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: "" });
    expect(output.split("\n").toSorted()).toEqual(
      `${difference}Registered: 1 added, 1 changed, 2 removed.\n`.split("\n").toSorted(),
    );
    expect(diffCommands(await discord.registered(), COMMANDS)).toEqual(SAME);
  });

  it("changes nothing with --dry-run, and says what it would", async () => {
    const discord = await serveDiscord();
    await discord.putCommands(outdated);
    const before = await discord.registered();
    const { exitCode, output, errors } = await discord.register("--dry-run");
    expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: "" });
    expect(output).toContain("− /dance\n");
    expect(output).toContain("Dry run: nothing was changed.\n");
    expect(output).not.toContain("Registered");
    expect(await discord.registered()).toEqual(before);
  });

  it("registers in one server with --guild, without what only commands of every server may say", async () => {
    const discord = await serveDiscord();
    const { exitCode, output } = await discord.register("--guild", GUILD);
    expect(exitCode).toBe(0);
    expect(output).toContain(`Commands of application ${APPLICATION} in server ${GUILD}:\n+ /claim\n`);
    const registered = await discord.registered();
    expect(registered.map((command) => [command.name, command.guild_id, command.contexts])).toEqual(
      COMMANDS.map(({ name }) => [name, GUILD, null]),
    );
    const again = await discord.register(`--guild=${GUILD}`);
    expect(again.output).toBe(`Nothing to do: server ${GUILD} has these 6 commands already.\n`);
  });

  it("waits for a rate limit as long as it is told, and goes on", async () => {
    const discord = await serveDiscord();
    await discord.tell("discord/faults", { status: 429, retry_after: 0.02, times: 3 });
    const { exitCode, errors } = await discord.register();
    expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: "" });
    expect(await discord.callsOf("list_application_commands")).toBe(4);
  });
});

describe("a registration that Discord does not take", () => {
  it.each([
    {
      why: "a rate limit that never ends",
      faults: { status: 429, retry_after: 0.02 },
      says: "Discord answers no more for now. Try again in 1 seconds.",
    },
    {
      why: "a rate limit longer than anybody would wait",
      faults: { status: 429, retry_after: 3_200.4 },
      says: "Try again in 3201 seconds.",
    },
    { why: "a ban of the network", faults: { status: 429, html: true }, says: "Try again in 60 seconds." },
    {
      why: "a network that is kept out",
      faults: { status: 403, html: true },
      says: "refuses this network (403)",
    },
    {
      why: "an application of somebody else",
      faults: { status: 403, code: 20_012 },
      says: "This bot may not set the commands of this application (403).",
    },
    {
      why: "an application nobody knows",
      faults: { status: 404, code: 10_002 },
      says: "Discord knows no such application (404).",
    },
    { why: "trouble of its own", faults: { status: 503 }, says: "Discord has trouble of its own (503)." },
    { why: "a body it does not like", faults: { status: 400, code: 50_035 }, says: "Discord says: " },
    {
      why: "an answer that never comes",
      faults: { outage: "hang" },
      env: { DISCORD_TIMEOUT_MS: "300" },
      says: "within the time limit",
    },
    { why: "an answer that is no JSON", faults: { garbage: "html" }, says: "not JSON" },
    {
      why: "a redirect, which would carry the token away",
      faults: { garbage: "redirect" },
      says: "redirect",
    },
  ])("ends with a sentence and nothing changed: $why", async ({ faults, env = {}, says }) => {
    const discord = await serveDiscord();
    await discord.tell("discord/faults", faults);
    const { exitCode, output, errors } = await runRegister({ env: { ...credentials(discord.api), ...env } });
    expect({ exitCode, output }).toEqual({ exitCode: 1, output: "" });
    expect(errors).toContain(says);
    expect(errors).not.toContain(TOKEN);
    expect(await discord.registered()).toEqual([]);
    expect(await discord.callsOf("bulk_set_application_commands")).toBe(0);
  });

  it("says where to make a token when Discord does not know this one", async () => {
    const { api } = await serveDiscord();
    const env = { ...credentials(api), DISCORD_BOT_TOKEN: "invalid.token" };
    const { exitCode, errors } = await runRegister({ env });
    expect(exitCode).toBe(1);
    expect(errors).toBe(`Discord does not know this bot token (401).
Make a new one at https://discord.com/developers/applications → your application → Bot → Reset Token.
Discord says: "401: Unauthorized" (code 0)
`);
  });

  it("names the server that it may not set", async () => {
    const discord = await serveDiscord();
    await discord.tell("discord/faults", { code: 50_001 });
    const { exitCode, errors } = await discord.register("--guild", GUILD);
    expect(exitCode).toBe(1);
    expect(errors).toBe(`This bot may not set the commands of server ${GUILD} (403).
Token and DISCORD_APPLICATION_ID must be of one application, and a server must have added it.
Discord says: "Missing Access" (code 50001)
`);
  });

  it("says that nobody is there when nobody is", async () => {
    const env = credentials("http://127.0.0.1:9/api/v10");
    const { exitCode, errors } = await runRegister({ env });
    expect(exitCode).toBe(1);
    expect(errors).toBe(`No usable answer from http://127.0.0.1:9/api/v10: network failure (TypeError).
Run the command again: it only does what is missing.
`);
  });

  it.each([
    { why: "no list", body: { commands: [] } },
    { why: "a list of something else", body: ["claim"] },
  ])("does not take $why for commands", async ({ body }) => {
    const app = new Hono();
    app.get("*", (c) => c.json(body));
    const { exitCode, errors } = await runRegister({
      env: credentials(await serveUntilDone(app.fetch)),
    });
    expect(exitCode).toBe(1);
    expect(errors).toBe(`Discord's answer is no list of commands.
Run the command again: it only does what is missing.
`);
  });

  it("tells where Discord found fault, and keeps the token out of Discord's words", async () => {
    const app = new Hono();
    app.get("*", (c) => c.json([]));
    app.put("*", (c) => {
      const message = `No, ${c.req.header("authorization")}`;
      const _errors = [{ code: "BASE_TYPE_REQUIRED", message: "This field is required" }];
      return c.json({ code: 50_035, message, errors: { 0: { options: { 1: { name: { _errors } } } } } }, 400);
    });
    const { exitCode, output, errors } = await runRegister({
      env: credentials(await serveUntilDone(app.fetch)),
    });
    expect(exitCode).toBe(1);
    expect(output).not.toContain("Registered");
    expect(errors).toBe(`Discord refused the commands (400).
Discord says: "No, Bot …" (code 50035)
  0.options.1.name: "This field is required"
`);
  });
});

describe("credentials", () => {
  it.each([
    { why: "neither", env: {} },
    { why: "no token", env: { DISCORD_APPLICATION_ID: APPLICATION } },
    { why: "an empty token", env: { DISCORD_APPLICATION_ID: APPLICATION, DISCORD_BOT_TOKEN: "" } },
    { why: "no application", env: { DISCORD_BOT_TOKEN: TOKEN } },
  ])("are asked for where there is $why, with where to find them", async ({ env }) => {
    expect(await runRegister({ env })).toEqual({
      exitCode: 1,
      output: "",
      errors: `DISCORD_APPLICATION_ID and DISCORD_BOT_TOKEN must be in the environment or .dev.vars.
Both are at https://discord.com/developers/applications → your application:
  DISCORD_APPLICATION_ID    General Information → Application ID
  DISCORD_BOT_TOKEN         Bot → Reset Token (shown once; whoever has it is the bot)
`,
    });
  });

  it("are read from .dev.vars, and the environment comes before it", async () => {
    const { api } = await serveDiscord();
    const devVars = `DISCORD_APPLICATION_ID=${APPLICATION}
DISCORD_BOT_TOKEN="${TOKEN}"
DISCORD_API_URL=${api}
`;
    expect(await runRegister({ devVars, args: ["--dry-run"] })).toMatchObject({ exitCode: 0, errors: "" });
    const refused = await runRegister({ devVars, env: { DISCORD_BOT_TOKEN: "invalid.token" } });
    expect(refused).toMatchObject({ exitCode: 1, errors: expect.stringContaining("(401)") });
  });

  it.each([
    { why: "with its scheme before it", token: `Bot ${TOKEN}` },
    { why: "with a line break in it", token: `${TOKEN}\n` },
    { why: "with what no header may hold", token: `${TOKEN}→` },
  ])("are not sent $why, nor shown", async ({ token }) => {
    const discord = await serveDiscord();
    const env = { ...credentials(discord.api), DISCORD_BOT_TOKEN: token };
    const { exitCode, output, errors } = await runRegister({ env });
    expect({ exitCode, output }).toEqual({ exitCode: 1, output: "" });
    expect(errors).toBe('DISCORD_BOT_TOKEN is no bot token: that is one word, without "Bot" before it.\n');
    expect(await discord.callsOf("list_application_commands")).toBe(0);
  });

  it("are refused when the application's id is none", async () => {
    const { exitCode, errors } = await runRegister({
      env: { DISCORD_APPLICATION_ID: "claimcheck", DISCORD_BOT_TOKEN: TOKEN },
    });
    expect(exitCode).toBe(1);
    expect(errors).toContain("DISCORD_APPLICATION_ID must match");
  });
});

describe("arguments", () => {
  it.each([
    { why: "a server by its name", args: ["--guild", "home"], says: "17 to 20 digits" },
    { why: "no server", args: ["--guild"], says: "argument missing" },
    { why: "an unknown option", args: ["--force"], says: "Unknown option '--force'" },
    { why: "a word too many", args: ["now"], says: "Unexpected argument 'now'" },
  ])("are refused with the usage: $why", async ({ args, says }) => {
    const { exitCode, output, errors } = await runRegister({ args });
    expect({ exitCode, output }).toEqual({ exitCode: 2, output: "" });
    expect(errors).toContain(says);
    expect(errors).toContain("Usage: npm run discord:register -- [--guild <id>] [--dry-run]\n");
  });
});
