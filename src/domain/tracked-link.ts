import { makeLinkCode } from "./link-code.ts";

/**
 * The code of a tracked link, as its address `/go/{code}` carries it: ten characters of Crockford's base 32, lower case,
 * 50 random bits. It is no secret, but nobody finds a link by trying.
 */
export function makeTrackedCode(fillRandom: (bytes: Uint8Array<ArrayBuffer>) => void): string {
  return makeLinkCode(fillRandom).toLowerCase();
}

const FORMAT = /^[0-9a-hjkmnp-tv-z]{10}$/;

/** The code that an address names, whatever its case, or null if it cannot be one. */
export function parseTrackedCode(text: string): string | null {
  if (text.length > 10) return null;
  const code = text.toLowerCase();
  return FORMAT.test(code) ? code : null;
}

/** The address of a link. @param base where browsers reach the deployment, without a slash at its end */
export const trackedUrl = (base: string, code: string): string => `${base}/go/${code}`;

/** The names under which a destination is told each; null where it is not told. */
export interface LinkParams {
  click_id: string | null;
  affiliate: string | null;
  sub_id: string | null;
}

/** Some of the names; what is undefined stays as it is. */
export type LinkParamsChange = { [K in keyof LinkParams]?: LinkParams[K] | undefined };

/** The names with the change in them. */
export function changeLinkParams(params: Readonly<LinkParams>, change: LinkParamsChange): LinkParams {
  const { click_id = params.click_id, affiliate = params.affiliate, sub_id = params.sub_id } = change;
  return { click_id, affiliate, sub_id };
}

export const DEFAULT_LINK_PARAMS: Readonly<LinkParams> = {
  click_id: "click_id",
  affiliate: "affiliate_id",
  sub_id: "sub_id",
};

/** Everything that following a link needs; nothing of it changes unless the {@link LinkBoard} says so. */
export interface LinkTarget {
  code: string;
  campaignId: string;
  affiliateId: string;
  subId: string | null;
  /** Null while the campaign has no destination. */
  landingUrl: string | null;
  params: LinkParams;
  campaignStatus: "ACTIVE" | "PAUSED" | "ENDED";
  startsAt: number;
  endsAt: number | null;
  affiliateSuspended: boolean;
}

/** Why a link leads nowhere, or `open`. */
export const LINK_STATES = ["open", "not_begun", "paused", "ended", "no_destination"] as const;
export type LinkState = (typeof LINK_STATES)[number];

/** What decides whether a link leads anywhere. */
export type LinkTerms = Pick<
  LinkTarget,
  "landingUrl" | "campaignStatus" | "startsAt" | "endsAt" | "affiliateSuspended"
>;

/** Whether a link leads anywhere at an instant (ms UTC). A suspended affiliate's links are paused. */
export function linkState(target: LinkTerms, now: number): LinkState {
  if (target.campaignStatus === "ENDED" || (target.endsAt !== null && target.endsAt <= now)) return "ended";
  if (target.campaignStatus === "PAUSED" || target.affiliateSuspended) return "paused";
  if (target.startsAt > now) return "not_begun";
  return target.landingUrl === null ? "no_destination" : "open";
}

/**
 * Where a click on a link goes: the landing URL with its own query as it is written, then what the campaign wants to be
 * told, in the place of parameters of the same name. Nothing of the request goes into it.
 */
export function destinationOf(target: LinkTarget, clickId: string | null): string | null {
  if (target.landingUrl === null) return null;
  const { params } = target;
  const told: [name: string | null, value: string | null][] = [
    [params.affiliate, target.affiliateId],
    [params.sub_id, target.subId],
    [params.click_id, clickId],
  ];
  const ours = new Map(
    told.flatMap(([name, value]) => (name === null || value === null ? [] : [[name, value] as const])),
  );
  const url = new URL(target.landingUrl);
  // Cut and joined as text: URLSearchParams would write the shop's own parameters anew, `flag` as `flag=`.
  const own = queryPairs(url).filter((pair) => !ours.has(nameOf(pair)));
  const added = Array.from(ours, ([name, value]) => `${name}=${encodeURIComponent(value)}`);
  url.search = [...own, ...added].join("&");
  return url.href;
}

const queryPairs = ({ search }: URL): string[] => (search === "" ? [] : search.slice(1).split("&"));

const nameOf = (pair: string): string => new URLSearchParams(pair).keys().next().value ?? "";

/** The names of {@link LinkParams} that a landing URL has a parameter of its own under; nobody could tell them apart. */
export function takenParams(landingUrl: string, params: Readonly<LinkParams>): (keyof LinkParams)[] {
  const own = new Set(queryPairs(new URL(landingUrl)).map(nameOf));
  const names: (keyof LinkParams)[] = ["click_id", "affiliate", "sub_id"];
  return names.filter((name) => {
    const parameter = params[name];
    return parameter !== null && own.has(parameter);
  });
}
