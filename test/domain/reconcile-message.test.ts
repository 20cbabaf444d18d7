import { describe, expect, it } from "vitest";
import { BATCH_LIMIT, inMessages } from "../../src/domain/reconcile-message.ts";

const ORIGIN = { requestId: "req_1", traceparent: `00-${"1".repeat(32)}-${"2".repeat(16)}-01` };
const idsOf = (count: number) => Array.from({ length: count }, (_, n) => `rep_${n}`);
const split = (count: number) => inMessages({ kind: "reports", manual: false, origin: ORIGIN }, idsOf(count));

describe("ids in messages", () => {
  it.each([
    { count: 0, sizes: [], why: "nothing to wake anybody for" },
    { count: 1, sizes: [1], why: "a submission" },
    { count: 100, sizes: [100], why: "exactly a batch" },
    { count: 101, sizes: [100, 1], why: "one more than a batch" },
    { count: 250, sizes: [100, 100, 50], why: "a sweep" },
  ])("of $count go out as $sizes: $why", ({ count, sizes }) => {
    const messages = split(count);
    expect(messages.map(({ ids }) => ids.length)).toEqual(sizes);
    expect(messages.flatMap(({ ids }) => ids)).toEqual(idsOf(count));
  });

  it("keep in each what the whole is", () => {
    expect(split(BATCH_LIMIT + 1).at(-1)).toEqual({
      v: 1,
      kind: "reports",
      manual: false,
      origin: ORIGIN,
      ids: [`rep_${BATCH_LIMIT}`],
    });
  });
});
