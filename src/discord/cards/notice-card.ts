import type { Button, Message } from "../wire.ts";
import { container, message, row, text } from "./message.ts";
import type { Tone } from "./tones.ts";

export interface NoticeCard {
  tone: Tone;
  /** Markdown, as is `text`: what users wrote in it was escaped before. */
  title: string;
  text: string;
  /** Whether only the user who asked sees it, which is so unless it is told otherwise. */
  ephemeral?: boolean;
  /** What can be done next. */
  button?: Button | null;
}

/** A plain sentence or two. */
export function noticeCard(notice: NoticeCard): Message {
  const { tone, title, text: sentences, ephemeral = true, button = null } = notice;
  const card = container(tone, text(`### ${title}`, sentences), row(button));
  return message({ ephemeral, blocks: [card] });
}
