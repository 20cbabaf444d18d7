import { describe, expect, it } from "vitest";
import { isDataCentre } from "../../src/domain/data-centre.ts";

describe("a network", () => {
  it.each([
    { asn: 16509, rented: true, why: "Amazon" },
    { asn: 24940, rented: true, why: "Hetzner" },
    { asn: 13335, rented: false, why: "Cloudflare, where private relays end" },
    { asn: 36183, rented: false, why: "Akamai, likewise" },
    { asn: 54113, rented: false, why: "Fastly, likewise" },
    { asn: 3320, rented: false, why: "Deutsche Telekom, where people live" },
    { asn: 395747, rented: false, why: "what wrangler dev pretends" },
    { asn: null, rented: false, why: "not known is no suspicion" },
  ])("$asn is a data centre's: $rented, $why", ({ asn, rented }) => {
    expect(isDataCentre(asn)).toBe(rented);
  });
});
