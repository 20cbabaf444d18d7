/**
 * Tells Discord the commands of src/discord/manifest.ts, if those it has are others, and prints what it did.
 *
 *     npm run discord:register                    the commands of every server
 *     npm run discord:register -- --guild <id>    those of one server, for trials
 *     npm run discord:register -- --dry-run       only prints what would change
 *
 * DISCORD_APPLICATION_ID and DISCORD_BOT_TOKEN are taken from the environment, or else from .dev.vars.
 */
import { existsSync, readFileSync } from "node:fs";
import { parseArgs, parseEnv } from "node:util";
import { type Config, ConfigError, loadConfig } from "../config.ts";
import { COMMANDS } from "../discord/manifest.ts";
import {
  type CommandDiff,
  type CommandKey,
  type CommandLike,
  diffCommands,
  isEmptyDiff,
} from "../domain/command-diff.ts";
import { createRegisteredCommands, RegistrationError } from "./discord-commands.ts";

const SNOWFLAKE = /^\d{17,20}$/;
/** Also keeps out whatever may not stand in a header: the error about that would show the token. */
const BOT_TOKEN = /^[\w.-]+$/;
/** What wrangler reads too, beside wrangler.toml: launch.mjs runs every command there. */
const DEV_VARS = ".dev.vars";
const SHOWN_CHARACTERS = 90;

/** Kinds of commands that are not typed, by their type. */
const MENUS: ReadonlyMap<number, string> = new Map([
  [2, "in the menu of a user"],
  [3, "in the menu of a message"],
]);
const GLOBAL_MEMBERS = ["contexts", "integration_types"];

const WHAT_IS_NEEDED = `DISCORD_APPLICATION_ID and DISCORD_BOT_TOKEN must be in the environment or .dev.vars.
Both are at https://discord.com/developers/applications → your application:
  DISCORD_APPLICATION_ID    General Information → Application ID
  DISCORD_BOT_TOKEN         Bot → Reset Token (shown once; whoever has it is the bot)`;

try {
  const { guildId, dryRun } = readOptions();
  const { config, token } = readSettings();
  await register({ config, token, guildId, dryRun });
} catch (error) {
  if (!(error instanceof RegistrationError || error instanceof ConfigError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

function readOptions(): { guildId: string | null; dryRun: boolean } {
  try {
    const { values } = parseArgs({ options: { guild: { type: "string" }, "dry-run": { type: "boolean" } } });
    const guildId = values.guild ?? null;
    if (guildId !== null && !SNOWFLAKE.test(guildId)) {
      throw new RangeError("--guild takes the id of a server: 17 to 20 digits.");
    }
    return { guildId, dryRun: values["dry-run"] ?? false };
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    console.error("Usage: npm run discord:register -- [--guild <id>] [--dry-run]");
    process.exit(2);
  }
}

function readSettings(): { config: Config; token: string } {
  const { DISCORD_BOT_TOKEN: token, ...env } = { ...devVars(), ...process.env };
  const { DISCORD_APPLICATION_ID, DISCORD_API_URL, DISCORD_TIMEOUT_MS } = env;
  const config = loadConfig({ DISCORD_APPLICATION_ID, DISCORD_API_URL, DISCORD_TIMEOUT_MS });
  if (config.DISCORD_APPLICATION_ID === "" || !token) throw new RegistrationError(WHAT_IS_NEEDED);
  if (!BOT_TOKEN.test(token)) {
    throw new RegistrationError(
      'DISCORD_BOT_TOKEN is no bot token: that is one word, without "Bot" before it.',
    );
  }
  return { config, token };
}

function devVars(): NodeJS.Dict<string> {
  return existsSync(DEV_VARS) ? parseEnv(readFileSync(DEV_VARS, "utf8")) : {};
}

interface Registration {
  config: Config;
  token: string;
  guildId: string | null;
  dryRun: boolean;
}

async function register({ config, token, guildId, dryRun }: Registration): Promise<void> {
  const registered = createRegisteredCommands(
    { fetch, baseUrl: config.DISCORD_API_URL, timeoutMs: config.DISCORD_TIMEOUT_MS, token },
    { applicationId: config.DISCORD_APPLICATION_ID, guildId },
  );
  const inScope = guildId === null ? (command: CommandLike) => command : ofOneServer;
  const wanted = COMMANDS.map(inScope);
  const diff = diffCommands((await registered.list()).map(inScope), wanted);
  const { added, changed, removed } = diff;
  const scope = guildId === null ? "every server" : `server ${guildId}`;
  if (isEmptyDiff(diff)) {
    console.log(`Nothing to do: ${scope} has these ${wanted.length} commands already.`);
    return;
  }
  console.log(`Commands of application ${config.DISCORD_APPLICATION_ID} in ${scope}:`);
  printDiff(diff);
  if (dryRun) {
    console.log("Dry run: nothing was changed.");
    return;
  }
  await registered.replace(wanted);
  console.log(`Registered: ${added.length} added, ${changed.length} changed, ${removed.length} removed.`);
}

/** Where a command is offered, and by whom installed, can be said of the commands of every server alone. */
function ofOneServer(command: CommandLike): CommandLike {
  const members = Object.entries(command).filter(([name]) => !GLOBAL_MEMBERS.includes(name));
  return { ...Object.fromEntries(members), name: command.name };
}

function printDiff({ added, changed, removed }: CommandDiff): void {
  for (const command of added) console.log(`+ ${titleOf(command)}`);
  for (const { members, ...command } of changed) {
    console.log(`~ ${titleOf(command)}`);
    for (const { path, ...member } of members) {
      console.log(`    ${path}: ${show(member.before)} → ${show(member.after)}`);
    }
  }
  for (const command of removed) console.log(`− ${titleOf(command)}`);
}

function titleOf({ type, name }: CommandKey): string {
  if (type === 1) return `/${name}`;
  return `${JSON.stringify(name)} (${MENUS.get(type) ?? `type ${type}`})`;
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length <= SHOWN_CHARACTERS ? text : `${text.slice(0, SHOWN_CHARACTERS)}…`;
}
