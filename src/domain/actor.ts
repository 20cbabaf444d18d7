/** Who acts. An object of somebody else does not exist for an actor: not found, never forbidden. */
export type Actor =
  | { role: "admin"; keyId: string }
  | { role: "advertiser"; keyId: string; advertiserId: string }
  | { role: "affiliate"; keyId: string; affiliateId: string; suspended: boolean; trust: number };

/** An actor who claims. */
export type Affiliate = Extract<Actor, { role: "affiliate" }>;

export const ROLES = ["admin", "advertiser", "affiliate"] as const;

export type Role = (typeof ROLES)[number];

/** Whether the actor may see what belongs to these owners; an admin sees everything. */
export function owns(
  actor: Actor,
  owners: { advertiserId?: string | null; affiliateId?: string | null },
): boolean {
  if (actor.role === "admin") return true;
  if (actor.role === "advertiser") return owners.advertiserId === actor.advertiserId;
  return owners.affiliateId === actor.affiliateId;
}

/** Who did it, as audit and alerts record it: `admin:key_…`. */
export function actorName(actor: Actor): string {
  if (actor.role === "admin") return `admin:${actor.keyId}`;
  return `${actor.role}:${actor.role === "advertiser" ? actor.advertiserId : actor.affiliateId}`;
}
