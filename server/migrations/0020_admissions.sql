-- SPDX-License-Identifier: Apache-2.0
-- Who came from a source, has no account, and waits for somebody's word: the latest proposal about her.

CREATE TABLE admissions (
    source TEXT NOT NULL,
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    proposal TEXT NOT NULL,
    PRIMARY KEY (source, issuer, subject)
);
