import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { configurationPage } from "../../src/cli/configuration-page.ts";

it("docs/configuration.md says what the code says: npm run docs:config", () => {
  const page = readFileSync(join(import.meta.dirname, "../../docs/configuration.md"), "utf8");
  expect(page).toBe(configurationPage());
});
