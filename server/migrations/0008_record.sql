-- SPDX-License-Identifier: Apache-2.0
-- The record, shown to others: the key that signs checkpoints, what witnesses signed, which journals
-- were begun, which places of them do not fit, and the world as it was at earlier revisions.

CREATE TABLE audit_keys (
    origin TEXT NOT NULL PRIMARY KEY,
    sealed BYTEA NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE audit_cosignatures (
    origin TEXT NOT NULL,
    size BIGINT NOT NULL,
    witness TEXT NOT NULL,
    signed_at BIGINT NOT NULL,
    line TEXT NOT NULL,
    PRIMARY KEY (origin, size, witness)
);

-- Each opening of a journal. `settled`: all that it held is in the tree, so its files may be gone.
CREATE TABLE journal_epochs (
    process TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    opened_at BIGINT NOT NULL,
    settled BIGINT NOT NULL,
    PRIMARY KEY (process, epoch)
);

-- Places where a journal does not fit, each alarmed once.
CREATE TABLE journal_damages (
    process TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    why TEXT NOT NULL,
    found_at BIGINT NOT NULL,
    PRIMARY KEY (process, epoch, sequence)
);

-- What an entity was from `revision` on; no body: it was gone. `part`: a member of a channel.
CREATE TABLE history (
    noun TEXT NOT NULL,
    id TEXT NOT NULL,
    part TEXT NOT NULL,
    revision BIGINT NOT NULL,
    body TEXT,
    PRIMARY KEY (noun, id, part, revision)
);
CREATE INDEX history_by_revision ON history (revision);
-- The oldest revision that can be rebuilt; 0 until the first one is kept whole.
INSERT INTO counters (name, value) VALUES ('history', 0);
