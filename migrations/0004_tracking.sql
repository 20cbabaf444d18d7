-- Tracked links, clicks and conversions: the numbers no platform gives. docs/data-model.md explains each table.

-- How the links of a campaign work, and which of its conversions they speak for.
-- attribution_days: a conversion counts for a click that is no older.
-- link_params: the names under which a destination is told the click, the affiliate and the sub-id; null for none.
-- conversions_from: from this instant on every conversion is reported; null while that is not known, so that none is not 0.
ALTER TABLE campaigns ADD COLUMN attribution_days INTEGER NOT NULL DEFAULT 30;
ALTER TABLE campaigns ADD COLUMN link_params TEXT NOT NULL
  DEFAULT '{"click_id":"click_id","affiliate":"affiliate_id","sub_id":"sub_id"}';
-- landing_from: since when there is a destination, 0 if there always was; null until a destination is set or changed. It
-- stays when the destination is removed: what was counted stays true. Without a destination no click is counted.
ALTER TABLE campaigns ADD COLUMN conversions_from INTEGER;
ALTER TABLE campaigns ADD COLUMN landing_from INTEGER;

-- What stood out of a submission's traffic when it was judged; null where nothing was judged.
ALTER TABLE reconciliation_logs ADD COLUMN signals TEXT CHECK (signals IS NULL OR json_valid(signals));

-- Every submission is born with one link (own = 1); others are made beside it, or before there is a submission.
CREATE TABLE tracked_links (
  code TEXT PRIMARY KEY CHECK (length(code) = 10),
  campaign_id TEXT NOT NULL,
  affiliate_id TEXT NOT NULL,
  -- The submission its traffic counts for; null until it is attached to one, then never another.
  submission_id TEXT,
  -- Since when it counts for that submission: claims of earlier instants are judged without it.
  attached_at INTEGER,
  own INTEGER NOT NULL DEFAULT 0 CHECK (own = 0 OR own = 1),
  label TEXT,
  sub_id TEXT,
  created_at INTEGER NOT NULL,
  CHECK ((submission_id IS NULL) = (attached_at IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX tracked_links_owner ON tracked_links (campaign_id, affiliate_id, submission_id);

-- The submissions that are already there.
INSERT INTO tracked_links (code, campaign_id, affiliate_id, submission_id, attached_at, own, created_at)
SELECT substr(lower(hex(randomblob(5))), 1, 10), campaign_id, affiliate_id, id, unixepoch() * 1000, 1, unixepoch() * 1000
FROM submissions;

-- Clicks of a link and UTC day. `version` guards the day: who writes it says which one was read. `visitors` holds hashes of
-- 11 characters each, those of who was seen that day; full lists are moved to click_visitors.
CREATE TABLE click_days (
  link TEXT NOT NULL,
  day INTEGER NOT NULL,
  version INTEGER NOT NULL,
  human INTEGER NOT NULL,
  automated INTEGER NOT NULL,
  unique_human INTEGER NOT NULL,
  unique_automated INTEGER NOT NULL,
  -- Human clicks by network: {"<AS number>": count}, the largest ones.
  networks TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(networks)),
  -- The most human clicks of any minute.
  peak_minute INTEGER NOT NULL DEFAULT 0,
  -- Lists in click_visitors.
  full_lists INTEGER NOT NULL DEFAULT 0,
  visitors TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (link, day)
) STRICT, WITHOUT ROWID;

-- Clicks of a link and UTC hour, written only with its day. `before` is the day's human clicks in earlier hours; `seconds`
-- tells when in the hour the human clicks were: [[second, count], …], rising.
CREATE TABLE click_hours (
  link TEXT NOT NULL,
  hour INTEGER NOT NULL,
  human INTEGER NOT NULL,
  automated INTEGER NOT NULL,
  unique_human INTEGER NOT NULL,
  unique_automated INTEGER NOT NULL,
  before INTEGER NOT NULL,
  seconds TEXT NOT NULL CHECK (json_valid(seconds)),
  PRIMARY KEY (link, hour)
) STRICT, WITHOUT ROWID;

CREATE TABLE click_visitors (
  link TEXT NOT NULL,
  day INTEGER NOT NULL,
  n INTEGER NOT NULL,
  visitors TEXT NOT NULL,
  PRIMARY KEY (link, day, n)
) STRICT, WITHOUT ROWID;

-- Messages of clicks that were counted, so that none is counted twice. Ids rise with time, and old ones are swept.
CREATE TABLE click_messages (
  id TEXT PRIMARY KEY,
  counted_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Orders as advertisers report them. `attribution`: by a click, by a link's code alone, or why by neither.
CREATE TABLE conversions (
  campaign_id TEXT NOT NULL,
  order_id TEXT NOT NULL,
  -- The link it counts for; null if unattributed.
  link TEXT,
  attribution TEXT NOT NULL CHECK (attribution = 'click' OR attribution = 'code' OR attribution = 'none_given'
    OR attribution = 'unknown_click' OR attribution = 'expired_click' OR attribution = 'unknown_code'
    OR attribution = 'before_click'),
  clicked_at INTEGER,
  automated_click INTEGER NOT NULL DEFAULT 0 CHECK (automated_click = 0 OR automated_click = 1),
  occurred_at INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  value_minor INTEGER CHECK (value_minor IS NULL OR value_minor >= 0),
  currency TEXT,
  refunded_minor INTEGER NOT NULL DEFAULT 0 CHECK (refunded_minor >= 0),
  -- When nothing of it was left.
  reversed_at INTEGER,
  method TEXT NOT NULL CHECK (method = 'API' OR method = 'POSTBACK' OR method = 'IMPORT'),
  PRIMARY KEY (campaign_id, order_id),
  CHECK ((value_minor IS NULL) = (currency IS NULL)),
  CHECK (refunded_minor <= coalesce(value_minor, 0)),
  CHECK ((attribution = 'click' OR attribution = 'code') = (link IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX conversions_recent ON conversions (campaign_id, occurred_at);
CREATE INDEX conversions_link ON conversions (link, occurred_at) WHERE link IS NOT NULL;
CREATE INDEX conversions_reversed ON conversions (link, reversed_at) WHERE reversed_at IS NOT NULL AND link IS NOT NULL;

CREATE TABLE conversion_refunds (
  campaign_id TEXT NOT NULL,
  order_id TEXT NOT NULL,
  -- The shop's own id of the refund; `full` for a reversal that has none.
  refund_id TEXT NOT NULL,
  -- Null for an order without a value.
  amount_minor INTEGER CHECK (amount_minor IS NULL OR amount_minor > 0),
  occurred_at INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  PRIMARY KEY (campaign_id, order_id, refund_id)
) STRICT, WITHOUT ROWID;

-- Conversions of a link and UTC day, and hour: a reversal counts at its own time.
CREATE TABLE conversion_days (
  link TEXT NOT NULL,
  day INTEGER NOT NULL,
  orders INTEGER NOT NULL,
  reversed INTEGER NOT NULL,
  value_minor INTEGER NOT NULL,
  refunded_minor INTEGER NOT NULL,
  -- Orders sooner after their click than a person can order.
  fast INTEGER NOT NULL,
  PRIMARY KEY (link, day)
) STRICT, WITHOUT ROWID;

CREATE TABLE conversion_hours (
  link TEXT NOT NULL,
  hour INTEGER NOT NULL,
  orders INTEGER NOT NULL,
  reversed INTEGER NOT NULL,
  value_minor INTEGER NOT NULL,
  refunded_minor INTEGER NOT NULL,
  PRIMARY KEY (link, hour)
) STRICT, WITHOUT ROWID;

-- All traffic of a campaign by UTC hour; hour -1 is its total. `unattributed` is a part of `orders`.
CREATE TABLE campaign_traffic (
  campaign_id TEXT NOT NULL,
  hour INTEGER NOT NULL,
  human INTEGER NOT NULL DEFAULT 0,
  automated INTEGER NOT NULL DEFAULT 0,
  unique_human INTEGER NOT NULL DEFAULT 0,
  unique_automated INTEGER NOT NULL DEFAULT 0,
  orders INTEGER NOT NULL DEFAULT 0,
  unattributed INTEGER NOT NULL DEFAULT 0,
  reversed INTEGER NOT NULL DEFAULT 0,
  value_minor INTEGER NOT NULL DEFAULT 0,
  refunded_minor INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (campaign_id, hour)
) STRICT, WITHOUT ROWID;

-- What signs the postbacks of a campaign's shop; sealed. The newest is shown, former ones work until they expire.
CREATE TABLE postback_secrets (
  campaign_id TEXT NOT NULL,
  n INTEGER NOT NULL,
  sealed TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  PRIMARY KEY (campaign_id, n)
) STRICT, WITHOUT ROWID;

-- Numbers of a submission that its advertiser measured otherwise. Never edited.
CREATE TABLE advertiser_observations (
  submission_id TEXT NOT NULL,
  observed_at INTEGER NOT NULL,
  views INTEGER,
  clicks INTEGER,
  conversions INTEGER,
  likes INTEGER,
  comments INTEGER,
  shares INTEGER,
  note TEXT,
  -- The key that sent them.
  recorded_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (submission_id, observed_at)
) STRICT, WITHOUT ROWID;
