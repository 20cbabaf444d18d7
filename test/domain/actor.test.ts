import { describe, expect, it } from "vitest";
import { type Actor, actorName, owns } from "../../src/domain/actor.ts";

const admin: Actor = { role: "admin", keyId: "key_1" };
const advertiser: Actor = { role: "advertiser", keyId: "key_2", advertiserId: "adv_1" };
const affiliate: Actor = {
  role: "affiliate",
  keyId: "key_3",
  affiliateId: "aff_1",
  suspended: false,
  trust: 500_000,
};

describe("an actor", () => {
  const ours = { advertiserId: "adv_1", affiliateId: "aff_1" };
  const others = { advertiserId: "adv_2", affiliateId: "aff_2" };
  it.each([
    { actor: admin, owners: others, sees: true, why: "an admin sees everything" },
    { actor: admin, owners: {}, sees: true, why: "also what belongs to nobody" },
    { actor: advertiser, owners: ours, sees: true, why: "it is the advertiser's campaign" },
    { actor: advertiser, owners: others, sees: false, why: "it is another advertiser's" },
    { actor: advertiser, owners: { affiliateId: "aff_1" }, sees: false, why: "no advertiser owns it" },
    { actor: advertiser, owners: { advertiserId: null }, sees: false, why: "its advertiser is not known" },
    { actor: advertiser, owners: { affiliateId: "adv_1" }, sees: false, why: "an id is no other role's" },
    { actor: affiliate, owners: ours, sees: true, why: "it is the affiliate's report" },
    { actor: affiliate, owners: others, sees: false, why: "it is another affiliate's" },
    { actor: affiliate, owners: { advertiserId: "adv_1" }, sees: false, why: "no affiliate owns it" },
    { actor: affiliate, owners: { affiliateId: null }, sees: false, why: "its affiliate is not known" },
  ])("$actor.role sees what belongs to $owners: $sees, because $why", ({ actor, owners, sees }) => {
    expect(owns(actor, owners)).toBe(sees);
  });

  it.each([
    [admin, "admin:key_1"],
    [advertiser, "advertiser:adv_1"],
    [affiliate, "affiliate:aff_1"],
  ])("is recorded by who it is: %s", (actor, name) => {
    expect(actorName(actor)).toBe(name);
  });
});
