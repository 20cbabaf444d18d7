import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";

const ROOT = join(import.meta.dirname, "..", "..");

/** The project's own Node, which runs TypeScript as it is; the one that runs the tests may be older. */
const NODE = join(ROOT, "node_modules", ".bin", "node");

/** Starts the judge command as a user would, from the project's root. */
export function startJudge() {
  return spawn(NODE, ["src/cli/judge.ts"], { cwd: ROOT, stdio: "pipe" });
}

/** Lets the judge command answer a whole input. */
export async function runJudge(
  input: string,
): Promise<{ exitCode: unknown; output: string; errors: string }> {
  const child = startJudge();
  child.stdin.end(input);
  const closed = once(child, "close");
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [exitCode] = await closed;
  return { exitCode, output, errors };
}

/** The values of newline-delimited JSON. */
export function parseLines(ndjson: string): unknown[] {
  return ndjson
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}
