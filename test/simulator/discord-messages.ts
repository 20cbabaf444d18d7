import { z } from "zod";
import {
  Components,
  isInteractive,
  LegacyComponents,
  nested,
  type Placed,
  shownComponents,
} from "./discord-components.ts";
import { invalidForm, type Problem, problemsOf, refusal } from "./discord-errors.ts";
import type { Json } from "./discord-world.ts";

export const EPHEMERAL = 1 << 6;
const COMPONENTS_V2 = 1 << 15;

const Fields = z.looseObject({
  content: z.string().max(2_000).nullish(),
  embeds: z.array(z.looseObject({})).max(10).nullish(),
  flags: z.int().min(0).nullish(),
  allowed_mentions: z
    .looseObject({
      parse: z.array(z.enum(["roles", "users", "everyone"])).optional(),
      users: z.array(z.string()).max(100).optional(),
      roles: z.array(z.string()).max(100).optional(),
    })
    .nullish(),
  components: z.array(z.looseObject({})).nullish(),
});

/** What a message of components alone may not have. */
const LEGACY = ["content", "embeds", "poll", "sticker_ids"] as const;

/**
 * The refusal of a message, or null if Discord takes it.
 *
 * @param owned whether the webhook is the application's, as those of its interactions are: only then may people press
 */
export function refusedMessage(body: Json, { owned }: { owned: boolean }): Response | null {
  const problems = problemsOf(Fields, body);
  if (problems.length > 0) return invalidForm(problems);
  const { content, embeds, flags, components } = Fields.parse(body);
  const version2 = ((flags ?? 0) & COMPONENTS_V2) !== 0;
  const wrong = [
    ...(version2 ? legacyFields(body) : []),
    ...inComponents(problemsOf(version2 ? Components : LegacyComponents, components ?? [])),
  ];
  if (wrong.length > 0) return invalidForm(wrong);
  if (!content && !embeds?.length && !components?.length) return refusal(400, 50_006);
  const pressed = owned ? [] : [...nested(components ?? [])].filter(isInteractive).map(notHere);
  return pressed.length > 0 ? invalidForm(inComponents(pressed)) : null;
}

function legacyFields(body: Json): Problem[] {
  const used = LEGACY.filter((name) => body[name] !== undefined && body[name] !== null);
  return used.map((name) => ({
    path: [name],
    code: "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
    message: `The '${name}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2`,
  }));
}

function inComponents(problems: readonly Problem[]): Problem[] {
  return problems.map((problem) => ({ ...problem, path: ["components", ...problem.path] }));
}

/** The code is not documented; that it is refused is. */
function notHere({ path }: Placed): Problem {
  const message = "Webhooks that no application owns cannot send interactive components";
  return { path, code: "COMPONENT_INTERACTIVE_NOT_ALLOWED", message };
}

/** The message that Discord answers with. */
export function shownMessage(
  body: Json,
  place: { id: string; webhookId: string; now: number; edited?: boolean },
) {
  const at = new Date(place.now).toISOString();
  const { content, flags, components } = Fields.parse(body);
  return {
    id: place.id,
    type: 0,
    channel_id: "645027906669510667",
    webhook_id: place.webhookId,
    author: {
      id: place.webhookId,
      username: "Claimcheck",
      avatar: null,
      discriminator: "0000",
      public_flags: 0,
      flags: 0,
      bot: true,
      global_name: null,
      primary_guild: null,
    },
    content: content ?? "",
    components: shownComponents(components ?? []),
    flags: flags ?? 0,
    timestamp: at,
    edited_timestamp: place.edited === true ? at : null,
    attachments: [],
    embeds: [],
    mentions: [],
    mention_roles: [],
    mention_everyone: false,
    pinned: false,
    tts: false,
  };
}
