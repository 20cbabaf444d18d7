import { describe, expect, it } from "vitest";
import { addNetworks, MOST_NETWORKS } from "../../src/domain/click-networks.ts";

/** Networks 1 to `count`, each with `clicks`. */
const networks = (count: number, clicks: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [String(i + 1), clicks]));

describe("clicks by network", () => {
  it("add up, those of unknown networks under a question mark", () => {
    expect(addNetworks({ 3320: 2 }, [3320, 7922, null, 7922, null, null])).toEqual({
      3320: 3,
      7922: 2,
      "?": 3,
    });
  });

  it("keep as many networks as there is room for", () => {
    expect(Object.keys(addNetworks(networks(MOST_NETWORKS - 1, 5), [64512]))).toHaveLength(MOST_NETWORKS);
  });

  it("keep the largest where there is no room, and of equal ones the lower number", () => {
    const full = networks(MOST_NETWORKS, 2);
    expect(addNetworks(full, [64512])).toEqual(full);
    const { [MOST_NETWORKS]: last, ...others } = full;
    expect(addNetworks(full, [64512, 64512, 64512])).toEqual({ ...others, 64512: 3 });
    expect(addNetworks(full, [64512, 64512])).toEqual({ ...others, [MOST_NETWORKS]: last });
  });

  it("lose no unknown ones for that, and count them as no network", () => {
    const full = { ...networks(MOST_NETWORKS, 5), "?": 1 };
    expect(addNetworks(full, [64512])).toEqual(full);
  });

  it("forget a network that was dropped: it begins anew, and is never too large", () => {
    const full = networks(MOST_NETWORKS, 3);
    const dropped = addNetworks(full, [64512, 64512]);
    expect(addNetworks(dropped, [64512, 64512])).toEqual(full);
  });
});
