import { ClaimcheckError } from "../domain/errors.ts";
import { readCustomId } from "./custom-id.ts";
import {
  type Attachment,
  InteractionSchema,
  type WireCommandData,
  type WireInteraction,
  type WireModalData,
} from "./interaction-schema.ts";

/** An interaction as our commands see it, whatever its kind. */
export interface Invocation {
  id: string;
  /** Answers the interaction for 15 minutes: a secret. Null once it is over. */
  token: string | null;
  userId: string;
  /** As others see the user. */
  userName: string;
  kind: "command" | "autocomplete" | "component" | "modal";
  /** Of the command (`submit`, `Report this post`), or the action of a component or modal; null for none of ours. */
  name: string | null;
  /** What the component or modal carries: ids, which anybody may have written. */
  args: readonly string[];
  /** Options of a command, fields of a modal. */
  values: ReadonlyMap<string, string | number | boolean>;
  /** The option that is being typed. */
  focused: string | null;
  attachments: ReadonlyMap<string, Attachment>;
  /** The message that a message command is about. */
  target: TargetMessage | null;
}

export interface TargetMessage {
  id: string;
  authorId: string;
  content: string;
  /** Addresses of its previews. */
  embedUrls: string[];
}

const KINDS = { 2: "command", 3: "component", 4: "autocomplete", 5: "modal" } as const;

/**
 * Reads the body of a request that Discord signed.
 *
 * @throws {ClaimcheckError} bad_request for an unknown type, another application's interaction, or what is no interaction
 */
export function readInvocation(body: unknown, applicationId: string): Invocation {
  const { success, data: wire } = InteractionSchema.safeParse(body);
  if (!success) throw new ClaimcheckError("bad_request", "This is no interaction that is known here.");
  if (wire.application_id !== applicationId) {
    throw new ClaimcheckError("bad_request", "This interaction is another application's.");
  }
  const user = wire.member?.user ?? wire.user;
  if (!user) throw new ClaimcheckError("bad_request", "This interaction names no user.");
  return {
    id: wire.id,
    token: wire.token,
    userId: user.id,
    userName: user.global_name ?? user.username,
    kind: KINDS[wire.type],
    ...contentOf(wire),
  };
}

type Content = Pick<Invocation, "name" | "args" | "values" | "focused" | "attachments" | "target">;

const NOTHING: Content = {
  name: null,
  args: [],
  values: new Map(),
  focused: null,
  attachments: new Map(),
  target: null,
};

function contentOf(wire: WireInteraction): Content {
  if (wire.type === 2 || wire.type === 4) return ofCommand(wire.data);
  const custom = readCustomId(wire.data.custom_id);
  const about = { ...NOTHING, name: custom?.action ?? null, args: custom?.args ?? [] };
  return wire.type === 3 ? about : { ...about, ...ofModal(wire.data) };
}

/** Option types that hold further options: a subcommand, a group of them. */
const NESTING = new Set([1, 2]);

/** The leaf of the command's tree: leaf names are unique among our commands. */
function ofCommand(data: WireCommandData): Content {
  let name = data.name;
  let options = data.options ?? [];
  for (let first = options[0]; first && NESTING.has(first.type); first = options[0]) {
    name = first.name;
    options = (first as typeof first & { options?: typeof options }).options ?? [];
  }
  const values = options.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value] as const]));
  return {
    ...NOTHING,
    name,
    values: new Map(values),
    focused: options.find(({ focused }) => focused === true)?.name ?? null,
    attachments: new Map(Object.entries(data.resolved?.attachments ?? {})),
    target: targetOf(data),
  };
}

function targetOf({ target_id: id, resolved }: WireCommandData): TargetMessage | null {
  const message = id === undefined ? undefined : resolved?.messages?.[id];
  if (!message) return null;
  const embedUrls = (message.embeds ?? []).flatMap(({ url }) => url ?? []);
  return { id: message.id, authorId: message.author?.id ?? "", content: message.content ?? "", embedUrls };
}

function ofModal(data: WireModalData): Pick<Content, "values" | "attachments"> {
  const fields = data.components.flatMap(({ component, components = [] }) =>
    component === undefined ? components : [component],
  );
  const values = fields.flatMap(({ custom_id: name, value, values: chosen }) => {
    const given = value ?? chosen?.[0];
    return name === undefined || given === undefined ? [] : [[name, given] as const];
  });
  return { values: new Map(values), attachments: new Map(Object.entries(data.resolved?.attachments ?? {})) };
}
