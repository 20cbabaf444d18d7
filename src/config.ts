/**
 * Every tunable of Claimcheck in one table: environment variable, default, unit, bounds and meaning.
 * docs/configuration.md is generated from it (`npm run docs:config`), and a test keeps the two equal.
 */
interface NumberTunable {
  default: number;
  min: number;
  max: number;
  unit: string;
  about: string;
}

interface TextTunable {
  default: string;
  pattern: RegExp;
  about: string;
}

const number = (value: number, unit: string, [min, max]: [number, number], about: string): NumberTunable => ({
  default: value,
  min,
  max,
  unit,
  about,
});

const ADDRESS_OR_NONE = /^(https?:\/\/[a-z0-9.-]+(:\d{1,5})?(\/[a-z0-9_-]+)*)?$/;

export const NUMBER_TUNABLES = {
  VENDOR_TIMEOUT_MS: number(8_000, "ms", [100, 60_000], "Longest wait for one call to a platform."),
  OBSERVE_DEADLINE_MS: number(
    60_000,
    "ms",
    [1_000, 300_000],
    "Longest time a batch spends calling platforms.",
  ),
  VENDOR_CONCURRENCY: number(
    5,
    "calls",
    [1, 6],
    "Calls to one platform at once; a Worker has six connections.",
  ),
  LEASE_SECONDS: number(120, "s", [30, 900], "How long one consumer owns a report it is judging."),
  ENQUEUE_GRACE_SECONDS: number(
    60,
    "s",
    [5, 600],
    "When the sweep looks for a new report the queue did not deliver.",
  ),
  SWEEP_AGAIN_SECONDS: number(
    300,
    "s",
    [10, 3_600],
    "When the sweep enqueues the same report or post again.",
  ),
  SWEEP_REPORTS_CAP: number(500, "reports", [1, 5_000], "Most due reports one sweep enqueues, oldest first."),
  SWEEP_POSTS_CAP: number(500, "posts", [1, 5_000], "Most due posts one sweep enqueues, oldest first."),
  ATTEMPT_BASE_SECONDS: number(1_800, "s", [60, 86_400], "Base of the backoff between attempts."),
  ATTEMPT_CAP_SECONDS: number(21_600, "s", [60, 86_400], "Longest backoff between attempts."),
  ATTEMPT_MIN_SECONDS: number(60, "s", [1, 3_600], "Shortest backoff between attempts."),
  ATTEMPTS_MAX: number(
    5,
    "attempts",
    [1, 20],
    "Answers of a platform without what is needed, until the report is closed.",
  ),
  ATTEMPT_WINDOW_HOURS: number(24, "h", [1, 168], "Attempts end this long after the first."),
  ABSENT_SECOND_LOOK_SECONDS: number(
    600,
    "s",
    [1, 86_400],
    "When a gone or private post is looked at again, before it is final.",
  ),
  PUT_OFF_SECONDS: number(60, "s", [1, 3_600], "Wait after a failed call when the gate names no time."),
  PUT_OFF_ALERT_MINUTES: number(
    120,
    "min",
    [1, 10_080],
    "Reports waiting longer for a platform raise its alert.",
  ),
  PUT_OFF_LIMIT_HOURS: number(
    168,
    "h",
    [1, 720],
    "Reports waiting longer end as MISSING_PLATFORM_DATA (not_admitted).",
  ),
  SUPERSEDE_MINUTES: number(
    15,
    "min",
    [0, 1_440],
    "A report replaced this soon and before its verdict is closed unjudged.",
  ),
  CLOCK_SKEW_MINUTES: number(
    5,
    "min",
    [0, 60],
    "claimed_at this far ahead counts as now and is flagged; further is refused. So are times of orders and clicks.",
  ),
  CLAIMS_CLOSE_DAYS: number(7, "days", [0, 90], "Claims may be updated this long after a campaign's end."),
  OBSERVE_EVERY_MINUTES: number(
    360,
    "min",
    [5, 43_200],
    "How often a campaign's posts are observed, unless it says otherwise.",
  ),
  OBSERVE_FACTOR_HIGH: number(
    2,
    "factor",
    [0.1, 10],
    "Times the campaign's interval for affiliates of high trust.",
  ),
  OBSERVE_FACTOR_NORMAL: number(1, "factor", [0.1, 10], "The same for normal trust."),
  OBSERVE_FACTOR_LOW: number(0.5, "factor", [0.1, 10], "The same for low trust."),
  OBSERVE_FACTOR_CRITICAL: number(0.25, "factor", [0.1, 10], "The same for critical trust."),
  BREAKER_FAILURES: number(5, "calls", [1, 100], "Failed calls in a row that open a platform's breaker."),
  BREAKER_OPEN_SECONDS: number(300, "s", [1, 86_400], "How long an open breaker refuses every call."),
  BREAKER_PROBES: number(3, "calls", [1, 20], "Probes that must all succeed to close the breaker."),
  GATE_PERMIT_SECONDS: number(
    60,
    "s",
    [1, 900],
    "A granted call that is not reported back expires after this.",
  ),
  GATE_UNAUTHORISED_SECONDS: number(
    300,
    "s",
    [1, 86_400],
    "A credential the platform refused is not used for this long.",
  ),
  TRUST_PERFECT_MATCH: number(10_000, "millionths", [0, 1_000_000], "Trust for a match of confidence 1."),
  TRUST_MINOR_DISCREPANCY: number(-10_000, "millionths", [-1_000_000, 0], "Trust for a LOW overclaim."),
  TRUST_MEDIUM_DISCREPANCY: number(-30_000, "millionths", [-1_000_000, 0], "Trust for a MEDIUM overclaim."),
  TRUST_HIGH_DISCREPANCY: number(
    -50_000,
    "millionths",
    [-1_000_000, 0],
    "Trust for a HIGH overclaim within overclaim_min.",
  ),
  TRUST_OVERCLAIM: number(-100_000, "millionths", [-1_000_000, 0], "Trust for an overclaim."),
  TRUST_IMPOSSIBLE_SUBMISSION: number(
    -150_000,
    "millionths",
    [-1_000_000, 0],
    "Trust for an impossible claim that does not match.",
  ),
  SUSPICION_CTR: number(0.35, "ratio", [0, 1], "clicks / views above this is flagged."),
  SUSPICION_CTR_MIN_VIEWS: number(
    100,
    "views",
    [0, 1_000_000],
    "Below so many views the click rate is not looked at.",
  ),
  SUSPICION_CVR: number(0.6, "ratio", [0, 1], "conversions / clicks above this is flagged."),
  SUSPICION_CVR_MIN_CLICKS: number(
    20,
    "clicks",
    [0, 1_000_000],
    "Below so many clicks the conversion rate is not looked at.",
  ),
  SUSPICION_EVIDENCE_VIEWS: number(
    50_000,
    "views",
    [0, 1_000_000_000],
    "So many views without evidence are flagged.",
  ),
  SUSPICION_FALL: number(
    0.01,
    "ratio",
    [0, 1],
    "A claim below the previous one by more than this is flagged.",
  ),
  SUSPICION_SPIKE: number(
    5,
    "ratio",
    [0, 1_000],
    "A claim above the previous one by more than this (5 = 500 %) is flagged.",
  ),
  LINK_TIMEOUT_MS: number(3_000, "ms", [100, 30_000], "Longest wait for one hop of a share or short link."),
  TOKEN_SPARE_SECONDS: number(
    120,
    "s",
    [0, 3_600],
    "A token this close to its end is renewed before it is used.",
  ),
  CONNECT_MINUTES: number(10, "min", [1, 60], "How long an authorisation that was begun may take."),
  PROOF_HOURS: number(24, "h", [1, 168], "How long the code for a profile is good."),
  SWEEP_ACCOUNTS_CAP: number(20, "accounts", [1, 100], "Most connected accounts one sweep tends."),
  DISCORD_TIMEOUT_MS: number(5_000, "ms", [100, 30_000], "Longest wait for one call to Discord."),
  DISCORD_MAX_AGE_SECONDS: number(
    3_600,
    "s",
    [60, 86_400],
    "Interactions signed longer ago, or further ahead, are refused; their ids are remembered twice as long.",
  ),
  LINK_CODE_MINUTES: number(10, "min", [1, 60], "How long a code that links a Discord user is good."),
  EVIDENCE_MAX_BYTES: number(
    8_388_608,
    "bytes",
    [1_024, 26_214_400],
    "Largest file attached as evidence; its hash is kept, never the file.",
  ),
  LINK_CHECK_SECONDS: number(
    1,
    "s",
    [1, 60],
    "How often an instance of the Worker asks the board for changed links, while links are followed.",
  ),
  LINK_STALE_SECONDS: number(
    4,
    "s",
    [1, 60],
    "What is remembered of links is not used any more when the board was not heard for this long.",
  ),
  LINK_REMEMBER_SECONDS: number(
    300,
    "s",
    [1, 86_400],
    "What is remembered of a link is read again after this, should an announcement be lost.",
  ),
  CLICK_FLUSH_MS: number(
    1_000,
    "ms",
    [10, 20_000],
    "How long clicks are gathered before they are sent to be counted.",
  ),
  CLICK_RATE_PER_MINUTE: number(
    60,
    "clicks",
    [1, 10_000],
    "More clicks of one visitor on one link within a minute are suspected automation.",
  ),
  CLICK_REPEAT_PER_DAY: number(
    1_000,
    "clicks",
    [1, 100_000],
    "More clicks of one visitor on one link within a UTC day are suspected automation.",
  ),
  CLICK_SETTLE_SECONDS: number(
    120,
    "s",
    [1, 3_600],
    "Clicks are counted within this; a claim above the count is not held against anybody earlier.",
  ),
  LINKS_PER_SUBMISSION: number(20, "links", [1, 100], "Most tracked links of one submission."),
  ATTRIBUTION_DAYS: number(
    30,
    "days",
    [1, 365],
    "A conversion counts for a click no older than this, unless the campaign says otherwise.",
  ),
  POSTBACK_SKEW_MINUTES: number(
    15,
    "min",
    [1, 1_440],
    "How far the time in a signed postback may be from ours; an older one is refused as replayed.",
  ),
  POSTBACK_OVERLAP_HOURS: number(168, "h", [0, 720], "How long a replaced postback secret still signs."),
  SIGNAL_MIN_CLICKS: number(50, "clicks", [1, 100_000], "Fewer clicks than this raise no signal of traffic."),
  SIGNAL_NETWORK_SHARE: number(
    0.6,
    "ratio",
    [0, 1],
    "More of the clicks than this from one network are a signal.",
  ),
  SIGNAL_AUTOMATED_SHARE: number(
    0.5,
    "ratio",
    [0, 1],
    "More of the clicks than this under suspicion of automation are a signal.",
  ),
  SIGNAL_BURST_SHARE: number(
    0.5,
    "ratio",
    [0, 1],
    "More of the clicks than this within one minute are a signal.",
  ),
  SIGNAL_FAST_SECONDS: number(
    10,
    "s",
    [1, 3_600],
    "An order sooner after its click than this is faster than people order.",
  ),
  SIGNAL_FAST_SHARE: number(
    0.5,
    "ratio",
    [0, 1],
    "More of the orders than this so soon after their click are a signal.",
  ),
  SIGNAL_MIN_ORDERS: number(3, "orders", [1, 10_000], "Fewer orders than this raise no signal."),
  ALERT_REPEAT_HOURS: number(6, "h", [0, 168], "A high discrepancy repeated within this becomes CRITICAL."),
} as const satisfies Record<string, NumberTunable>;

export const TEXT_TUNABLES = {
  ENVIRONMENT: {
    default: "local",
    pattern: /^(local|staging|production)$/,
    about: "Which deployment this is.",
  },
  PUBLIC_URL: {
    default: "",
    pattern: ADDRESS_OR_NONE,
    about:
      "Where browsers reach this deployment; vendors send them back to it. Without it no account is connected.",
  },
  RESOLVER_BASE_URL: {
    default: "",
    pattern: ADDRESS_OR_NONE,
    about: "Stands for the hosts of share and short links, for trials; empty: they are asked themselves.",
  },
  DISCORD_APPLICATION_ID: {
    default: "",
    pattern: /^(\d{17,20})?$/,
    about: "The Discord application whose interactions are taken; without it none are.",
  },
  DISCORD_PUBLIC_KEY: {
    default: "",
    pattern: /^([0-9a-f]{64})?$/,
    about: "The public key of that application, hex, by which Discord's requests are known.",
  },
  DISCORD_API_URL: {
    default: "https://discord.com/api/v10",
    pattern: ADDRESS_OR_NONE,
    about: "Discord's API, with its version.",
  },
  DISCORD_CDN_URL: {
    default: "",
    pattern: ADDRESS_OR_NONE,
    about: "Stands for the hosts of Discord's attachments, for trials; empty: they are asked themselves.",
  },
  SELF_SIGNUP: {
    default: "off",
    pattern: /^(on|off)$/,
    about: "Whether affiliates may create their own account.",
  },
} as const satisfies Record<string, TextTunable>;

/** Secrets are set with `wrangler secret put` and never have a default. */
export const SECRETS = {
  TOKEN_KEYS:
    "Keys that seal the tokens of connected accounts: `<id>:<base64 of 32 random bytes>`, comma-separated, the newest first.",
} as const;

type Numbers = { readonly [K in keyof typeof NUMBER_TUNABLES]: number };
type Texts = { readonly [K in keyof typeof TEXT_TUNABLES]: string };

/** The validated configuration, by the names of the environment variables. */
export type Config = Numbers & Texts;

export class ConfigError extends Error {}

function readNumber(name: string, tunable: NumberTunable, raw: unknown): number | string {
  const { default: unset, min, max, unit } = tunable;
  if (raw === undefined || raw === "") return unset;
  // Counts and times are whole: half a call cannot be made, and integer columns refuse half a millisecond.
  const fractional = unit === "ratio" || unit === "factor";
  const format = fractional ? /^-?\d+(\.\d+)?$/ : /^-?\d+$/;
  const value = format.test(String(raw)) ? Number(raw) : Number.NaN;
  if (value >= min && value <= max) return value;
  return `${name} must be a ${fractional ? "number" : "whole number"} from ${min} to ${max} (${unit})`;
}

/**
 * Reads the configuration from the Worker's variables; what is not set keeps its default.
 *
 * @throws {ConfigError} naming every variable that is wrong, so that a bad deployment fails on its first request
 */
export function loadConfig(env: Readonly<Record<string, unknown>>): Config {
  const config: Record<string, number | string> = {};
  const problems: string[] = [];
  for (const [name, tunable] of Object.entries(NUMBER_TUNABLES)) {
    const value = readNumber(name, tunable, env[name]);
    if (typeof value === "string") problems.push(value);
    else config[name] = value;
  }
  for (const [name, tunable] of Object.entries(TEXT_TUNABLES)) {
    const value = env[name] === undefined || env[name] === "" ? tunable.default : String(env[name]);
    if (tunable.pattern.test(value)) config[name] = value;
    else problems.push(`${name} must match ${tunable.pattern.source}`);
  }
  if (problems.length > 0) throw new ConfigError(`Invalid configuration: ${problems.join("; ")}`);
  // safe: every key of both tables was just set to a value of its kind.
  return config as Config;
}

/** The configuration without any override. */
export const DEFAULT_CONFIG: Config = loadConfig({});
