import { TONES } from "../discord/cards/tones.ts";
import type { Message } from "../discord/wire.ts";
import type { Ask } from "./discord-words.ts";

/** Whether what is asked reports numbers, so that a verdict may follow. */
export function isReport(ask: Ask): boolean {
  if (ask.kind === "modal") return ask.customId.startsWith("v1:report:");
  const leaf = ask.kind === "command" && ask.focused === null ? ask.path.at(-1) : null;
  return leaf === "submit" || leaf === "update";
}

/** Whether a message says that something is still being checked: a refusal has another colour. */
export function awaitsVerdict({ components }: Message): boolean {
  return components.some((part) => part.type === 17 && part.accent_color === TONES.waiting);
}
