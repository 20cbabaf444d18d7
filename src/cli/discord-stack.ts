import { existsSync, readFileSync } from "node:fs";
import { basename, extname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { InteractionResponse, Message } from "../discord/wire.ts";
import { DEMO_USERS } from "./demo-names.ts";
import {
  type Attachment,
  type Interaction,
  LOCAL_CHANNEL_ID,
  makeSnowflake,
  signedHeaders,
} from "./discord-local.ts";
import { Unsayable } from "./discord-words.ts";
import { KEYS_FILE } from "./local.ts";

/** The running `npm start`, as keys.json describes it. */
export interface Place {
  baseUrl: string;
  simulatorUrl: string;
  applicationId: string;
  /** Of the local key pair. */
  seed: string;
  affiliateUserId: string;
  operatorUserId: string;
}

/** @throws {Unsayable} where nothing was started, or with a real application's key */
export function findPlace(): Place {
  if (!existsSync(KEYS_FILE)) throw new Unsayable("Nothing runs here yet: npm start first.");
  // safe: written by `npm start`.
  const keys = JSON.parse(readFileSync(KEYS_FILE, "utf8")) as Record<string, string | undefined>;
  const { base_url, simulator_url, discord_application_id, discord_private_key } = keys;
  if (discord_application_id !== undefined && discord_private_key === undefined) {
    throw new Unsayable(
      "Claimcheck runs with a real application's public key, so that only Discord itself can sign. Say it there, or " +
        "npm start without DISCORD_APPLICATION_ID and DISCORD_PUBLIC_KEY.",
    );
  }
  if (!base_url || !simulator_url || !discord_application_id || !discord_private_key) {
    throw new Unsayable("What runs here knows nothing of Discord: npm start again.");
  }
  return {
    baseUrl: base_url,
    simulatorUrl: simulator_url,
    applicationId: discord_application_id,
    seed: discord_private_key,
    affiliateUserId: keys.discord_affiliate_user_id ?? DEMO_USERS.affiliate,
    operatorUserId: keys.discord_operator_user_id ?? DEMO_USERS.operator,
  };
}

/** How long Discord waits for an answer. Source: …/interactions/receiving-and-responding#interaction-callback */
const PATIENCE_MS = 3_000;

const RESPONSE_TYPES: ReadonlySet<unknown> = new Set([1, 4, 5, 7, 8, 9]);

/**
 * Signs the interaction and sends it to the Worker.
 *
 * @throws {Unsayable} if there is no answer that Discord would show
 */
export async function send({ baseUrl, seed }: Place, interaction: Interaction): Promise<InteractionResponse> {
  const body = JSON.stringify(interaction);
  const sentAt = Date.now();
  const headers = signedHeaders(seed, body, sentAt);
  const request = { method: "POST", headers, body, signal: AbortSignal.timeout(10 * PATIENCE_MS) };
  const answer = await fetch(`${baseUrl}/discord/interactions`, request).catch(() => null);
  if (answer === null) throw new Unsayable(`The Worker does not answer at ${baseUrl}: npm start first.`);
  const text = await answer.text();
  const tookMs = Date.now() - sentAt;
  if (tookMs > PATIENCE_MS) {
    throw new Unsayable(
      `The application did not respond: the answer took ${tookMs} ms, Discord waits 3,000 ms.`,
    );
  }
  const json = parseJson(text);
  if (answer.status !== 200)
    throw new Unsayable(`The Worker refused it with ${answer.status}: ${detailOf(json)}`);
  if (!isResponse(json))
    throw new Unsayable(`The Worker gave no answer that Discord knows: ${text.slice(0, 200)}`);
  return json;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Of a problem: RFC 9457. */
function detailOf(json: unknown): string {
  const isProblem = typeof json === "object" && json !== null && "detail" in json;
  return isProblem && typeof json.detail === "string" ? json.detail : "no reason is given.";
}

/** That the rest is as it should be, the contract tests prove. */
function isResponse(json: unknown): json is InteractionResponse {
  if (typeof json !== "object" || json === null || !("type" in json)) return false;
  if (!RESPONSE_TYPES.has(json.type)) return false;
  return json.type === 1 || ("data" in json && typeof json.data === "object" && json.data !== null);
}

/** What Claimcheck wrote to Discord. */
interface Written {
  n: number;
  kind: "edit" | "follow_up" | "webhook";
  token: string | null;
  body: Message;
}

/** What Claimcheck writes about one interaction after its answer. */
export interface Inbox {
  /** The next message of that kind, or null if none came in time. */
  next(kind: Written["kind"], waitMs: number): Promise<Message | null>;
}

const ASK_AGAIN_MS = 250;

export function openInbox({ simulatorUrl }: Place, token: string): Inbox {
  const unread: Written[] = [];
  let after = 0;
  const fetchMore = async () => {
    const { messages } = await askFake<{ messages: Written[] }>(simulatorUrl, `messages?after=${after}`);
    after = messages.at(-1)?.n ?? after;
    unread.push(...messages.filter((message) => message.token === token));
  };
  return {
    async next(kind, waitMs) {
      const giveUpAt = Date.now() + waitMs;
      for (;;) {
        await fetchMore();
        const at = unread.findIndex((message) => message.kind === kind);
        const [message] = at < 0 ? [] : unread.splice(at, 1);
        if (message !== undefined) return message.body;
        if (Date.now() >= giveUpAt) return null;
        await sleep(ASK_AGAIN_MS);
      }
    },
  };
}

/** Calls the control API of the fake Discord. */
async function askFake<T>(simulatorUrl: string, path: string, init: RequestInit = {}): Promise<T> {
  const response = await fetch(`${simulatorUrl}/_control/discord/${path}`, init).catch(() => null);
  if (response === null)
    throw new Unsayable(`The simulator does not answer at ${simulatorUrl}: npm start first.`);
  const text = await response.text();
  if (!response.ok) throw new Unsayable(`The fake Discord refused ${path} with ${response.status}: ${text}`);
  // safe: test/simulator/discord.ts answers so.
  return (text === "" ? null : JSON.parse(text)) as T;
}

/** Discord goes by the name of a file, too. */
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".gif": "image/gif",
  ".webp": "image/webp",
  ".pdf": "application/pdf",
  ".mp4": "video/mp4",
  ".mov": "video/quicktime",
  ".webm": "video/webm",
  ".txt": "text/plain; charset=utf-8",
};

const DAY_SECONDS = 86_400;

/**
 * Puts a file on the fake Discord's CDN, as the client uploads it before the command is sent.
 *
 * @throws {Unsayable} for a file that cannot be read
 */
export async function upload({ simulatorUrl }: Place, path: string): Promise<Attachment> {
  if (!existsSync(path)) throw new Unsayable(`There is no file ${path}.`);
  const bytes = readFileSync(path);
  const now = Date.now();
  const id = makeSnowflake(now);
  const filename = basename(path).replaceAll(/[^\w.-]/g, "_");
  const content_type = CONTENT_TYPES[extname(path).toLowerCase()] ?? "application/octet-stream";
  const place = `${LOCAL_CHANNEL_ID}/${id}/${filename}`;
  await askFake(simulatorUrl, `attachments/${place}`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ base64: bytes.toString("base64"), content_type }),
  });
  const seconds = Math.floor(now / 1000);
  const query = `ex=${(seconds + DAY_SECONDS).toString(16)}&is=${seconds.toString(16)}&hm=00`;
  const url = `https://cdn.discordapp.com/ephemeral-attachments/${place}?${query}`;
  return { id, filename, size: bytes.length, content_type, url, ephemeral: true };
}
