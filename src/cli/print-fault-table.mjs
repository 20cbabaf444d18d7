/** Prints what came of each fault of each platform, as the tests noted it, and keeps it in .dev/fault-table.md. */
import { readFileSync, writeFileSync } from "node:fs";

const notes = readFileSync(".dev/fault-table.ndjson", "utf8")
  .split("\n")
  .filter((line) => line !== "")
  .map((line) => JSON.parse(line));
if (notes.length === 0) throw new Error("no test noted what came of a fault");

/** As the tests came to them, which is the order of the table. */
const faults = [...new Set(notes.map(({ fault }) => fault))];
const columns = { platform: "platform", fault: "fault", outcome: "outcome", calls: "calls" };
const lines = [columns, ...notes.toSorted(byPlatform)].map((note) => ({
  ...note,
  calls: String(note.calls ?? ""),
}));
const widths = Object.fromEntries(
  Object.keys(columns).map((key) => [key, Math.max(...lines.map((line) => line[key].length))]),
);
const table = lines.map(
  (line) =>
    `| ${Object.keys(columns)
      .map((key) => line[key].padEnd(widths[key]))
      .join(" | ")} |`,
);
const rule = `|${Object.keys(columns)
  .map((key) => "-".repeat(widths[key] + 2))
  .join("|")}|`;
const text = [table[0], rule, ...table.slice(1)].join("\n");

writeFileSync(".dev/fault-table.md", `${text}\n`);
console.log(`faults of platforms, and what came of them:\n${text}`);

function byPlatform(a, b) {
  if (a.platform !== b.platform) return a.platform < b.platform ? -1 : 1;
  return faults.indexOf(a.fault) - faults.indexOf(b.fault);
}
