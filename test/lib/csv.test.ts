import { describe, expect, it } from "vitest";
import { ClaimcheckError } from "../../src/domain/errors.ts";
import { readCsv } from "../../src/lib/csv.ts";

const bytes = (text: string) => Uint8Array.from(new TextEncoder().encode(text)).buffer;
const read = (text: string, maxRows = 10) => readCsv(bytes(text), maxRows);
const cellsOf = (text: string) => read(text).rows.map(({ cells }) => cells);

function refusalOf(action: () => unknown): ClaimcheckError {
  try {
    action();
  } catch (error) {
    if (error instanceof ClaimcheckError) return error;
    throw error;
  }
  throw new Error("it was not refused");
}

describe("a CSV file", () => {
  it.each([
    { what: "commas", text: "a,b\n1,2\n" },
    { what: "semicolons", text: "a;b\n1;2\n" },
    { what: "tabs", text: "a\tb\n1\t2\n" },
    { what: "CRLF", text: "a,b\r\n1,2\r\n" },
    { what: "CR", text: "a,b\r1,2\r" },
    { what: "no last line end", text: "a,b\n1,2" },
    { what: "quotes", text: '"a","b"\n"1","2"\n' },
    { what: "a byte order mark", text: "\ufeffa,b\n1,2\n" },
    { what: "blank lines", text: "\na,b\n\n1,2\n\n" },
    { what: "white space around names", text: " a , b\n1,2\n" },
  ])("is read with $what", ({ text }) => {
    const { header, rows } = read(text);
    expect(header).toEqual(["a", "b"]);
    expect(rows).toMatchObject([{ cells: ["1", "2"], problem: null }]);
  });

  it("has the delimiter of its header, whatever its cells hold", () => {
    expect(cellsOf("a;b\n1,5;2,5\n")).toEqual([["1,5", "2,5"]]);
    expect(cellsOf('"a;x;y",b\n1;2,3\n')).toEqual([["1;2", "3"]]);
  });

  it("keeps delimiters, quotes and line ends inside quotes", () => {
    expect(cellsOf('a,b\n"1,""x""\ny",2\n')).toEqual([['1,"x"\ny', "2"]]);
  });

  it("names the line each row begins in, also after cells of several lines", () => {
    const { rows } = read('a,b\r\n"1\r\n2",x\r\n\r\n3,y\r\n4,z');
    expect(rows.map(({ line }) => line)).toEqual([2, 5, 6]);
  });

  it("may have one column", () => {
    expect(read("order_id\nA-1\nA-2\n").rows.map(({ cells }) => cells)).toEqual([["A-1"], ["A-2"]]);
  });

  it.each([
    { row: "1", problem: "has 1 cells where the header has 2" },
    { row: "1,2,3", problem: "has 3 cells where the header has 2" },
    {
      row: '"1"x,2',
      problem: "has text after the end of a quote, so the lines up to the next one could not be told apart",
    },
    { row: '"1,2', problem: "opens a quote that never ends, so nothing after it could be read" },
  ])("has a row that cannot be read, and others that can: $row", ({ row, problem }) => {
    const { rows } = read(`a,b\n0,0\n${row}`);
    expect(rows.map(({ line, problem: found }) => [line, found])).toEqual([
      [2, null],
      [3, problem],
    ]);
  });

  it("goes on after a row with broken quotes, in the right line", () => {
    const { rows } = read('a,b\n"1"x,2\n"3",4\n5,6\n');
    expect(rows.map(({ line, problem }) => [line, problem === null])).toEqual([
      [2, false],
      [4, true],
    ]);
  });

  it("has as many rows as allowed, and not one more", () => {
    const file = (count: number) => `a\n${"1\n".repeat(count)}`;
    expect(read(file(10)).rows).toHaveLength(10);
    expect(refusalOf(() => read(file(11))).detail).toBe("Send at most 10 rows; the file has 11.");
  });

  it("needs a header", () => {
    expect(refusalOf(() => read("")).code).toBe("validation_failed");
    expect(refusalOf(() => read("\n\n")).code).toBe("validation_failed");
    expect(refusalOf(() => read('"a,b\n1,2')).detail).toContain("The header cannot be read");
  });

  it("is UTF-8 and nothing else", () => {
    const utf16 = Uint8Array.of(0xff, 0xfe, 0x61, 0x00).buffer;
    expect(refusalOf(() => readCsv(utf16, 10)).code).toBe("bad_request");
  });
});
