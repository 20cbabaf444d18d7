import { localise } from "./localisations.ts";
import { ACCOUNT } from "./manifest/account.ts";
import { CLAIM } from "./manifest/claim.ts";
import type { Command } from "./manifest/command.ts";
import { DESK } from "./manifest/desk.ts";
import { REPORT_POST } from "./manifest/report-post.ts";

/**
 * Every command, in every language, as `npm run discord:register` tells Discord. The handler of an
 * interaction is found by its leaf's name (`submit`, `alerts`, `Report this post`), so no two share one.
 */
export const COMMANDS: readonly Command[] = [CLAIM, ...ACCOUNT, REPORT_POST, DESK].map(localise);
