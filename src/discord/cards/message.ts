import { linkableUrl, plainText } from "../markdown.ts";
import {
  type ActionRow,
  BUTTON_STYLES,
  type Button,
  COMPONENTS_V2,
  type Container,
  EPHEMERAL,
  LIMITS,
  type Message,
  type Separator,
  type TextDisplay,
} from "../wire.ts";
import { type Block, fitBlocks } from "./fit.ts";
import { TONES, type Tone } from "./tones.ts";

/** What may be missing from a message is left out of it. */
type Maybe<T> = T | null;

/** A message that fits Discord's limits, whatever it is made of. */
export function message({ ephemeral, blocks }: { ephemeral: boolean; blocks: Maybe<Block>[] }): Message {
  return {
    flags: COMPONENTS_V2 | (ephemeral ? EPHEMERAL : 0),
    components: fitBlocks(blocks.filter(isThere)),
    allowed_mentions: { parse: [] },
  };
}

export function container(tone: Tone, ...parts: Maybe<Container["components"][number]>[]): Container {
  return { type: 17, accent_color: TONES[tone], components: parts.filter(isThere) };
}

/** Lines of markdown of one text; null if there are none. Foreign text in them was escaped before. */
export function text(...lines: Maybe<string>[]): TextDisplay | null {
  const content = lines.filter(isThere).join("\n").toWellFormed();
  return content.trim() === "" ? null : { type: 10, content };
}

export function divider(): Separator {
  return { type: 14, divider: true, spacing: 1 };
}

/** Up to five buttons beside each other; null if there are none. */
export function row(...buttons: Maybe<Button>[]): ActionRow | null {
  const components = buttons.filter(isThere).slice(0, LIMITS.buttonsInRow);
  return components.length === 0 ? null : { type: 1, components };
}

/** A button that comes back to us; null if what it would carry is too long. */
export function button(
  style: Exclude<keyof typeof BUTTON_STYLES, "link">,
  label: string,
  id: string,
): Button | null {
  if (id.length > LIMITS.customId) return null;
  return { type: 2, style: BUTTON_STYLES[style], label: labelOf(label), custom_id: id };
}

/** A button that opens an address; null if it is none that Discord takes. */
export function linkButton(label: string, url: string): Button | null {
  const href = linkableUrl(url);
  if (href === null) return null;
  return { type: 2, style: BUTTON_STYLES.link, label: labelOf(label), url: href };
}

const labelOf = (label: string) => plainText(label, { max: LIMITS.buttonLabel });

function isThere<T>(value: Maybe<T>): value is T {
  return value !== null;
}
