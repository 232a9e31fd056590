-- SPDX-License-Identifier: Apache-2.0
-- What waits for a second person, and break-glass. A proposal's id is that of its approval.

CREATE TABLE proposals (
    id TEXT NOT NULL PRIMARY KEY,
    act TEXT NOT NULL,
    widens TEXT NOT NULL,
    ended_as TEXT,
    ended_by TEXT,
    ended_at BIGINT
);

CREATE TABLE break_glass (
    id TEXT NOT NULL PRIMARY KEY,
    requester TEXT NOT NULL,
    channel TEXT NOT NULL,
    minutes BIGINT NOT NULL,
    reason TEXT NOT NULL,
    requested_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    answer TEXT,
    answered_by TEXT,
    answered_at BIGINT,
    ends_at BIGINT,
    review_due BIGINT,
    reviewed_by TEXT,
    reviewed_at BIGINT,
    review TEXT,
    overdue_noted BIGINT NOT NULL
);

CREATE INDEX break_glass_by_review ON break_glass (review_due);
