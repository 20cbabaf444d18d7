/** Writes docs/configuration.md from the table in src/config.ts: `npm run docs:config`. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { configurationPage } from "./configuration-page.ts";
import { ROOT } from "./local.ts";

writeFileSync(join(ROOT, "docs", "configuration.md"), configurationPage());
