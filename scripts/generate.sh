#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Writes every generated file that is committed.
set -euo pipefail
cd "$(dirname "$0")/.."

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

cargo build --quiet --locked --workspace --bin countersign
target/debug/countersign openapi >"$scratch/openapi.json"
target/debug/countersign config schema >"$scratch/config.schema.json"
# Moved only when both came out whole; an unchanged file keeps its date, so nothing is built anew.
for file in openapi.json config.schema.json; do
  cmp -s "$scratch/$file" "docs/$file" || cp "$scratch/$file" "docs/$file"
done
(cd admin-ui && npm run --silent generate)
