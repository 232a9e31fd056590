-- SPDX-License-Identifier: Apache-2.0
-- Under which contract people from industry work, and its last second.
ALTER TABLE people ADD COLUMN contract TEXT;
ALTER TABLE people ADD COLUMN contract_until BIGINT;
CREATE INDEX people_contract_until ON people (contract_until);
