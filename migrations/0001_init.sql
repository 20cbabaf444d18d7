-- Claimcheck, the first schema. Forward only: later migrations add, they never rebuild a table.
-- Times are integer ms UTC, money integer minor units, trust integer millionths. docs/data-model.md explains each table.
-- Lists are checked with OR, not IN: SQLite looks a longer IN up in a temporary table, which D1 counts as a row read
-- for every row written.

CREATE TABLE advertisers (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  contact_email TEXT,
  status TEXT NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'archived')),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX advertisers_name ON advertisers (name);

CREATE TABLE affiliates (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  email TEXT NOT NULL CHECK (length(email) BETWEEN 3 AND 254),
  discord_user_id TEXT,
  status TEXT NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended')),
  trust INTEGER NOT NULL DEFAULT 500000 CHECK (trust BETWEEN 0 AND 1000000),
  total_submissions INTEGER NOT NULL DEFAULT 0 CHECK (total_submissions >= 0),
  accurate_submissions INTEGER NOT NULL DEFAULT 0 CHECK (accurate_submissions BETWEEN 0 AND total_submissions),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX affiliates_name ON affiliates (name);
CREATE UNIQUE INDEX affiliates_email ON affiliates (email);
CREATE INDEX affiliates_suspended ON affiliates (id) WHERE status = 'suspended';
CREATE UNIQUE INDEX affiliates_discord ON affiliates (discord_user_id) WHERE discord_user_id IS NOT NULL;

-- The secret itself is never stored: only its SHA-256 (hex). An admin key has no subject.
CREATE TABLE api_keys (
  id TEXT PRIMARY KEY,
  secret_hash TEXT NOT NULL CHECK (length(secret_hash) = 64),
  prefix TEXT NOT NULL,
  label TEXT,
  role TEXT NOT NULL CHECK (role = 'admin' OR role = 'advertiser' OR role = 'affiliate'),
  subject_id TEXT,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  revoked_at INTEGER,
  CHECK ((role = 'admin') = (subject_id IS NULL))
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX api_keys_secret ON api_keys (secret_hash);
CREATE INDEX api_keys_subject ON api_keys (subject_id, id);

CREATE TABLE campaigns (
  id TEXT PRIMARY KEY,
  advertiser_id TEXT NOT NULL REFERENCES advertisers (id),
  name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  status TEXT NOT NULL DEFAULT 'ACTIVE' CHECK (status = 'ACTIVE' OR status = 'PAUSED' OR status = 'ENDED'),
  access TEXT NOT NULL DEFAULT 'open' CHECK (access IN ('open', 'invite')),
  starts_at INTEGER NOT NULL,
  ends_at INTEGER CHECK (ends_at IS NULL OR ends_at > starts_at),
  -- After this instant no claim is updated and no post observed any more; null while the end is not known.
  claims_close_at INTEGER,
  observe_every_minutes INTEGER NOT NULL CHECK (observe_every_minutes BETWEEN 5 AND 43200),
  landing_url TEXT,
  currency TEXT CHECK (currency IS NULL OR length(currency) = 3),
  cpm_minor INTEGER CHECK (cpm_minor IS NULL OR cpm_minor >= 0),
  cap_minor INTEGER CHECK (cap_minor IS NULL OR cap_minor >= 0),
  minimum_minor INTEGER CHECK (minimum_minor IS NULL OR minimum_minor >= 0),
  policy_version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX campaigns_advertiser ON campaigns (advertiser_id, id);
CREATE INDEX campaigns_status ON campaigns (status, id);

CREATE TABLE campaign_platforms (
  campaign_id TEXT NOT NULL REFERENCES campaigns (id),
  platform TEXT NOT NULL,
  PRIMARY KEY (campaign_id, platform)
) STRICT, WITHOUT ROWID;

-- Who may enter an invite-only campaign.
CREATE TABLE campaign_affiliates (
  campaign_id TEXT NOT NULL REFERENCES campaigns (id),
  affiliate_id TEXT NOT NULL REFERENCES affiliates (id),
  invited_at INTEGER NOT NULL,
  PRIMARY KEY (campaign_id, affiliate_id)
) STRICT, WITHOUT ROWID;

-- A version is never edited: a change is the next version, and every log names the one it was judged by.
CREATE TABLE policies (
  campaign_id TEXT NOT NULL REFERENCES campaigns (id),
  version INTEGER NOT NULL CHECK (version >= 1),
  body TEXT NOT NULL CHECK (json_valid(body)),
  created_at INTEGER NOT NULL,
  PRIMARY KEY (campaign_id, version)
) STRICT, WITHOUT ROWID;

-- An operator's overrides; a platform without a row runs on its adapter's defaults. Credentials are never here.
CREATE TABLE platforms (
  platform TEXT PRIMARY KEY,
  enabled INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
  settle_hours INTEGER CHECK (settle_hours IS NULL OR settle_hours BETWEEN 0 AND 720),
  quota_limit INTEGER CHECK (quota_limit IS NULL OR quota_limit >= 1),
  quota_window_seconds INTEGER CHECK (quota_window_seconds IS NULL OR quota_window_seconds BETWEEN 1 AND 2678400),
  updated_at INTEGER NOT NULL,
  CHECK ((quota_limit IS NULL) = (quota_window_seconds IS NULL))
) STRICT, WITHOUT ROWID;

-- The metrics of a post are those last known (an observation that hides a count does not erase it); peak_* the highest seen.
CREATE TABLE posts (
  id TEXT PRIMARY KEY,
  platform TEXT NOT NULL,
  external_id TEXT NOT NULL CHECK (length(external_id) BETWEEN 1 AND 200),
  canonical_url TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'unknown' CHECK (state = 'unknown' OR state = 'live' OR state = 'gone'
    OR state = 'private'),
  author_id TEXT,
  author_name TEXT,
  published_at INTEGER,
  -- Submissions of the post, counted: a commit that reads the claimants is guarded by it.
  claimants INTEGER NOT NULL DEFAULT 0 CHECK (claimants >= 0),
  observed_at INTEGER,
  observe_due_at INTEGER,
  views INTEGER CHECK (views >= 0),
  clicks INTEGER CHECK (clicks >= 0),
  conversions INTEGER CHECK (conversions >= 0),
  likes INTEGER CHECK (likes >= 0),
  comments INTEGER CHECK (comments >= 0),
  shares INTEGER CHECK (shares >= 0),
  peak_views INTEGER,
  peak_clicks INTEGER,
  peak_conversions INTEGER,
  peak_likes INTEGER,
  peak_comments INTEGER,
  peak_shares INTEGER,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX posts_identity ON posts (platform, external_id);
CREATE INDEX posts_observe_due ON posts (observe_due_at) WHERE observe_due_at IS NOT NULL;

CREATE TABLE submissions (
  id TEXT PRIMARY KEY,
  post_id TEXT NOT NULL REFERENCES posts (id),
  campaign_id TEXT NOT NULL REFERENCES campaigns (id),
  affiliate_id TEXT NOT NULL REFERENCES affiliates (id),
  submitted_url TEXT NOT NULL CHECK (length(submitted_url) <= 2048),
  title TEXT,
  description TEXT,
  contested INTEGER NOT NULL DEFAULT 0 CHECK (contested IN (0, 1)),
  -- Whether the post counts for this entry in its campaign: for the first, until a contest is decided otherwise.
  counted INTEGER NOT NULL CHECK (counted IN (0, 1)),
  -- The observation the post's numbers came from when it entered the campaign; null for a post not yet observed.
  base_observed_at INTEGER,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
-- In this order it also answers "who else claims this post".
CREATE UNIQUE INDEX submissions_claim ON submissions (post_id, campaign_id, affiliate_id);
CREATE UNIQUE INDEX submissions_counted ON submissions (post_id, campaign_id) WHERE counted = 1;
CREATE INDEX submissions_affiliate ON submissions (affiliate_id, id);
CREATE INDEX submissions_campaign ON submissions (campaign_id, id);

-- Append-only: what an affiliate claimed at one instant.
CREATE TABLE affiliate_reports (
  submission_id TEXT NOT NULL REFERENCES submissions (id),
  id TEXT NOT NULL,
  claimed_at INTEGER NOT NULL,
  views INTEGER CHECK (views >= 0),
  clicks INTEGER CHECK (clicks >= 0),
  conversions INTEGER CHECK (conversions >= 0),
  likes INTEGER CHECK (likes >= 0),
  comments INTEGER CHECK (comments >= 0),
  shares INTEGER CHECK (shares >= 0),
  evidence TEXT CHECK (evidence IS NULL OR json_valid(evidence)),
  suspicion_flags TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(suspicion_flags)),
  method TEXT NOT NULL CHECK (method = 'API' OR method = 'DISCORD' OR method = 'IMPORT'),
  created_at INTEGER NOT NULL,
  PRIMARY KEY (submission_id, id),
  CHECK (coalesce(views, clicks, conversions, likes, comments, shares) IS NOT NULL)
) STRICT, WITHOUT ROWID;

-- Append-only: what one source said of a post at one instant. `advanced` = it was the newest when it was committed,
-- so it moved the post's numbers and the rollups.
CREATE TABLE platform_reports (
  post_id TEXT NOT NULL REFERENCES posts (id),
  source TEXT NOT NULL CHECK (source = 'platform_api' OR source = 'tracking_link' OR source = 'advertiser'),
  observed_at INTEGER NOT NULL,
  views INTEGER CHECK (views >= 0),
  clicks INTEGER CHECK (clicks >= 0),
  conversions INTEGER CHECK (conversions >= 0),
  likes INTEGER CHECK (likes >= 0),
  comments INTEGER CHECK (comments >= 0),
  shares INTEGER CHECK (shares >= 0),
  spend_minor INTEGER,
  spend_currency TEXT,
  definition_version TEXT NOT NULL,
  advanced INTEGER NOT NULL CHECK (advanced IN (0, 1)),
  raw TEXT,
  PRIMARY KEY (post_id, source, observed_at)
) STRICT, WITHOUT ROWID;

-- The state of judging one affiliate report. `sweep_at` is when the sweep looks at it next (null once final): the later of
-- next_attempt_at and the end of the grace of its last enqueue, so the due index never holds a row that is already on its way.
CREATE TABLE reconciliations (
  report_id TEXT PRIMARY KEY,
  submission_id TEXT NOT NULL REFERENCES submissions (id),
  post_id TEXT NOT NULL REFERENCES posts (id),
  campaign_id TEXT NOT NULL,
  affiliate_id TEXT NOT NULL,
  platform TEXT NOT NULL,
  lane TEXT NOT NULL CHECK (lane = 'urgent' OR lane = 'normal' OR lane = 'bulk'),
  state TEXT NOT NULL DEFAULT 'open' CHECK (state = 'open' OR state = 'provisional' OR state = 'final'
    OR state = 'dead'),
  status TEXT CHECK (status = 'MATCHED' OR status = 'DISCREPANCY_LOW' OR status = 'DISCREPANCY_MEDIUM'
    OR status = 'DISCREPANCY_HIGH' OR status = 'AFFILIATE_OVERCLAIMED' OR status = 'MISSING_PLATFORM_DATA'
    OR status = 'INCOMPLETE_PLATFORM_DATA' OR status = 'UNVERIFIABLE' OR status = 'SKIPPED_SUSPENDED'
    OR status = 'SUPERSEDED'),
  level TEXT CHECK (level = 'LOW' OR level = 'MEDIUM' OR level = 'HIGH' OR level = 'CRITICAL'),
  direction TEXT CHECK (direction = 'over' OR direction = 'under' OR direction = 'none'),
  missing_reason TEXT CHECK (missing_reason = 'gone' OR missing_reason = 'private'
    OR missing_reason = 'no_data' OR missing_reason = 'unreadable' OR missing_reason = 'not_admitted'),
  learnt_flags TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(learnt_flags)),
  policy_version INTEGER,
  logs INTEGER NOT NULL DEFAULT 0,
  attempts INTEGER NOT NULL DEFAULT 0,
  incomplete_seen INTEGER NOT NULL DEFAULT 0 CHECK (incomplete_seen IN (0, 1)),
  commit_failures INTEGER NOT NULL DEFAULT 0,
  first_attempt_at INTEGER,
  next_attempt_at INTEGER,
  sweep_at INTEGER,
  put_off_since INTEGER,
  put_off_reason TEXT,
  lease_run TEXT,
  lease_until INTEGER NOT NULL DEFAULT 0,
  judged_at INTEGER,
  -- What the report counts for in rollups and totals, and since when: a reopened report keeps its verdict until the next.
  counted_status TEXT,
  counted_at INTEGER,
  counted_accurate INTEGER NOT NULL DEFAULT 0 CHECK (counted_accurate IN (0, 1)),
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX reconciliations_sweep ON reconciliations (sweep_at) WHERE sweep_at IS NOT NULL;
CREATE INDEX reconciliations_campaign ON reconciliations (campaign_id, report_id);
CREATE INDEX reconciliations_affiliate ON reconciliations (affiliate_id, report_id);
CREATE INDEX reconciliations_discrepancy ON reconciliations (campaign_id, report_id)
  WHERE level = 'MEDIUM' OR level = 'HIGH' OR level = 'CRITICAL';
CREATE INDEX reconciliations_absent ON reconciliations (post_id) WHERE missing_reason IN ('gone', 'private');
CREATE INDEX reconciliations_put_off ON reconciliations (put_off_since) WHERE put_off_since IS NOT NULL;

-- Append-only: one line per look at a report, with what was known and why it was decided so.
CREATE TABLE reconciliation_logs (
  report_id TEXT NOT NULL REFERENCES reconciliations (report_id),
  n INTEGER NOT NULL CHECK (n >= 1),
  run_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  outcome TEXT NOT NULL CHECK (outcome = 'judged' OR outcome = 'absent' OR outcome = 'not_admitted'
    OR outcome = 'skipped' OR outcome = 'superseded'),
  status TEXT NOT NULL,
  level TEXT,
  direction TEXT,
  final INTEGER NOT NULL CHECK (final IN (0, 1)),
  missing_reason TEXT,
  error_code TEXT,
  policy_version INTEGER NOT NULL,
  settle_hours INTEGER NOT NULL,
  verdict TEXT CHECK (verdict IS NULL OR json_valid(verdict)),
  observations TEXT NOT NULL CHECK (json_valid(observations)),
  reasons TEXT NOT NULL CHECK (json_valid(reasons)),
  PRIMARY KEY (report_id, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE reconciliation_runs (
  id TEXT PRIMARY KEY,
  trigger TEXT NOT NULL CHECK (trigger IN ('queue', 'manual')),
  lane TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  duration_ms INTEGER NOT NULL,
  asked INTEGER NOT NULL,
  claimed INTEGER NOT NULL,
  judged INTEGER NOT NULL,
  put_off INTEGER NOT NULL,
  vendor_calls INTEGER NOT NULL,
  vendor_errors INTEGER NOT NULL,
  statuses TEXT NOT NULL CHECK (json_valid(statuses)),
  report_ids TEXT NOT NULL CHECK (json_valid(report_ids)),
  request_ids TEXT NOT NULL CHECK (json_valid(request_ids)),
  traceparent TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE dead_letters (
  id TEXT PRIMARY KEY,
  report_id TEXT NOT NULL,
  cause TEXT NOT NULL,
  detail TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  closed_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX dead_letters_open ON dead_letters (report_id) WHERE closed_at IS NULL;

-- Append-only ledger. delta is what was really applied after clamping, so that a score is 500000 + the sum of its deltas;
-- asked is what the verdict asks for, so that the asked of a report's lines add up to what its standing verdict asks.
-- reward_day (UTC day number) is set on a rewarded match only: one reward per submission and day.
CREATE TABLE trust_events (
  affiliate_id TEXT NOT NULL REFERENCES affiliates (id),
  id TEXT NOT NULL,
  report_id TEXT NOT NULL,
  submission_id TEXT NOT NULL,
  cause TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind = 'perfect_match' OR kind = 'minor_discrepancy'
    OR kind = 'medium_discrepancy' OR kind = 'high_discrepancy' OR kind = 'overclaim'
    OR kind = 'impossible_submission' OR kind = 'compensation'),
  asked INTEGER NOT NULL,
  delta INTEGER NOT NULL,
  score_after INTEGER NOT NULL CHECK (score_after BETWEEN 0 AND 1000000),
  reward_day INTEGER,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (affiliate_id, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX trust_events_once ON trust_events (report_id, cause);
CREATE UNIQUE INDEX trust_events_reward ON trust_events (submission_id, reward_day) WHERE reward_day IS NOT NULL;

CREATE TABLE alerts (
  id TEXT PRIMARY KEY,
  cause TEXT NOT NULL,
  category TEXT NOT NULL CHECK (category = 'FRAUD' OR category = 'DATA_QUALITY' OR category = 'SYSTEM_HEALTH'
    OR category = 'TRUST'),
  severity TEXT NOT NULL CHECK (severity = 'LOW' OR severity = 'MEDIUM' OR severity = 'HIGH'
    OR severity = 'CRITICAL'),
  status TEXT NOT NULL DEFAULT 'OPEN' CHECK (status = 'OPEN' OR status = 'ACKNOWLEDGED' OR status = 'RESOLVED'),
  count INTEGER NOT NULL DEFAULT 1 CHECK (count >= 1),
  title TEXT NOT NULL,
  message TEXT NOT NULL,
  advertiser_id TEXT,
  campaign_id TEXT,
  affiliate_id TEXT,
  post_id TEXT,
  report_id TEXT,
  platform TEXT,
  first_seen_at INTEGER NOT NULL,
  last_seen_at INTEGER NOT NULL,
  acknowledged_at INTEGER,
  acknowledged_by TEXT,
  resolved_at INTEGER,
  resolved_by TEXT,
  notes TEXT
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX alerts_cause ON alerts (cause) WHERE status <> 'RESOLVED';
CREATE INDEX alerts_status ON alerts (status, category, severity, id);
CREATE INDEX alerts_advertiser ON alerts (advertiser_id, id) WHERE advertiser_id IS NOT NULL;
CREATE INDEX alerts_campaign ON alerts (campaign_id, id) WHERE campaign_id IS NOT NULL;

-- What dashboards read. Grains of a campaign: total ('', 0, ''), platform ('', 0, platform), day and platform
-- ('', day, platform), affiliate (affiliate, 0, ''). Metrics: sums over counted posts of what is known, and how many
-- posts know it; "posts" are those observed at least once. Submissions and reports are counted in the total grain only.
-- All of it can be rebuilt from the facts.
CREATE TABLE rollups (
  campaign_id TEXT NOT NULL,
  affiliate_id TEXT NOT NULL,
  day INTEGER NOT NULL,
  platform TEXT NOT NULL,
  submissions INTEGER NOT NULL DEFAULT 0,
  reports INTEGER NOT NULL DEFAULT 0,
  posts INTEGER NOT NULL DEFAULT 0,
  final INTEGER NOT NULL DEFAULT 0,
  matched INTEGER NOT NULL DEFAULT 0,
  discrepancy_low INTEGER NOT NULL DEFAULT 0,
  discrepancy_medium INTEGER NOT NULL DEFAULT 0,
  discrepancy_high INTEGER NOT NULL DEFAULT 0,
  overclaimed INTEGER NOT NULL DEFAULT 0,
  missing INTEGER NOT NULL DEFAULT 0,
  incomplete INTEGER NOT NULL DEFAULT 0,
  unverifiable INTEGER NOT NULL DEFAULT 0,
  skipped INTEGER NOT NULL DEFAULT 0,
  superseded INTEGER NOT NULL DEFAULT 0,
  views INTEGER NOT NULL DEFAULT 0,
  clicks INTEGER NOT NULL DEFAULT 0,
  conversions INTEGER NOT NULL DEFAULT 0,
  likes INTEGER NOT NULL DEFAULT 0,
  comments INTEGER NOT NULL DEFAULT 0,
  shares INTEGER NOT NULL DEFAULT 0,
  known_views INTEGER NOT NULL DEFAULT 0,
  known_clicks INTEGER NOT NULL DEFAULT 0,
  known_conversions INTEGER NOT NULL DEFAULT 0,
  known_likes INTEGER NOT NULL DEFAULT 0,
  known_comments INTEGER NOT NULL DEFAULT 0,
  known_shares INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (campaign_id, affiliate_id, day, platform)
) STRICT, WITHOUT ROWID;
CREATE INDEX rollups_top ON rollups (campaign_id, views DESC) WHERE affiliate_id <> '';
CREATE INDEX rollups_affiliate ON rollups (affiliate_id, campaign_id) WHERE affiliate_id <> '';

-- What /metrics shows: monotone counters and, for trust buckets, a gauge kept by its moves.
CREATE TABLE counters (
  name TEXT NOT NULL,
  label TEXT NOT NULL,
  value INTEGER NOT NULL,
  PRIMARY KEY (name, label)
) STRICT, WITHOUT ROWID;
