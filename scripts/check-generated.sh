#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Fails when a generated file is not what its generator writes today. The files are left in their
# new form, ready to be read and committed.
set -euo pipefail
cd "$(dirname "$0")/.."

state() { git ls-files -z --cached --others --exclude-standard -- docs admin-ui/src | xargs -0 sha256sum 2>&1; }

before=$(state)
scripts/generate.sh
if [ "$(state)" != "$before" ]; then
  git status --short -- docs admin-ui/src
  echo "error: generated files were out of date. They have been written anew: commit them" >&2
  exit 1
fi
echo "generated files are up to date"
