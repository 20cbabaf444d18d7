import { describe, expect, it } from "vitest";
import { DEAF, isTrusted, usedUntil } from "../../src/domain/link-trust.ts";

const STALE_MS = 4_000;
const REMEMBER_MS = 300_000;
/** When the link was read. */
const READ = 1_000_000;
const READING = { readAt: READ, until: READ + REMEMBER_MS };

describe("what was read of a link", () => {
  it.each([
    { after: STALE_MS, heard: null, trusted: true, why: "read lately, whatever the board says" },
    {
      after: STALE_MS + 1,
      heard: null,
      trusted: false,
      why: "and not for longer, if the board was never heard",
    },
    {
      after: 60_000,
      heard: { heardAt: 60_000 - STALE_MS, from: 0 },
      trusted: true,
      why: "the board was heard",
    },
    {
      after: 60_000,
      heard: { heardAt: 60_000 - STALE_MS - 1, from: 0 },
      trusted: false,
      why: "too long ago",
    },
    {
      after: 60_000,
      heard: { heardAt: 60_000, from: 1 },
      trusted: false,
      why: "changes after the reading may be missing",
    },
    {
      after: REMEMBER_MS - 1,
      heard: { heardAt: REMEMBER_MS, from: 0 },
      trusted: true,
      why: "to the end of its life",
    },
    { after: REMEMBER_MS, heard: { heardAt: REMEMBER_MS, from: 0 }, trusted: false, why: "and not beyond" },
  ])("is trusted ($trusted) $after ms later: $why", ({ after, heard, trusted }) => {
    const hearing = heard ? { heardAt: READ + heard.heardAt, completeFrom: READ + heard.from } : DEAF;
    expect(isTrusted(READING, hearing, { now: READ + after, staleMs: STALE_MS })).toBe(trusted);
  });

  it("is not trusted at all once it was named by a change", () => {
    const named = { readAt: READ, until: Number.NEGATIVE_INFINITY };
    expect(isTrusted(named, DEAF, { now: READ, staleMs: STALE_MS })).toBe(false);
  });

  it.each([
    { unsettledUntil: null, life: REMEMBER_MS, why: "nothing has changed" },
    { unsettledUntil: READ + 1, life: 1_000, why: "a change may be on its way" },
    { unsettledUntil: READ, life: 1_000, why: "a change may just have been written" },
    { unsettledUntil: READ - 1, life: REMEMBER_MS, why: "the change was there before the reading" },
  ])("is used for $life ms: $why", ({ unsettledUntil, life }) => {
    expect(usedUntil(READ, unsettledUntil, REMEMBER_MS)).toBe(READ + life);
  });
});
