import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { parseLines, runJudge, startJudge } from "./run-judge.ts";

/** A case that is told from others by what it claims. */
function caseLine(views: number, remark = ""): string {
  const at = "2026-06-01T12:00:00Z";
  const observations = [{ at, metrics: { views: 1000 } }];
  return JSON.stringify({ claim: { at, metrics: { views } }, observations, now: at, remark });
}

/** What a case of {@link caseLine} must be answered with, as far as it tells that case from others. */
function answerTo(views: number): object {
  return { metrics: { views: expect.objectContaining({ claimed: views, high: 1000 }) } };
}

describe("npm run judge", () => {
  it.each([
    { why: "a line feed after each line", input: `${caseLine(1)}\n${caseLine(2)}\n` },
    { why: "none after the last line", input: `${caseLine(1)}\n${caseLine(2)}` },
    { why: "Windows line ends", input: `${caseLine(1)}\r\n${caseLine(2)}\r\n` },
    { why: "blank lines anywhere", input: `\n${caseLine(1)}\n\n  \t\r\n${caseLine(2)}\n\n` },
    { why: "a byte order mark", input: `\uFEFF${caseLine(1)}\n${caseLine(2)}\n` },
    {
      why: "a line separator inside a string",
      input: `${caseLine(1, "\u2028")}\n${caseLine(2, "\u2029")}\n`,
    },
  ])("answers each case with one line, in order: $why", async ({ input }) => {
    const { exitCode, output, errors } = await runJudge(input);
    expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: "" });
    expect(output.endsWith("}\n")).toBe(true);
    expect(parseLines(output)).toMatchObject([answerTo(1), answerTo(2)]);
  });

  it("answers a line it cannot read with an error and goes on", async () => {
    const lines = ["nonsense", "7", "{}", '{"claim":{"at":"today"}}', caseLine(5)];
    const { exitCode, output } = await runJudge(lines.join("\n"));
    expect(exitCode).toBe(0);
    expect(parseLines(output)).toMatchObject([
      { error: "the line is not JSON" },
      { error: "the line must be an object" },
      { error: "claim is missing" },
      { error: expect.stringContaining("claim.at must be an ISO 8601 instant") },
      answerTo(5),
    ]);
  });

  it("answers nothing with nothing", async () => {
    expect(await runJudge("")).toEqual({ exitCode: 0, output: "", errors: "" });
  });

  it("keeps lines whole that reach it in pieces", async () => {
    // Far more than a pipe holds, and of characters that take several bytes, so pieces end inside of both.
    const claims = Array.from({ length: 500 }, (_, views) => views);
    const { output } = await runJudge(claims.map((views) => caseLine(views, "€".repeat(997))).join("\n"));
    expect(parseLines(output)).toMatchObject(claims.map(answerTo));
  });

  it("answers a case before the next one comes", async () => {
    const child = startJudge();
    for (const views of [1, 2]) {
      child.stdin.write(`${caseLine(views)}\n`);
      const [answer] = await once(child.stdout, "data");
      expect(JSON.parse(String(answer))).toMatchObject(answerTo(views));
    }
    child.stdin.end();
    expect(await once(child, "exit")).toEqual([0, null]);
  });

  it("ends in peace when its reader has seen enough", async () => {
    const child = startJudge();
    let errors = "";
    child.stderr.on("data", (chunk) => {
      errors += chunk;
    });
    // The rest of the input then meets a closed pipe on our side too.
    child.stdin.on("error", () => undefined);
    child.stdin.write(`${caseLine(1)}\n`);
    await once(child.stdout, "data");
    child.stdout.destroy();
    child.stdin.write(`${caseLine(2)}\n`.repeat(10_000));
    expect(await once(child, "close")).toEqual([0, null]);
    expect(errors).toBe("");
  });
});
