/**
 * Judges cases from stdin, one JSON object a line, and answers each on stdout with its verdict or with
 * `{"error": "..."}`; blank lines are skipped. For trying a policy out before it is switched on:
 *
 *     node src/cli/judge.ts < cases.ndjson > verdicts.ndjson
 *
 * What a case looks like: src/domain/judge-case.ts.
 */
import { pipeline } from "node:stream/promises";
import { judge } from "../domain/judge.ts";
import { parseJudgeCase } from "../domain/judge-case.ts";
import type { Verdict } from "../domain/verdict.ts";

try {
  await pipeline(process.stdin.setEncoding("utf8"), splitLines, answerLines, process.stdout);
} catch (error) {
  // A reader that has seen enough, such as `head`, closes the pipe; that is no failure.
  if (!isBrokenPipe(error)) throw error;
}

/**
 * Splits at line feeds only: node:readline would also split at U+2028, which JSON allows inside a string.
 * A carriage return before the line feed stays, as white space to JSON.
 */
async function* splitLines(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let begun = "";
  for await (const chunk of chunks) {
    const [end = "", ...next] = chunk.split("\n");
    begun += end;
    for (const line of next) {
      yield begun;
      begun = line;
    }
  }
  yield begun;
}

async function* answerLines(lines: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const line of lines) {
    // Trimming also takes off a byte order mark, which JSON would refuse.
    const text = line.trim();
    if (text !== "") yield `${JSON.stringify(answer(text))}\n`;
  }
}

function answer(line: string): Verdict | { error: string } {
  try {
    return judge(parseJudgeCase(line));
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

function isBrokenPipe(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EPIPE";
}
