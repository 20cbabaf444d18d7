import { describe, expect, it } from "vitest";
import { addVisitors, VISITORS_PER_LIST, visitorsIn } from "../../src/domain/visitor-list.ts";

const hashes = (from: number, count: number): string[] =>
  Array.from({ length: count }, (_, i) => String(from + i).padStart(11, "0"));

describe("a list of visitors", () => {
  it("gives back who was added, in that order", () => {
    const { open } = addVisitors(addVisitors("", hashes(0, 3)).open, hashes(3, 2));
    expect(visitorsIn(open)).toEqual(hashes(0, 5));
    expect(visitorsIn("")).toEqual([]);
  });

  it.each([
    { had: 0, added: VISITORS_PER_LIST, full: 0, open: VISITORS_PER_LIST },
    { had: 0, added: VISITORS_PER_LIST + 1, full: 1, open: 1 },
    { had: VISITORS_PER_LIST, added: 0, full: 0, open: VISITORS_PER_LIST },
    { had: VISITORS_PER_LIST, added: 1, full: 1, open: 1 },
    { had: VISITORS_PER_LIST - 1, added: 1, full: 0, open: VISITORS_PER_LIST },
    { had: 10, added: 3 * VISITORS_PER_LIST, full: 3, open: 10 },
  ])("of $had with $added more is $full full ones and an open one of $open", ({ had, added, full, open }) => {
    const after = addVisitors(hashes(0, had).join(""), hashes(had, added));
    expect(after.full.map((list) => visitorsIn(list).length)).toEqual(
      Array.from({ length: full }, () => VISITORS_PER_LIST),
    );
    expect(visitorsIn(after.open)).toHaveLength(open);
    expect([...after.full, after.open].flatMap(visitorsIn)).toEqual(hashes(0, had + added));
  });
});
