import { describe, expect, it } from "vitest";
import { outcomeOf } from "../../src/domain/outbox-outcome.ts";

const NOW = Date.parse("2026-06-01T12:00:00.000Z");
const tried = { now: NOW, attempts: 1, expiresAt: null };

describe("what becomes of an entry", () => {
  it("is done with what was delivered, blocked or not", () => {
    for (const blockedForMs of [0, 2_000]) {
      expect(outcomeOf({ kind: "delivered", blockedForMs }, tried)).toEqual({ kind: "delivered" });
    }
  });

  it("is given up with what was refused, for the reason Discord gave", () => {
    for (const gone of [true, false]) {
      const sent = { kind: "refused", gone, detail: "HTTP 400, code 50035" } as const;
      expect(outcomeOf(sent, tried)).toEqual({ kind: "given_up", detail: "HTTP 400, code 50035" });
    }
  });

  it("is tried again with what may do later, and given up after the last try", () => {
    const sent = { kind: "retry", afterMs: 500_000, detail: "HTTP 503" } as const;
    expect(outcomeOf(sent, tried)).toEqual({
      kind: "again",
      at: NOW + 500_000,
      detail: "HTTP 503",
      tried: true,
    });
    expect(outcomeOf(sent, { ...tried, attempts: 8 })).toEqual({
      kind: "given_up",
      detail: "HTTP 503; tried 8 times",
    });
  });
});
