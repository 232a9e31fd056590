-- SPDX-License-Identifier: Apache-2.0
-- The directory: who and what exists. One text for SQLite and PostgreSQL.
-- Booleans are BIGINT 0/1, times BIGINT Unix milliseconds, lists and labels JSON in TEXT.
-- Nouns that only the snapshot reads are kept as one JSON body per row.

CREATE TABLE agencies (
    id TEXT NOT NULL PRIMARY KEY,
    body TEXT NOT NULL
);

CREATE TABLE missions (
    id TEXT NOT NULL PRIMARY KEY,
    body TEXT NOT NULL
);

CREATE TABLE agreements (
    id TEXT NOT NULL PRIMARY KEY,
    body TEXT NOT NULL
);

CREATE TABLE devices (
    id TEXT NOT NULL PRIMARY KEY,
    body TEXT NOT NULL
);

CREATE TABLE nodes (
    id TEXT NOT NULL PRIMARY KEY,
    body TEXT NOT NULL
);

CREATE TABLE people (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    status TEXT NOT NULL,
    agency TEXT,
    sponsor TEXT,
    nationalities TEXT NOT NULL,
    roles TEXT NOT NULL,
    missions TEXT NOT NULL,
    briefings TEXT NOT NULL,
    display_name TEXT,
    email TEXT
);

CREATE INDEX people_by_status ON people (status, id);

CREATE TABLE clearances (
    person TEXT NOT NULL,
    position BIGINT NOT NULL,
    scheme TEXT NOT NULL,
    level TEXT NOT NULL,
    compartments TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_until BIGINT NOT NULL,
    attestation TEXT,
    channel TEXT,
    PRIMARY KEY (person, position)
);

CREATE INDEX clearances_by_start ON clearances (valid_from);
CREATE INDEX clearances_by_end ON clearances (valid_until);

CREATE TABLE channels (
    id TEXT NOT NULL PRIMARY KEY,
    label TEXT NOT NULL,
    owners TEXT,
    agency TEXT,
    missions TEXT NOT NULL,
    recipients TEXT,
    externals_allowed BIGINT NOT NULL,
    industry_allowed BIGINT NOT NULL,
    state TEXT NOT NULL,
    label_mode TEXT NOT NULL,
    listed BIGINT NOT NULL,
    name TEXT,
    server TEXT,
    label_drift BIGINT NOT NULL
);

CREATE TABLE channel_members (
    channel TEXT NOT NULL,
    person TEXT NOT NULL,
    PRIMARY KEY (channel, person)
);

CREATE INDEX channel_members_by_person ON channel_members (person);

CREATE TABLE items (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    channel TEXT NOT NULL,
    label TEXT,
    PRIMARY KEY (kind, id)
);

CREATE INDEX items_by_channel ON items (channel);

CREATE TABLE settings (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE connected_servers (
    id TEXT NOT NULL PRIMARY KEY,
    client_id TEXT NOT NULL UNIQUE,
    body TEXT NOT NULL
);

CREATE TABLE server_ids (
    server TEXT NOT NULL,
    noun TEXT NOT NULL,
    theirs TEXT NOT NULL,
    ours TEXT NOT NULL,
    PRIMARY KEY (server, noun, theirs),
    UNIQUE (server, noun, ours)
);

CREATE TABLE approvals (
    id TEXT NOT NULL PRIMARY KEY,
    action TEXT NOT NULL,
    resource_kind TEXT NOT NULL,
    resource_id TEXT NOT NULL,
    parameters BYTEA NOT NULL,
    requester TEXT,
    requested_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    reason TEXT NOT NULL,
    approver TEXT,
    approved_at BIGINT,
    used_at BIGINT
);

CREATE INDEX approvals_by_time ON approvals (requested_at);

-- Identifiers of what is gone. They are never given to anything else.
CREATE TABLE tombstones (
    noun TEXT NOT NULL,
    id TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (noun, id)
);

-- What every process tails to keep its snapshot.
CREATE TABLE changes (
    revision BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    noun TEXT NOT NULL,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    PRIMARY KEY (revision, seq)
);

CREATE INDEX changes_by_time ON changes (at);

-- A revision is drawn from its row inside the writing transaction, so revisions become visible in order.
CREATE TABLE counters (
    name TEXT NOT NULL PRIMARY KEY,
    value BIGINT NOT NULL
);

INSERT INTO counters (name, value) VALUES ('world', 0);
