-- SPDX-License-Identifier: Apache-2.0
-- Sources of people, and what each has said of whom.

CREATE TABLE sources (
    id TEXT NOT NULL PRIMARY KEY,
    body TEXT NOT NULL,
    kept_by TEXT NOT NULL
);

-- What a source has given a person: which parts, each with when (JSON). `owns`: it brought her in.
CREATE TABLE person_sources (
    person TEXT NOT NULL,
    source TEXT NOT NULL,
    owns BIGINT NOT NULL,
    parts TEXT NOT NULL,
    PRIMARY KEY (person, source)
);
CREATE INDEX person_sources_by_source ON person_sources (source, person);

-- A mail address is one person's, however it is written.
CREATE INDEX people_by_address ON people (LOWER(email));
