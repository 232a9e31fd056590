#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A real Synapse beside Countersign, for the demo and for tests.

As a program it prepares the server in a folder (once), starts it with the module, prints one line of JSON
with its addresses and rooms, and runs until SIGTERM or SIGINT:

    .venv/bin/python tests/peers/synapse.py --dir var/demo/synapse --port 8008 \
        --countersign http://localhost:8080 --client-id synapse --client-secret-file var/demo/synapse.secret

The rooms are made in a first start without the module, by `@carol:localhost`, who owns both in the demo's
world. She has no password; she takes her account over when she first signs in through Countersign.

How people sign in stands in no line of this file: it is what `countersign connect profile synapse` prints.
"""

import argparse
import hashlib
import hmac
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".venv" / "bin" / "python"
BINARY = Path(os.environ.get("COUNTERSIGN_BIN", ROOT / "target" / "debug" / "countersign"))
SERVER_NAME = "localhost"
LABEL = "org.countersign.label"
CREATOR = "carol"
READY_WITHIN = 120.0

ROOMS: dict[str, dict[str, Any]] = {
    "log-nr": {
        "preset": "public_chat",
        "visibility": "public",
        "room_alias_name": "log-nr",
        "topic": "Logistics for BALTIC",
        "label": {
            "label": {"scheme": "NATO", "level": "NR", "releasable_to": ["NATO", "CHE"]},
            "missions": ["BALTIC"],
            "externals_allowed": True,
            "industry_allowed": True,
            "listed": True,
            "owners": [CREATOR],
        },
    },
    "ops-ns": {
        "preset": "private_chat",
        "invite": ["alice", "bob", "mia"],
        "topic": "Operations for BALTIC",
        "label": {
            "label": {"scheme": "NATO", "level": "NS"},
            "missions": ["BALTIC"],
            "owners": [CREATOR],
        },
    },
}


@dataclass
class Synapse:
    """One Synapse in one folder. Everything it needs to find again is in there."""

    directory: Path
    port: int
    countersign: str
    client_id: str
    client_secret_file: Path
    redirects: list[str] = field(default_factory=list)
    """Pages that may receive a login token without a confirmation page in between."""
    default_label: dict[str, Any] | None = field(
        default_factory=lambda: {"label": {"scheme": "NATO", "level": "NU"}, "externals_allowed": True}
    )
    request_timeout_ms: int = 3000
    binary: Path = BINARY
    """The Countersign that says how people sign in."""
    process: subprocess.Popen[bytes] | None = None

    @property
    def base_url(self) -> str:
        """Where clients reach it."""
        return f"http://localhost:{self.port}"

    @property
    def rooms(self) -> dict[str, str]:
        """The ids of the prepared rooms, by name."""
        path = self.directory / "rooms.json"
        return json.loads(path.read_text()) if path.exists() else {}

    def prepare(self, rooms: dict[str, dict[str, Any]] | None = None) -> None:
        """Make keys, database and rooms, once; without the module, so that nobody has to be asked."""
        (self.directory / "countersign").mkdir(parents=True, exist_ok=True)
        if (self.directory / "rooms.json").exists():
            return
        secret = secrets.token_hex(32)
        self._write_config(registration_secret=secret)
        self._launch()
        try:
            token = self._register(CREATOR, secret)
            made = {name: self._create(name, room, token) for name, room in (rooms or ROOMS).items()}
            self.call("POST", "/_matrix/client/v3/logout/all", token, {})
        finally:
            self.stop()
        (self.directory / "rooms.json").write_text(json.dumps(made))

    def start(self) -> None:
        """Start with the module; returns when it answers."""
        self._write_config()
        self._launch()

    def stop(self) -> None:
        """End it, politely first."""
        process, self.process = self.process, None
        if process is None or process.poll() is not None:
            return
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def call(self, method: str, path: str, token: str | None = None, body: object = None) -> tuple[int, Any]:
        """One request as a client makes it: status and JSON."""
        request = urllib.request.Request(self.base_url + path, method=method)
        if token is not None:
            request.add_header("Authorization", f"Bearer {token}")
        data = None
        if body is not None:
            request.add_header("Content-Type", "application/json")
            data = json.dumps(body).encode()
        try:
            with urllib.request.urlopen(request, data, timeout=30) as response:
                return response.status, json.loads(response.read() or b"null")
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"null")

    def _launch(self) -> None:
        if self.process is not None:
            raise RuntimeError("it runs already")
        config = self.directory / "homeserver.yaml"
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT / "connectors" / "synapse"),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        if not (self.directory / "signing.key").exists():
            subprocess.run(
                [PYTHON, "-m", "synapse.app.homeserver", "-c", config, "--generate-keys"],
                env=environment,
                check=True,
                stdout=subprocess.DEVNULL,
            )
        with (self.directory / "stderr.log").open("ab") as output:
            self.process = subprocess.Popen(
                [PYTHON, "-m", "synapse.app.homeserver", "-c", config],
                env=environment,
                cwd=self.directory,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                # Its own group: a Ctrl-C at the terminal is for whoever started us, who then stops it in order.
                start_new_session=True,
            )
        self._wait_until_ready()

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_WITHIN
        while time.monotonic() < deadline:
            if self.process is None or self.process.poll() is not None:
                raise RuntimeError(f"Synapse did not start:\n{self._last_words()}")
            try:
                with urllib.request.urlopen(f"{self.base_url}/health", timeout=1):
                    return
            except OSError:
                time.sleep(0.1)
        self.stop()
        raise RuntimeError(f"Synapse was not ready within {READY_WITHIN:.0f} s:\n{self._last_words()}")

    def _last_words(self) -> str:
        lines: list[str] = []
        for name in ("stderr.log", "homeserver.log"):
            path = self.directory / name
            if path.exists():
                lines += path.read_text(errors="replace").splitlines()[-15:]
        return "\n".join(lines)

    def _register(self, name: str, secret: str) -> str:
        path = "/_synapse/admin/v1/register"
        nonce = self.call("GET", path)[1]["nonce"]
        password = secrets.token_hex(32)
        message = f"{nonce}\0{name}\0{password}\0notadmin".encode()
        mac = hmac.new(secret.encode(), message, hashlib.sha1).hexdigest()
        body = {"nonce": nonce, "username": name, "password": password, "admin": False, "mac": mac}
        status, answer = self.call("POST", path, None, body)
        if status != 200:
            raise RuntimeError(f"registering {name}: {status} {answer}")
        return answer["access_token"]

    def _create(self, name: str, room: dict[str, Any], token: str) -> str:
        request = {"name": name, **room}
        label = dict(request.pop("label"))
        label["owners"] = [user_id(owner) for owner in label.get("owners", [])]
        request["invite"] = [user_id(invited) for invited in request.get("invite", [])]
        request["initial_state"] = [{"type": LABEL, "state_key": "", "content": label}]
        levels = {
            LABEL: 100,
            "m.room.power_levels": 100,
            "m.room.history_visibility": 100,
            "m.room.tombstone": 150,
        }
        request["power_level_content_override"] = {"events": levels}
        status, answer = self.call("POST", "/_matrix/client/v3/createRoom", token, request)
        if status != 200:
            raise RuntimeError(f"creating {name}: {status} {answer}")
        return answer["room_id"]

    def _write_config(self, registration_secret: str | None = None) -> None:
        """Write homeserver.yaml; as JSON, which YAML contains."""
        config = self._config()
        if registration_secret is not None:
            config["registration_shared_secret"] = registration_secret
        else:
            config["modules"] = [self._module()]
            config |= self._signing_in()
        log = self.directory / "log.yaml"
        log.write_text(json.dumps(log_config(self.directory / "homeserver.log")))
        path = self.directory / "homeserver.yaml"
        path.touch(mode=0o600)
        path.write_text(json.dumps(config, indent=2))

    def _config(self) -> dict[str, Any]:
        plenty = {"per_second": 10_000, "burst_count": 10_000}
        return {
            "server_name": SERVER_NAME,
            "public_baseurl": self.base_url + "/",
            "pid_file": str(self.directory / "homeserver.pid"),
            "listeners": [
                {
                    "port": self.port,
                    "type": "http",
                    "bind_addresses": ["127.0.0.1"],
                    "resources": [{"names": ["client"], "compress": False}],
                }
            ],
            "database": {"name": "sqlite3", "args": {"database": str(self.directory / "homeserver.db")}},
            "log_config": str(self.directory / "log.yaml"),
            "media_store_path": str(self.directory / "media"),
            "signing_key_path": str(self.directory / "signing.key"),
            "macaroon_secret_key": self._kept_secret("macaroon"),
            "form_secret": self._kept_secret("form"),
            "trusted_key_servers": [],
            "federation_domain_whitelist": [],
            "report_stats": False,
            "enable_registration": False,
            "password_config": {"enabled": False},
            "room_list_publication_rules": [{"action": "allow"}],  # the module lets only listed rooms through
            "url_preview_enabled": False,
            "presence": {"enabled": False},
            "user_directory": {"enabled": True, "search_all_users": True},
            "sso": {"client_whitelist": self.redirects},
            "rc_message": plenty,
            "rc_registration": plenty,
            "rc_login": {"address": plenty, "account": plenty, "failed_attempts": plenty},
            "rc_joins": {"local": plenty, "remote": plenty},
            "rc_joins_per_room": plenty,
            "rc_invites": {"per_room": plenty, "per_user": plenty, "per_issuer": plenty},
            "rc_room_creation": plenty,
        }

    def _module(self) -> dict[str, Any]:
        config: dict[str, Any] = {
            "base_url": self.countersign,
            "client_id": self.client_id,
            "client_secret_file": str(self.client_secret_file.resolve()),
            "request_timeout_ms": self.request_timeout_ms,
            "state_dir": str((self.directory / "countersign").resolve()),
        }
        if self.default_label is not None:
            config["default_label"] = self.default_label
        return {"module": "countersign_synapse.CountersignModule", "config": config}

    def _signing_in(self) -> dict[str, Any]:
        """What Countersign prints for homeserver.yaml, as an operator pastes it."""
        printed = subprocess.run(
            [self.binary, "connect", "profile", "synapse", "--site", self.base_url, "--json"],
            env={
                **os.environ,
                "COUNTERSIGN_ISSUER": self.countersign,
                "COUNTERSIGN_LISTEN__BEHIND_TLS_PROXY": "true",
            },
            check=True,
            capture_output=True,
            text=True,
        )
        (file,) = json.loads(printed.stdout)["files"]
        if file["name"] != "homeserver.yaml":
            raise RuntimeError(f"the profile is about {file['name']}")
        told: dict[str, Any] = yaml.safe_load(file["text"])
        (provider,) = told["oidc_providers"]
        # Which client this is and where its secret stands is each installation's own.
        provider |= {
            "client_id": self.client_id,
            "client_secret_path": str(self.client_secret_file.resolve()),
            # Demo and tests speak plain HTTP on loopback, which Synapse's check of the metadata does not accept.
            "skip_verification": self.countersign.startswith("http://"),
        }
        return told

    def _kept_secret(self, name: str) -> str:
        path = self.directory / f"{name}.secret"
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_hex(32))
        return path.read_text()


def user_id(name: str) -> str:
    """The Matrix id of a person of the demo's world."""
    return f"@{name}:{SERVER_NAME}"


def sso_url(synapse: Synapse, redirect: str) -> str:
    """Where a browser begins to sign in, to come back to `redirect` with a login token."""
    return f"{synapse.base_url}/_matrix/client/v3/login/sso/redirect?redirectUrl={quote(redirect, safe='')}"


def free_port() -> int:
    """A loopback port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def log_config(path: Path) -> dict[str, Any]:
    """Python logging to one file, warnings of Synapse and everything of ours."""
    return {
        "version": 1,
        "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(request)s %(message)s"}},
        "filters": {"context": {"()": "synapse.logging.context.LoggingContextFilter"}},
        "handlers": {
            "file": {
                "class": "logging.handlers.RotatingFileHandler",
                "formatter": "line",
                "filters": ["context"],
                "filename": str(path),
                "maxBytes": 10_000_000,
                "backupCount": 1,
            }
        },
        "loggers": {"countersign_synapse": {"level": "INFO"}},
        "root": {"level": "WARNING", "handlers": ["file"]},
        "disable_existing_loggers": False,
    }


def main() -> int:
    """Prepare, run, tell, and stop when told to."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--dir", type=Path, required=True)
    arguments.add_argument("--port", type=int, default=0, help="0: any free one")
    arguments.add_argument("--countersign", required=True, metavar="URL", help="base address and issuer")
    arguments.add_argument("--client-id", required=True)
    arguments.add_argument("--client-secret-file", type=Path, required=True)
    arguments.add_argument("--binary", type=Path, default=BINARY, help="the Countersign to ask for settings")
    arguments.add_argument(
        "--redirect", action="append", default=[], help="page that may receive login tokens"
    )
    given = arguments.parse_args()
    synapse = Synapse(
        directory=given.dir.resolve(),
        port=given.port or free_port(),
        countersign=given.countersign,
        client_id=given.client_id,
        client_secret_file=given.client_secret_file,
        redirects=given.redirect,
        binary=given.binary.resolve(),
    )
    stopping = False

    def stop(_signal: int, _frame: object) -> None:
        nonlocal stopping
        stopping = True

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    try:
        synapse.prepare()
        synapse.start()
        print(
            json.dumps({"base_url": synapse.base_url, "server_name": SERVER_NAME, "rooms": synapse.rooms}),
            flush=True,
        )
        while not stopping and synapse.process is not None and synapse.process.poll() is None:
            time.sleep(0.1)
        if not stopping:
            print("Synapse ended by itself", file=sys.stderr)
            return 1
    except RuntimeError as fault:
        print(fault, file=sys.stderr)
        return 3
    finally:
        synapse.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
