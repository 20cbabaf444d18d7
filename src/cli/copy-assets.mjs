/**
 * Copies the files of packages that the browser loads to public/assets/vendor, so that no page of ours needs another
 * origin. Runs after every install. Plain JavaScript on built-ins, because any Node may run it.
 */
import { copyFileSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const vendor = fileURLToPath(new URL("../../public/assets/vendor", import.meta.url));
const swagger = dirname(createRequire(import.meta.url).resolve("swagger-ui-dist/package.json"));

mkdirSync(vendor, { recursive: true });
for (const file of [
  "swagger-ui-bundle.js",
  "swagger-ui-bundle.js.LICENSE.txt",
  "swagger-ui.css",
  "LICENSE",
]) {
  copyFileSync(join(swagger, file), join(vendor, file === "LICENSE" ? "swagger-ui.LICENSE.txt" : file));
}
