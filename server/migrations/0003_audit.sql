CREATE TABLE audit_tree (
    name TEXT NOT NULL PRIMARY KEY,
    size BIGINT NOT NULL,
    frontier BYTEA
);
INSERT INTO audit_tree (name, size) VALUES ('record', 0);

CREATE TABLE audit_leaves (
    position BIGINT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT,
    outcome TEXT,
    reason TEXT,
    decision_id TEXT,
    record BYTEA NOT NULL,
    leaf_hash BYTEA NOT NULL,
    inputs_salt BYTEA,
    inputs BYTEA
);
CREATE INDEX audit_leaves_kind ON audit_leaves (kind, position);
CREATE INDEX audit_leaves_subject ON audit_leaves (subject, position);
CREATE INDEX audit_leaves_reason ON audit_leaves (reason, position);
CREATE INDEX audit_leaves_decision ON audit_leaves (decision_id);

CREATE TABLE audit_nodes (
    level BIGINT NOT NULL,
    position BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    PRIMARY KEY (level, position)
);

CREATE TABLE audit_checkpoints (
    origin TEXT NOT NULL,
    size BIGINT NOT NULL,
    at BIGINT NOT NULL,
    root BYTEA NOT NULL,
    note TEXT NOT NULL,
    PRIMARY KEY (origin, size)
);

CREATE TABLE journal_positions (
    process TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    PRIMARY KEY (process, epoch)
);
