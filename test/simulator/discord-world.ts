import { type CallLog, createCallLog } from "./calls.ts";
import type { Faults } from "./faults.ts";

/** How Discord misbehaves, for the next `times` calls or until told otherwise. Nothing set: not at all. */
export interface DiscordFaults extends Pick<Faults, "status" | "retry_after" | "garbage" | "outage"> {
  /** Of the error; alone it comes with the status that Discord gives it. */
  code?: number | undefined;
  /** Of a 429: whose limit it is. */
  scope?: "user" | "global" | "shared" | undefined;
  /** A page of Discord's edge in place of JSON, without a word of limits; alone it comes with 429. */
  html?: boolean | undefined;
  times?: number | undefined;
}

/** A message that Discord took. */
export interface TakenMessage {
  /** Counts up from 1. */
  n: number;
  /** ISO 8601 */
  at: string;
  kind: "edit" | "follow_up" | "webhook";
  token: string;
  /** Of an edit or follow-up, the application's id. */
  webhook_id: string;
  /** As it was sent, without components that Discord ignores. */
  body: Record<string, unknown>;
}

interface Interaction {
  expired?: boolean | undefined;
  /** Known only to the user who installed the application, which limits its follow-ups. */
  user_install?: boolean | undefined;
}

interface Attachment {
  bytes: Uint8Array<ArrayBuffer>;
  content_type: string;
  gone: boolean;
}

export type Json = Record<string, unknown>;

/** Everything that can be told to, or is remembered of, the fake Discord. */
export interface DiscordWorld {
  calls: CallLog;
  faults: DiscordFaults;
  messages: TakenMessage[];
  /** All ever taken. */
  taken: number;
  webhooks: Map<string, { token: string; gone: boolean }>;
  /** By token. */
  interactions: Map<string, Interaction>;
  /** Follow-ups so far, by token. */
  followUps: Map<string, number>;
  /** By path below the kind of attachment. */
  attachments: Map<string, Attachment>;
  /** The commands of an application, globally or in one guild. */
  commands: Map<string, Json[]>;
  windows: Map<string, { start: number; used: number }>;
  /** Ids made so far. */
  ids: number;
}

export function createDiscordWorld(): DiscordWorld {
  return {
    calls: createCallLog(),
    faults: {},
    messages: [],
    taken: 0,
    webhooks: new Map(),
    interactions: new Map(),
    followUps: new Map(),
    attachments: new Map(),
    commands: new Map(),
    windows: new Map(),
    ids: 0,
  };
}

const MOST_REMEMBERED = 1_000;

/** Sets an entry and forgets the oldest ones beyond `most`. */
export function remember<V>(map: Map<string, V>, key: string, value: V, most = MOST_REMEMBERED): void {
  map.delete(key);
  map.set(key, value);
  for (const oldest of map.keys()) {
    if (map.size <= most) return;
    map.delete(oldest);
  }
}

/** Notes a message; the last 1,000 are kept. */
export function noteMessage(world: DiscordWorld, now: number, message: Omit<TakenMessage, "n" | "at">): void {
  world.taken += 1;
  world.messages.push({ n: world.taken, at: new Date(now).toISOString(), ...message });
  if (world.messages.length > MOST_REMEMBERED) world.messages.shift();
}

const EPOCH = 1_420_070_400_000;

/** A new id: its upper bits are the milliseconds since 2015. */
export function nextSnowflake(world: DiscordWorld, now: number): string {
  world.ids += 1;
  return String((BigInt(now - EPOCH) << 22n) + BigInt(world.ids % 2 ** 22));
}
