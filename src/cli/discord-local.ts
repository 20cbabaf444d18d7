/**
 * Discord's part, played locally: requests as Discord makes them, signed with a key pair of our own.
 *
 * Source: https://discord.com/developers/docs/interactions/receiving-and-responding
 */
import { createPrivateKey, createPublicKey, type KeyObject, randomBytes, randomInt, sign } from "node:crypto";
import { snowflakeAt } from "../domain/snowflake.ts";

/** What stands for the application locally, and where its commands are used. */
export const LOCAL_APPLICATION_ID = "100000000000000001";
export const LOCAL_GUILD_ID = "100000000000000002";
export const LOCAL_CHANNEL_ID = "100000000000000003";

/** A raw Ed25519 seed lacks only this to be PKCS #8. Source: RFC 8410 §7 */
const PKCS8_PREFIX = "302e020100300506032b657004220420";
const SEED = /^[0-9a-f]{64}$/;

/** @throws {RangeError} unless the seed is 64 lower-case hex digits */
function privateKeyOf(seed: string): KeyObject {
  if (!SEED.test(seed)) throw new RangeError("a private key is a 32-byte Ed25519 seed as 64 hex digits");
  return createPrivateKey({ key: Buffer.from(PKCS8_PREFIX + seed, "hex"), format: "der", type: "pkcs8" });
}

/** The public key of a seed, hex: what Discord's developer portal shows. */
export function publicKeyOf(seed: string): string {
  const { x = "" } = createPublicKey(privateKeyOf(seed)).export({ format: "jwk" });
  return Buffer.from(x, "base64url").toString("hex");
}

/** The headers by which a body is known to be Discord's. `now`: ms UTC. */
export function signedHeaders(seed: string, body: string, now: number): Record<string, string> {
  const timestamp = String(Math.floor(now / 1000));
  return {
    "content-type": "application/json",
    "x-signature-timestamp": timestamp,
    "x-signature-ed25519": sign(null, Buffer.from(timestamp + body), privateKeyOf(seed)).toString("hex"),
  };
}

/** A fresh id of this instant: its upper 42 bits are the milliseconds since 2015. */
export function makeSnowflake(now: number): string {
  return snowflakeAt(now, randomInt(2 ** 22));
}

/** Who sits before Discord. */
export interface Sender {
  applicationId: string;
  userId: string;
  /** As Discord shows it. */
  name: string;
  /** Discord's own permissions, as a bit set. */
  permissions: string;
}

export interface OptionValue {
  name: string;
  type: number;
  value?: string | number;
  options?: OptionValue[];
  focused?: true;
}

export interface Attachment {
  id: string;
  filename: string;
  size: number;
  content_type: string;
  url: string;
  ephemeral: true;
}

/** A field of a form that was filled in; null where nothing was chosen. */
export interface ModalField {
  customId: string;
  type: 3 | 4;
  value: string | null;
}

/** What was done: the part of an interaction that differs from kind to kind. */
export type Deed =
  | { kind: "command"; name: string; options: OptionValue[]; attachments?: Attachment[]; completing: boolean }
  | { kind: "message_command"; name: string; text: string }
  | { kind: "press"; customId: string }
  | {
      kind: "modal";
      customId: string;
      fields: ModalField[];
      onMessage: boolean;
    };

export type Interaction = ReturnType<typeof createInteraction>;

/** The interaction that Discord would send of a deed in a server. */
export function createInteraction(
  deed: Deed,
  { applicationId, userId, name, permissions }: Sender,
  now: number,
) {
  const user = { id: userId, username: name.toLowerCase().replaceAll(/\W+/g, ""), global_name: name };
  return {
    id: makeSnowflake(now),
    application_id: applicationId,
    version: 1,
    token: randomBytes(96).toString("base64url"),
    guild_id: LOCAL_GUILD_ID,
    guild: { id: LOCAL_GUILD_ID, locale: "en-US", features: [] },
    channel_id: LOCAL_CHANNEL_ID,
    channel: { id: LOCAL_CHANNEL_ID, type: 0, name: "clips" },
    context: 0,
    locale: "en-US",
    guild_locale: "en-US",
    app_permissions: "442368",
    attachment_size_limit: 10_485_760,
    entitlements: [],
    authorizing_integration_owners: { "0": LOCAL_GUILD_ID },
    member: {
      user: { ...user, discriminator: "0", avatar: null, public_flags: 0 },
      roles: [],
      permissions,
      nick: null,
      joined_at: "2026-01-01T00:00:00.000000+00:00",
    },
    ...partOf(deed, { applicationId, user, now }),
  };
}

interface Scene {
  applicationId: string;
  user: { id: string; username: string; global_name: string };
  now: number;
}

function partOf(deed: Deed, scene: Scene) {
  switch (deed.kind) {
    case "command": {
      const { name, options, attachments = [], completing } = deed;
      const resolved = { attachments: Object.fromEntries(attachments.map((file) => [file.id, file])) };
      const data = { id: makeSnowflake(scene.now), name, type: 1, options };
      return { type: completing ? 4 : 2, data: attachments.length > 0 ? { ...data, resolved } : data };
    }
    case "message_command": {
      const message = { ...messageOf(scene), content: deed.text, author: scene.user };
      const resolved = { messages: { [message.id]: message } };
      const id = makeSnowflake(scene.now);
      return { type: 2, data: { id, name: deed.name, type: 3, target_id: message.id, resolved } };
    }
    case "press": {
      const data = { id: 2, component_type: 2, custom_id: deed.customId };
      return { type: 3, message: ownMessage(scene), data };
    }
    case "modal": {
      const components = deed.fields.map(({ customId: custom_id, type, value }, i) => {
        const given = type === 3 ? { values: value === null ? [] : [value] } : { value };
        return { type: 18, id: 2 * i + 1, component: { type, id: 2 * i + 2, custom_id, ...given } };
      });
      const opened = deed.onMessage ? { message: ownMessage(scene) } : {};
      return { type: 5, ...opened, data: { custom_id: deed.customId, components } };
    }
  }
}

function messageOf({ now }: Scene) {
  return {
    id: makeSnowflake(now - 1_000),
    channel_id: LOCAL_CHANNEL_ID,
    type: 0,
    content: "",
    flags: 0,
    timestamp: new Date(now - 1_000).toISOString(),
    edited_timestamp: null,
    attachments: [],
    embeds: [],
    components: [],
    mentions: [],
    mention_roles: [],
    mention_everyone: false,
    pinned: false,
    tts: false,
  };
}

/** A message of Claimcheck that only this user sees. */
function ownMessage(scene: Scene) {
  const author = { id: scene.applicationId, username: "claimcheck", bot: true };
  return { ...messageOf(scene), application_id: scene.applicationId, author, flags: (1 << 15) | (1 << 6) };
}
