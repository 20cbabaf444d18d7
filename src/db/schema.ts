/**
 * The tables as drizzle sees them. migrations/ is what the database is made from (with its CHECKs and STRICT);
 * test/db/schema.test.ts proves that both say the same. What each table is for: docs/data-model.md.
 */
import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

/** One nullable count per metric: null is unknown, never 0. */
const metricColumns = () => ({
  views: integer("views"),
  clicks: integer("clicks"),
  conversions: integer("conversions"),
  likes: integer("likes"),
  comments: integer("comments"),
  shares: integer("shares"),
});

const count = (name: string) => integer(name).notNull().default(0);

export const advertisers = sqliteTable(
  "advertisers",
  {
    id: text("id").primaryKey(),
    name: text("name").notNull(),
    contactEmail: text("contact_email"),
    status: text("status", { enum: ["active", "archived"] })
      .notNull()
      .default("active"),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (t) => [uniqueIndex("advertisers_name").on(t.name)],
);

export const affiliates = sqliteTable(
  "affiliates",
  {
    id: text("id").primaryKey(),
    name: text("name").notNull(),
    email: text("email").notNull(),
    discordUserId: text("discord_user_id"),
    status: text("status", { enum: ["active", "suspended"] })
      .notNull()
      .default("active"),
    /** Millionths: 500000 is 0.50. */
    trust: integer("trust").notNull().default(500_000),
    totalSubmissions: count("total_submissions"),
    accurateSubmissions: count("accurate_submissions"),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (t) => [
    uniqueIndex("affiliates_name").on(t.name),
    uniqueIndex("affiliates_email").on(t.email),
    index("affiliates_suspended").on(t.id).where(sql`${t.status} = 'suspended'`),
    uniqueIndex("affiliates_discord").on(t.discordUserId).where(sql`${t.discordUserId} is not null`),
  ],
);

export const apiKeys = sqliteTable(
  "api_keys",
  {
    id: text("id").primaryKey(),
    /** SHA-256 of the secret, hex. */
    secretHash: text("secret_hash").notNull(),
    prefix: text("prefix").notNull(),
    label: text("label"),
    role: text("role", { enum: ["admin", "advertiser", "affiliate"] }).notNull(),
    /** The advertiser or affiliate the key acts for; null for an admin. */
    subjectId: text("subject_id"),
    createdAt: integer("created_at").notNull(),
    expiresAt: integer("expires_at"),
    revokedAt: integer("revoked_at"),
  },
  (t) => [uniqueIndex("api_keys_secret").on(t.secretHash), index("api_keys_subject").on(t.subjectId, t.id)],
);

export const campaigns = sqliteTable(
  "campaigns",
  {
    id: text("id").primaryKey(),
    advertiserId: text("advertiser_id")
      .notNull()
      .references(() => advertisers.id),
    name: text("name").notNull(),
    status: text("status", { enum: ["ACTIVE", "PAUSED", "ENDED"] })
      .notNull()
      .default("ACTIVE"),
    access: text("access", { enum: ["open", "invite"] })
      .notNull()
      .default("open"),
    startsAt: integer("starts_at").notNull(),
    endsAt: integer("ends_at"),
    claimsCloseAt: integer("claims_close_at"),
    observeEveryMinutes: integer("observe_every_minutes").notNull(),
    landingUrl: text("landing_url"),
    currency: text("currency"),
    cpmMinor: integer("cpm_minor"),
    capMinor: integer("cap_minor"),
    minimumMinor: integer("minimum_minor"),
    policyVersion: integer("policy_version").notNull(),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
    attributionDays: integer("attribution_days").notNull().default(30),
    linkParams: text("link_params")
      .notNull()
      .default('{"click_id":"click_id","affiliate":"affiliate_id","sub_id":"sub_id"}'),
    conversionsFrom: integer("conversions_from"),
    landingFrom: integer("landing_from"),
  },
  (t) => [
    index("campaigns_advertiser").on(t.advertiserId, t.id),
    index("campaigns_status").on(t.status, t.id),
  ],
);

export const campaignPlatforms = sqliteTable(
  "campaign_platforms",
  {
    campaignId: text("campaign_id")
      .notNull()
      .references(() => campaigns.id),
    platform: text("platform").notNull(),
  },
  (t) => [primaryKey({ columns: [t.campaignId, t.platform] })],
);

export const campaignAffiliates = sqliteTable(
  "campaign_affiliates",
  {
    campaignId: text("campaign_id")
      .notNull()
      .references(() => campaigns.id),
    affiliateId: text("affiliate_id")
      .notNull()
      .references(() => affiliates.id),
    invitedAt: integer("invited_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.campaignId, t.affiliateId] })],
);

export const policies = sqliteTable(
  "policies",
  {
    campaignId: text("campaign_id")
      .notNull()
      .references(() => campaigns.id),
    version: integer("version").notNull(),
    body: text("body").notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.campaignId, t.version] })],
);

export const platforms = sqliteTable("platforms", {
  platform: text("platform").primaryKey(),
  enabled: integer("enabled").notNull().default(1),
  settleHours: integer("settle_hours"),
  quotaLimit: integer("quota_limit"),
  quotaWindowSeconds: integer("quota_window_seconds"),
  updatedAt: integer("updated_at").notNull(),
});

export const posts = sqliteTable(
  "posts",
  {
    id: text("id").primaryKey(),
    platform: text("platform").notNull(),
    externalId: text("external_id").notNull(),
    canonicalUrl: text("canonical_url").notNull(),
    state: text("state", { enum: ["unknown", "live", "gone", "private"] })
      .notNull()
      .default("unknown"),
    authorId: text("author_id"),
    authorName: text("author_name"),
    publishedAt: integer("published_at"),
    claimants: count("claimants"),
    observedAt: integer("observed_at"),
    observeDueAt: integer("observe_due_at"),
    ...metricColumns(),
    peakViews: integer("peak_views"),
    peakClicks: integer("peak_clicks"),
    peakConversions: integer("peak_conversions"),
    peakLikes: integer("peak_likes"),
    peakComments: integer("peak_comments"),
    peakShares: integer("peak_shares"),
    createdAt: integer("created_at").notNull(),
    nativeId: text("native_id"),
    accountId: text("account_id"),
  },
  (t) => [
    index("posts_native").on(t.platform, t.nativeId).where(sql`${t.nativeId} is not null`),
    uniqueIndex("posts_identity").on(t.platform, t.externalId),
    index("posts_observe_due").on(t.observeDueAt).where(sql`${t.observeDueAt} is not null`),
  ],
);

export const submissions = sqliteTable(
  "submissions",
  {
    id: text("id").primaryKey(),
    postId: text("post_id")
      .notNull()
      .references(() => posts.id),
    campaignId: text("campaign_id")
      .notNull()
      .references(() => campaigns.id),
    affiliateId: text("affiliate_id")
      .notNull()
      .references(() => affiliates.id),
    submittedUrl: text("submitted_url").notNull(),
    title: text("title"),
    description: text("description"),
    contested: count("contested"),
    counted: integer("counted").notNull(),
    baseObservedAt: integer("base_observed_at"),
    createdAt: integer("created_at").notNull(),
  },
  (t) => [
    uniqueIndex("submissions_claim").on(t.postId, t.campaignId, t.affiliateId),
    uniqueIndex("submissions_counted").on(t.postId, t.campaignId).where(sql`${t.counted} = 1`),
    index("submissions_affiliate").on(t.affiliateId, t.id),
    index("submissions_campaign").on(t.campaignId, t.id),
  ],
);

export const affiliateReports = sqliteTable(
  "affiliate_reports",
  {
    submissionId: text("submission_id")
      .notNull()
      .references(() => submissions.id),
    id: text("id").notNull(),
    claimedAt: integer("claimed_at").notNull(),
    ...metricColumns(),
    evidence: text("evidence"),
    suspicionFlags: text("suspicion_flags").notNull().default("[]"),
    method: text("method", { enum: ["API", "DISCORD", "IMPORT"] }).notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.submissionId, t.id] })],
);

export const platformReports = sqliteTable(
  "platform_reports",
  {
    postId: text("post_id")
      .notNull()
      .references(() => posts.id),
    source: text("source", { enum: ["platform_api", "tracking_link", "advertiser"] }).notNull(),
    observedAt: integer("observed_at").notNull(),
    ...metricColumns(),
    spendMinor: integer("spend_minor"),
    spendCurrency: text("spend_currency"),
    definitionVersion: text("definition_version").notNull(),
    advanced: integer("advanced").notNull(),
    raw: text("raw"),
  },
  (t) => [primaryKey({ columns: [t.postId, t.source, t.observedAt] })],
);

export const reconciliations = sqliteTable(
  "reconciliations",
  {
    reportId: text("report_id").primaryKey(),
    submissionId: text("submission_id")
      .notNull()
      .references(() => submissions.id),
    postId: text("post_id")
      .notNull()
      .references(() => posts.id),
    campaignId: text("campaign_id").notNull(),
    affiliateId: text("affiliate_id").notNull(),
    platform: text("platform").notNull(),
    lane: text("lane", { enum: ["urgent", "normal", "bulk"] }).notNull(),
    state: text("state", { enum: ["open", "provisional", "final", "dead"] })
      .notNull()
      .default("open"),
    status: text("status"),
    level: text("level"),
    direction: text("direction"),
    missingReason: text("missing_reason"),
    learntFlags: text("learnt_flags").notNull().default("[]"),
    policyVersion: integer("policy_version"),
    logs: count("logs"),
    attempts: count("attempts"),
    incompleteSeen: count("incomplete_seen"),
    commitFailures: count("commit_failures"),
    firstAttemptAt: integer("first_attempt_at"),
    nextAttemptAt: integer("next_attempt_at"),
    sweepAt: integer("sweep_at"),
    putOffSince: integer("put_off_since"),
    putOffReason: text("put_off_reason"),
    leaseRun: text("lease_run"),
    leaseUntil: count("lease_until"),
    judgedAt: integer("judged_at"),
    countedStatus: text("counted_status"),
    countedAt: integer("counted_at"),
    countedAccurate: count("counted_accurate"),
    createdAt: integer("created_at").notNull(),
  },
  (t) => [
    index("reconciliations_sweep").on(t.sweepAt).where(sql`${t.sweepAt} is not null`),
    index("reconciliations_campaign").on(t.campaignId, t.reportId),
    index("reconciliations_affiliate").on(t.affiliateId, t.reportId),
    index("reconciliations_discrepancy")
      .on(t.campaignId, t.reportId)
      .where(sql`${t.level} = 'MEDIUM' or ${t.level} = 'HIGH' or ${t.level} = 'CRITICAL'`),
    index("reconciliations_absent").on(t.postId).where(sql`${t.missingReason} in ('gone', 'private')`),
    index("reconciliations_waiting").on(t.affiliateId, t.platform).where(sql`${t.putOffSince} is not null`),
    index("reconciliations_put_off").on(t.putOffSince).where(sql`${t.putOffSince} is not null`),
  ],
);

export const reconciliationLogs = sqliteTable(
  "reconciliation_logs",
  {
    reportId: text("report_id")
      .notNull()
      .references(() => reconciliations.reportId),
    n: integer("n").notNull(),
    runId: text("run_id").notNull(),
    at: integer("at").notNull(),
    attempt: integer("attempt").notNull(),
    outcome: text("outcome", {
      enum: ["judged", "absent", "not_admitted", "skipped", "superseded"],
    }).notNull(),
    status: text("status").notNull(),
    level: text("level"),
    direction: text("direction"),
    final: integer("final").notNull(),
    missingReason: text("missing_reason"),
    errorCode: text("error_code"),
    policyVersion: integer("policy_version").notNull(),
    settleHours: integer("settle_hours").notNull(),
    verdict: text("verdict"),
    observations: text("observations").notNull(),
    reasons: text("reasons").notNull(),
    signals: text("signals"),
  },
  (t) => [primaryKey({ columns: [t.reportId, t.n] })],
);

export const reconciliationRuns = sqliteTable("reconciliation_runs", {
  id: text("id").primaryKey(),
  trigger: text("trigger", { enum: ["queue", "manual"] }).notNull(),
  lane: text("lane").notNull(),
  startedAt: integer("started_at").notNull(),
  durationMs: integer("duration_ms").notNull(),
  asked: integer("asked").notNull(),
  claimed: integer("claimed").notNull(),
  judged: integer("judged").notNull(),
  putOff: integer("put_off").notNull(),
  vendorCalls: integer("vendor_calls").notNull(),
  vendorErrors: integer("vendor_errors").notNull(),
  statuses: text("statuses").notNull(),
  reportIds: text("report_ids").notNull(),
  requestIds: text("request_ids").notNull(),
  traceparent: text("traceparent"),
});

export const deadLetters = sqliteTable(
  "dead_letters",
  {
    id: text("id").primaryKey(),
    reportId: text("report_id").notNull(),
    cause: text("cause").notNull(),
    detail: text("detail").notNull(),
    createdAt: integer("created_at").notNull(),
    closedAt: integer("closed_at"),
  },
  (t) => [uniqueIndex("dead_letters_open").on(t.reportId).where(sql`${t.closedAt} is null`)],
);

export const trustEvents = sqliteTable(
  "trust_events",
  {
    affiliateId: text("affiliate_id")
      .notNull()
      .references(() => affiliates.id),
    id: text("id").notNull(),
    reportId: text("report_id").notNull(),
    submissionId: text("submission_id").notNull(),
    /** `verdict`, `rerun:<n>` or `override:<n>`: each at most once a report. */
    cause: text("cause").notNull(),
    kind: text("kind").notNull(),
    /** What the verdict asks for, before clamping; `delta` is what was applied. */
    asked: integer("asked").notNull(),
    delta: integer("delta").notNull(),
    scoreAfter: integer("score_after").notNull(),
    rewardDay: integer("reward_day"),
    createdAt: integer("created_at").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.affiliateId, t.id] }),
    uniqueIndex("trust_events_once").on(t.reportId, t.cause),
    uniqueIndex("trust_events_reward").on(t.submissionId, t.rewardDay).where(sql`${t.rewardDay} is not null`),
  ],
);

export const alerts = sqliteTable(
  "alerts",
  {
    id: text("id").primaryKey(),
    cause: text("cause").notNull(),
    category: text("category", { enum: ["FRAUD", "DATA_QUALITY", "SYSTEM_HEALTH", "TRUST"] }).notNull(),
    severity: text("severity", { enum: ["LOW", "MEDIUM", "HIGH", "CRITICAL"] }).notNull(),
    status: text("status", { enum: ["OPEN", "ACKNOWLEDGED", "RESOLVED"] })
      .notNull()
      .default("OPEN"),
    count: integer("count").notNull().default(1),
    title: text("title").notNull(),
    message: text("message").notNull(),
    advertiserId: text("advertiser_id"),
    campaignId: text("campaign_id"),
    affiliateId: text("affiliate_id"),
    postId: text("post_id"),
    reportId: text("report_id"),
    platform: text("platform"),
    firstSeenAt: integer("first_seen_at").notNull(),
    lastSeenAt: integer("last_seen_at").notNull(),
    acknowledgedAt: integer("acknowledged_at"),
    acknowledgedBy: text("acknowledged_by"),
    resolvedAt: integer("resolved_at"),
    resolvedBy: text("resolved_by"),
    notes: text("notes"),
    announceAt: integer("announce_at").default(0),
  },
  (t) => [
    index("alerts_announce").on(sql`max(announce_at, first_seen_at)`).where(sql`${t.announceAt} is not null`),
    uniqueIndex("alerts_cause").on(t.cause).where(sql`${t.status} <> 'RESOLVED'`),
    index("alerts_status").on(t.status, t.category, t.severity, t.id),
    index("alerts_advertiser").on(t.advertiserId, t.id).where(sql`${t.advertiserId} is not null`),
    index("alerts_campaign").on(t.campaignId, t.id).where(sql`${t.campaignId} is not null`),
  ],
);

/** Sums over the posts a campaign counts; the four grains are explained in docs/data-model.md. */
export const rollups = sqliteTable(
  "rollups",
  {
    campaignId: text("campaign_id").notNull(),
    affiliateId: text("affiliate_id").notNull(),
    /** UTC day number, or 0 for a grain without a day. */
    day: integer("day").notNull(),
    platform: text("platform").notNull(),
    submissions: count("submissions"),
    reports: count("reports"),
    posts: count("posts"),
    final: count("final"),
    matched: count("matched"),
    discrepancyLow: count("discrepancy_low"),
    discrepancyMedium: count("discrepancy_medium"),
    discrepancyHigh: count("discrepancy_high"),
    overclaimed: count("overclaimed"),
    missing: count("missing"),
    incomplete: count("incomplete"),
    unverifiable: count("unverifiable"),
    skipped: count("skipped"),
    superseded: count("superseded"),
    views: count("views"),
    clicks: count("clicks"),
    conversions: count("conversions"),
    likes: count("likes"),
    comments: count("comments"),
    shares: count("shares"),
    knownViews: count("known_views"),
    knownClicks: count("known_clicks"),
    knownConversions: count("known_conversions"),
    knownLikes: count("known_likes"),
    knownComments: count("known_comments"),
    knownShares: count("known_shares"),
  },
  (t) => [
    primaryKey({ columns: [t.campaignId, t.affiliateId, t.day, t.platform] }),
    index("rollups_top").on(t.campaignId, sql`${t.views} desc`).where(sql`${t.affiliateId} <> ''`),
    index("rollups_affiliate").on(t.affiliateId, t.campaignId).where(sql`${t.affiliateId} <> ''`),
  ],
);

export const counters = sqliteTable(
  "counters",
  {
    name: text("name").notNull(),
    label: text("label").notNull(),
    value: integer("value").notNull(),
  },
  (t) => [primaryKey({ columns: [t.name, t.label] })],
);

/** Accounts of affiliates on platforms; docs/data-model.md. Tokens are sealed. */
export const connectedAccounts = sqliteTable(
  "connected_accounts",
  {
    id: text("id").primaryKey(),
    affiliateId: text("affiliate_id")
      .notNull()
      .references(() => affiliates.id),
    platform: text("platform").notNull(),
    externalId: text("external_id").notNull(),
    name: text("name").notNull(),
    proof: text("proof", { enum: ["oauth", "code"] }).notNull(),
    state: text("state", { enum: ["active", "lapsed", "leaving", "disconnected"] })
      .notNull()
      .default("active"),
    detail: text("detail"),
    accessToken: text("access_token"),
    accessExpiresAt: integer("access_expires_at"),
    refreshToken: text("refresh_token"),
    refreshExpiresAt: integer("refresh_expires_at"),
    tokenVersion: integer("token_version").notNull().default(1),
    tendAt: integer("tend_at"),
    connectedAt: integer("connected_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (t) => [
    uniqueIndex("connected_accounts_owner")
      .on(t.platform, t.externalId)
      .where(sql`${t.state} = 'active' or ${t.state} = 'lapsed'`),
    index("connected_accounts_affiliate").on(t.affiliateId, t.id),
    index("connected_accounts_platform").on(t.affiliateId, t.platform),
    index("connected_accounts_leaving").on(t.platform, t.externalId).where(sql`${t.state} = 'leaving'`),
    index("connected_accounts_tend").on(t.tendAt).where(sql`${t.tendAt} is not null`),
  ],
);

/** Connections that were begun: an authorisation whose answer is awaited, or a code to be found in a profile. */
export const connectAttempts = sqliteTable(
  "connect_attempts",
  {
    id: text("id").primaryKey(),
    affiliateId: text("affiliate_id")
      .notNull()
      .references(() => affiliates.id),
    platform: text("platform").notNull(),
    proof: text("proof", { enum: ["oauth", "code"] }).notNull(),
    secret: text("secret").notNull(),
    handle: text("handle"),
    createdAt: integer("created_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
    usedAt: integer("used_at"),
  },
  (t) => [index("connect_attempts_affiliate").on(t.affiliateId, t.platform, t.id)],
);

/** Codes that tie a Discord user to an affiliate or to the admin key of an operator. */
export const linkCodes = sqliteTable(
  "link_codes",
  {
    holder: text("holder").primaryKey(),
    codeHash: text("code_hash").notNull(),
    createdAt: integer("created_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
    usedBy: text("used_by"),
  },
  (t) => [uniqueIndex("link_codes_code").on(t.codeHash)],
);

export const discordOperators = sqliteTable("discord_operators", {
  discordUserId: text("discord_user_id").primaryKey(),
  keyId: text("key_id")
    .notNull()
    .references(() => apiKeys.id),
  linkedAt: integer("linked_at").notNull(),
});

/** Interactions that change something, each once. */
export const discordInteractions = sqliteTable(
  "discord_interactions",
  {
    id: text("id").primaryKey(),
    userId: text("user_id").notNull(),
    receivedAt: integer("received_at").notNull(),
    actsFor: text("acts_for"),
    body: text("body"),
    token: text("token"),
  },
  (t) => [index("discord_interactions_age").on(t.receivedAt)],
);

/** Reports that came from Discord, and how whoever sent them is told. */
export const discordClaims = sqliteTable(
  "discord_claims",
  {
    reportId: text("report_id").primaryKey(),
    interactionId: text("interaction_id").notNull(),
    token: text("token"),
    tokenExpiresAt: integer("token_expires_at").notNull(),
  },
  (t) => [uniqueIndex("discord_claims_once").on(t.interactionId)],
);

/** Channels that Claimcheck writes to. */
export const discordChannels = sqliteTable("discord_channels", {
  id: text("id").primaryKey(),
  webhookId: text("webhook_id").notNull(),
  webhookToken: text("webhook_token").notNull(),
  state: text("state", { enum: ["new", "active", "dead"] })
    .notNull()
    .default("new"),
  blockedUntil: count("blocked_until"),
  deliveredAt: integer("delivered_at"),
  error: text("error"),
  since: integer("since").notNull(),
  setAt: integer("set_at").notNull(),
});

/** What is still to be said outside, each once. */
export const outbox = sqliteTable(
  "outbox",
  {
    id: text("id").primaryKey(),
    kind: text("kind", { enum: ["answer", "verdict", "greeting"] }).notNull(),
    subject: text("subject").notNull(),
    dueAt: integer("due_at"),
    attempts: count("attempts"),
    createdAt: integer("created_at").notNull(),
    doneAt: integer("done_at"),
    outcome: text("outcome", { enum: ["delivered", "given_up"] }),
    detail: text("detail"),
  },
  (t) => [index("outbox_due").on(t.dueAt).where(sql`${t.dueAt} is not null`)],
);

export const trackedLinks = sqliteTable(
  "tracked_links",
  {
    code: text("code").primaryKey(),
    campaignId: text("campaign_id").notNull(),
    affiliateId: text("affiliate_id").notNull(),
    submissionId: text("submission_id"),
    attachedAt: integer("attached_at"),
    own: count("own"),
    label: text("label"),
    subId: text("sub_id"),
    createdAt: integer("created_at").notNull(),
  },
  (t) => [index("tracked_links_owner").on(t.campaignId, t.affiliateId, t.submissionId)],
);

/** Clicks of people and of suspected automats, in all and by different visitors. */
const clickColumns = () => ({
  human: integer("human").notNull(),
  automated: integer("automated").notNull(),
  uniqueHuman: integer("unique_human").notNull(),
  uniqueAutomated: integer("unique_automated").notNull(),
});

export const clickDays = sqliteTable(
  "click_days",
  {
    link: text("link").notNull(),
    day: integer("day").notNull(),
    version: integer("version").notNull(),
    ...clickColumns(),
    networks: text("networks").notNull().default("{}"),
    peakMinute: count("peak_minute"),
    fullLists: count("full_lists"),
    visitors: text("visitors").notNull().default(""),
  },
  (t) => [primaryKey({ columns: [t.link, t.day] })],
);

export const clickHours = sqliteTable(
  "click_hours",
  {
    link: text("link").notNull(),
    hour: integer("hour").notNull(),
    ...clickColumns(),
    before: integer("before").notNull(),
    seconds: text("seconds").notNull(),
  },
  (t) => [primaryKey({ columns: [t.link, t.hour] })],
);

export const clickVisitors = sqliteTable(
  "click_visitors",
  {
    link: text("link").notNull(),
    day: integer("day").notNull(),
    n: integer("n").notNull(),
    visitors: text("visitors").notNull(),
  },
  (t) => [primaryKey({ columns: [t.link, t.day, t.n] })],
);

export const clickMessages = sqliteTable("click_messages", {
  id: text("id").primaryKey(),
  countedAt: integer("counted_at").notNull(),
});

/** Orders as advertisers report them. */
export const conversions = sqliteTable(
  "conversions",
  {
    campaignId: text("campaign_id").notNull(),
    orderId: text("order_id").notNull(),
    link: text("link"),
    attribution: text("attribution", {
      enum: ["click", "code", "none_given", "unknown_click", "expired_click", "unknown_code", "before_click"],
    }).notNull(),
    clickedAt: integer("clicked_at"),
    automatedClick: count("automated_click"),
    occurredAt: integer("occurred_at").notNull(),
    receivedAt: integer("received_at").notNull(),
    valueMinor: integer("value_minor"),
    currency: text("currency"),
    refundedMinor: count("refunded_minor"),
    reversedAt: integer("reversed_at"),
    method: text("method", { enum: ["API", "POSTBACK", "IMPORT"] }).notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.campaignId, t.orderId] }),
    index("conversions_recent").on(t.campaignId, t.occurredAt),
    index("conversions_link").on(t.link, t.occurredAt).where(sql`${t.link} is not null`),
    index("conversions_reversed")
      .on(t.link, t.reversedAt)
      .where(sql`${t.reversedAt} is not null and ${t.link} is not null`),
  ],
);

export const conversionRefunds = sqliteTable(
  "conversion_refunds",
  {
    campaignId: text("campaign_id").notNull(),
    orderId: text("order_id").notNull(),
    refundId: text("refund_id").notNull(),
    amountMinor: integer("amount_minor"),
    occurredAt: integer("occurred_at").notNull(),
    receivedAt: integer("received_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.campaignId, t.orderId, t.refundId] })],
);

const orderColumns = () => ({
  orders: integer("orders").notNull(),
  reversed: integer("reversed").notNull(),
  valueMinor: integer("value_minor").notNull(),
  refundedMinor: integer("refunded_minor").notNull(),
});

export const conversionDays = sqliteTable(
  "conversion_days",
  {
    link: text("link").notNull(),
    day: integer("day").notNull(),
    ...orderColumns(),
    fast: integer("fast").notNull(),
  },
  (t) => [primaryKey({ columns: [t.link, t.day] })],
);

export const conversionHours = sqliteTable(
  "conversion_hours",
  {
    link: text("link").notNull(),
    hour: integer("hour").notNull(),
    ...orderColumns(),
  },
  (t) => [primaryKey({ columns: [t.link, t.hour] })],
);

/** All traffic of a campaign by UTC hour; hour -1 is its total. */
export const campaignTraffic = sqliteTable(
  "campaign_traffic",
  {
    campaignId: text("campaign_id").notNull(),
    hour: integer("hour").notNull(),
    human: count("human"),
    automated: count("automated"),
    uniqueHuman: count("unique_human"),
    uniqueAutomated: count("unique_automated"),
    orders: count("orders"),
    unattributed: count("unattributed"),
    reversed: count("reversed"),
    valueMinor: count("value_minor"),
    refundedMinor: count("refunded_minor"),
  },
  (t) => [primaryKey({ columns: [t.campaignId, t.hour] })],
);

/** What signs the postbacks of a campaign's shop; sealed. */
export const postbackSecrets = sqliteTable(
  "postback_secrets",
  {
    campaignId: text("campaign_id").notNull(),
    n: integer("n").notNull(),
    sealed: text("sealed").notNull(),
    createdAt: integer("created_at").notNull(),
    expiresAt: integer("expires_at"),
  },
  (t) => [primaryKey({ columns: [t.campaignId, t.n] })],
);

/** Numbers of a submission that its advertiser measured otherwise. */
export const advertiserObservations = sqliteTable(
  "advertiser_observations",
  {
    submissionId: text("submission_id").notNull(),
    observedAt: integer("observed_at").notNull(),
    ...metricColumns(),
    note: text("note"),
    recordedBy: text("recorded_by").notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.submissionId, t.observedAt] })],
);
