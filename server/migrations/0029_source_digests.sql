-- SPDX-License-Identifier: Apache-2.0
-- What an entry came to is kept as text (hexadecimal), so that all of a source is read by the page; what stood there
-- before did not say by which rules it came about, so that every entry is read anew once. Of those whose account is
-- good, how many there are and whose time is over is asked in every pass.

ALTER TABLE source_entries ADD COLUMN digest TEXT NOT NULL
    DEFAULT '0000000000000000000000000000000000000000000000000000000000000000';
ALTER TABLE source_entries DROP COLUMN hash;
CREATE INDEX source_entries_active ON source_entries (source, is_active, until);
