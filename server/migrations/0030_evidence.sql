-- SPDX-License-Identifier: Apache-2.0
-- A session knows by which authenticators it was signed in to (JSON, authn's evidence). What was opened before knows
-- none, and rests on whatever its owner has.
ALTER TABLE sessions ADD COLUMN evidence TEXT NOT NULL DEFAULT '[]';

-- The certificates that open sessions were proven with, so that they can be held against newer revocation lists.
CREATE TABLE card_certificates (
    fingerprint TEXT NOT NULL PRIMARY KEY,
    person TEXT NOT NULL,
    chain TEXT NOT NULL,
    seen_at BIGINT NOT NULL
);
CREATE INDEX card_certificates_seen ON card_certificates (seen_at);

-- What was taken away stays known as that: a withdrawn card opens nothing until its owner binds it anew, and a
-- password is not enough by itself because its security code is gone.
ALTER TABLE cards ADD COLUMN withdrawn_at BIGINT;
ALTER TABLE totps ADD COLUMN withdrawn_at BIGINT;
