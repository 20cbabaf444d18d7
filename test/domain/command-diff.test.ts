import { describe, expect, it } from "vitest";
import { COMMANDS } from "../../src/discord/manifest.ts";
import { type CommandLike, diffCommands, isEmptyDiff } from "../../src/domain/command-diff.ts";

const NOTHING = { added: [], changed: [], removed: [] };

/** A command with everything that a command may have, as we would send it. */
const FULL = {
  type: 1,
  name: "claim",
  description: "Report a post",
  description_localizations: { "en-US": "Report a post", de: "Melde einen Post" },
  default_member_permissions: 32,
  contexts: [0, 1, 2],
  integration_types: [0, 1],
  options: [
    {
      type: 1,
      name: "submit",
      description: "Submit",
      options: [
        { type: 3, name: "url", description: "Link", required: true },
        { type: 4, name: "views", description: "Views", min_value: 0 },
        {
          type: 3,
          name: "kind",
          description: "Kind",
          choices: [
            { name: "Low", value: "LOW" },
            { name: "High", value: "HIGH" },
          ],
        },
      ],
    },
    { type: 1, name: "me", description: "You", options: [] },
  ],
} satisfies CommandLike & Record<string, unknown>;

/** A copy of the command, changed. */
function changed(edit: (copy: typeof FULL) => void): CommandLike {
  const copy = structuredClone(FULL);
  edit(copy);
  return copy;
}

type Json = Record<string, unknown>;

const reversed = (source: object) => Object.fromEntries(Object.entries(source).toReversed());

/** As Discord answers: ids, defaults and nulls filled in, members and sets in another order. */
function answered(command: object): CommandLike {
  const { name, default_member_permissions: permissions, contexts, ...rest }: Json = { ...command };
  const echo = {
    ...(answeredTree(rest) as Json), // safe: a tree that was an object stays one.
    id: "1401234567890123456",
    application_id: "775799577604522054",
    version: "1401234567890123457",
    default_member_permissions: permissions === undefined ? null : String(permissions),
    default_permission: true,
    dm_permission: false,
    nsfw: false,
    handler: null,
    name_localized: "claim",
    description: rest.description ?? "",
    name_localizations: rest.name_localizations ?? null,
    description_localizations: rest.description_localizations ?? null,
    contexts: Array.isArray(contexts) ? contexts.toReversed() : null,
  };
  return { ...reversed(echo), name: String(name) };
}

/** Options and choices keep their order, sets of numbers and members do not; a missing default is said. */
function answeredTree(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.every((item) => typeof item === "number") ? value.toReversed() : value.map(answeredTree);
  }
  if (typeof value !== "object" || value === null) return value;
  const tree: Json = Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, answeredTree(inner)] as const),
  );
  const isOption = "description" in tree && !("contexts" in tree) && tree.type !== 1;
  return reversed(
    isOption ? { required: false, autocomplete: false, name_localizations: null, ...tree } : tree,
  );
}

describe("diffCommands", () => {
  it("finds nothing to do where there is nothing", () => {
    expect(diffCommands([], [])).toEqual(NOTHING);
    expect(isEmptyDiff(NOTHING)).toBe(true);
  });

  it("finds nothing to do when Discord answers what was sent, in its own way", () => {
    expect(diffCommands([answered(FULL)], [FULL])).toEqual(NOTHING);
    expect(diffCommands(COMMANDS.map(answered).toReversed(), COMMANDS)).toEqual(NOTHING);
  });

  it("names what is added, changed and removed, in the order of the commands", () => {
    const old = [answered(FULL), answered({ type: 3, name: "Steal" }), answered({ name: "dance" })];
    const diff = diffCommands(old, [
      { name: "link" },
      changed((copy) => {
        copy.description = "Report";
      }),
      { type: 3, name: "Report" },
    ]);
    expect(diff).toEqual({
      added: [
        { type: 1, name: "link" },
        { type: 3, name: "Report" },
      ],
      changed: [
        {
          type: 1,
          name: "claim",
          members: [{ path: "description", before: "Report a post", after: "Report" }],
        },
      ],
      removed: [
        { type: 3, name: "Steal" },
        { type: 1, name: "dance" },
      ],
    });
    expect(isEmptyDiff(diff)).toBe(false);
  });

  it.each([
    { part: "added", diff: diffCommands([], [FULL]) },
    { part: "changed", diff: diffCommands([{ name: "claim" }], [FULL]) },
    { part: "removed", diff: diffCommands([FULL], []) },
  ])("is not empty when something is $part", ({ diff }) => {
    expect(isEmptyDiff(diff)).toBe(false);
  });

  it("takes commands of one name and two types for two, and of no type for one of the chat", () => {
    expect(diffCommands([{ type: 3, name: "claim" }], [{ name: "claim" }])).toEqual({
      added: [{ type: 1, name: "claim" }],
      changed: [],
      removed: [{ type: 3, name: "claim" }],
    });
    expect(diffCommands([{ type: null, name: "claim" }], [{ type: 1, name: "claim" }])).toEqual(NOTHING);
  });
});

describe("the members of a changed command", () => {
  const [submit, me] = FULL.options;
  const [url, views, kind] = submit?.options ?? [];

  it.each([
    {
      why: "another text of a language",
      wanted: changed((copy) => {
        copy.description_localizations.de = "Melden";
      }),
      members: [{ path: "description_localizations.de", before: "Melde einen Post", after: "Melden" }],
    },
    {
      why: "another member of a set",
      wanted: changed((copy) => {
        copy.contexts = [0, 1];
      }),
      members: [{ path: "contexts", before: [0, 1, 2], after: [0, 1] }],
    },
    {
      why: "another permission",
      wanted: changed((copy) => {
        copy.default_member_permissions = 0;
      }),
      members: [{ path: "default_member_permissions", before: "32", after: "0" }],
    },
    {
      why: "a flag deep inside",
      wanted: { ...FULL, options: [{ ...submit, options: [{ ...url, required: false }, views, kind] }, me] },
      members: [{ path: "options.submit.options.url.required", before: true, after: undefined }],
    },
    {
      why: "a bound of zero, which is no default",
      wanted: {
        ...FULL,
        options: [{ ...submit, options: [url, { ...views, min_value: undefined }, kind] }, me],
      },
      members: [{ path: "options.submit.options.views.min_value", before: 0, after: undefined }],
    },
    {
      why: "an option that is new",
      wanted: { ...FULL, options: [submit, me, { type: 1, name: "help", description: "Help" }] },
      members: [
        {
          path: "options.help",
          before: undefined,
          after: { type: 1, name: "help", description: "Help" },
        },
      ],
    },
    {
      why: "an option that is gone",
      wanted: { ...FULL, options: [submit] },
      members: [
        { path: "options.me", before: { type: 1, name: "me", description: "You" }, after: undefined },
      ],
    },
    {
      why: "the same options in another order",
      wanted: { ...FULL, options: [me, submit] },
      members: [{ path: "options", before: ["submit", "me"], after: ["me", "submit"] }],
    },
    {
      why: "another order and another text at once",
      wanted: { ...FULL, options: [{ ...me, description: "Me" }, submit] },
      members: [
        { path: "options.me.description", before: "You", after: "Me" },
        { path: "options", before: ["submit", "me"], after: ["me", "submit"] },
      ],
    },
    {
      why: "the choices in another order",
      wanted: {
        ...FULL,
        options: [
          { ...submit, options: [url, views, { ...kind, choices: kind?.choices?.toReversed() }] },
          me,
        ],
      },
      members: [
        { path: "options.submit.options.kind.choices", before: ["Low", "High"], after: ["High", "Low"] },
      ],
    },
    {
      why: "another value of a choice",
      wanted: {
        ...FULL,
        options: [
          {
            ...submit,
            options: [
              url,
              views,
              {
                ...kind,
                choices: [
                  { name: "Low", value: "low" },
                  { name: "High", value: "HIGH" },
                ],
              },
            ],
          },
          me,
        ],
      },
      members: [{ path: "options.submit.options.kind.choices.Low.value", before: "LOW", after: "low" }],
    },
    {
      why: "another type of an option, 1 among them",
      wanted: { ...FULL, options: [submit, { ...me, type: 2 }] },
      members: [{ path: "options.me.type", before: 1, after: 2 }],
    },
  ])("show $why", ({ wanted, members }) => {
    expect(diffCommands([answered(FULL)], [wanted])).toEqual({
      added: [],
      changed: [{ type: 1, name: "claim", members }],
      removed: [],
    });
  });

  it("show what somebody else switched on", () => {
    const diff = diffCommands([{ ...answered(FULL), ...{ nsfw: true } }], [FULL]);
    expect(diff.changed).toEqual([
      { type: 1, name: "claim", members: [{ path: "nsfw", before: true, after: undefined }] },
    ]);
  });

  it("show a list whole whose items have no names", () => {
    const diff = diffCommands(
      [{ name: "claim", ...{ options: [7] } }],
      [{ name: "claim", ...{ options: [8] } }],
    );
    expect(diff.changed).toEqual([
      { type: 1, name: "claim", members: [{ path: "options", before: [7], after: [8] }] },
    ]);
  });
});
