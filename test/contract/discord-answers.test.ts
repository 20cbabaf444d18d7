import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Ajv } from "ajv";
import { beforeAll, describe, expect, it } from "vitest";
import { ACTIONS, COMMANDS } from "../../src/discord/command-table.ts";
import { readCustomId } from "../../src/discord/custom-id.ts";
import { COMPONENTS_V2, EPHEMERAL, LIMITS } from "../../src/discord/wire.ts";
import { describeContract, type Json, readSpec } from "./specs.ts";

/** What an interaction of the worker's tests was answered, as test/support/discord.ts notes it. */
interface Note {
  kind: "ping" | "command" | "autocomplete" | "component" | "modal" | "deferred" | "sent";
  name: string | null;
  branch: string | null;
  /** Of what was deferred, the message that takes the answer's place; of what was sent, the message. */
  answer: Json;
}

const exercised = process.env.CLAIMCHECK_EXERCISED;
const file = exercised === undefined ? null : join(dirname(exercised), "discord-answers.ndjson");

function describeNoted(title: string, tests: () => void): void {
  const noted = file !== null && existsSync(file);
  if (noted || process.env.CLAIMCHECK_REQUIRE_SHARED === "1") describeContract(title, tests);
  else describe.skip(`${title} (not checked: npm run test:worker notes the answers, and has not run)`, tests);
}

const readNotes = (): Note[] =>
  readFileSync(file ?? "", "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));

/** A message below a deferred answer has no type of its own. */
type Answered = 1 | 4 | 5 | 7 | 8 | 9 | "message";

/** Discord's schema of each type of answer. */
const SCHEMAS: Readonly<Record<Answered, string>> = {
  1: "PongInteractionCallbackRequest",
  4: "CreateMessageInteractionCallbackRequest",
  5: "CreateMessageInteractionCallbackRequest",
  7: "UpdateMessageInteractionCallbackRequest",
  8: "ApplicationCommandAutocompleteCallbackRequest",
  9: "ModalInteractionCallbackRequest",
  message: "IncomingWebhookUpdateRequestPartial",
};

/** What each kind may be answered. https://discord.com/developers/docs/interactions/receiving-and-responding */
const ALLOWED: Readonly<Record<Note["kind"], readonly Answered[]>> = {
  ping: [1],
  command: [4, 5, 9],
  autocomplete: [8],
  component: [4, 5, 7, 9],
  modal: [4, 5, 7],
  deferred: ["message"],
  sent: [],
};

/** Discord's schema of what we send of ourselves, by how it goes. */
const SENT_SCHEMAS: Readonly<Record<string, string>> = {
  edit: "IncomingWebhookUpdateRequestPartial",
  follow_up: "IncomingWebhookInteractionRequest",
  webhook: "IncomingWebhookRequestPartial",
};

// A claim that was taken may meet all of these; `repeated` is told to whoever sends an interaction twice.
const CLAIM = { taken: 4, refused: 4, repeated: 4, turned_away: 4, deferred: 5, deferred_again: 5 } as const;
const ALTERED = { done: 4, refused: 4, repeated: 4, turned_away: 4, nothing: 4 } as const;
const CHOICES = { some: 8, none: 8 } as const;
const LATER = { done: "message", done_before: "message" } as const;

/** Each way an interaction can go, and the type of its answer. */
const EXPECTED: Readonly<Record<string, Readonly<Record<string, Answered>>>> = {
  "ping null": { pong: 1 },
  "command submit": { ...CLAIM, duplicate: 4, busy: 4, internal: 4 },
  "command update": CLAIM,
  "command status": { shown: 4, operator: 4, refused: 4, turned_away: 4 },
  "command history": { empty: 4, all: 4, page: 4, turned_away: 4 },
  "command me": { shown: 4, turned_away: 4 },
  "command leaderboard": { empty: 4, shown: 4, refused: 4, turned_away: 4 },
  "command connect": { begun: 4, long: 4, refused: 4, repeated: 4, turned_away: 4 },
  "command help": { shown: 4 },
  "command link": { linked: 4, refused: 4 },
  "command unlink": { unlinked: 4, nothing: 4, refused: 4, repeated: 4 },
  "command register": { opened: 4, closed: 4, already: 4, taken: 4, refused: 4, repeated: 4 },
  "command Report this post": { form: 9, no_post: 4, no_campaign: 4, turned_away: 4 },
  "command alerts": { empty: 4, shown: 4, turned_away: 4 },
  "command platforms": { deferred: 5, turned_away: 4 },
  "command recheck": ALTERED,
  "command invite": { shown: 4, closed: 4, turned_away: 4 },
  "command dance": { outdated: 4 },
  "component claim": { shown: 4, operator: 4, refused: 4, turned_away: 4 },
  "component status": { shown: 7, refused: 4, turned_away: 4 },
  "component history": { page: 7, turned_away: 4 },
  "component recheck": ALTERED,
  "component alerts": { page: 7, turned_away: 4 },
  "component ack": { done: 7, resolved: 7, refused: 4, repeated: 4, turned_away: 4 },
  "component resolve": { form: 9, turned_away: 4 },
  "component join": { form: 9, closed: 4, already: 4 },
  "component null": { outdated: 4 },
  "modal resolve": { done: 7, resolved: 7, refused: 4, repeated: 4, turned_away: 4 },
  "modal join": { opened: 4, closed: 4, already: 4, refused: 4, repeated: 4 },
  "modal report": { ...CLAIM, duplicate: 4 },
  "modal dance": { outdated: 4 },
  "autocomplete submit": CHOICES,
  "autocomplete update": { some: 8 },
  "autocomplete status": CHOICES,
  "autocomplete leaderboard": { ...CHOICES, failed: 8 },
  "autocomplete me": { none: 8 },
  "deferred submit": { ...LATER, refused: "message", internal: "message" },
  "deferred update": { ...LATER, too_late: "message" },
  "deferred report": LATER,
  "deferred platforms": { shown: "message", turned_away: "message" },
};

const keyOf = ({ kind, name }: Note) => `${kind} ${name}`;
// safe: the check below names every answer whose type is none of these.
const typeOf = ({ kind, answer }: Note) => (kind === "deferred" ? "message" : answer.type) as Answered;
const dataOf = ({ kind, answer }: Note) => objectOf(kind === "deferred" ? answer : answer.data);
const shown = (note: Note) => `${keyOf(note)} ${note.branch} (${typeOf(note)})`;

/** Objects that are closed here: a member Discord does not document is an error. */
const CLOSED =
  /ForMessageRequest$|ForModalRequest$|InteractionCallback|^IncomingWebhook|AllowedMentionsRequest$|Choice$/;

/** Checks against named schemas of Discord's. */
function validatorOf({ components }: { components: { schemas: Record<string, Json> } }) {
  const schemas = structuredClone(components.schemas);
  for (const [name, schema] of Object.entries(schemas)) {
    if (CLOSED.test(name) && "properties" in schema) schema.additionalProperties = false;
  }
  const ajv = new Ajv({ strict: false, allErrors: true, validateSchema: false });
  for (const format of ["int32", "int64", "uint32"]) {
    ajv.addFormat(format, { type: "number", validate: Number.isInteger });
  }
  ajv.addFormat("double", { type: "number", validate: Number.isFinite });
  ajv.addFormat("snowflake", /^(0|[1-9]\d{0,19})$/);
  ajv.addFormat("uri", /^https?:\/\/\S+$/);
  ajv.addFormat("date-time", /^\d{4}-\d\d-\d\dT/);
  ajv.addSchema({ $id: "discord", components: { schemas } });
  return (name: string, value: unknown): string[] => {
    ajv.validate({ $ref: `discord#/components/schemas/${name}` }, value);
    return (ajv.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  };
}

/** The members of what should be an object: none where it is something else, which the schema says. */
const objectOf = (value: unknown): Json =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};

const listOf = (value: unknown): Json[] => (Array.isArray(value) ? value.map(objectOf) : []);

/** Every object inside a value, itself included. */
function objectsIn(value: unknown): Json[] {
  if (typeof value !== "object" || value === null) return [];
  const inner = Object.values(value).flatMap(objectsIn);
  return Array.isArray(value) ? inner : [objectOf(value), ...inner];
}

const KNOWN_FLAGS = [COMPONENTS_V2, COMPONENTS_V2 | EPHEMERAL];
/** Parts of the first version of messages, which none of the second may have. */
const FIRST_VERSION = ["content", "embeds", "poll", "sticker_ids"];

/** What is wrong with a message of components and Discord's schema cannot say. */
function wrongInMessage(message: Json): string[] {
  const parts = objectsIn(message.components);
  const components = parts.filter(({ type }) => type !== undefined);
  const ids = parts.flatMap(({ custom_id: id }) => (typeof id === "string" ? [id] : []));
  const text = components.flatMap(({ type, content }) => (type === 10 ? [String(content)] : [])).join("");
  const rules: Record<string, boolean> = {
    "it is of the second version, and nothing else": KNOWN_FLAGS.includes(Number(message.flags)),
    "it has nothing of the first version": FIRST_VERSION.every((name) => !(name in message)),
    "it mentions nobody": JSON.stringify(message.allowed_mentions) === '{"parse":[]}',
    "it shows something": components.length > 0,
    "it has at most 40 components": components.length <= LIMITS.messageComponents,
    "its text is at most 4,000 characters": text.length <= LIMITS.messageText,
    "its ids are unique": new Set(ids).size === ids.length,
    "its ids are at most 100 characters": ids.every((id) => id.length <= LIMITS.customId),
    "its buttons are known": ids.every((id) => ACTIONS.has(readCustomId(id)?.action ?? "")),
    "its rows have at most five buttons": parts.every(
      ({ type, components: inner }) => type !== 1 || listOf(inner).length <= LIMITS.buttonsInRow,
    ),
    "its buttons have a label, and go one way": components.every(isWholeButton),
  };
  return broken(rules);
}

function isWholeButton({ type, label, style, custom_id: id, url }: Json): boolean {
  if (type !== 2) return true;
  const goes = style === 5 ? url !== undefined && id === undefined : url === undefined && id !== undefined;
  return goes && typeof label === "string" && label.trim() !== "" && label.length <= LIMITS.buttonLabel;
}

function wrongInModal(modal: Json): string[] {
  const fields = objectsIn(modal.components).flatMap(({ custom_id: id }) =>
    typeof id === "string" ? [id] : [],
  );
  const inputs = objectsIn(modal.components).filter(({ type }) => type === 4);
  return broken({
    "its form is known": ACTIONS.has(readCustomId(String(modal.custom_id))?.action ?? ""),
    "it has one to five fields": isBetween(listOf(modal.components).length, 1, LIMITS.modalComponents),
    "its fields have names of their own": fields.length > 0 && new Set(fields).size === fields.length,
    "what is filled in fits its field": inputs.every(
      ({ value = "", max_length: most = 4_000 }) => String(value).length <= Number(most),
    ),
    "its lists have different values": objectsIn(modal.components).every(({ options = [] }) => {
      const values = listOf(options).map(({ value }) => value);
      return new Set(values).size === values.length;
    }),
  });
}

function wrongInChoices({ choices }: Json): string[] {
  return listOf(choices).flatMap(({ name, value }) =>
    broken({
      "its name is 1 to 100 characters": isBetween(String(name).length, 1, LIMITS.optionText),
      "its name can be seen": /[^\s\p{C}]/u.test(String(name)) && !/\n/.test(String(name)),
      "its value is 1 to 100 characters": isBetween(String(value).length, 1, LIMITS.optionText),
    }),
  );
}

const isBetween = (n: number, least: number, most: number) => n >= least && n <= most;

const broken = (rules: Record<string, boolean>) => Object.keys(rules).filter((rule) => rules[rule] !== true);

/** What is wrong with an answer beyond Discord's schema. */
function wrongIn(note: Note): string[] {
  const data = dataOf(note);
  switch (typeOf(note)) {
    case 1:
      return broken({ "it is a pong": JSON.stringify(note.answer) === '{"type":1}' });
    case 5:
      return broken({ "it is seen by its user alone": JSON.stringify(data) === '{"flags":64}' });
    case 8:
      return wrongInChoices(data);
    case 9:
      return wrongInModal(data);
    default:
      return wrongInMessage(data);
  }
}

const distinct = (lines: readonly string[]) => [...new Set(lines)].toSorted();

describeNoted("the answers to Discord", () => {
  let notes: Note[];
  let sent: Note[];
  let problemsOf: ReturnType<typeof validatorOf>;

  beforeAll(() => {
    const all = readNotes();
    notes = all.filter(({ kind }) => kind !== "sent");
    sent = all.filter(({ kind }) => kind === "sent");
    problemsOf = validatorOf(readSpec("discord-openapi.json"));
  });

  const branches = Object.entries(EXPECTED).flatMap(([of, types]) =>
    Object.entries(types).map(([branch, type]) => ({ of, branch, type })),
  );

  it.each(branches)("has an example of $of, $branch, of type $type", ({ of, branch, type }) => {
    const found = notes.filter((note) => keyOf(note) === of && note.branch === branch);
    expect(distinct(found.map((note) => String(typeOf(note))))).toEqual([String(type)]);
  });

  it("knows each way that an example is named after", () => {
    const named = notes.filter(
      ({ branch, name }) => branch !== null && branch !== "outdated" && name !== null,
    );
    expect(distinct(named.filter((note) => !EXPECTED[keyOf(note)]?.[note.branch ?? ""]).map(shown))).toEqual(
      [],
    );
  });

  it("has one of every command, button and form", () => {
    const there = new Set(Object.keys(EXPECTED));
    const wanted = [...COMMANDS].flatMap(([name, { complete, slow }]) => [
      `command ${name}`,
      ...(complete === undefined ? [] : [`autocomplete ${name}`]),
      ...(slow === undefined ? [] : [`deferred ${name}`]),
    ]);
    expect(wanted.length).toBeGreaterThan(COMMANDS.size);
    expect(wanted.filter((name) => !there.has(name))).toEqual([]);
    const actions = [...ACTIONS.keys()];
    expect(actions.filter((name) => !there.has(`component ${name}`) && !there.has(`modal ${name}`))).toEqual(
      [],
    );
  });

  it("has one of every form that a button or message opens, filled in", () => {
    const opened = notes.flatMap((note) => (typeOf(note) === 9 ? [String(dataOf(note).custom_id)] : []));
    const forms = distinct(opened.map((id) => `modal ${readCustomId(id)?.action}`));
    expect(forms).toEqual(["modal join", "modal report", "modal resolve"]);
    expect(forms.filter((form) => EXPECTED[form] === undefined)).toEqual([]);
  });

  it("answers each kind as Discord takes it", () => {
    expect(notes.filter((note) => !ALLOWED[note.kind].includes(typeOf(note))).map(shown)).toEqual([]);
  });

  it("keeps to Discord's schemas", () => {
    const wrong = notes.flatMap((note) =>
      problemsOf(SCHEMAS[typeOf(note)], note.answer).map((problem) => `${shown(note)}: ${problem}`),
    );
    expect(distinct(wrong)).toEqual([]);
  });

  it("keeps to what its schemas cannot say", () => {
    const wrong = notes.flatMap((note) => wrongIn(note).map((rule) => `${shown(note)}: not so: ${rule}`));
    expect(distinct(wrong)).toEqual([]);
  });

  it("shows everybody an invitation, and everything else to its user alone", () => {
    const messages = notes.filter((note) => [4, 7, "message"].includes(typeOf(note)));
    const open = messages.filter((note) => (Number(dataOf(note).flags) & EPHEMERAL) === 0);
    expect(distinct(open.map(keyOf))).toEqual(["command invite"]);
  });

  it("sends what Discord takes, whichever way it goes", () => {
    expect(distinct(sent.map(({ name }) => String(name)))).toEqual(Object.keys(SENT_SCHEMAS).toSorted());
    const wrong = sent.flatMap(({ name, answer }) =>
      [...problemsOf(SENT_SCHEMAS[name ?? ""] ?? "", answer), ...wrongInMessage(answer)].map(
        (problem) => `${name}: ${problem}`,
      ),
    );
    expect(distinct(wrong)).toEqual([]);
  });

  it("sends verdicts to their user alone, and into channels nothing that asks back", () => {
    const flagsOf = (way: string) =>
      distinct(sent.filter(({ name }) => name === way).map(({ answer }) => String(answer.flags)));
    expect(flagsOf("follow_up")).toEqual([String(COMPONENTS_V2 | EPHEMERAL)]);
    // Of these two, Discord takes no other flag.
    expect([...flagsOf("edit"), ...flagsOf("webhook")]).toEqual([
      String(COMPONENTS_V2),
      String(COMPONENTS_V2),
    ]);
    const asking = sent.filter(
      ({ name, answer }) => name === "webhook" && JSON.stringify(answer).includes("custom_id"),
    );
    expect(asking).toEqual([]);
  });

  it("never tells a token", () => {
    expect(
      [...notes, ...sent].filter(({ answer }) => JSON.stringify(answer).includes("token-of-")).map(shown),
    ).toEqual([]);
  });

  describe("the check itself", () => {
    const text = { type: 10, content: "Hello" };
    const press = { type: 2, style: 1, label: "Press", custom_id: "v1:join" };
    const message = { flags: COMPONENTS_V2 | EPHEMERAL, components: [text], allowed_mentions: { parse: [] } };
    const noteOf = (data: Json, type = 4): Note => ({
      kind: "command",
      name: "help",
      branch: null,
      answer: { type, data },
    });
    const wrongOf = (note: Note) => [...problemsOf(SCHEMAS[typeOf(note)], note.answer), ...wrongIn(note)];
    const row = (...components: Json[]) => ({ ...message, components: [{ type: 1, components }] });

    it("takes a plain message", () => {
      expect(wrongOf(noteOf(message))).toEqual([]);
      expect(wrongOf(noteOf(row(press)))).toEqual([]);
    });

    it.each([
      { why: "content beside components", data: { ...message, content: "Hello" } },
      { why: "a member that Discord does not have", data: { ...message, colour: "red" } },
      { why: "a component that Discord does not have", data: { ...message, components: [{ type: 99 }] } },
      { why: "a text without any", data: { ...message, components: [{ type: 10, content: "" }] } },
      { why: "mentions of users", data: { ...message, allowed_mentions: { parse: ["users"] } } },
      { why: "mentions left to Discord", data: { flags: message.flags, components: [text] } },
      { why: "the first version's flags", data: { ...message, flags: 64 } },
      { why: "41 components", data: { ...message, components: Array(41).fill(text) } },
      {
        why: "4,001 characters in two texts",
        data: {
          ...message,
          components: [text, { type: 10, content: "x".repeat(3_996) }],
        },
      },
      { why: "six buttons beside each other", data: row(...Array.from({ length: 6 }, () => press)) },
      { why: "two buttons of one id", data: row(press, press) },
      { why: "a long id", data: row({ ...press, custom_id: `v1:join:${"x".repeat(93)}` }) },
      { why: "a button of nobody's", data: row({ ...press, custom_id: "v1:dance" }) },
      { why: "a button of an older version", data: row({ ...press, custom_id: "v0:join" }) },
      { why: "a button without a label", data: row({ ...press, label: " " }) },
      { why: "a button with a long label", data: row({ ...press, label: "x".repeat(81) }) },
      { why: "a link that comes back", data: row({ ...press, style: 5 }) },
    ])("refuses $why", ({ data }) => {
      expect(wrongOf(noteOf(data))).not.toEqual([]);
    });

    it.each([
      { why: "26 choices", choices: Array(26).fill({ name: "x", value: "x" }) },
      { why: "a choice with a long name", choices: [{ name: "x".repeat(101), value: "x" }] },
      { why: "a choice without a name", choices: [{ name: "", value: "x" }] },
      { why: "a choice that nobody sees", choices: [{ name: "\u200b", value: "x" }] },
      { why: "a choice without a value", choices: [{ name: "x", value: "" }] },
    ])("refuses $why", ({ choices }) => {
      expect(wrongOf(noteOf({ choices }, 8))).not.toEqual([]);
    });

    const field = { type: 18, label: "Views", component: { type: 4, custom_id: "views", style: 1 } };
    const form = { custom_id: "v1:join", title: "Join", components: [field] };

    it("takes a plain form", () => {
      expect(wrongOf(noteOf(form, 9))).toEqual([]);
    });

    it.each([
      { why: "a form of nobody's", data: { ...form, custom_id: "v1:dance" } },
      { why: "a form with a long title", data: { ...form, title: "x".repeat(46) } },
      { why: "a form without fields", data: { ...form, components: [] } },
      { why: "two fields of one name", data: { ...form, components: [field, field] } },
      {
        why: "six fields",
        data: {
          ...form,
          components: Array.from({ length: 6 }, (_, n) => ({
            ...field,
            component: { ...field.component, custom_id: `views${n}` },
          })),
        },
      },
      { why: "a field outside a label", data: { ...form, components: [field.component] } },
    ])("refuses $why", ({ data }) => {
      expect(wrongOf(noteOf(data, 9))).not.toEqual([]);
    });
  });
});
