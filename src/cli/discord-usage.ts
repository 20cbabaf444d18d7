import { DEMO_CAMPAIGN, DEMO_VIDEO } from "./demo-names.ts";
import { LEAVES, MESSAGE_COMMAND } from "./discord-words.ts";

const COMMANDS = LEAVES.map(({ path, options }) => {
  const words = options.map(({ name, required }) => (required === true ? `${name}:…` : `[${name}:…]`));
  return `  ${[path.at(-1), ...words].join(" ")}`;
}).join("\n");

/** A command that works at once, and is judged as matching. */
export const EXAMPLE =
  `npm run discord:say -- submit url:https://youtu.be/${DEMO_VIDEO.id} ` +
  `campaign:"${DEMO_CAMPAIGN}" views:${DEMO_VIDEO.views}`;

/** What `npm run discord:say` alone prints. */
export const USAGE = `Says something to the Claimcheck of "npm start" as Discord would, and shows what Discord would show.

  npm run discord:say -- <command> [name:value …] [--complete <option>]
  npm run discord:say -- --message "text with a link"       ${MESSAGE_COMMAND}
  npm run discord:say -- --press <custom id>                a button, by what stands beside it
  npm run discord:say -- --modal <custom id> field:value …  a form that was opened before

Commands
${COMMANDS}

Options
  --operator      as the demo's operator; otherwise as the demo's affiliate, Ada Clips
  --user <id>     as any other Discord user
  --wait <s>      how long to wait for what follows the answer, such as the verdict (10; 0: not at all)
  --raw           JSON as it is on the wire

Examples
  ${EXAMPLE}
  npm run discord:say -- submit campaign:north --complete campaign
  npm run discord:say -- update post:sub_… views:1200 proof:./screenshot.png
  npm run discord:say -- history
  npm run discord:say -- alerts severity:HIGH --operator
  npm run discord:say -- --message "My new clip https://youtu.be/${DEMO_VIDEO.id}"`;
