import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Label, Modal } from "../discord/wire.ts";
import type { ModalField } from "./discord-local.ts";
import { Unsayable } from "./discord-words.ts";
import { DEV } from "./local.ts";

/** A form that was opened, as Discord's client keeps it until it is sent. */
export interface Form {
  modal: Modal;
  /** Whether a button of a message opened it. */
  onMessage: boolean;
}

const FILE = join(DEV, "discord-forms.json");
const MOST_FORMS = 20;

// safe: written by rememberForm.
const openForms = (): Form[] => (existsSync(FILE) ? (JSON.parse(readFileSync(FILE, "utf8")) as Form[]) : []);

/** Keeps the form, so that a later command may fill it in. */
export function rememberForm(form: Form): void {
  const others = openForms().filter(({ modal }) => modal.custom_id !== form.modal.custom_id);
  writeFileSync(FILE, JSON.stringify([form, ...others].slice(0, MOST_FORMS)));
}

/** @throws {Unsayable} for a form that was never opened */
export function requireForm(customId: string): Form {
  const form = openForms().find(({ modal }) => modal.custom_id === customId);
  if (form !== undefined) return form;
  throw new Unsayable(`No form ${customId} was opened. Press its button, or use --message, first.`);
}

const fieldsOf = ({ components }: Modal): Label["component"][] =>
  components.flatMap((component) => (component.type === 18 ? [component.component] : []));

/**
 * Fills the form in. What is not given keeps what stands there; of a choice, its label may be given too.
 *
 * @throws {Unsayable} for what Discord's client would not send
 */
export function fillForm(modal: Modal, given: ReadonlyMap<string, string>): ModalField[] {
  const fields = fieldsOf(modal);
  const names = fields.map(({ custom_id }) => custom_id);
  const unknown = [...given.keys()].find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new Unsayable(`The form has no field "${unknown}". It has: ${names.join(", ")}.`);
  }
  return fields.map((field) => {
    const value = field.type === 3 ? chosenIn(field, given) : writtenIn(field, given);
    if (field.required !== false && !value) throw new Unsayable(`${field.custom_id} must be filled in.`);
    return { customId: field.custom_id, type: field.type, value };
  });
}

/** What the form itself fills in. */
function standingIn(field: Label["component"]): string {
  if (field.type === 4) return field.value ?? "";
  return field.options.find((option) => option.default === true)?.value ?? "";
}

function writtenIn(
  field: Extract<Label["component"], { type: 4 }>,
  given: ReadonlyMap<string, string>,
): string {
  const { custom_id: name, min_length = 0, max_length = 4_000 } = field;
  const value = given.get(name) ?? standingIn(field);
  if (value.length > max_length) throw new Unsayable(`${name} takes at most ${max_length} characters.`);
  if (value !== "" && value.length < min_length) {
    throw new Unsayable(`${name} takes at least ${min_length} characters.`);
  }
  return value;
}

function chosenIn(
  field: Extract<Label["component"], { type: 3 }>,
  given: ReadonlyMap<string, string>,
): string | null {
  const { custom_id: name, options } = field;
  const wanted = given.get(name)?.toLowerCase();
  if (wanted === undefined) return standingIn(field) || null;
  const chosen = options.find(({ value, label }) =>
    [value, label].some((way) => way.toLowerCase() === wanted),
  );
  if (chosen !== undefined) return chosen.value;
  throw new Unsayable(`${name} must be one of: ${options.map(({ label }) => label).join(", ")}.`);
}

/** The fields still to be typed, as the command line takes them: `campaign:… views:…`. */
export function fieldsToType(modal: Modal): string {
  const empty = fieldsOf(modal).filter((field) => standingIn(field) === "");
  return empty.map(({ custom_id }) => `${custom_id}:…`).join(" ");
}
