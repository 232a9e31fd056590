-- SPDX-License-Identifier: Apache-2.0
-- What was read from directories: of each entry that became a person what it came to, so that the next reading
-- writes only what differs; and of each directory from where the next reading goes on.

CREATE TABLE source_entries (
    source TEXT NOT NULL,
    subject TEXT NOT NULL,
    person TEXT NOT NULL,
    hash BYTEA NOT NULL,
    is_active BIGINT NOT NULL,
    applied_at BIGINT NOT NULL,
    until BIGINT,
    PRIMARY KEY (source, subject)
);
CREATE INDEX source_entries_person ON source_entries (person);

CREATE TABLE source_syncs (
    source TEXT NOT NULL PRIMARY KEY,
    marks TEXT NOT NULL,
    began_at BIGINT,
    full_at BIGINT,
    report TEXT,
    asked TEXT,
    released TEXT,
    taken_by TEXT,
    taken_until BIGINT NOT NULL
);
