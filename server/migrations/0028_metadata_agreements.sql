-- SPDX-License-Identifier: Apache-2.0
-- Under which agreement a copy of metadata was fetched (SHA-256 of the entity's name, the address and the pinned
-- certificate), and the SHA-256 of the copy. What is of before has none, counts no more, and is fetched anew.
ALTER TABLE saml_metadata ADD COLUMN agreement BYTEA;
ALTER TABLE saml_metadata ADD COLUMN document_hash BYTEA;
