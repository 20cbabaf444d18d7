import { z } from "zod";

/**
 * What Discord sends, as far as we read it: unknown members are left alone, because Discord adds some now and then.
 *
 * Source: https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-object
 */
const Snowflake = z.string().regex(/^\d{1,20}$/);

/** Text of a user: whatever it is, it can be stored. */
const Text = z.string().transform((text) => text.toWellFormed());

const User = z.object({
  id: Snowflake,
  username: Text,
  global_name: Text.nullish(),
});

export const AttachmentSchema = z.object({
  id: Snowflake,
  filename: Text,
  size: z.int().min(0),
  content_type: Text.nullish(),
  url: z.string().max(2_048),
});

const Option = z.object({
  name: z.string().max(32),
  type: z.int(),
  value: z.union([Text, z.number(), z.boolean()]).optional(),
  focused: z.boolean().optional(),
});

/** Command, group, subcommand: two levels below the command at most. */
const Group = Option.extend({ options: z.array(Option).max(25).optional() });
const OptionTree = Option.extend({ options: z.array(Group).max(25).optional() });

const Resolved = z.object({
  attachments: z.record(Snowflake, AttachmentSchema).optional(),
  messages: z
    .record(
      Snowflake,
      z.object({
        id: Snowflake,
        content: Text.optional(),
        author: User.optional(),
        embeds: z.array(z.object({ url: z.string().max(4_096).nullish() })).optional(),
      }),
    )
    .optional(),
});

const CommandData = z.object({
  name: z.string().max(32),
  type: z.int(),
  target_id: Snowflake.optional(),
  options: z.array(OptionTree).max(25).optional(),
  resolved: Resolved.optional(),
});

const ComponentData = z.object({
  custom_id: z.string().max(100),
  component_type: z.int(),
  values: z.array(Text).max(25).optional(),
});

/** A field of a modal: in a label, or in a row as modals of earlier years send it. */
const Field = z.object({
  custom_id: z.string().max(100).optional(),
  value: Text.nullish(),
  values: z.array(Text).max(25).optional(),
});

const ModalData = z.object({
  custom_id: z.string().max(100),
  components: z
    .array(z.object({ component: Field.optional(), components: z.array(Field).max(5).optional() }))
    .max(40),
  resolved: Resolved.optional(),
});

const common = {
  id: Snowflake,
  application_id: Snowflake,
  token: z.string().min(1).max(1_000),
  version: z.literal(1),
  guild_id: Snowflake.nullish(),
  member: z.object({ user: User }).nullish(),
  user: User.nullish(),
};

export const InteractionSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal(2), ...common, data: CommandData }),
  z.object({ type: z.literal(3), ...common, data: ComponentData }),
  z.object({ type: z.literal(4), ...common, data: CommandData }),
  z.object({ type: z.literal(5), ...common, data: ModalData }),
]);

export type WireInteraction = z.infer<typeof InteractionSchema>;
export type WireCommandData = z.infer<typeof CommandData>;
export type WireModalData = z.infer<typeof ModalData>;
export type Attachment = z.infer<typeof AttachmentSchema>;
