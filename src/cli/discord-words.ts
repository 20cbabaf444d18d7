import { parseArgs } from "node:util";
import type { Subcommand, ValueOption } from "../discord/manifest/command.ts";
import { COMMANDS } from "../discord/manifest.ts";

/** What cannot be said in Discord either, with why. */
export class Unsayable extends Error {}

/** An option with its value; of a file, the value is its path here. */
export interface Given {
  name: string;
  type: ValueOption["type"];
  value: string | number;
}

/** What was typed after `npm run discord:say --`. */
export type Ask =
  | { kind: "command"; path: readonly string[]; given: Given[]; focused: string | null }
  | { kind: "message"; text: string }
  | { kind: "press"; customId: string }
  | { kind: "modal"; customId: string; fields: ReadonlyMap<string, string> };

export interface Words {
  ask: Ask;
  /** The Discord user who asks; null for the demo's. */
  user: string | null;
  operator: boolean;
  raw: boolean;
  /** How long to wait for what comes after the answer. */
  waitSeconds: number;
}

const OPTIONS = {
  user: { type: "string" },
  operator: { type: "boolean", default: false },
  press: { type: "string" },
  modal: { type: "string" },
  message: { type: "string" },
  complete: { type: "string" },
  raw: { type: "boolean", default: false },
  wait: { type: "string", default: "10" },
  help: { type: "boolean", short: "h", default: false },
} as const;

/** The longest wait: the life of an interaction's token, 15 minutes. */
const LONGEST_WAIT = 900;

/**
 * Reads a command line as Discord's client would take it.
 *
 * @returns null if nothing is asked for but help
 * @throws {Unsayable} for what Discord would not send
 */
export function readWords(args: string[]): Words | null {
  const { values, positionals } = parsed(args);
  const { user = null, operator, raw } = values;
  if (values.help || args.length === 0) return null;
  if (user !== null && !/^\d{17,20}$/.test(user))
    throw new Unsayable("--user is a Discord user's id: digits.");
  const waitSeconds = Number(values.wait);
  if (!(waitSeconds >= 0 && waitSeconds <= LONGEST_WAIT)) {
    throw new Unsayable(`--wait is a number of seconds, from 0 to ${LONGEST_WAIT}.`);
  }
  return { ask: readAsk(values, positionals), user, operator, raw, waitSeconds };
}

function parsed(args: string[]) {
  try {
    return parseArgs({ args, options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new Unsayable(error instanceof Error ? error.message : String(error));
  }
}

type Values = ReturnType<typeof parsed>["values"];

function readAsk({ press, modal, message, complete }: Values, positionals: string[]): Ask {
  if ([press, modal, message].filter((value) => value !== undefined).length > 1) {
    throw new Unsayable("One thing at a time: --press, --modal or --message.");
  }
  if (modal !== undefined)
    return { kind: "modal", customId: modal, fields: new Map(positionals.map(readPair)) };
  if (press !== undefined || message !== undefined) {
    if (positionals.length > 0) throw new Unsayable(`${positionals[0]} has no place here.`);
    return press === undefined
      ? { kind: "message", text: message ?? "" }
      : { kind: "press", customId: press };
  }
  return readCommand(positionals, complete ?? null);
}

/** `views:1000`: everything after the first colon is the value. */
function readPair(word: string): [name: string, value: string] {
  const at = word.indexOf(":");
  if (at < 1) throw new Unsayable(`${word} is no name:value.`);
  return [word.slice(0, at), word.slice(at + 1)];
}

interface Leaf {
  /** From the top-level command down to the one that runs. */
  path: readonly string[];
  options: readonly ValueOption[];
}

/** Every chat command that can be run: a command with subcommands cannot. */
export const LEAVES: readonly Leaf[] = COMMANDS.flatMap((command) => {
  if (command.type !== 1) return [];
  const below = command.options.filter((option): option is Subcommand => option.type === 1);
  const values = command.options.filter((option): option is ValueOption => option.type !== 1);
  if (below.length === 0) return [{ path: [command.name], options: values }];
  return below.map(({ name, options }) => ({ path: [command.name, name], options }));
});

/** The message command, by its one name. */
export const MESSAGE_COMMAND = COMMANDS.find(({ type }) => type === 3)?.name ?? "";

function readCommand(words: string[], focused: string | null): Ask {
  const [first = "", ...rest] = words;
  const isParent = LEAVES.some(({ path }) => path.length > 1 && path[0] === first.replace(/^\//, ""));
  const [name = "", ...pairs] = isParent ? rest : [first.replace(/^\//, ""), ...rest];
  const leaf = LEAVES.find(({ path }) => path.at(-1) === name);
  if (leaf === undefined) {
    const names = LEAVES.map(({ path }) => path.at(-1)).join(", ");
    throw new Unsayable(`There is no command "${name}". There are: ${names}.`);
  }
  const typed = new Map(pairs.map(readPair));
  for (const option of typed.keys()) requireOption(leaf, option);
  if (focused !== null) return completing(leaf, typed, focused);
  for (const option of leaf.options) {
    if (option.required === true && !typed.has(option.name)) {
      throw new Unsayable(`${name} needs ${option.name}: ${option.description}.`);
    }
  }
  const given = [...typed].map(([option, text]) => readValue(requireOption(leaf, option), text));
  return { kind: "command", path: leaf.path, given, focused: null };
}

/** While something is still being typed, the rest may be missing, and numbers come as text. */
function completing(leaf: Leaf, typed: ReadonlyMap<string, string>, focused: string): Ask {
  const option = requireOption(leaf, focused);
  if (option.type !== 3 || option.autocomplete !== true) {
    throw new Unsayable(`${focused} suggests nothing.`);
  }
  const given = [...typed].map(([name, value]) => ({ name, type: requireOption(leaf, name).type, value }));
  if (!typed.has(focused)) given.push({ name: focused, type: option.type, value: "" });
  return { kind: "command", path: leaf.path, given, focused };
}

function requireOption({ path, options }: Leaf, name: string): ValueOption {
  const option = options.find((candidate) => candidate.name === name);
  if (option !== undefined) return option;
  const names = options.map((candidate) => candidate.name).join(", ");
  throw new Unsayable(`${path.at(-1)} has no option "${name}". It has: ${names || "none"}.`);
}

/** The value as Discord's client would send it; nothing is bent into shape. */
function readValue(option: ValueOption, text: string): Given {
  const { name, type } = option;
  if (text === "") throw new Unsayable(`${name} is empty.`);
  if (type === 3) return { name, type, value: readText(option, text) };
  if (type === 11) return { name, type, value: text };
  const value = Number(text);
  if (!/^-?\d+$/.test(text) || !Number.isSafeInteger(value)) {
    throw new Unsayable(`${name} must be a whole number.`);
  }
  const { min_value = -Infinity } = option;
  if (value < min_value) throw new Unsayable(`${name} must be at least ${min_value}.`);
  return { name, type, value };
}

function readText(
  { name, max_length = 6_000, choices }: Extract<ValueOption, { type: 3 }>,
  text: string,
): string {
  if (text.length > max_length) throw new Unsayable(`${name} takes at most ${max_length} characters.`);
  if (choices === undefined) return text;
  const wanted = text.toLowerCase();
  const choice = choices.find(({ name, value }) => [name, value].some((way) => way.toLowerCase() === wanted));
  if (choice !== undefined) return choice.value;
  throw new Unsayable(`${name} must be one of ${choices.map(({ value }) => value).join(", ")}.`);
}
