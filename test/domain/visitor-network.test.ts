import { describe, expect, it } from "vitest";
import { visitorNetwork } from "../../src/domain/visitor-network.ts";

describe("the network of a visitor", () => {
  it.each([
    { address: "203.0.113.7", network: "203.0.113.7", why: "IPv4 as it is" },
    { address: "2001:db8:1:2:3:4:5:6", network: "2001:db8:1:2::/64", why: "of IPv6 the first half" },
    { address: "2001:0DB8:0001:0002::7", network: "2001:db8:1:2::/64", why: "however it is spelt" },
    { address: "2001:db8::7", network: "2001:db8:0:0::/64", why: "with zeros left out" },
    { address: "2001:db8:0:0:1::", network: "2001:db8:0:0::/64", why: "at the end" },
    { address: "2001:db8::1:2:3:4:5", network: "2001:db8:0:1::/64", why: "a single one" },
    { address: "::1", network: "0:0:0:0::/64", why: "at the beginning" },
    { address: "::", network: "0:0:0:0::/64", why: "all of them" },
    { address: "64:ff9b:1:2::203.0.113.7", network: "64:ff9b:1:2::/64", why: "with an IPv4 tail" },
    { address: "1::2:3:4:203.0.113.7", network: "1:0:0:2::/64", why: "which takes two groups" },
    { address: "::FFFF:203.0.113.7", network: "203.0.113.7", why: "IPv4 in the clothes of IPv6" },
    { address: "", network: "", why: "nothing stands for itself" },
    { address: "localhost", network: "localhost", why: "so does whatever is no address" },
  ])("of $address is $network: $why", ({ address, network }) => {
    expect(visitorNetwork(address)).toBe(network);
  });

  it("is short, however much is sent", () => {
    expect(visitorNetwork("9".repeat(10_000))).toHaveLength(45);
    expect(visitorNetwork(":".repeat(10_000)).length).toBeLessThan(60);
    expect(visitorNetwork("f:".repeat(10_000)).length).toBeLessThan(60);
  });
});
