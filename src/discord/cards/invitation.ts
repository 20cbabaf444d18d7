import { customId } from "../custom-id.ts";
import type { Message } from "../wire.ts";
import { button, container, message, row, text } from "./message.ts";

/** A public message with which anybody can open an account. */
export function invitation(): Message {
  const card = container(
    "good",
    text(
      "### 📣 Report your posts here",
      "Open an account once. Then report each post with `/claim submit` and see how your numbers fit, without leaving Discord.",
      "-# You have an account? Link it with `/link`",
    ),
    row(button("success", "Join", customId("join"))),
  );
  return message({ ephemeral: false, blocks: [card] });
}
