import type { ClickFacts } from "./click-id.ts";
import type { Attribution, ConversionEntry, Order } from "./conversion.ts";
import type { ConversionClock } from "./conversion-form.ts";
import type { FieldError } from "./errors.ts";
import { DAY_MS } from "./time.ts";
import { parseTrackedCode } from "./tracked-link.ts";

/** An entry with what its click id says; null if it names none, or none that we signed. */
export interface ReadEntry {
  entry: ConversionEntry;
  click: ClickFacts | null;
}

/** What attributing has to know of a link. */
export interface KnownLink {
  campaignId: string;
  advertiserId: string;
  /** ms UTC */
  createdAt: number;
}

/** By code. */
export type KnownLinks = ReadonlyMap<string, KnownLink>;

/** What an order counts for. */
export type Reference = Pick<Order, "link" | "attribution" | "clickedAt" | "automatedClick">;

/**
 * The click of an entry with its link, and its code with its link, where there are such. Links of other advertisers are as
 * if they were not there, so that nobody finds them by asking.
 */
function namedLinks({ entry, click }: ReadEntry, links: KnownLinks, advertiserId: string) {
  const linkOf = (code: string) => {
    const link = links.get(code);
    return link?.advertiserId === advertiserId ? link : null;
  };
  const clickLink = click === null ? null : linkOf(click.code);
  const code = entry.code === null ? null : parseTrackedCode(entry.code);
  const codeLink = code === null ? null : linkOf(code);
  return {
    click: click !== null && clickLink !== null ? { ...click, link: clickLink } : null,
    code: code !== null && codeLink !== null ? { code, link: codeLink } : null,
  };
}

/**
 * Why an entry may not name what it names, or null: links of another campaign, or two at once.
 *
 * @param advertiserId whose campaign the entry is of
 */
export function referenceError(read: ReadEntry, links: KnownLinks, advertiserId: string): FieldError | null {
  const { click, code } = namedLinks(read, links, advertiserId);
  const { campaignId } = read.entry;
  const foreign = "belongs to another campaign";
  if (click !== null && click.link.campaignId !== campaignId) {
    return { pointer: "#/click_id", detail: foreign };
  }
  if (code !== null && code.link.campaignId !== campaignId) return { pointer: "#/code", detail: foreign };
  if (click !== null && code !== null && click.code !== code.code) {
    return { pointer: "#/code", detail: "names another link than the click" };
  }
  return null;
}

/** What an order is attributed by, beside what it names. */
export interface AttributionTerms extends Pick<ConversionClock, "skewMs"> {
  advertiserId: string;
  /** When the order was, ms UTC. */
  at: number;
  /** A click exactly as old still counts. */
  windowDays: number;
}

/**
 * What an order counts for. A click of ours decides, also if it is too old; a code decides only where there is none, and
 * only from when its link was made. What is unknown leaves the order unattributed, and it is kept.
 */
export function attributeOrder(read: ReadEntry, links: KnownLinks, terms: AttributionTerms): Reference {
  const { at, skewMs, windowDays, advertiserId } = terms;
  const { click, code } = namedLinks(read, links, advertiserId);
  if (click !== null) {
    const attribution = standingOf(at - click.at, { skewMs, windowMs: windowDays * DAY_MS });
    return {
      link: attribution === "click" ? click.code : null,
      attribution,
      clickedAt: click.at,
      automatedClick: click.kind === "automated",
    };
  }
  const none = { clickedAt: null, automatedClick: false };
  if (code !== null) {
    const early = at < code.link.createdAt - skewMs;
    return early
      ? { link: null, attribution: "before_click", ...none }
      : { link: code.code, attribution: "code", ...none };
  }
  return { link: null, attribution: whyNone(read.entry), ...none };
}

/** Whether a click of this age counts: clocks may be off, and the window ends. */
function standingOf(ageMs: number, { skewMs, windowMs }: { skewMs: number; windowMs: number }): Attribution {
  if (ageMs < -skewMs) return "before_click";
  return ageMs > windowMs ? "expired_click" : "click";
}

function whyNone({ clickId, code }: ConversionEntry): Attribution {
  if (clickId !== null) return "unknown_click";
  return code === null ? "none_given" : "unknown_code";
}

const OF_NOTHING: readonly Attribution[] = ["none_given", "unknown_click", "unknown_code"];

/** Whether a reference is to nothing of ours, so that a later report of the same order may say more. */
export const namesNothing = ({ attribution }: Reference): boolean => OF_NOTHING.includes(attribution);

const OF_A_CLICK: readonly Attribution[] = ["click", "expired_click", "before_click"];

/** Whether two references are to the same: the window may have changed since, and the click is the same one. */
export function sameReference(one: Reference, other: Reference): boolean {
  if (namesNothing(one) && namesNothing(other)) return true;
  if (one.clickedAt !== other.clickedAt) return false;
  if (one.attribution === other.attribution) return one.link === other.link;
  return OF_A_CLICK.includes(one.attribution) && OF_A_CLICK.includes(other.attribution);
}
