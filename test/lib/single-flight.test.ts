import { describe, expect, it, vi } from "vitest";
import { singleFlight } from "../../src/lib/single-flight.ts";

/** A work that ends when it is told to. */
function work<T>() {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  return { run: vi.fn(() => promise), resolve, reject };
}

describe("works of one key", () => {
  it("that begin while one runs get its outcome and are not started", async () => {
    const fly = singleFlight<string>();
    const [first, second] = [work<string>(), work<string>()];
    const outcomes = Promise.all([fly("a", first.run), fly("a", second.run), fly("a", second.run)]);
    first.resolve("token");
    expect(await outcomes).toEqual(["token", "token", "token"]);
    expect(first.run).toHaveBeenCalledTimes(1);
    expect(second.run).not.toHaveBeenCalled();
  });

  it("are started anew once the one before is done", async () => {
    const fly = singleFlight<number>();
    expect(await fly("a", async () => 1)).toBe(1);
    expect(await fly("a", async () => 2)).toBe(2);
  });

  it("fail together, and the failure is not remembered", async () => {
    const fly = singleFlight<string>();
    const first = work<string>();
    const outcomes = Promise.allSettled([fly("a", first.run), fly("a", first.run)]);
    first.reject(new Error("refused"));
    expect(await outcomes).toMatchObject([
      { status: "rejected", reason: new Error("refused") },
      { status: "rejected", reason: new Error("refused") },
    ]);
    expect(await fly("a", async () => "token")).toBe("token");
  });

  it("reject when the work throws before it waits, and can be started again", async () => {
    const fly = singleFlight<string>();
    const thrown = fly("a", () => {
      throw new Error("at once");
    });
    await expect(thrown).rejects.toThrow("at once");
    expect(await fly("a", async () => "token")).toBe("token");
  });
});

describe("works of different keys", () => {
  it("run beside each other", async () => {
    const fly = singleFlight<string>();
    const [first, second] = [work<string>(), work<string>()];
    const outcomes = Promise.all([fly("a", first.run), fly("b", second.run)]);
    second.resolve("b");
    first.resolve("a");
    expect(await outcomes).toEqual(["a", "b"]);
  });

  it("of two flights have nothing to do with each other", async () => {
    const first = work<string>();
    const waiting = singleFlight<string>()("a", first.run);
    expect(await singleFlight<string>()("a", async () => "other")).toBe("other");
    first.resolve("one");
    expect(await waiting).toBe("one");
  });
});
