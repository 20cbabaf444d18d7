/** Prints the covered lines of src and of src/domain; vitest.config.ts holds the bounds that fail the run. */
import { readFileSync } from "node:fs";

const summary = JSON.parse(readFileSync("coverage/coverage-summary.json", "utf8"));

function share(part) {
  let [covered, total] = [0, 0];
  for (const [file, { lines }] of Object.entries(summary)) {
    if (file === "total" || !file.includes(part)) continue;
    covered += lines.covered;
    total += lines.total;
  }
  return `${((100 * covered) / total).toFixed(2)} % of ${total} lines`;
}

console.log(`covered: src ${share("/src/")}, src/domain ${share("/src/domain/")}`);
