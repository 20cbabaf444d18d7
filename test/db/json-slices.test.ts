import { expect, it } from "vitest";
import { jsonSlices } from "../../src/db/json-slices.ts";

it("rows stay in one slice up to the limit, and begin another beyond it", () => {
  const rows = ["aaaa", "bbbb"]; // Six characters each as JSON, and a comma.
  expect(jsonSlices(rows, 13)).toEqual(['["aaaa","bbbb"]']);
  expect(jsonSlices(rows, 12)).toEqual(['["aaaa"]', '["bbbb"]']);
});

it("no rows make no slice", () => {
  expect(jsonSlices([])).toEqual([]);
});

it("every row is in one slice, in order, however they are cut", () => {
  const rows = Array.from({ length: 100 }, (_, i) => [i, "x".repeat(i)]);
  const slices = jsonSlices(rows, 500);
  expect(slices.flatMap((slice) => JSON.parse(slice))).toEqual(rows);
  expect(slices.length).toBeGreaterThan(10);
  expect(Math.max(...slices.map(({ length }) => length))).toBeLessThanOrEqual(502);
});
