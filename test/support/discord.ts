import { env } from "cloudflare:workers";
import { runBatch } from "../../src/db/client.ts";
import { upsertAlerts } from "../../src/db/queries/alerts-upsert.ts";
import { loadInteraction } from "../../src/db/queries/outbox-subjects.ts";
import { answerDeferred } from "../../src/discord/answer-deferred.ts";
import { tokenContext } from "../../src/discord/discord-claim.ts";
import { readInvocation } from "../../src/discord/invocation.ts";
import type { InteractionResponse, Message } from "../../src/discord/wire.ts";
import { type AlertDraft, alertDraft } from "../../src/domain/alert.ts";
import { snowflakeAt } from "../../src/domain/snowflake.ts";
import { signInteraction } from "./ed25519.ts";
import { type Account, rows } from "./fixtures.ts";
import { APPLICATION_ID, PRIVATE_SEED, type World } from "./world.ts";

/** Discord users of tests. */
export const MASON = "53908232506183680";
export const ROBIN = "53908232506183681";
export const OPERATOR = "53908232506183682";

let made = 0;

/** An interaction id as Discord would make it now, each a different one. */
export function snowflake(now: number): string {
  return snowflakeAt(now, made++);
}

interface Sender {
  user?: string;
  id?: string;
  /** In a direct message there is no server and no member. */
  dm?: boolean;
  /** Of the member in the server, as Discord counts them: a decimal bit set. */
  permissions?: string;
}

/** The members every interaction has. */
export function envelope(
  world: World,
  { user = MASON, id, dm = false, permissions = "2147483647" }: Sender = {},
) {
  const person = { id: user, username: `user${user.slice(-3)}`, global_name: "Mason" };
  const interactionId = id ?? snowflake(world.now);
  return {
    id: interactionId,
    application_id: APPLICATION_ID,
    token: `token-of-${interactionId}`,
    version: 1,
    channel_id: "645027906669510667",
    locale: "en-US",
    app_permissions: "442368",
    attachment_size_limit: 10_485_760,
    entitlements: [],
    ...(dm
      ? { context: 1, authorizing_integration_owners: { "0": "0" }, user: person }
      : {
          context: 0,
          guild_id: "290926798626357999",
          guild_locale: "en-US",
          authorizing_integration_owners: { "0": "290926798626357999" },
          member: {
            user: person,
            roles: [],
            permissions,
            joined_at: "2017-03-13T19:19:14.040000+00:00",
          },
        }),
  };
}

const OPTION_TYPES = { string: 3, number: 4, boolean: 5 } as const;

export type Options = Record<string, string | number | boolean>;

/** Options of a command as Discord sends them. */
function optionsOf(options: Options, focused: string | null = null) {
  return Object.entries(options).map(([name, value]) => ({
    name,
    type: name === "proof" ? 11 : OPTION_TYPES[typeof value as keyof typeof OPTION_TYPES],
    value,
    ...(name === focused ? { focused: true } : {}),
  }));
}

const PARENTS: Readonly<Record<string, string>> = {
  submit: "claim",
  update: "claim",
  status: "claim",
  history: "claim",
  me: "claim",
  leaderboard: "claim",
  connect: "claim",
  help: "claim",
  alerts: "desk",
  platforms: "desk",
  recheck: "desk",
  invite: "desk",
};

interface CommandSender extends Sender {
  attachments?: Record<string, object>;
}

/** A file as Discord tells of it, to be named by `proof`. */
export function fileOf(id: string, path: string, { size = 11, name = "proof.png" } = {}) {
  const url = `https://cdn.discordapp.com/ephemeral-attachments/${path}?ex=68dc7ce1&is=68db2b61&hm=ab`;
  return { [id]: { id, filename: name, size, content_type: "image/png", ephemeral: true, url } };
}

function commandData(name: string, options: object[], attachments?: Record<string, object>) {
  const parent = PARENTS[name];
  return {
    id: "771825006014889984",
    type: 1,
    ...(parent === undefined ? { name, options } : { name: parent, options: [{ name, type: 1, options }] }),
    ...(attachments === undefined ? {} : { resolved: { attachments } }),
  };
}

export function commandOf(world: World, name: string, options: Options = {}, sender: CommandSender = {}) {
  const data = commandData(name, optionsOf(options), sender.attachments);
  return { ...envelope(world, sender), type: 2, data };
}

export function autocompleteOf(
  world: World,
  name: string,
  { focused, ...sender }: Sender & { focused: string },
  options: Options = {},
) {
  return { ...envelope(world, sender), type: 4, data: commandData(name, optionsOf(options, focused)) };
}

export function pressOf(world: World, customId: string, sender: Sender = {}) {
  return {
    ...envelope(world, sender),
    type: 3,
    message: { id: "1", channel_id: "645027906669510667", flags: 64 },
    data: { component_type: 2, id: 2, custom_id: customId },
  };
}

/** A form, filled in: its fields in labels, or in rows as forms of earlier years have them; selects are sent as lists. */
export function modalOf(
  world: World,
  customId: string,
  fields: Record<string, string | string[]>,
  { rows: inRows = false, ...sender }: Sender & { rows?: boolean } = {},
) {
  const components = Object.entries(fields).map(([name, value]) => {
    const field = Array.isArray(value)
      ? { type: 3, custom_id: name, values: value }
      : { type: 4, custom_id: name, value };
    return inRows ? { type: 1, components: [field] } : { type: 18, component: field };
  });
  return { ...envelope(world, sender), type: 5, data: { custom_id: customId, components } };
}

export function messageCommandOf(
  world: World,
  content: string,
  { author = ROBIN, embeds = [], ...sender }: Sender & { author?: string; embeds?: string[] } = {},
) {
  const id = "867793854505943041";
  const message = {
    id,
    channel_id: "2",
    type: 0,
    content,
    author: { id: author, username: "robin" },
    embeds: embeds.map((url) => ({ type: "video", url })),
  };
  const data = {
    id: "866818195033292851",
    name: "Report this post",
    type: 3,
    target_id: id,
    resolved: { messages: { [id]: message } },
  };
  return { ...envelope(world, sender), type: 2, data };
}

/** The headers by which Discord vouches for a text: signed now, by the test application's key. */
export async function signedHeaders(world: World, text: string): Promise<Record<string, string>> {
  const timestamp = String(Math.floor(world.now / 1_000));
  const signature = await signInteraction(PRIVATE_SEED, timestamp, new TextEncoder().encode(text));
  return { "x-signature-ed25519": signature, "x-signature-timestamp": timestamp };
}

/** Sends a body as Discord would. The route is Discord's and not in the OpenAPI document, so no answer is an example of it. */
export async function send(world: World, body: unknown): Promise<Response> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const headers = await signedHeaders(world, text);
  return world.request("POST", "/discord/interactions", { body: text, invented: true, headers });
}

/**
 * Sends an interaction and returns the answer; anything but 200 fails the test.
 *
 * @param branch what the answer is an example of, for test/contract/discord-answers.test.ts
 */
export async function interact(
  world: World,
  body: unknown,
  branch: string | null = null,
): Promise<InteractionResponse> {
  const response = await send(world, body);
  if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
  const answer: InteractionResponse = await response.json();
  await noteAnswer({ ...kindOf(body), branch, answer });
  return answer;
}

interface AnswerNote {
  kind: string;
  name: string | null;
  branch: string | null;
  answer: unknown;
}

function kindOf(body: unknown): Pick<AnswerNote, "kind" | "name"> {
  const { type } = body as { type: number };
  if (type === 1) return { kind: "ping", name: null };
  const { kind, name } = readInvocation(body, APPLICATION_ID);
  return { kind, name };
}

/** Notes what was answered, for test/contract/discord-answers.test.ts; the note leaves as test/support/exercised.ts has it. */
export async function noteAnswer(note: AnswerNote): Promise<void> {
  if (env.EXERCISED === undefined) return;
  await fetch("http://discord-answers.test/", { method: "POST", body: JSON.stringify(note) });
}

/**
 * Does the work of an interaction that was put off and returns its message, as the consumer of the outbox would send it.
 *
 * @param late the token is over, and nobody can be told any more
 */
export async function finishDeferred(
  world: World,
  id: string,
  branch: string | null = null,
  { late = false } = {},
): Promise<Message> {
  const waiting = await loadInteraction(world.ctx.db, id);
  if (!waiting?.body || !waiting.token) throw new Error(`interaction ${id} does not wait`);
  const { body, receivedAt, actsFor, reportId } = waiting;
  const token = await world.ctx.box?.open(waiting.token, tokenContext(id));
  if (!token) throw new Error("no key opens the token");
  const deferred = { id, body, token: late ? null : token, receivedAt, actsFor, reportId };
  const message = await answerDeferred(world.ctx, deferred);
  const { name } = kindOf({ ...JSON.parse(body), token });
  await noteAnswer({ kind: "deferred", name, branch, answer: message });
  return message;
}

/** Every text of a message, one below the other, as whoever reads it sees it. */
export function textOf(answer: InteractionResponse | Message): string {
  const data = "flags" in answer ? answer : "data" in answer ? answer.data : {};
  const texts: string[] = [];
  JSON.stringify(data, (key, value) => {
    if (key === "content" || key === "label") texts.push(String(value));
    return value;
  });
  return texts.join("\n");
}

/** The custom ids of a message's buttons. */
export function buttonsOf(answer: InteractionResponse | Message): string[] {
  const ids: string[] = [];
  JSON.stringify(answer, (key, value) => {
    if (key === "custom_id") ids.push(String(value));
    return value;
  });
  return ids;
}

/** Ties a Discord user to an affiliate, written straight into the database. */
export async function linked(account: Account, user = MASON): Promise<Account> {
  await env.DB.prepare("update affiliates set discord_user_id = ? where id = ?").bind(user, account.id).run();
  return account;
}

/** Raises alerts the way a run does, each of another cause unless they name it. */
export async function raiseAlerts(world: World, ...drafts: Partial<AlertDraft>[]): Promise<string[]> {
  const full = drafts.map((draft, i) =>
    alertDraft({
      cause: `dead:${world.now}:${i}`,
      category: "SYSTEM_HEALTH",
      severity: "HIGH",
      title: "A report could not be judged",
      message: "Writing its verdict failed.",
      ...draft,
    }),
  );
  const statement = upsertAlerts(full, { now: world.now, ids: world.ctx.ids, repeatMs: 0 });
  await runBatch(world.ctx.db, [statement]);
  const stored = await rows<{ id: string; cause: string }>(
    "select id, cause from alerts where status <> 'RESOLVED'",
  );
  return full.map(({ cause }) => stored.find((alert) => alert.cause === cause)?.id ?? "not raised");
}

/** Ties a Discord user to an admin key. */
export async function anOperator(world: World, user = OPERATOR): Promise<string> {
  const keyId = world.ctx.ids("key");
  await env.DB.batch([
    env.DB.prepare(
      "insert into api_keys (id, secret_hash, prefix, role, created_at) values (?, ?, 'cck_test00', 'admin', ?)",
    ).bind(keyId, keyId.toLowerCase().padEnd(64, "0").slice(0, 64), world.now),
    env.DB.prepare(
      "insert into discord_operators (discord_user_id, key_id, linked_at) values (?, ?, ?)",
    ).bind(user, keyId, world.now),
  ]);
  return keyId;
}
