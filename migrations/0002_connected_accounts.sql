-- Connected accounts: whose posts a platform shows us, and proof of who owns what. docs/data-model.md explains each table.

-- The id by which a platform's API knows the post, where it is not the one in its address, and the connected account
-- through which the post was last read.
ALTER TABLE posts ADD COLUMN native_id TEXT;
ALTER TABLE posts ADD COLUMN account_id TEXT;
CREATE INDEX posts_native ON posts (platform, native_id) WHERE native_id IS NOT NULL;

-- An account of an affiliate on a platform. `oauth`: it authorised us, and its tokens read its posts; `code`: its owner put
-- our code into its profile, and there is no token. Tokens are sealed (AES-256-GCM), never in clear.
-- active: in use; lapsed: the platform wants its owner's consent again; leaving: disconnected here, to be revoked there.
CREATE TABLE connected_accounts (
  id TEXT PRIMARY KEY,
  affiliate_id TEXT NOT NULL REFERENCES affiliates (id),
  platform TEXT NOT NULL,
  external_id TEXT NOT NULL CHECK (length(external_id) BETWEEN 1 AND 200),
  name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  proof TEXT NOT NULL CHECK (proof IN ('oauth', 'code')),
  state TEXT NOT NULL DEFAULT 'active' CHECK (state = 'active' OR state = 'lapsed' OR state = 'leaving'
    OR state = 'disconnected'),
  -- Why it lapsed, in the platform's word for it.
  detail TEXT,
  access_token TEXT,
  access_expires_at INTEGER,
  refresh_token TEXT,
  refresh_expires_at INTEGER,
  -- Raised with every change of the tokens, so that of two refreshers one wins.
  token_version INTEGER NOT NULL DEFAULT 1,
  -- When the sweep renews, seals anew or revokes the tokens; null if there is nothing to do.
  tend_at INTEGER,
  connected_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  CHECK (state <> 'disconnected' OR (access_token IS NULL AND refresh_token IS NULL))
) STRICT, WITHOUT ROWID;
-- An account belongs to one affiliate at a time.
CREATE UNIQUE INDEX connected_accounts_owner ON connected_accounts (platform, external_id)
  WHERE state = 'active' OR state = 'lapsed';
CREATE INDEX connected_accounts_affiliate ON connected_accounts (affiliate_id, id);
CREATE INDEX connected_accounts_platform ON connected_accounts (affiliate_id, platform);
CREATE INDEX connected_accounts_leaving ON connected_accounts (platform, external_id) WHERE state = 'leaving';
CREATE INDEX connected_accounts_tend ON connected_accounts (tend_at) WHERE tend_at IS NOT NULL;

-- A connection that was begun: an authorisation whose answer is awaited, or a code to be found in a profile. One use.
CREATE TABLE connect_attempts (
  id TEXT PRIMARY KEY,
  affiliate_id TEXT NOT NULL REFERENCES affiliates (id),
  platform TEXT NOT NULL,
  proof TEXT NOT NULL CHECK (proof IN ('oauth', 'code')),
  -- oauth: the code verifier (RFC 7636), sealed; code: the code, which its owner publishes.
  secret TEXT NOT NULL,
  -- code: the account that is to show it.
  handle TEXT,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX connect_attempts_affiliate ON connect_attempts (affiliate_id, platform, id);

-- The reports of one affiliate that wait, for whoever connects an account.
CREATE INDEX reconciliations_waiting ON reconciliations (affiliate_id, platform) WHERE put_off_since IS NOT NULL;
