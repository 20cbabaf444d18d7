import { utcDay } from "./time.ts";

/**
 * Where changes that touch tracked links are announced, so that what the edge remembers of links needs no database to
 * stay true (ADR 0025). One board serves all; objects/link-board.ts is the real one.
 */
export interface LinkBoard {
  /**
   * Says that what these stand for (ids of campaigns or affiliates) is about to change. Call
   * it before the change is written: for {@link UNSETTLED_MS} nobody trusts what was read of them for longer than a second.
   */
  announce(subjects: readonly string[]): Promise<void>;
  /**
   * What was announced after the change numbered `since` (null for a first reading), and today's salt.
   */
  read(since: number | null): Promise<BoardReading>;
}

/** How long after its announcement a change may still be on its way into the database. */
export const UNSETTLED_MS = 30_000;

export interface BoardChange {
  n: number;
  subject: string;
  /** For how long what is read of the subject may still be from before the change, ms from now. */
  unsettledMs: number;
}

export interface BoardReading {
  /** The number of the newest change; pass it as `since` next time. */
  n: number;
  /** Rising. Null if changes after `since` are not kept any more, so that nothing remembered can be trusted. */
  changes: BoardChange[] | null;
  /** Today's salt of visitor hashes, base64, and the UTC day it is for. */
  salt: { day: number; value: string };
}

/** How long a change is kept; who did not read for longer forgets everything. */
const KEPT_MS = 600_000;
const KEPT_CHANGES = 1_000;

/** What a board remembers. Plain data, so that it is stored as it is. */
export interface BoardState {
  /** The number of the newest change. */
  n: number;
  changes: { n: number; subject: string; at: number }[];
  salt: BoardReading["salt"] | null;
}

export const emptyBoard = (): BoardState => ({ n: 0, changes: [], salt: null });

/** The board with further changes, and without those that nobody needs any more. */
export function announce(state: BoardState, subjects: readonly string[], now: number): BoardState {
  const added = subjects.map((subject, i) => ({ n: state.n + i + 1, subject, at: now }));
  const kept = [...state.changes, ...added].filter(({ at }) => at > now - KEPT_MS).slice(-KEPT_CHANGES);
  return { ...state, n: state.n + added.length, changes: kept };
}

/**
 * A reading for who knows everything up to `since`, and the board as it is afterwards: a new UTC day has a new salt, and
 * the former one is gone, so that nobody can tell any more whose hash it was.
 */
export function readBoard(
  state: BoardState,
  since: number | null,
  now: number,
  makeSalt: () => string,
): { reading: BoardReading; state: BoardState } {
  const day = utcDay(now);
  const salt = state.salt?.day === day ? state.salt : { day, value: makeSalt() };
  const newer = state.changes.filter(({ n }) => n > (since ?? state.n));
  // Numbers have no gaps, so that one that was dropped is seen. A board that lost its memory counts from the beginning.
  const complete = since === null || (since <= state.n && newer.length === state.n - since);
  // To who reads for the first time only what is unsettled matters.
  const told = since === null ? state.changes.filter(({ at }) => at > now - UNSETTLED_MS) : newer;
  const changes = told.map(({ n, subject, at }) => ({
    n,
    subject,
    unsettledMs: Math.max(0, at + UNSETTLED_MS - now),
  }));
  return { reading: { n: state.n, changes: complete ? changes : null, salt }, state: { ...state, salt } };
}
