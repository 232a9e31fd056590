-- SPDX-License-Identifier: Apache-2.0
-- By which protocol a client is told that a session is over: `openid` or `saml`.
ALTER TABLE logout_outbox ADD COLUMN protocol TEXT NOT NULL DEFAULT 'openid';
CREATE INDEX logout_outbox_of_session ON logout_outbox (sid);
