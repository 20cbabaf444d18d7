import { z } from "zod";
import { type Problem, problemsOf } from "./discord-errors.ts";
import type { Json } from "./discord-world.ts";

/** Source: https://discord.com/developers/docs/interactions/application-commands */

const NAME = /^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u;
const LOCALES =
  "id da de en-GB en-US es-ES es-419 fr hr it lt hu nl no pl pt-BR ro fi sv-SE vi tr cs el bg ru uk hi th zh-CN ja zh-TW ko".split(
    " ",
  );

const problem = (code: string, message: string) => ({ params: { code }, message });
const INVALID_NAME = problem("APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid");
const NAME_TWICE = problem("APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", "Option name already exists");
const REQUIRED_LATE = problem(
  "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
  "Required options must be placed before non-required options",
);
const COMMAND_TWICE = problem(
  "APPLICATION_COMMANDS_DUPLICATE_NAME",
  "Application command names must be unique",
);
const TOO_LARGE = problem("APPLICATION_COMMAND_TOO_LARGE", "Command exceeds maximum size (8000)");

const Name = z.string().refine((name) => NAME.test(name) && name === name.toLowerCase(), INVALID_NAME);
const Description = z.string().min(1).max(100);
const localised = <T extends z.ZodType>(schema: T) => z.partialRecord(z.enum(LOCALES), schema).nullish();

/** What every command and option of the chat has. */
const NAMED = {
  name: Name,
  name_localizations: localised(Name),
  description: Description,
  description_localizations: localised(Description),
};

const Choice = z.looseObject({
  name: z.string().min(1).max(100),
  name_localizations: localised(z.string().min(1).max(100)),
  value: z.union([z.string().max(100), z.number()]),
});

/** What a person gives: of every type but the subcommands and their groups. */
const Value = z
  .looseObject({
    ...NAMED,
    type: z.literal([3, 4, 5, 6, 7, 8, 9, 10, 11]),
    required: z.boolean().optional(),
    autocomplete: z.boolean().optional(),
    choices: z.array(Choice).max(25).optional(),
  })
  .refine(
    ({ autocomplete, choices }) => !(autocomplete && choices?.length),
    problem("APPLICATION_COMMAND_AUTOCOMPLETE_AND_CHOICES", "Autocomplete and choices exclude each other"),
  );

const Subcommand = z.looseObject({ ...NAMED, type: z.literal(1), options: listOf(Value) });
const Group = z.looseObject({ ...NAMED, type: z.literal(2), options: listOf(Subcommand) });

const COMMON = {
  contexts: z
    .array(z.literal([0, 1, 2]))
    .min(1)
    .nullish(),
  integration_types: z
    .array(z.literal([0, 1]))
    .min(1)
    .nullish(),
  default_member_permissions: z.union([z.string().regex(/^\d+$/), z.int().min(0)]).nullish(),
};
const ChatCommand = z.looseObject({
  ...NAMED,
  ...COMMON,
  type: z.literal(1).nullish(),
  options: listOf(z.discriminatedUnion("type", [Subcommand, Group, Value])),
});
/** Of users and messages. */
const MenuCommand = z.looseObject({
  ...COMMON,
  name: z.string().min(1).max(32),
  name_localizations: localised(z.string().min(1).max(32)),
  type: z.literal([2, 3]),
  description: z.literal("").nullish(),
  options: z.array(z.unknown()).max(0).nullish(),
});

/** Options: the required ones first, and no name twice. */
function listOf<T extends z.ZodType<Json>>(option: T) {
  const list = z.array(option).max(25);
  return list
    .superRefine((options, context) => {
      for (const [at, { name, required }] of options.entries()) {
        const before = options.slice(0, at);
        const refuse = ({ params, message }: ReturnType<typeof problem>) =>
          context.addIssue({ code: "custom", params, message, path: [at] });
        if (required === true && before.some((earlier) => earlier.required !== true)) refuse(REQUIRED_LATE);
        if (before.some((earlier) => earlier.name === name)) refuse(NAME_TWICE);
      }
    })
    .nullish();
}

const MOST_CHARACTERS = 8_000;
const Commands = z.array(z.looseObject({ name: z.string(), type: z.int().nullish() })).max(130);

/** What Discord has against a set of commands, of which each has a name that its kind has once. */
export function commandProblems(commands: unknown): Problem[] {
  const parsed = Commands.safeParse(commands ?? []);
  if (!parsed.success) return problemsOf(Commands, commands);
  return parsed.data.flatMap((command, at) => {
    const twice = parsed.data.slice(0, at).some((earlier) => keyOf(earlier) === keyOf(command));
    const found = [
      ...problemsOf(command.type === 2 || command.type === 3 ? MenuCommand : ChatCommand, command),
      ...(twice ? [whole(COMMAND_TWICE)] : []),
      ...(lengthOf(command) > MOST_CHARACTERS ? [whole(TOO_LARGE)] : []),
    ];
    return found.map((inner) => ({ ...inner, path: [at, ...inner.path] }));
  });
}

function whole({ params, message }: ReturnType<typeof problem>): Problem {
  return { path: [], code: params.code, message };
}

/** What tells commands of one scope apart. */
export function keyOf({ type, name }: Json): string {
  return `${type ?? 1}:${name}`;
}

/** Names, descriptions and values of a command and all within it. */
function lengthOf({ name, description, value, options, choices }: Json): number {
  const own = [name, description, value].filter((text) => typeof text === "string").join("").length;
  const inner = [options, choices].flatMap((list) => (Array.isArray(list) ? list : []));
  return inner.reduce((sum: number, item) => sum + lengthOf(item), own);
}
