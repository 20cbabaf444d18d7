import { expect } from "vitest";
import { type Button, LIMITS, type Message, type Modal } from "../../../src/discord/wire.ts";

type Part = Message["components"][number] | { type: 14 } | Button;

function partsOf(components: readonly Part[]): Part[] {
  return components.flatMap((part) => ("components" in part ? [part, ...partsOf(part.components)] : [part]));
}

/** Everything a message says, a text a line. */
export function textOf({ components }: Message): string {
  return textsOf(components).join("\n");
}

function textsOf(components: readonly Part[]): string[] {
  return partsOf(components).flatMap((part) => (part.type === 10 ? [part.content] : []));
}

/** The buttons of a message: "Refresh → v1:status:…". */
export function buttonsOf({ components }: Message): string[] {
  return partsOf(components).flatMap((part) => {
    if (part.type !== 2) return [];
    return [`${part.label} → ${part.style === 5 ? part.url : part.custom_id}`];
  });
}

/** The colour of the first container. */
export function colourOf({ components }: Message): number | undefined {
  return components.flatMap((part) => (part.type === 17 ? [part.accent_color] : []))[0];
}

/** What Discord would refuse of a message, by the limits of its schemas; nothing if it takes it. */
export function faultsOf({ components, allowed_mentions }: Message): string[] {
  const parts = partsOf(components);
  const texts = textsOf(components);
  const length = texts.reduce((sum, text) => sum + text.length, 0);
  return [
    ...(components.length === 0 ? ["says nothing"] : []),
    ...(parts.length > LIMITS.messageComponents ? [`${parts.length} components`] : []),
    ...(length > LIMITS.messageText ? [`${length} characters`] : []),
    ...texts.filter((text) => text.trim() === "").map(() => "blank text"),
    ...texts.filter((text) => !text.isWellFormed()).map(() => "half a character"),
    ...texts.filter((text) => text.split("```").length % 2 === 0).map(() => "open code block"),
    ...(allowed_mentions.parse.length > 0 ? ["mentions"] : []),
    ...parts.flatMap(faultsOfPart),
  ];
}

function faultsOfPart(part: Part): string[] {
  if (part.type === 2) return faultsOfButton(part);
  if (!("components" in part)) return [];
  if (part.components.length === 0) return [`empty ${part.type}`];
  return part.type === 1 && part.components.length > LIMITS.buttonsInRow ? ["crowded row"] : [];
}

function faultsOfButton(button: Button): string[] {
  const label = button.label === "" || button.label.length > LIMITS.buttonLabel ? ["label"] : [];
  if (button.style !== 5) return button.custom_id.length > LIMITS.customId ? [...label, "custom id"] : label;
  return /^https?:\/\//.test(button.url) && button.url.length <= 512 ? label : [...label, "url"];
}

/** The same of a modal. */
export function expectValidModal(modal: Modal): void {
  expect(modal.title.length).toBeGreaterThan(0);
  expect(modal.title.length).toBeLessThanOrEqual(LIMITS.modalTitle);
  expect(modal.custom_id.length).toBeLessThanOrEqual(LIMITS.customId);
  expect(modal.components.length).toBeLessThanOrEqual(LIMITS.modalComponents);
  for (const part of modal.components) {
    if (part.type === 10) continue;
    expect(part.label.length).toBeLessThanOrEqual(LIMITS.labelText);
    expect(part.description?.length ?? 1).toBeLessThanOrEqual(LIMITS.labelDescription);
    const { component } = part;
    if (component.type === 4) {
      expect(component.value?.length ?? 0).toBeLessThanOrEqual(component.max_length ?? 4_000);
      continue;
    }
    expect(component.options.length).toBeGreaterThan(0);
    expect(component.options.length).toBeLessThanOrEqual(LIMITS.selectOptions);
    for (const { label, value } of component.options) {
      for (const text of [label, value]) {
        expect(text.length).toBeGreaterThan(0);
        expect(text.length).toBeLessThanOrEqual(LIMITS.optionText);
      }
    }
  }
}
