-- Whose account a person at a source opens. A link is made and removed, never changed.
CREATE TABLE upstream_links (
    id TEXT NOT NULL PRIMARY KEY,
    person TEXT NOT NULL,
    source TEXT NOT NULL,
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    label TEXT NOT NULL,
    made_by TEXT NOT NULL,
    level BIGINT,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT
);
CREATE UNIQUE INDEX upstream_links_subject ON upstream_links (source, issuer, subject);
CREATE INDEX upstream_links_person ON upstream_links (person);

-- Which of our sessions came from which of a source's, for a logout that comes from there.
CREATE TABLE upstream_sessions (
    session TEXT NOT NULL,
    source TEXT NOT NULL,
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    upstream TEXT,
    PRIMARY KEY (session, source)
);
CREATE INDEX upstream_sessions_subject ON upstream_sessions (source, issuer, subject);
CREATE INDEX upstream_sessions_upstream ON upstream_sessions (source, issuer, upstream);

-- Names of messages of sources that were taken, until they would have run out.
CREATE TABLE upstream_messages (
    source TEXT NOT NULL,
    name_hash BYTEA NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (source, name_hash)
);
