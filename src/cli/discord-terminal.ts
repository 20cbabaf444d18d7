import type {
  ActionRow,
  Button,
  Choice,
  Container,
  InteractionResponse,
  Label,
  Message,
  Modal,
} from "../discord/wire.ts";
import { BUTTON_STYLES, EPHEMERAL } from "../discord/wire.ts";
import { markdownLines, paint, type Style, seenLength, type View } from "./discord-markdown.ts";

/** What Discord would show of an answer, for a terminal. */
export function renderResponse(response: InteractionResponse, view: View): string {
  switch (response.type) {
    case 1:
      return "Pong.";
    case 4:
    case 7:
      return renderMessage(response.data, view);
    case 5:
      return paint("dim", "Claimcheck is thinking …", view);
    case 8:
      return renderChoices(response.data.choices, view);
    case 9:
      return renderModal(response.data, view);
  }
}

/** Containers with a bar of their colour, buttons with what pressing them sends. */
export function renderMessage({ flags, components }: Message, view: View): string {
  const lines = components.flatMap((component) => componentLines(component, view));
  if ((flags & EPHEMERAL) !== 0) lines.push(paint("dim", "Only you can see this.", view));
  return lines.join("\n");
}

type Component = Message["components"][number] | Container["components"][number];

function componentLines(component: Component, view: View): string[] {
  switch (component.type) {
    case 1:
      return rowLines(component, view);
    case 10:
      return markdownLines(component.content, view);
    case 14:
      return [component.divider === false ? "" : paint("dim", "─".repeat(Math.min(view.columns, 40)), view)];
    case 17:
      return containerLines(component, view);
  }
}

const BAR = "▌ ";

function containerLines({ accent_color, components }: Container, view: View): string[] {
  const inside = { ...view, columns: view.columns - BAR.length };
  const bar = paintBar(accent_color, view);
  return components.flatMap((component) => componentLines(component, inside)).map((line) => `${bar}${line}`);
}

function paintBar(rgb: number | undefined, { colour }: View): string {
  if (!colour || rgb === undefined) return BAR;
  const channels = [rgb >> 16, rgb >> 8, rgb].map((channel) => channel & 0xff);
  return `\u001B[38;2;${channels.join(";")}m${BAR}\u001B[39m`;
}

const BUTTON_LOOK: Readonly<Record<Button["style"], Style>> = {
  [BUTTON_STYLES.primary]: ["bold", "blue"],
  [BUTTON_STYLES.secondary]: "bold",
  [BUTTON_STYLES.success]: ["bold", "green"],
  [BUTTON_STYLES.danger]: ["bold", "red"],
  [BUTTON_STYLES.link]: ["bold", "underline"],
};

/** One button a line, so that what it sends can be copied. */
function rowLines({ components }: ActionRow, view: View): string[] {
  const labels = components.map((button) => `[ ${button.label} ]`);
  const width = Math.max(...labels.map(seenLength));
  return components.map((button, i) => {
    const label = labels[i] ?? "";
    const space = " ".repeat(width - seenLength(label) + 2);
    if (button.style === 5) return `${paint(BUTTON_LOOK[5], label, view)}${space}${button.url}`;
    const sends = button.disabled === true ? "(disabled)" : button.custom_id;
    return `${paint(BUTTON_LOOK[button.style], label, view)}${space}${paint("dim", sends, view)}`;
  });
}

function renderChoices(choices: readonly Choice[], view: View): string {
  if (choices.length === 0) return paint("dim", "No options match your search.", view);
  return twoColumns(
    choices.map(({ name, value }) => [name, value]),
    view,
  ).join("\n");
}

function twoColumns(rows: readonly [string, string][], view: View): string[] {
  const width = Math.max(...rows.map(([name]) => seenLength(name)));
  return rows.map(
    ([name, value]) => `  ${name}${" ".repeat(width - seenLength(name))}  ${paint("dim", value, view)}`,
  );
}

/** A form: a star marks what must be filled in, and what stands there already is shown. */
function renderModal({ title, components }: Modal, view: View): string {
  const lines = components.flatMap((component) =>
    component.type === 10 ? markdownLines(component.content, view) : fieldLines(component, view),
  );
  return [`╭ ${paint("bold", title, view)}`, ...lines.map((line) => `│ ${line}`), "╰"].join("\n");
}

function fieldLines({ label, description, component }: Label, view: View): string[] {
  const star = component.required === false ? "" : paint("red", " *", view);
  const about = description === undefined ? [] : [paint("dim", description, view)];
  const heading = `${paint("bold", label, view)}${star}`;
  if (component.type === 3) {
    const options = component.options.map(({ label, value, default: chosen }): [string, string] => [
      chosen === true ? `${label} (chosen)` : label,
      value,
    ]);
    return [`${heading}  ${component.custom_id}:…  one of`, ...about, ...twoColumns(options, view)];
  }
  const value = component.value === undefined ? "…" : component.value;
  return [`${heading}  ${component.custom_id}:${value}`, ...about];
}
