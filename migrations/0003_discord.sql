-- Discord: who is who there, what was asked, and what is still to be said. docs/data-model.md explains each table.

-- A code that ties a Discord user to whoever asked for it: an affiliate (aff_), or the admin key of an operator (key_). One
-- use, and one code a holder: a new one takes the old one's place. Only its SHA-256 is kept.
CREATE TABLE link_codes (
  holder TEXT PRIMARY KEY CHECK (holder LIKE 'aff\_%' ESCAPE '\' OR holder LIKE 'key\_%' ESCAPE '\'),
  code_hash TEXT NOT NULL CHECK (length(code_hash) = 64),
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  -- The Discord user who sent it; null while it is good.
  used_by TEXT
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX link_codes_code ON link_codes (code_hash);

-- Discord users who act for an operator, each for as long as the admin key works that vouched for them.
CREATE TABLE discord_operators (
  discord_user_id TEXT PRIMARY KEY,
  key_id TEXT NOT NULL REFERENCES api_keys (id),
  linked_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Interactions that change something, so that none does it twice. Of a deferred one, what is needed to finish it.
CREATE TABLE discord_interactions (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  -- Of a deferred one, for whom it was sent: an affiliate, or the admin key of an operator.
  acts_for TEXT,
  -- The interaction without its token; null once it is answered, and for what was answered at once.
  body TEXT CHECK (body IS NULL OR json_valid(body)),
  -- The token that answers it, sealed.
  token TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX discord_interactions_age ON discord_interactions (received_at);

-- Reports that came from Discord: by which interaction, and how whoever sent it is told the verdict.
CREATE TABLE discord_claims (
  report_id TEXT PRIMARY KEY,
  interaction_id TEXT NOT NULL,
  -- Sealed; null where no key seals.
  token TEXT,
  token_expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX discord_claims_once ON discord_claims (interaction_id);

-- Channels that Claimcheck writes to, by their webhooks: `operators`, or the id of a campaign.
-- new: never written to; active: took the last message; dead: Discord does not know the webhook any more.
CREATE TABLE discord_channels (
  id TEXT PRIMARY KEY,
  webhook_id TEXT NOT NULL,
  -- Sealed.
  webhook_token TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'new' CHECK (state = 'new' OR state = 'active' OR state = 'dead'),
  -- Not written to before this instant: Discord's limit.
  blocked_until INTEGER NOT NULL DEFAULT 0,
  delivered_at INTEGER,
  error TEXT,
  -- It is told of alerts from this instant on: when it was set, unless in the place of one that was not dead.
  since INTEGER NOT NULL,
  set_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What is still to be said outside, each once: the id says what it is, so that a repeat changes nothing.
-- answer: of a deferred interaction; verdict: of a report; greeting: of a channel that was set.
CREATE TABLE outbox (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind = 'answer' OR kind = 'verdict' OR kind = 'greeting'),
  -- The interaction, report or channel it is about.
  subject TEXT NOT NULL,
  -- When it is tried next; null once it is done.
  due_at INTEGER,
  attempts INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  done_at INTEGER,
  outcome TEXT CHECK (outcome IS NULL OR outcome = 'delivered' OR outcome = 'given_up'),
  -- Why it was put off or given up.
  detail TEXT,
  CHECK ((due_at IS NULL) = (done_at IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX outbox_due ON outbox (due_at) WHERE due_at IS NOT NULL;

-- When an alert is told to the operators' channel: 0 as soon as it is raised; null once it was. What was there before is
-- not news. What is due stands in the order in which it became so, so that what is older than the channel is not read.
ALTER TABLE alerts ADD COLUMN announce_at INTEGER DEFAULT 0;
UPDATE alerts SET announce_at = NULL;
CREATE INDEX alerts_announce ON alerts (max(announce_at, first_seen_at)) WHERE announce_at IS NOT NULL;
