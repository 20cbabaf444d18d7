import { type Context, Hono } from "hono";
import { listCommands, replaceCommands } from "./discord-commands.ts";
import { createDiscordControl } from "./discord-control.ts";
import { failDiscord, invalidForm, rateLimited, refusal, settledFaults } from "./discord-errors.ts";
import { type Bucket, COMMANDS_BUCKET, takeFromBucket, WEBHOOK_BUCKET } from "./discord-limits.ts";
import { EPHEMERAL, refusedMessage, shownMessage } from "./discord-messages.ts";
import {
  createDiscordWorld,
  type DiscordFaults,
  type DiscordWorld,
  type Json,
  nextSnowflake,
  noteMessage,
  remember,
} from "./discord-world.ts";
import { withFaults } from "./faults.ts";
import { hash32 } from "./random.ts";

/** Discord's HTTP API and its files, as far as Claimcheck uses them. */
export interface Discord {
  /** `/api/v10/…` and `/cdn/…`; to be mounted at `/discord`. */
  app: Hono;
  /** To be mounted at `/_control/discord`. */
  control: Hono;
  reset(): void;
}

/** @param now the simulated clock, ms UTC */
export function createDiscord(now: () => number): Discord {
  let world = createDiscordWorld();
  const answered = (operation: Operation) => (c: Context) => serve(world, operation, c, now());

  const app = new Hono();
  app.patch("/api/v10/webhooks/:id/:token/messages/@original", answered(EDIT_ORIGINAL));
  app.post("/api/v10/webhooks/:id/:token", answered(EXECUTE));
  for (const scope of ["", "/guilds/:guild"]) {
    app.get(`/api/v10/applications/:id${scope}/commands`, answered(LIST_COMMANDS));
    app.put(`/api/v10/applications/:id${scope}/commands`, answered(REPLACE_COMMANDS));
  }
  app.on("GET", ["/cdn/attachments/*", "/cdn/ephemeral-attachments/*"], (c) => attachment(world, c.req.path));
  app.all("*", () => refusal(404, 0));
  return {
    app,
    control: createDiscordControl(() => world),
    reset: () => {
      world = createDiscordWorld();
    },
  };
}

interface Asked {
  id: string;
  token: string;
  guildId: string | null;
  query: URLSearchParams;
  authorization: string | null;
  body: unknown;
  now: number;
}

interface Operation {
  name: string;
  bucket: Bucket;
  answer(world: DiscordWorld, asked: Asked): Response;
}

const MAX_BODY_BYTES = 1024 * 1024;

/** Every answer of the API itself tells the limit, those of rehearsed faults too. */
async function serve(
  world: DiscordWorld,
  operation: Operation,
  { req }: Context,
  now: number,
): Promise<Response> {
  const { id = "", token = "", guild = null } = req.param() as Record<string, string>; // safe: named parts are texts.
  world.calls.add({ at: new Date(now).toISOString(), operation: operation.name, ids: [id] });
  const faults = settledFaults(takeFaults(world));
  const reading = takeFromBucket(world, operation.bucket, `${id}:${token}`, now);
  const bytes = await req.arrayBuffer();
  const honest = () => {
    if (!reading.granted) return rateLimited({ retryAfter: reading.resetAfter });
    const unfit = unfitRequest(req.raw.headers, bytes);
    if (unfit !== null) return unfit;
    const body = bytes.byteLength === 0 ? undefined : parsed(new TextDecoder().decode(bytes));
    if (body === NO_JSON) return refusal(400, 50_109);
    const query = new URL(req.url).searchParams;
    const authorization = req.header("authorization") ?? null;
    return operation.answer(world, { id, token, guildId: guild, query, authorization, body, now });
  };
  const rehearsed = { faults, random: () => 0 };
  const response = await withFaults(rehearsed, (status) => failDiscord(status, faults), honest);
  if (faults.html === true) return response;
  for (const [name, value] of Object.entries(reading.headers)) response.headers.set(name, value);
  return response;
}

/** The faults of this call, which is one less of their times. */
function takeFaults(world: DiscordWorld): DiscordFaults {
  const { times, ...faults } = world.faults;
  if (times !== undefined) world.faults = times > 1 ? { ...faults, times: times - 1 } : {};
  return faults;
}

/** Discord refuses clients that do not say who they are, and bodies that do not say what they are. */
function unfitRequest(headers: Headers, bytes: ArrayBuffer): Response | null {
  if (bytes.byteLength > MAX_BODY_BYTES) return refusal(413, 40_005);
  if (!/^DiscordBot \(\S+, \S+\)/.test(headers.get("user-agent") ?? "")) {
    const message = 'Expected "User-Agent" header to be "DiscordBot ($url, $versionNumber)".';
    return invalidForm([{ path: [], code: "USER_AGENT_INVALID", message }]);
  }
  if (bytes.byteLength > 0 && !/^application\/json\b/.test(headers.get("content-type") ?? "")) {
    const message = `Expected "Content-Type" header to be one of {'application/json'}.`;
    return invalidForm([{ path: [], code: "CONTENT_TYPE_INVALID", message }]);
  }
  return null;
}

const NO_JSON = Symbol("no JSON");

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return NO_JSON;
  }
}

/** The answer to an interaction, which is one message however often it is edited. */
const EDIT_ORIGINAL: Operation = {
  name: "update_original_webhook_message",
  bucket: WEBHOOK_BUCKET,
  answer: (world, { id, token, body, now }) => {
    const message = messageOf(body);
    const refused = refusedToken(world, token) ?? refusedMessage(message, { owned: true });
    if (refused !== null) return refused;
    noteMessage(world, now, { kind: "edit", token, webhook_id: id, body: message });
    const original = String(10n ** 17n + BigInt(hash32(token)));
    return Response.json(shownMessage(message, { id: original, webhookId: id, now, edited: true }));
  },
};

/**
 * Follow-ups and the webhooks of channels have one address. An id that nobody told of is taken for an application, unless
 * it is asked to `wait`, which of a follow-up means nothing and is not asked.
 */
const EXECUTE: Operation = {
  name: "execute_webhook",
  bucket: WEBHOOK_BUCKET,
  answer: (world, asked) =>
    world.webhooks.has(asked.id) || asked.query.has("wait")
      ? executeWebhook(world, asked)
      : followUp(world, asked),
};

/** Discord grants so many to an application that is installed by its user alone. */
const MOST_FOLLOW_UPS = 5;

function followUp(world: DiscordWorld, { id, token, body, now }: Asked): Response {
  const message = messageOf(body);
  const refused = refusedToken(world, token) ?? refusedMessage(message, { owned: true });
  if (refused !== null) return refused;
  const earlier = world.followUps.get(token) ?? 0;
  const limited = world.interactions.get(token)?.user_install === true;
  if (limited && earlier >= MOST_FOLLOW_UPS) return refusal(400, 40_094);
  remember(world.followUps, token, earlier + 1);
  noteMessage(world, now, { kind: "follow_up", token, webhook_id: id, body: message });
  return Response.json(shownMessage(message, { id: nextSnowflake(world, now), webhookId: id, now }));
}

function refusedToken(world: DiscordWorld, token: string): Response | null {
  return world.interactions.get(token)?.expired === true ? refusal(401, 50_027) : null;
}

function executeWebhook(world: DiscordWorld, { id, token, query, body, now }: Asked): Response {
  const webhook = world.webhooks.get(id);
  if (webhook === undefined || webhook.gone || webhook.token !== token) return refusal(404, 10_015);
  const { components, ...rest } = messageOf(body);
  const message =
    query.get("with_components") === "true" && components !== undefined ? { ...rest, components } : rest;
  const refused = refusedMessage(message, { owned: false });
  if (refused !== null) return refused;
  noteMessage(world, now, { kind: "webhook", token, webhook_id: id, body: message });
  if (query.get("wait") !== "true") return new Response(null, { status: 204 });
  const shown = shownMessage(message, { id: nextSnowflake(world, now), webhookId: id, now });
  // In a channel everybody reads.
  return Response.json({ ...shown, flags: shown.flags & ~EPHEMERAL });
}

function messageOf(body: unknown): Json {
  const isObject = typeof body === "object" && body !== null && !Array.isArray(body);
  return isObject ? (body as Json) : {}; // safe: an object of parsed JSON.
}

const LIST_COMMANDS: Operation = {
  name: "list_application_commands",
  bucket: COMMANDS_BUCKET,
  answer: (world, asked) =>
    listCommands(
      world,
      { ...asked, scope: scopeOf(asked) },
      asked.query.get("with_localizations") === "true",
    ),
};

const REPLACE_COMMANDS: Operation = {
  name: "bulk_set_application_commands",
  bucket: COMMANDS_BUCKET,
  answer: (world, asked) => replaceCommands(world, { ...asked, scope: scopeOf(asked) }, asked.body),
};

function scopeOf({ id, guildId }: Asked) {
  return { applicationId: id, guildId };
}

/** The query, which signs the address at Discord, means nothing. */
function attachment(world: DiscordWorld, path: string): Response {
  const file = world.attachments.get(path.slice(path.indexOf("attachments/") + "attachments/".length));
  if (file === undefined || file.gone) {
    const headers = { "content-type": "text/plain;charset=UTF-8" };
    return new Response("This content is no longer available.", { status: 404, headers });
  }
  return new Response(file.bytes, {
    headers: { "content-type": file.content_type, "content-length": String(file.bytes.byteLength) },
  });
}
