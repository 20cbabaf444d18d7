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

/** The campaign of each link, by code. */
export type LinkCampaigns = ReadonlyMap<string, string>;

/** What an order counts for. */
export type Reference = Pick<Order, "link" | "attribution" | "clickedAt" | "automatedClick">;

/** The click of an entry if its link is there, and the code of a link that is there. */
function namedLinks({ entry, click }: ReadEntry, links: LinkCampaigns) {
  const code = entry.code === null ? null : parseTrackedCode(entry.code);
  return {
    click: click !== null && links.has(click.code) ? click : null,
    code: code !== null && links.has(code) ? code : null,
  };
}

/** Why an entry may not name what it names, or null: links of others, or two at once. */
export function referenceError(read: ReadEntry, links: LinkCampaigns): FieldError | null {
  const { click, code } = namedLinks(read, links);
  const { campaignId } = read.entry;
  const foreign = "belongs to another campaign";
  if (click !== null && links.get(click.code) !== campaignId) {
    return { pointer: "#/click_id", detail: foreign };
  }
  if (code !== null && links.get(code) !== campaignId) return { pointer: "#/code", detail: foreign };
  if (click !== null && code !== null && click.code !== code) {
    return { pointer: "#/code", detail: "names another link than the click" };
  }
  return null;
}

/**
 * What an order counts for. A click of ours decides, also if it is too old; a code decides only where there is none. What
 * is unknown leaves the order unattributed, and it is kept.
 *
 * @param at when the order was, ms UTC; a click exactly as old as the window still counts
 */
export function attributeOrder(
  read: ReadEntry,
  links: LinkCampaigns,
  { at, skewMs, windowDays }: { at: number; windowDays: number } & Pick<ConversionClock, "skewMs">,
): Reference {
  const { click, code } = namedLinks(read, links);
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
  if (code !== null) return { link: code, attribution: "code", ...none };
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

const OF_A_CLICK: readonly Attribution[] = ["click", "expired_click", "before_click"];

/** Whether two references are to the same: the window may have changed since, and the click is the same one. */
export function sameReference(one: Reference, other: Reference): boolean {
  if (one.clickedAt !== other.clickedAt) return false;
  if (one.attribution === other.attribution) return one.link === other.link;
  return OF_A_CLICK.includes(one.attribution) && OF_A_CLICK.includes(other.attribution);
}
