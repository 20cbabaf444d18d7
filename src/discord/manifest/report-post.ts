import { EVERYWHERE, type MessageCommand } from "./command.ts";

/** In the menu of a message with a link: reports the post behind it. */
export const REPORT_POST: MessageCommand = { type: 3, name: "Report this post", ...EVERYWHERE };
