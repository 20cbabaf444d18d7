import type { Subject, SubjectName } from "./fault-subjects.ts";

/** What becomes of one claim when its batch is looked at under a fault. Durations in seconds. */
export type Outcome =
  /** Judged in the same run, as if nothing had been. */
  | { kind: "judged" }
  /** Not asked, or not answered: no attempt. `by`: who says when; `next`: what it is found to wait for at the next look. */
  | { kind: "put_off"; reason: string; againAfter: number | "consent"; by?: string; next?: string }
  /** The platform answered without what is needed: one attempt. */
  | { kind: "attempt"; status: "MISSING_PLATFORM_DATA" | "INCOMPLETE_PLATFORM_DATA"; reason: MissingReason }
  /** Looked for once more before it is final. */
  | { kind: "absent"; reason: "gone" | "private" };

type MissingReason = "no_data" | "unreadable";

/** How a fault is brought about, in the words of the simulator's control API where it has any. */
export interface Setting {
  faults?: Record<string, unknown>;
  /** Calls the vendor grants per window. */
  calls?: number;
  /** What happens to all tokens given so far. */
  tokens?: "expire" | "revoke";
  /** What the second post of the batch is told to be. */
  victim?: Record<string, unknown>;
  /** The second post of the batch is the platform's {@link Subject} `badPost`. */
  badPost?: true;
  secrets?: "wrong" | "missing";
  /** The tokens are at their end, so that they have to be renewed before anything is asked. */
  tokensEnding?: true;
  /** The account was connected less than a day ago. */
  young?: true;
  /** The fault is there while the account is being connected, which it keeps from happening. */
  connecting?: true;
}

export interface Cell {
  set: Setting;
  /** Of the claims that the fault hits. */
  outcome: Outcome;
  /** Of single claims of the batch, by their place in it. */
  except?: Readonly<Record<number, Outcome>>;
  /** How a claim that is hit ends, where the fault is the post's own and never lifted; else by its right verdict. */
  ends?: { status: string; missing_reason: string | null };
}

export interface Row {
  fault: string;
  hits: "all" | "the second" | "every second";
  /** A text says why the fault cannot arise there. */
  cell(subject: Subject): Cell | string;
}

const JUDGED: Outcome = { kind: "judged" };
const UNREADABLE: Outcome = { kind: "attempt", status: "MISSING_PLATFORM_DATA", reason: "unreadable" };
const NO_DATA: Outcome = { kind: "attempt", status: "MISSING_PLATFORM_DATA", reason: "no_data" };
const INCOMPLETE: Outcome = { kind: "attempt", status: "INCOMPLETE_PLATFORM_DATA", reason: "no_data" };
const IS_GONE: Outcome = { kind: "absent", reason: "gone" };
const IS_PRIVATE: Outcome = { kind: "absent", reason: "private" };
const RECONNECT: Outcome = { kind: "put_off", reason: "reconnect", againAfter: "consent" };
const NOT_CONNECTED: Outcome = { kind: "put_off", reason: "not_connected", againAfter: "consent" };

const putOff = (reason: string, againAfter: number): Outcome => ({ kind: "put_off", reason, againAfter });

/** PUT_OFF_SECONDS */
const SOON = 60;
/** GATE_UNAUTHORISED_SECONDS */
const AFTER_REFUSAL = 300;
const HOUR = 3_600;

/** Faults of every answer. */
const ANSWERS: readonly (readonly [fault: string, faults: Record<string, unknown>, reason: string])[] = [
  ["an answer later than the timeout", { latency_ms: 30_000 }, "outage"],
  ["no answer at all", { outage: "hang" }, "outage"],
  ["an outage (503)", { outage: true }, "outage"],
  ["an error at every call (500)", { error_rate: 1 }, "outage"],
  ["HTML instead of JSON", { garbage: "html" }, "unreadable"],
  ["a truncated body", { garbage: "truncated" }, "unreadable"],
  ["a body of 50 MB", { garbage: "huge" }, "unreadable"],
  ["an empty body", { garbage: "empty" }, "unreadable"],
  ["a redirect elsewhere", { garbage: "redirect" }, "unreadable"],
];

/** Until when a vendor refuses calls, seconds after noon UTC on a day of summer, and what tells. */
type Told = readonly [againAfter: number, by?: string];

const QUOTA_ENDS: Record<SubjectName, Told> = {
  youtube: [19 * HOUR, "quotaExceeded: midnight in California"],
  x: [900, "x-rate-limit-reset"],
  reddit: [600, "x-ratelimit-reset"],
  instagram: [12 * HOUR, "X-Business-Use-Case-Usage"],
  meta: [12 * HOUR, "X-Business-Use-Case-Usage"],
  tiktok: [60, "rate_limit_exceeded: a sliding minute"],
  "linkedin page": [12 * HOUR, "its DAY throttle: midnight UTC"],
  "linkedin member": [12 * HOUR, "its DAY throttle: midnight UTC"],
};

/** The same for a 429 that comes with nothing but this. */
function refusedFor({ name, platform }: Subject, told: Told): Told {
  if (platform === "linkedin") return QUOTA_ENDS[name];
  // All of a rolling hour is used up.
  return platform === "instagram" || platform === "meta" ? [HOUR, "X-App-Usage"] : told;
}

function limited([againAfter, by]: Told): Outcome {
  return { kind: "put_off", reason: "rate_limited", againAfter, ...(by === undefined ? {} : { by }) };
}

const isKey = ({ platform }: Subject) => platform === "youtube" || platform === "x";
const cannotBeRenewed = ({ platform }: Subject) => platform === "instagram" || platform === "meta";

/** Why a fault cannot arise. */
const KEYS_LAST = "a key that lasts: there is no token to grant or renew";

const SILENCES: readonly Row[] = ANSWERS.map(([fault, faults, reason]) => ({
  fault,
  hits: "all",
  cell: () => ({ set: { faults }, outcome: putOff(reason, SOON) }),
}));

const LIMITS: readonly Row[] = [
  {
    fault: "the quota is spent",
    hits: "all",
    cell: ({ name }) => ({ set: { calls: 0 }, outcome: limited(QUOTA_ENDS[name]) }),
  },
  {
    fault: "429 with Retry-After",
    hits: "all",
    cell: (subject) => ({
      set: { faults: { retry_after: 120 } },
      outcome: limited(subject.platform === "linkedin" ? refusedFor(subject, [120]) : [120, "Retry-After"]),
    }),
  },
  {
    fault: "429 without a time",
    hits: "all",
    cell: (subject) => ({ set: { faults: { status: 429 } }, outcome: limited(refusedFor(subject, [SOON])) }),
  },
  {
    fault: "429 with a Retry-After that is none",
    hits: "all",
    cell: (subject) => ({
      set: { faults: { retry_after: "soon" } },
      outcome: limited(refusedFor(subject, [SOON])),
    }),
  },
];

const CREDENTIALS: readonly Row[] = [
  {
    fault: "an expired token",
    hits: "all",
    cell(subject) {
      if (subject.platform === "youtube") return KEYS_LAST;
      if (subject.platform === "x")
        return { set: { faults: { status: 401 } }, outcome: putOff("unauthorised", AFTER_REFUSAL) };
      return { set: { tokens: "expire" }, outcome: cannotBeRenewed(subject) ? RECONNECT : JUDGED };
    },
  },
  {
    fault: "a revoked token",
    hits: "all",
    cell(subject) {
      if (isKey(subject)) return KEYS_LAST;
      return { set: { tokens: "revoke" }, outcome: subject.account === null ? JUDGED : RECONNECT };
    },
  },
  {
    fault: "a token revoked on its first day",
    hits: "all",
    cell(subject) {
      if (isKey(subject)) return KEYS_LAST;
      if (subject.platform !== "instagram") return "no different from any other day";
      return { set: { tokens: "revoke", young: true }, outcome: RECONNECT };
    },
  },
  {
    fault: "an expired token, and nothing to renew it",
    hits: "all",
    cell(subject) {
      if (isKey(subject)) return KEYS_LAST;
      if (cannotBeRenewed(subject)) return "an expired token is not renewed there";
      return {
        set: { tokens: "expire", faults: { outage: true, access: "only" } },
        outcome: putOff("outage", SOON),
      };
    },
  },
  {
    fault: "a wrong credential",
    hits: "all",
    cell(subject) {
      if (cannotBeRenewed(subject)) return "the app's secret is needed for connecting alone";
      // A token is good without the secret, until it has to be renewed.
      const set: Setting = isKey(subject) ? { secrets: "wrong" } : { secrets: "wrong", tokens: "expire" };
      return { set, outcome: putOff("unauthorised", AFTER_REFUSAL) };
    },
  },
  {
    fault: "no credential",
    hits: "all",
    cell: () => ({ set: { secrets: "missing" }, outcome: putOff("not_configured", 10 * SOON) }),
  },
];

const BATCHES: readonly Row[] = [
  {
    fault: "half of the batch left out",
    hits: "every second",
    cell({ name, platform }) {
      const set = { faults: { partial: true } };
      if (name === "linkedin member") return "one post is asked for at a time";
      // Left out of the statistics of the page, whose member is asked for what the posts leave out.
      if (name === "linkedin page") return { set, outcome: JUDGED, except: { 2: NO_DATA } };
      if (platform === "x") return { set, outcome: UNREADABLE };
      const isGraph = platform === "instagram" || platform === "meta";
      return { set, outcome: isGraph ? putOff("outage", SOON) : IS_GONE };
    },
  },
  {
    fault: "a bad id among good ones",
    hits: "the second",
    cell({ platform }) {
      const set = { badPost: true } as const;
      // Its likes are shown, and decide in the end.
      if (platform === "instagram")
        return { set, outcome: INCOMPLETE, ends: { status: "MATCHED", missing_reason: null } };
      // These refuse every call that has it.
      const outcome = platform === "x" || platform === "tiktok" ? UNREADABLE : IS_GONE;
      return { set, outcome, ends: { status: "MISSING_PLATFORM_DATA", missing_reason: outcome.reason } };
    },
  },
  {
    fault: "counts of another type",
    hits: "all",
    cell: () => ({ set: { faults: { garbage: "wrong_type" } }, outcome: UNREADABLE }),
  },
];

const POSTS: readonly Row[] = [
  {
    fault: "a hidden count",
    hits: "the second",
    cell: ({ metrics: [first] }) => ({
      set: { victim: { metrics: { [first]: null } } },
      outcome: INCOMPLETE,
    }),
  },
  {
    fault: "every count hidden",
    hits: "the second",
    cell: () => ({
      set: { victim: { metrics: { views: null, likes: null, comments: null, shares: null, clicks: null } } },
      outcome: NO_DATA,
    }),
  },
  {
    fault: "a deleted post",
    hits: "the second",
    cell: () => ({ set: { victim: { state: "gone" } }, outcome: IS_GONE }),
  },
  {
    fault: "somebody else's post",
    hits: "the second",
    cell({ platform, account }) {
      if (account === null) return "posts are read whoever made them";
      const author = { id: `${account}9`, name: "Somebody else" };
      // It names the post as one that is not the caller's to see.
      return { set: { victim: { author } }, outcome: platform === "linkedin" ? IS_PRIVATE : IS_GONE };
    },
  },
  {
    fault: "a private post",
    hits: "the second",
    cell: ({ platform }) => ({
      set: { victim: { state: "private" } },
      // The others show a post to its owner or not at all.
      outcome: ["youtube", "x", "reddit", "linkedin"].includes(platform) ? IS_PRIVATE : IS_GONE,
    }),
  },
];

const TOKEN_ANSWERS: typeof ANSWERS = [
  ...ANSWERS,
  ["429 with Retry-After", { retry_after: 30 }, "rate_limited"],
];

/** Of the endpoint that grants and renews tokens. */
const TOKENS: readonly Row[] = TOKEN_ANSWERS.map(([fault, faults, reason]) => ({
  fault: `a token endpoint: ${fault}`,
  hits: "all",
  cell({ name, platform }) {
    if (platform === "youtube" || platform === "x") return KEYS_LAST;
    if (name === "linkedin member") return "the same token as that of the member's pages";
    // A Page's token does not end: nothing but connecting the Page asks for one.
    if (platform === "meta")
      return { set: { faults: { ...faults, access: true }, connecting: true }, outcome: NOT_CONNECTED };
    const set = { faults: { ...faults, access: "only" }, tokensEnding: true } as const;
    // The vendor has renewed it, and the refresh token is good once: what replaces it is lost with the answer.
    const isLost = platform === "tiktok" && faults.garbage === "truncated";
    if (isLost)
      return { set, outcome: { kind: "put_off", reason, next: "reconnect", againAfter: "consent" } };
    return { set, outcome: putOff(reason, reason === "rate_limited" ? 30 : SOON) };
  },
}));

/** Every fault, in the order of the printed table. */
export const ROWS: readonly Row[] = [...SILENCES, ...LIMITS, ...CREDENTIALS, ...BATCHES, ...POSTS, ...TOKENS];

/** The outcome of each claim of a batch of so many. */
export function outcomesOf({ hits }: Row, { outcome, except = {} }: Cell, claims: number): Outcome[] {
  return Array.from({ length: claims }, (_, i) => {
    const isHit = hits === "all" || i === 1 || (hits === "every second" && i % 2 === 1);
    return except[i] ?? (isHit ? outcome : JUDGED);
  });
}

/** The outcome as the printed table has it. */
export function inWords({ hits }: Row, { outcome, except = {}, ends }: Cell): string {
  const others = Object.entries(except).map(([i, other]) => `; claim ${Number(i) + 1}: ${phrase(other)}`);
  const end = ends ? `, ends as ${[ends.status, ends.missing_reason].filter(Boolean).join(" ")}` : "";
  const mates = hits === "all" ? "" : "; its batch-mates: judged at once";
  return `${phrase(outcome)}${end}${others.join("")}${mates}`;
}

function phrase(outcome: Outcome): string {
  switch (outcome.kind) {
    case "judged":
      return "judged at once";
    case "put_off": {
      const { reason, next, againAfter, by } = outcome;
      const when = againAfter === "consent" ? "once its owner consents" : `after ${lasting(againAfter)}`;
      const why = next === undefined ? reason : `${reason}, then ${next}`;
      return `put off (${why}), asked again ${when}${by === undefined ? "" : ` (${by})`}, no attempt`;
    }
    case "attempt":
      return `${outcome.status} (${outcome.reason}), 1 attempt`;
    case "absent":
      return `${outcome.reason}, looked for again after 10 min, no attempt`;
  }
}

function lasting(seconds: number): string {
  if (seconds % HOUR === 0) return `${seconds / HOUR} h`;
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
}
