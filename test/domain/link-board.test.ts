import { describe, expect, it } from "vitest";
import {
  announce,
  type BoardState,
  emptyBoard,
  readBoard,
  UNSETTLED_MS,
} from "../../src/domain/link-board.ts";
import { DAY_MS } from "../../src/domain/time.ts";

const T0 = 20_000 * DAY_MS;
const TEN_MINUTES = 600_000;

let salts = 0;
const reading = (state: BoardState, since: number | null, now = T0) =>
  readBoard(state, since, now, () => `salt ${salts++}`).reading;
const subjects = (state: BoardState, since: number | null, now = T0) =>
  reading(state, since, now).changes?.map(({ subject }) => subject);

describe("the board of links", () => {
  it("tells what was announced after the change one knows", () => {
    const board = announce(announce(emptyBoard(), ["cmp_a", "aff_b"], T0), ["cmp_c"], T0);
    expect(reading(board, 0).n).toBe(3);
    expect(subjects(board, 0)).toEqual(["cmp_a", "aff_b", "cmp_c"]);
    expect(subjects(board, 2)).toEqual(["cmp_c"]);
    expect(subjects(board, 3)).toEqual([]);
  });

  it("says for how long a change is unsettled", () => {
    const board = announce(emptyBoard(), ["cmp_a"], T0);
    const left = (after: number) =>
      reading(board, 0, T0 + after).changes?.map(({ unsettledMs }) => unsettledMs);
    expect(left(0)).toEqual([UNSETTLED_MS]);
    expect(left(UNSETTLED_MS - 1)).toEqual([1]);
    expect(left(UNSETTLED_MS)).toEqual([0]);
    expect(left(UNSETTLED_MS + 1)).toEqual([0]);
  });

  it("tells who reads for the first time only what is unsettled", () => {
    const board = announce(announce(emptyBoard(), ["cmp_old"], T0), ["cmp_new"], T0 + 1);
    expect(subjects(board, null, T0 + UNSETTLED_MS)).toEqual(["cmp_new"]);
    expect(reading(board, null, T0 + TEN_MINUTES)).toMatchObject({ n: 2, changes: [] });
  });

  it("keeps a change for ten minutes, and says so to who needs one that is gone", () => {
    const first = announce(emptyBoard(), ["cmp_a"], T0);
    const kept = announce(first, ["cmp_b"], T0 + TEN_MINUTES - 1);
    expect(subjects(kept, 0)).toEqual(["cmp_a", "cmp_b"]);
    const gone = announce(first, ["cmp_b"], T0 + TEN_MINUTES);
    expect(reading(gone, 0).changes).toBeNull();
    expect(subjects(gone, 1)).toEqual(["cmp_b"]);
  });

  it("keeps a thousand changes at most", () => {
    const many = Array.from({ length: 1_001 }, (_, i) => `cmp_${i}`);
    const board = announce(emptyBoard(), many, T0);
    expect(reading(board, 0).changes).toBeNull();
    expect(reading(board, 1).changes).toHaveLength(1_000);
  });

  it("that lost its memory says so to who knows more than it does", () => {
    expect(reading(emptyBoard(), 5)).toMatchObject({ n: 0, changes: null });
    expect(reading(announce(emptyBoard(), ["cmp_a"], T0), 5).changes).toBeNull();
  });

  it("has one salt a UTC day, and forgets the one before", () => {
    const first = readBoard(emptyBoard(), null, T0, () => "monday");
    expect(first.reading.salt).toEqual({ day: 20_000, value: "monday" });
    const later = readBoard(first.state, null, T0 + DAY_MS - 1, () => "never");
    expect(later.reading.salt).toEqual(first.reading.salt);
    const next = readBoard(later.state, null, T0 + DAY_MS, () => "tuesday");
    expect(next.reading.salt).toEqual({ day: 20_001, value: "tuesday" });
    expect(JSON.stringify(next.state)).not.toContain("monday");
  });
});
