import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createIds, isId } from "../../src/lib/ids.ts";

const START = Date.parse("2026-06-01T12:00:00.000Z");

/** A clock to set, and random bytes that are all the same. */
function maker(byte = 0) {
  const clock = { now: START };
  const ids = createIds(
    () => clock.now,
    (bytes) => bytes.fill(byte),
  );
  return { clock, ids };
}

/** The ms that an id was made in, as its text says. */
function timeOf(id: string): number {
  const digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  return [...id.slice(4, 14)].reduce((ms, digit) => ms * 32 + digits.indexOf(digit), 0);
}

describe("an id", () => {
  it.each(["sub", "rep", "pst", "req"] as const)("of kind %s is its prefix and 26 characters", (kind) => {
    expect(maker(255).ids(kind)).toMatch(new RegExp(`^${kind}_[0-9A-HJKMNP-TV-Z]{26}$`));
  });

  it.each([0, 1, START, 2 ** 48 - 1])("tells when it was made: at %d ms", (now) => {
    const { clock, ids } = maker();
    clock.now = now;
    expect(timeOf(ids("rep"))).toBe(now);
  });

  it("takes its random part from what it is given, each byte to one digit", () => {
    expect(maker(0).ids("rep").slice(14)).toBe("0".repeat(16));
    expect(maker(31).ids("rep").slice(14)).toBe("Z".repeat(16));
    expect(maker(33).ids("rep").slice(14)).toBe("1".repeat(16));
  });

  it("is drawn anew for another millisecond", () => {
    let byte = 0;
    let now = START;
    const ids = createIds(
      () => now,
      (bytes) => bytes.fill(byte++),
    );
    const first = ids("rep").slice(14);
    now += 1;
    expect([first, ids("rep").slice(14)]).toEqual(["0".repeat(16), "1".repeat(16)]);
  });
});

describe("ids of one maker", () => {
  it("rise by one within a millisecond", () => {
    const { ids } = maker(0);
    expect([ids("rep"), ids("rep"), ids("rep")].map((id) => id.slice(-2))).toEqual(["00", "01", "02"]);
  });

  it("carry over into the next digit", () => {
    const { ids } = maker(0);
    const made = Array.from({ length: 33 }, () => ids("rep").slice(-2));
    expect(made.slice(31)).toEqual(["0Z", "10"]);
  });

  it("keep the time they have reached when the clock steps back", () => {
    const { clock, ids } = maker();
    const before = ids("rep");
    clock.now -= 60_000;
    const after = ids("rep");
    expect(after > before).toBe(true);
    expect(timeOf(after)).toBe(START);
  });

  it("rise strictly as text, whatever the clock does and whatever is drawn", () => {
    const step = fc.record({
      by: fc.integer({ min: -5, max: 5 }),
      // The very highest number has no successor in its millisecond, and one in 2^80 draws is it.
      bytes: fc
        .uint8Array({ minLength: 16, maxLength: 16 })
        .map((bytes) => bytes.with(0, (bytes[0] ?? 0) % 31)),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 2, maxLength: 50 }), (steps) => {
        let now = START;
        let random = new Uint8Array(16);
        const ids = createIds(
          () => now,
          (bytes) => bytes.set(random),
        );
        const made = steps.map(({ by, bytes }) => {
          now += by;
          random = bytes;
          return ids("rep");
        });
        expect(made.toSorted()).toEqual(made);
        expect(new Set(made).size).toBe(made.length);
      }),
    );
  });

  it("rise across kinds, so that a child is never older than its parent", () => {
    const { ids } = maker();
    expect(ids("sub").slice(4) < ids("rep").slice(4)).toBe(true);
  });
});

describe("isId", () => {
  it.each([
    { text: "sub_01KB3XPG5M8Q0V2W4Y6Z8A0C2E", is: true },
    { text: "rep_01KB3XPG5M8Q0V2W4Y6Z8A0C2E", is: false },
    { text: "sub_01KB3XPG5M8Q0V2W4Y6Z8A0C2", is: false },
    { text: "sub_01KB3XPG5M8Q0V2W4Y6Z8A0C2EE", is: false },
    { text: "sub_01kb3xpg5m8q0v2w4y6z8a0c2e", is: false },
    { text: " sub_01KB3XPG5M8Q0V2W4Y6Z8A0C2E", is: false },
    { text: "sub_01KB3XPG5M8Q0V2W4Y6Z8A0C2E\n", is: false },
    { text: "", is: false },
  ])("knows whether $text names a submission: $is", ({ text, is }) => {
    expect(isId("sub", text)).toBe(is);
  });

  it("knows every id that is made", () => {
    const { ids } = maker(255);
    for (const kind of ["sub", "cmp", "alr"] as const) expect(isId(kind, ids(kind))).toBe(true);
  });
});
