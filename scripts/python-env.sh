#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds the Python environment of the Synapse connector (.venv): a real Synapse, pytest, the linters.
# Does nothing when it is up to date.
set -euo pipefail
cd "$(dirname "$0")/.."

requirements=connectors/synapse/requirements-dev.txt
stamp=.venv/.requirements
constraints=connectors/synapse/constraints.txt
wanted=$(cat "$requirements" "$constraints" connectors/synapse/pyproject.toml | sha256sum | cut -d' ' -f1)
if [ -x .venv/bin/python ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then
    exit 0
fi

python=""
for candidate in python3.13 python3.12 python3.11 python3; do
    if command -v "$candidate" >/dev/null && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    echo "python-env: Python 3.11 or newer is needed (apt-get install python3 python3-venv)" >&2
    exit 3
fi

echo "python-env: building .venv with $($python --version), installing Synapse (about a minute)" >&2
[ -x .venv/bin/python ] || "$python" -m venv .venv
.venv/bin/python -m pip install --quiet --disable-pip-version-check -r "$requirements" -c "$constraints"
# The connector is found in place: edits hold at once, and nothing needs to be built.
packages=$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
printf '%s\n' "$PWD/connectors/synapse" >"$packages/countersign_synapse.pth"
printf '%s' "$wanted" >"$stamp"
echo "python-env: ready" >&2
