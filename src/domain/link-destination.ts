import { destinationOf, type LinkTarget } from "./tracked-link.ts";

/** Where a link leads, with the place of the click id cut out, so that following it only joins strings. */
export interface LinkDestination {
  /** Without any click id. */
  plain: string;
  before: string;
  /** Null if the destination is not told the click. */
  after: string | null;
}

/** The destination of a link in parts, or null while it has none. {@link withClickId} puts it together. */
export function linkDestination(target: LinkTarget): LinkDestination | null {
  // Two click ids that differ in their only character: the destinations differ where the click id stands, whatever
  // else the landing URL contains.
  const [plain, first, second] = [null, "a", "b"].map((clickId) => destinationOf(target, clickId));
  if (!plain || !first || !second) return null;
  if (first === second) return { plain, before: first, after: null };
  let place = 0;
  while (first[place] === second[place]) place++;
  return { plain, before: first.slice(0, place), after: first.slice(place + 1) };
}

/** @param clickId of letters, digits, - and _, which a URL's query leaves as they are; null for none */
export function withClickId({ plain, before, after }: LinkDestination, clickId: string | null): string {
  if (clickId === null || after === null) return plain;
  return `${before}${clickId}${after}`;
}
