-- SPDX-License-Identifier: Apache-2.0
-- The ID token that began a session, sealed, of sources that want it back when somebody signs out there. It goes with
-- the row: when the session is over.

ALTER TABLE upstream_sessions ADD COLUMN id_token BYTEA;
