import { existsSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { type Answer, answersOf, isUndocumented, named, readExercised, schemaErrorsOf } from "./exercised.ts";

const file = process.env.CLAIMCHECK_EXERCISED;

function describeExercised(title: string, tests: () => void): void {
  const noted = file !== undefined && existsSync(file);
  if (noted || process.env.CLAIMCHECK_REQUIRE_SHARED === "1") describe(title, tests);
  else describe.skip(`${title} (not checked: npm run test:worker notes the answers, and has not run)`, tests);
}

const distinct = (lines: readonly string[]) => [...new Set(lines)].toSorted();

const shown = (answer: Answer) => `${named(answer)} ${answer.content_type} (${answer.method} ${answer.path})`;

describeExercised("the OpenAPI document", () => {
  let read: ReturnType<typeof answersOf>;

  beforeAll(() => {
    read = answersOf(readExercised(file));
  });

  it("documents no answer that no test of the worker provokes", () => {
    const { document, answers } = read;
    const exercised = new Set(answers.map(named));
    const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
    const documented = operations.flatMap(({ operationId, responses }) =>
      Object.keys(responses).map((status) => `${operationId} ${status}`),
    );
    expect(documented.length).toBeGreaterThan(operations.length);
    expect(documented.filter((answer) => !exercised.has(answer))).toEqual([]);
  });

  it("documents the status and the type of every answer", () => {
    expect(distinct(read.answers.filter(isUndocumented).map(shown))).toEqual([]);
  });

  it("has a schema that every JSON answer keeps to, and that names all its fields", () => {
    const { document, answers } = read;
    const errorsOf = schemaErrorsOf(document);
    const wrong = answers.flatMap((answer) => errorsOf(answer).map((error) => `${shown(answer)}: ${error}`));
    expect(distinct(wrong)).toEqual([]);
  });
});
