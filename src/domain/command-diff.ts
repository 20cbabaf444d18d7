/**
 * What registering commands at Discord would change. Discord's answer has more members than the request had,
 * says defaults as often as it leaves them out, and keeps no order of members or of sets, so both sides are
 * normalised first.
 *
 * Source: https://discord.com/developers/docs/interactions/application-commands
 */

/** A command as it is sent or answered; further members are looked at by name. */
export interface CommandLike {
  name: string;
  /** 1, a chat command, if absent. */
  type?: number | null | undefined;
}

/** What tells a command from the others of its application. */
export interface CommandKey {
  type: number;
  name: string;
}

/** A member that differs; its path names options and choices by name. Undefined: not there. */
export interface MemberChange {
  path: string;
  before: unknown;
  after: unknown;
}

export interface ChangedCommand extends CommandKey {
  members: MemberChange[];
}

/** Each part in the order of the commands it was made of. */
export interface CommandDiff {
  added: CommandKey[];
  changed: ChangedCommand[];
  removed: CommandKey[];
}

/** What can be said of a command, option or choice. All else in an answer is Discord's own, as ids are. */
const MEMBERS = [
  "type",
  "name",
  "name_localizations",
  "value",
  "description",
  "description_localizations",
  "default_member_permissions",
  "contexts",
  "integration_types",
  "nsfw",
  "required",
  "autocomplete",
  "min_value",
  "max_value",
  "min_length",
  "max_length",
  "channel_types",
  "choices",
  "options",
] as const;

const SETS: readonly string[] = ["contexts", "integration_types", "channel_types"];

const DEFAULT_TYPE = 1;

type Members = Record<string, unknown>;

/** Compares the commands that are registered, as Discord answers them, with those that shall be. */
export function diffCommands(
  registered: readonly CommandLike[],
  wanted: readonly CommandLike[],
): CommandDiff {
  const before = byKey(registered);
  const after = byKey(wanted);
  const added: CommandKey[] = [];
  const changed: ChangedCommand[] = [];
  for (const [key, command] of after) {
    const old = before.get(key);
    if (old === undefined) {
      added.push(keyOf(command));
      continue;
    }
    const members = compareMembers(normalise(old), normalise(command), "");
    if (members.length > 0) changed.push({ ...keyOf(command), members });
  }
  const removed = [...before].filter(([key]) => !after.has(key)).map(([, command]) => keyOf(command));
  return { added, changed, removed };
}

/** Whether there is nothing to do. */
export function isEmptyDiff({ added, changed, removed }: CommandDiff): boolean {
  return added.length + changed.length + removed.length === 0;
}

function keyOf({ type, name }: CommandLike): CommandKey {
  return { type: type ?? DEFAULT_TYPE, name };
}

function byKey(commands: readonly CommandLike[]): Map<string, CommandLike> {
  return new Map(commands.map((command) => [`${command.type ?? DEFAULT_TYPE} ${command.name}`, command]));
}

/** A command, without what says nothing. The type is part of its key. */
function normalise(command: CommandLike): Members {
  return normaliseMembers({ ...command, type: null });
}

function normaliseMembers(source: object): Members {
  const given = new Map<string, unknown>(Object.entries(source));
  const members: Members = {};
  for (const name of MEMBERS) {
    const value = normaliseValue(name, given.get(name));
    if (!saysNothing(value)) members[name] = value;
  }
  return members;
}

function normaliseValue(member: string, value: unknown): unknown {
  // A bit set: sent as a number or in decimals, answered in decimals.
  if (member === "default_member_permissions" && typeof value === "number") return String(value);
  if (!Array.isArray(value)) return isObject(value) ? withoutNulls(value) : value;
  if (SETS.includes(member)) return value.toSorted();
  return value.map((item: unknown) => (isObject(item) ? normaliseMembers(item) : item));
}

/** Translations: the order of the languages means nothing, and one that is null is not there. */
function withoutNulls(texts: object): Members {
  const present = Object.entries(texts).filter(([, text]) => text !== null);
  return Object.fromEntries(present.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Null, false and what is empty are the defaults of all members. Zero is not: it is a bound. */
function saysNothing(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === "") return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

function compareMembers(before: Members, after: Members, path: string): MemberChange[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name) =>
    compare(before[name], after[name], path === "" ? name : `${path}.${name}`),
  );
}

function compare(before: unknown, after: unknown, path: string): MemberChange[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (isObject(before) && isObject(after)) return compareMembers({ ...before }, { ...after }, path);
  const [old, young] = [itemsByName(before), itemsByName(after)];
  if (old === null || young === null) return [{ path, before, after }];
  const names = new Set([...old.keys(), ...young.keys()]);
  const changes = [...names].flatMap((name) => compare(old.get(name), young.get(name), `${path}.${name}`));
  return [...changes, ...compareOrder([...old.keys()], [...young.keys()], path)];
}

/** Options and choices are shown in their order, so another order of those that stay is a change too. */
function compareOrder(before: string[], after: string[], path: string): MemberChange[] {
  const stayedBefore = before.filter((name) => after.includes(name));
  const stayedAfter = after.filter((name) => before.includes(name));
  return stayedBefore.some((name, i) => name !== stayedAfter[i]) ? [{ path, before, after }] : [];
}

/** The options or choices of a list by their names; null for all else. */
function itemsByName(value: unknown): Map<string, object> | null {
  if (!Array.isArray(value)) return null;
  const items = new Map<string, object>();
  for (const item of value) {
    if (isObject(item) && "name" in item && typeof item.name === "string") items.set(item.name, item);
  }
  return items.size === value.length ? items : null;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
