import { commandProblems, keyOf } from "./discord-command-rules.ts";
import { invalidForm, refusal } from "./discord-errors.ts";
import { type DiscordWorld, type Json, nextSnowflake, remember } from "./discord-world.ts";

/** Where commands are registered: everywhere, or in one guild. */
export interface CommandScope {
  applicationId: string;
  guildId: string | null;
}

interface Asked {
  scope: CommandScope;
  /** The whole header. */
  authorization: string | null;
  now: number;
}

/** @param withLocalisations else all names and descriptions are those of the default language */
export function listCommands(world: DiscordWorld, asked: Asked, withLocalisations: boolean): Response {
  if (!isKnown(asked)) return refusal(401, 0);
  const commands = world.commands.get(placeOf(asked.scope)) ?? [];
  return Response.json(withLocalisations ? commands : withoutLocalisations(commands));
}

/** Puts these commands in the place of all, of every kind. One that was there keeps its id; a new version says it changed. */
export function replaceCommands(world: DiscordWorld, asked: Asked, body: unknown): Response {
  if (!isKnown(asked)) return refusal(401, 0);
  const problems = commandProblems(body);
  if (problems.length > 0) return invalidForm(problems);
  const place = placeOf(asked.scope);
  const before = world.commands.get(place) ?? [];
  const sent = (body ?? []) as Json[]; // safe: checked by commandProblems.
  const commands = sent.map((command) => {
    const id = before.find((known) => keyOf(known) === keyOf(command))?.id ?? nextSnowflake(world, asked.now);
    const shown = shownCommand(command, String(id), asked.scope);
    const same = before.find((known) => isSame(known, shown));
    return same ?? { ...shown, version: nextSnowflake(world, asked.now) };
  });
  remember(world.commands, place, commands);
  return Response.json(commands);
}

function isKnown({ authorization }: Asked): boolean {
  return /^(Bot|Bearer) (?!invalid)\S+$/.test(authorization ?? "");
}

function placeOf({ applicationId, guildId }: CommandScope): string {
  return `${applicationId}/${guildId ?? ""}`;
}

/** With what Discord adds to a command that does not say it. */
function shownCommand(command: Json, id: string, { applicationId, guildId }: CommandScope): Json {
  const { type, description, default_member_permissions: permissions, options } = command;
  return {
    id,
    application_id: applicationId,
    ...(guildId !== null && { guild_id: guildId }),
    type: type ?? 1,
    name: command.name,
    name_localizations: command.name_localizations ?? null,
    description: description ?? "",
    description_localizations: command.description_localizations ?? null,
    default_member_permissions:
      permissions === undefined || permissions === null ? null : String(permissions),
    dm_permission: true,
    contexts: command.contexts ?? null,
    integration_types: command.integration_types ?? [0],
    nsfw: command.nsfw ?? false,
    ...(Array.isArray(options) && options.length > 0 && { options: options.map(shownOption) }),
  };
}

/** What is false or empty is left out. */
function shownOption(option: Json): Json {
  const { options, choices, required, autocomplete, ...rest } = option;
  return {
    ...rest,
    ...(required === true && { required }),
    ...(autocomplete === true && { autocomplete }),
    ...(Array.isArray(choices) && choices.length > 0 && { choices }),
    ...(Array.isArray(options) && options.length > 0 && { options: options.map(shownOption) }),
  };
}

function isSame({ version: _, ...known }: Json, shown: Json): boolean {
  return JSON.stringify(known) === JSON.stringify(shown);
}

const LOCALISED = ["name_localizations", "description_localizations"];

function withoutLocalisations(value: unknown): unknown {
  const text = JSON.stringify(value, (key, inner) => (LOCALISED.includes(key) ? undefined : inner));
  return JSON.parse(text);
}
