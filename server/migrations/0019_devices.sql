-- SPDX-License-Identifier: Apache-2.0
-- Keys by which devices prove themselves, and what was last reported of their posture.

CREATE TABLE device_keys (
    thumbprint TEXT NOT NULL PRIMARY KEY,
    device TEXT NOT NULL UNIQUE,
    person TEXT NOT NULL,
    name TEXT NOT NULL,
    public_key BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT
);
CREATE INDEX device_keys_of_person ON device_keys (person);

CREATE TABLE device_postures (
    device TEXT NOT NULL PRIMARY KEY,
    reported_at BIGINT NOT NULL,
    compliant BIGINT NOT NULL,
    reported_by TEXT NOT NULL,
    received_at BIGINT NOT NULL
);

CREATE INDEX sessions_on_device ON sessions (device, ended_at);

-- The device that was proven for a sign-in under way.
ALTER TABLE flows ADD COLUMN device TEXT;
