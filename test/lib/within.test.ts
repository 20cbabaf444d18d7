import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { within } from "../../src/lib/within.ts";

const never = () => new Promise<never>(() => undefined);

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

describe("work with a time limit", () => {
  it("gives what it comes to, and leaves no timer behind", async () => {
    expect(await within(1_000, Promise.resolve("done"))).toBe("done");
    expect(vi.getTimerCount()).toBe(0);
  });

  it("fails as it fails, and leaves no timer behind", async () => {
    await expect(within(1_000, Promise.reject(new Error("refused")))).rejects.toThrow("refused");
    expect(vi.getTimerCount()).toBe(0);
  });

  it("is waited for until the limit and not longer", async () => {
    const ended = vi.fn();
    const waiting = within(1_000, never()).catch(ended);
    await vi.advanceTimersByTimeAsync(999);
    expect(ended).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    await waiting;
    expect(ended).toHaveBeenCalledWith(new Error("not done within 1000 ms"));
  });

  it("may fail after its limit without anybody minding", async () => {
    const { promise, reject } = Promise.withResolvers<never>();
    const waiting = expect(within(1, promise)).rejects.toThrow("not done within 1 ms");
    await vi.advanceTimersByTimeAsync(1);
    await waiting;
    reject(new Error("late"));
    await expect(promise).rejects.toThrow("late");
  });
});
