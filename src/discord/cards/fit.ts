import { clip } from "../markdown.ts";
import { LIMITS, type Message } from "../wire.ts";

export type Block = Message["components"][number];
type Part = Extract<Block, { type: 17 }>["components"][number];

/** What is left of a message's limits. */
interface Room {
  text: number;
  components: number;
}

const FENCE = "```";
const CUT = "\n…";

/**
 * The blocks, cut to what one message can hold: texts are shortened, and what comes after the last component that fits is
 * left out. Cards are made to fit; this keeps a name of unheard-of length from costing the whole answer.
 */
export function fitBlocks(blocks: readonly Block[]): Block[] {
  const room: Room = { text: LIMITS.messageText, components: LIMITS.messageComponents };
  return blocks.flatMap((block): Block[] => {
    if (block.type !== 17) return fitPart(block, room);
    // One for the container, and one for whatever it is to hold.
    if (room.components < 2) return [];
    room.components -= 1;
    const components = block.components.flatMap((part) => fitPart(part, room));
    return components.length === 0 ? [] : [{ ...block, components }];
  });
}

function fitPart<P extends Part>(part: P, room: Room): P[] {
  const size = part.type === 1 ? 1 + part.components.length : 1;
  if (size > room.components) return [];
  if (part.type !== 10) {
    room.components -= size;
    return [part];
  }
  const content = clipLines(part.content, room.text);
  if (content.trim() === "") return [];
  room.components -= size;
  room.text -= content.length;
  return [{ ...part, content }];
}

/** Cut after a whole line where there is one, so that no markup is left half open. */
export function clipLines(text: string, max: number): string {
  if (text.length <= max) return text;
  const cut = text.lastIndexOf("\n", max - CUT.length - FENCE.length - 1);
  if (cut <= 0) return clip(text, max);
  const kept = text.slice(0, cut);
  const isOpen = kept.split(FENCE).length % 2 === 0;
  return `${kept}${isOpen ? `\n${FENCE}` : ""}${CUT}`;
}
