import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { judge } from "../../src/domain/judge.ts";
import { parseJudgeCase } from "../../src/domain/judge-case.ts";
import { parseLines, runJudge } from "./run-judge.ts";

/** Verdicts agreed on outside this project. They are read where they lie and never copied in. */
const VECTORS = join(import.meta.dirname, "..", "..", "..", "shared", "vectors", "judge.ndjson");
const FEWEST = 67;
const TOLERANCE = 1e-9;

interface Vector {
  id: string;
  why: string;
  case: unknown;
  verdict: unknown;
}

const required = process.env.CLAIMCHECK_REQUIRE_SHARED === "1";
const absent = !existsSync(VECTORS);

// safe: the file's own shape; a vector without these fields fails its comparison below.
const vectors = absent ? [] : (parseLines(readFileSync(VECTORS, "utf8")) as Vector[]);

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** Where two JSON values differ: in a field of either, in a number by more than the tolerance, or in kind. */
function differences(actual: unknown, expected: unknown, path = "verdict"): string[] {
  if (isRecord(actual) && isRecord(expected) && Array.isArray(actual) === Array.isArray(expected)) {
    const fields = new Set([...Object.keys(actual), ...Object.keys(expected)]);
    return [...fields].flatMap((field) => differences(actual[field], expected[field], `${path}.${field}`));
  }
  const same =
    typeof actual === "number" && typeof expected === "number"
      ? Math.abs(actual - expected) <= TOLERANCE
      : actual === expected;
  return same ? [] : [`${path} is ${JSON.stringify(actual)}, not ${JSON.stringify(expected)}`];
}

describe("the shared verdicts", () => {
  it.skipIf(absent && !required)(
    "are there to be compared with (skipped where ../shared/vectors/judge.ndjson is absent)",
    () => {
      expect(absent, `${VECTORS} is absent, and CLAIMCHECK_REQUIRE_SHARED asks for it`).toBe(false);
      expect(vectors.length).toBeGreaterThanOrEqual(FEWEST);
    },
  );

  for (const { id, why, case: given, verdict } of vectors) {
    it(`are the judge's own in ${id}: ${why}`, () => {
      const judged = judge(parseJudgeCase(JSON.stringify(given)));
      expect(differences(JSON.parse(JSON.stringify(judged)), verdict)).toEqual([]);
    });
  }

  it.skipIf(absent)("are the command's own, line by line (skipped where the file is absent)", async () => {
    const cases = vectors.map((vector) => JSON.stringify(vector.case));
    const { exitCode, output } = await runJudge(`${cases.join("\n")}\n`);
    expect(exitCode).toBe(0);
    const answers = parseLines(output);
    expect(answers).toHaveLength(vectors.length);
    const found = vectors.flatMap(({ id, verdict }, line) => differences(answers[line], verdict, id));
    expect(found).toEqual([]);
  });

  it.skipIf(absent)("are the command's own for the file as it is (skipped where it is absent)", async () => {
    const { output } = await runJudge(readFileSync(VECTORS, "utf8"));
    const found = parseLines(output).flatMap((answer, line) =>
      differences(answer, vectors[line]?.verdict, vectors[line]?.id),
    );
    expect(found).toEqual([]);
    expect(parseLines(output)).toHaveLength(vectors.length);
  });
});

describe("the comparison with them", () => {
  it.each([
    { actual: { a: 1 }, expected: { a: 1, b: null }, why: "a field lacks" },
    { actual: { a: 1, b: null }, expected: { a: 1 }, why: "a field is one too many" },
    { actual: { a: [1] }, expected: { a: [1, 2] }, why: "a list is shorter" },
    { actual: { a: ["x", "y"] }, expected: { a: ["y", "x"] }, why: "a list has another order" },
    { actual: { a: [] }, expected: { a: {} }, why: "a list is no object" },
    { actual: { a: null }, expected: { a: 0 }, why: "unknown is not zero" },
    { actual: { a: "1" }, expected: { a: 1 }, why: "a text is no number" },
    { actual: { a: 1 + 2e-9 }, expected: { a: 1 }, why: "a number is farther than the tolerance" },
    { actual: { a: Number.NaN }, expected: { a: 1 }, why: "no number is near any" },
  ])("sees it when $why", ({ actual, expected }) => {
    expect(differences(actual, expected)).not.toEqual([]);
  });

  it("sees nothing in equal values, nor in numbers within the tolerance", () => {
    expect(differences({ a: [1, { b: null }] }, { a: [1 + 5e-10, { b: null }] })).toEqual([]);
  });
});
