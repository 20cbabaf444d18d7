import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DAY_MS } from "../../src/domain/time.ts";
import type { LinkBoard } from "../../src/objects/link-board.ts";

// safe: wrangler.toml binds LINK_BOARD to this class.
const BOARDS = env.LINK_BOARD as DurableObjectNamespace<LinkBoard>;
const T0 = Date.UTC(2026, 10, 1);

/** A board that no other test uses. */
const freshBoard = () => BOARDS.getByName(crypto.randomUUID());

describe("the board of links", () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: T0, toFake: ["Date"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("takes announcements and tells them by remote call", async () => {
    const board = freshBoard();
    const { n } = await board.read(null);
    await board.announce(["cmp_a", "aff_b"]);
    expect(await board.read(n)).toMatchObject({
      n: 2,
      changes: [
        { n: 1, subject: "cmp_a", unsettledMs: 30_000 },
        { n: 2, subject: "aff_b", unsettledMs: 30_000 },
      ],
    });
    expect((await board.read(2)).changes).toEqual([]);
  });

  it("gives announcements at the same time numbers of their own", async () => {
    const board = freshBoard();
    await Promise.all(["cmp_a", "cmp_b", "cmp_c"].map((subject) => board.announce([subject])));
    const { changes } = await board.read(0);
    expect(changes?.map(({ n }) => n)).toEqual([1, 2, 3]);
    expect(changes?.map(({ subject }) => subject).toSorted()).toEqual(["cmp_a", "cmp_b", "cmp_c"]);
  });

  it("remembers changes and salt when its isolate is gone", async () => {
    const board = freshBoard();
    await board.announce(["cmp_a"]);
    const before = await board.read(0);
    await evictDurableObject(board);
    expect(await board.read(0)).toEqual(before);
  });

  it("makes a salt of 32 random bytes a day, the same for everybody", async () => {
    const board = freshBoard();
    const answers = await Promise.all([board.read(null), board.read(0), board.read(null)]);
    expect(new Set(answers.map(({ salt }) => salt.value)).size).toBe(1);
    const [first] = answers;
    expect(atob(first?.salt.value ?? "")).toHaveLength(32);
    expect((await freshBoard().read(null)).salt.value).not.toBe(first?.salt.value);
    vi.setSystemTime(T0 + DAY_MS);
    const next = await board.read(null);
    expect(next.salt.day).toBe((first?.salt.day ?? 0) + 1);
    expect(next.salt.value).not.toBe(first?.salt.value);
  });
});
