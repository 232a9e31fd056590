# SPDX-License-Identifier: Apache-2.0
"""The certification scenario's checks against the demo on TLS, with a certificate made for this run."""

import json
import os
import socket
import subprocess
from pathlib import Path

import pytest
import walk

ROOT = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("COUNTERSIGN_BIN", ROOT / "target/debug/countersign"))


def certificate(folder: Path) -> tuple[Path, Path]:
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost"
    )
    extensions = ["-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE"]
    files = ["-keyout", key, "-out", certificate]
    subprocess.run([*command.split(), *extensions, *files], check=True, capture_output=True)
    return certificate, key


@pytest.fixture
def server(tmp_path):
    chain, key = certificate(tmp_path)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {
        "COUNTERSIGN_ISSUER": f"https://localhost:{port}",
        "COUNTERSIGN_LISTEN__TLS_CERTIFICATE": str(chain),
        "COUNTERSIGN_LISTEN__TLS_KEY": str(key),
    }
    command = [BINARY, "demo", "--data-dir", tmp_path / "data", "--port", str(port), "--json"]
    with (
        (tmp_path / "log").open("w") as log,
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=log, text=True) as process,
    ):
        try:
            line = process.stdout.readline()
            assert line, (tmp_path / "log").read_text()
            told = json.loads(line)
            assert told["base_url"] == environment["COUNTERSIGN_ISSUER"]
            yield told, chain
        finally:
            process.terminate()


def test_every_check_of_the_certification_scenario_holds_on_tls(server):
    told, chain = server
    credentials = told["server"]
    base, client, secret = told["base_url"], credentials["client_id"], credentials["client_secret"]
    decision_point = walk.Server(base, client, secret, str(chain))
    assert len(walk.walk(decision_point)) > 60
    assert all(str(decision_point.metadata[name]).startswith(base) for name in (walk.ONE, walk.MANY))
