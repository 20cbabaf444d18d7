import { describe, expect, it } from "vitest";
import { localise, SOURCE_LANGUAGE, TRANSLATIONS } from "../../src/discord/localisations.ts";
import type { Command } from "../../src/discord/manifest/command.ts";
import { COMMANDS } from "../../src/discord/manifest.ts";

type Node = Partial<{
  name: string;
  name_localizations: Record<string, string>;
  description: string;
  description_localizations: Record<string, string>;
  value: string;
  required: boolean;
  autocomplete: boolean;
  options: Node[];
  choices: Node[];
}> & { type?: number };

/** Source: https://discord.com/developers/docs/interactions/application-commands, "Naming" */
const NAME = /^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u;
const CHAT = COMMANDS.filter(({ type }) => type === 1);
const LANGUAGES = [SOURCE_LANGUAGE, ...Object.keys(TRANSLATIONS)];

const named = ({ name }: Node) => name ?? "";
const childrenOf = ({ options = [], choices = [] }: Node) => [...options, ...choices];
const withDescendants = (node: Node): Node[] => [node, ...childrenOf(node).flatMap(withDescendants)];
const isGroup = ({ options = [] }: Node) => options.some(({ type }) => type === 1);
/** What a user can run: a command without subcommands, or a subcommand. */
const leavesOf = (command: Node): Node[] => (isGroup(command) ? (command.options ?? []) : [command]);
const lengthOf = (text: string | undefined) => [...(text ?? "")].length;
const inLanguage = (node: Node, language: string) => node.name_localizations?.[language] ?? named(node);

/** As Discord counts: of each text its longest translation. */
function countedCharacters(node: Node): number {
  const longest = (text: string | undefined, translated: Record<string, string> | undefined) =>
    Math.max(...[text, ...Object.values(translated ?? {})].map(lengthOf));
  return (
    longest(node.name, node.name_localizations) +
    longest(node.description, node.description_localizations) +
    lengthOf(node.value)
  );
}

const NODES = COMMANDS.flatMap((command) =>
  withDescendants(command).map((node) => ({ path: `${command.name} … ${named(node)}`, node })),
);
const DESCRIBED = NODES.filter(({ node }) => node.description !== undefined);
const PARENTS = NODES.filter(({ node }) => childrenOf(node).length > 0);

describe("the commands", () => {
  it("are those of the product, found by the names of their leaves", () => {
    expect(COMMANDS.map((command) => [command.name, leavesOf(command).map(named)])).toEqual([
      ["claim", ["submit", "update", "status", "history", "me", "leaderboard", "connect", "help"]],
      ["link", ["link"]],
      ["unlink", ["unlink"]],
      ["register", ["register"]],
      ["Report this post", ["Report this post"]],
      ["desk", ["alerts", "platforms", "recheck", "invite"]],
    ]);
  });

  it("have leaves that share no name, since a name alone finds the handler", () => {
    const leaves = COMMANDS.flatMap(leavesOf).map(named);
    expect(new Set(leaves).size).toBe(leaves.length);
  });

  it("take what the services need, the required first", () => {
    const inputs = COMMANDS.flatMap(leavesOf).map((leaf) => [
      named(leaf),
      (leaf.options ?? [])
        .map((option) => `${named(option)}${option.required === true ? "" : "?"}`)
        .join(" "),
    ]);
    const numbers = "views? clicks? conversions? likes? comments? shares? evidence? proof?";
    expect(Object.fromEntries(inputs)).toEqual({
      submit: `url campaign ${numbers}`,
      update: `post ${numbers}`,
      status: "post",
      history: "",
      me: "",
      leaderboard: "campaign",
      connect: "platform",
      help: "",
      link: "code",
      unlink: "",
      register: "email name?",
      "Report this post": "",
      alerts: "severity?",
      platforms: "",
      recheck: "report",
      invite: "",
    });
  });

  it("can be used everywhere, but the desk in servers and the bot's direct messages alone", () => {
    for (const { name, contexts, integration_types, default_member_permissions } of COMMANDS) {
      expect({ name, contexts, integration_types, default_member_permissions }).toEqual(
        name === "desk"
          ? { name, contexts: [0, 1], integration_types: [0], default_member_permissions: 32 }
          : { name, contexts: [0, 1, 2], integration_types: [0, 1], default_member_permissions: undefined },
      );
    }
  });

  it("fit what Discord takes of one application", () => {
    expect(CHAT.length).toBeLessThanOrEqual(100);
    expect(COMMANDS.length - CHAT.length).toBeLessThanOrEqual(15);
  });

  it.each(COMMANDS.map((command) => ({ name: command.name, command })))(
    "$name has at most 8000 characters, counted in its longest language",
    ({ command }) => {
      const total = withDescendants(command).map(countedCharacters);
      expect(total.reduce((sum, count) => sum + count)).toBeLessThanOrEqual(8_000);
    },
  );
});

describe("names and descriptions", () => {
  it.each(CHAT.flatMap((command) => withDescendants(command)).filter(({ value }) => value === undefined))(
    "$name is a name in every language: lower case, without blanks",
    (node) => {
      for (const name of LANGUAGES.map((language) => inLanguage(node, language))) {
        expect(name).toMatch(NAME);
        expect(name).toBe(name.toLowerCase());
      }
    },
  );

  it.each(NODES.filter(({ node }) => node.value !== undefined || node.type === 3))(
    "$path has 1 to 32 characters in a menu, at most 100 as a choice, in every language",
    ({ node }) => {
      const most = node.value === undefined ? 32 : 100;
      for (const language of LANGUAGES) {
        const length = lengthOf(inLanguage(node, language));
        expect(length).toBeGreaterThanOrEqual(1);
        expect(length).toBeLessThanOrEqual(most);
      }
    },
  );

  it.each(DESCRIBED)("$path is described in 1 to 100 characters in every language", ({ node }) => {
    const texts = { ...node.description_localizations };
    expect(Object.keys(texts)).toEqual(LANGUAGES);
    expect(texts[SOURCE_LANGUAGE]).toBe(node.description);
    for (const text of Object.values(texts)) {
      expect(lengthOf(text)).toBeGreaterThanOrEqual(1);
      expect(lengthOf(text)).toBeLessThanOrEqual(100);
    }
  });

  it("has a description everywhere but in the menu and in choices, which Discord gives none", () => {
    const bare = NODES.filter(({ node }) => node.description === undefined).map(({ node }) => node.name);
    const platforms = ["Instagram", "Facebook", "TikTok", "LinkedIn"];
    expect(bare).toEqual([...platforms, "Report this post", "Low", "Medium", "High", "Critical"]);
  });

  it.each(PARENTS)("the options of $path differ by name in every language", ({ node }) => {
    for (const language of LANGUAGES) {
      const names = childrenOf(node).map((child) => inLanguage(child, language));
      expect(new Set(names).size).toBe(names.length);
    }
  });
});

describe("options", () => {
  it.each(PARENTS)("of $path are at most 25, and so are choices", ({ node }) => {
    expect(node.options?.length ?? 0).toBeLessThanOrEqual(25);
    expect(node.choices?.length ?? 0).toBeLessThanOrEqual(25);
  });

  it.each(PARENTS)("of $path come with the required ones first", ({ node: { options = [] } }) => {
    const required = options.map((option) => option.required === true);
    expect(required).toEqual(required.toSorted((a, b) => Number(b) - Number(a)));
  });

  it.each(PARENTS)("of $path are subcommands or values, never both", ({ node: { options = [] } }) => {
    expect(new Set(options.map(({ type }) => type === 1)).size).toBeLessThanOrEqual(1);
  });

  it.each(NODES)("$path has choices or autocomplete or neither", ({ node }) => {
    expect(node.choices !== undefined && node.autocomplete === true).toBe(false);
  });
});

describe("localise", () => {
  const german = TRANSLATIONS.de;

  it("finds every translation in use, so that none outlives its text", () => {
    const names = new Set(NODES.map(({ node }) => node.name));
    const descriptions = new Set(NODES.map(({ node }) => node.description));
    expect(Object.keys(german?.names ?? {}).filter((name) => !names.has(name))).toEqual([]);
    expect(Object.keys(german?.descriptions ?? {}).filter((text) => !descriptions.has(text))).toEqual([]);
  });

  it("speaks German to Germans, and keeps the names that answers call commands by", () => {
    const claim = COMMANDS.find(({ name }) => name === "claim");
    expect(claim).toMatchObject({
      description_localizations: { de: "Melde deine Posts und sieh, was aus jeder Meldung wurde" },
      options: expect.arrayContaining([
        expect.objectContaining({
          name: "submit",
          options: expect.arrayContaining([
            expect.objectContaining({
              name: "campaign",
              name_localizations: { "en-US": "campaign", de: "kampagne" },
            }),
          ]),
        }),
      ]),
    });
    for (const command of [claim, ...leavesOf(claim ?? {})])
      expect(command).not.toHaveProperty("name_localizations");
  });

  it("translates the choices but proper names, and never their values", () => {
    const nodes = NODES.map(({ node }) => node).filter(({ value }) => value !== undefined);
    expect(nodes.map(({ value, name_localizations }) => [value, name_localizations?.de])).toEqual([
      ["instagram", undefined],
      ["meta", undefined],
      ["tiktok", undefined],
      ["linkedin", undefined],
      ["LOW", "Niedrig"],
      ["MEDIUM", "Mittel"],
      ["HIGH", "Hoch"],
      ["CRITICAL", "Kritisch"],
    ]);
  });

  it("leaves a text that nobody translated in its own language alone", () => {
    const command: Command = {
      type: 1,
      name: "dance",
      description: "Dance",
      options: [{ type: 3, name: "song", description: "Which" }],
      contexts: [0],
      integration_types: [0],
    };
    expect(localise(command)).toEqual({
      ...command,
      description_localizations: { "en-US": "Dance" },
      options: [
        {
          type: 3,
          name: "song",
          name_localizations: { "en-US": "song" },
          description: "Which",
          description_localizations: { "en-US": "Which" },
        },
      ],
    });
  });
});
