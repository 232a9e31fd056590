-- SPDX-License-Identifier: Apache-2.0
-- A server of the Matrix federation: its keys, private halves sealed, and the rooms that it was invited to
-- or is in.

CREATE TABLE matrix_keys (
    server_name TEXT NOT NULL,
    purpose TEXT NOT NULL,
    sealed BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (server_name, purpose)
);

CREATE TABLE matrix_rooms (
    server_name TEXT NOT NULL,
    room TEXT NOT NULL,
    version TEXT NOT NULL,
    via TEXT NOT NULL,
    joined BIGINT NOT NULL,
    since BIGINT NOT NULL,
    PRIMARY KEY (server_name, room)
);
