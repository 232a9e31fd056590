#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`make demo`: Countersign with the coalition world, a real Synapse beside it, and a page to chat with.

    .venv/bin/python demo/run.py [target/demo/countersign] [--data-dir var/demo] [--port 8080]

The first start connects Synapse to Countersign and makes the rooms; later ones find everything again.
"""

import argparse
import importlib.util
import json
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from page import ChatPage

ROOT = Path(__file__).resolve().parents[1]
PEOPLE = {
    "alice": "government, cleared for secret",
    "noah": "government, no clearance, no briefing",
    "dave": "industry, briefed for restricted",
    "judy": "security officer",
    "olga": "auditor",
}
SERVER = "synapse"


class DemoFault(Exception):
    """Something outside failed: said in one line."""


@dataclass
class Countersign:
    """The running `countersign demo`."""

    process: subprocess.Popen[str]
    facts: dict[str, Any]

    @classmethod
    def start(cls, binary: Path, data_dir: Path, port: int) -> "Countersign":
        """Start it and wait for its first line, which says that it is ready and where."""
        say("starting Countersign")
        log = (data_dir / "countersign.log").open("a")
        process = subprocess.Popen(
            [binary, "demo", "--data-dir", data_dir, "--port", str(port), "--json"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,  # Ctrl-C is for this program, which then stops both in order
        )
        line = process.stdout.readline() if process.stdout is not None else ""
        if not line:
            process.wait()
            raise DemoFault(f"Countersign did not start:\n{tail(data_dir / 'countersign.log')}")
        if process.stdout is not None:
            threading.Thread(target=process.stdout.read, daemon=True).start()
        return cls(process, json.loads(line))

    def stop(self) -> None:
        """Let it finish what it is doing."""
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def connect(binary: Path, data_dir: Path, synapse: str) -> tuple[str, Path]:
    """Make Synapse known to Countersign, once; its client id, and the file with its secret."""
    credentials = data_dir / "synapse.json"
    secret = data_dir / "synapse.secret"
    if not credentials.exists():
        say("connecting Synapse to Countersign")
        record = data_dir / "synapse.connection.json"
        record.write_text(json.dumps(connection(synapse), indent=2))
        added = subprocess.run(
            [binary, "server", "add", record, "--data-dir", data_dir],
            capture_output=True,
            text=True,
            check=False,
        )
        if added.returncode != 0:
            raise DemoFault(f"`countersign server add` failed: {added.stderr or added.stdout}")
        answer = json.loads(added.stdout)
        secret.touch(mode=0o600)
        secret.write_text(answer["client_secret"])
        credentials.write_text(json.dumps({"client_id": answer["client_id"]}))
    return json.loads(credentials.read_text())["client_id"], secret


def connection(synapse: str) -> dict[str, Any]:
    """What Countersign has on file about the demo's Synapse: what it may ask, and as which client."""
    return {
        "server": {
            "id": SERVER,
            "kind": "synapse",
            "node": "nato-pol",
            "client_id": SERVER,
            "user_id": {"template": "@{id}:localhost"},
            "channel_id": "same",
            "scope": {"people": "all", "channels": {"list": []}},
            "may_assert": ["label", "quotes", "recipients", "target", "to", "node"],
            "labels_owner": "server",
            "members_owner": "server",
            "clients": {
                "managed": True,
                "accreditation": {"scheme": "NATO", "level": "NS"},
                "posture": "vouched",
            },
        },
        "client": {
            "id": SERVER,
            "name": "Synapse",
            "redirect_uris": [f"{synapse}/_synapse/client/oidc/callback"],
            "backchannel_logout_uri": f"{synapse}/_synapse/client/oidc/backchannel_logout",
            "grants": ["authorization_code", "client_credentials"],
        },
    }


def peer() -> ModuleType:
    """tests/peers/synapse.py; by path, because its name is Synapse's own."""
    spec = importlib.util.spec_from_file_location("synapse_peer", ROOT / "tests" / "peers" / "synapse.py")
    if spec is None or spec.loader is None:
        raise DemoFault("tests/peers/synapse.py is missing")
    module = importlib.util.module_from_spec(spec)
    sys.modules["synapse_peer"] = module
    spec.loader.exec_module(module)
    return module


def describe(facts: dict[str, Any], chat: str, sso: str, rooms: dict[str, str]) -> str:
    """What a person needs to know to walk around."""
    lines = ["", "Countersign and Synapse are running.", ""]
    lines += [
        f"  Chat        {chat}   (a Matrix Synapse; sign in with Countersign)",
        f"              {sso}   (the same, straight to the sign-in page)",
        f"  Console     {facts['console_url']}   (judy or olga)",
        f"  Sign-in     {facts['issuer']}",
        "",
        "  Enrol a passkey first; each link works once:",
    ]
    links = facts.get("people", {})
    for person, what in PEOPLE.items():
        link = links.get(person, {}).get("enrol_url") or "enrolled already"
        lines.append(f"    {person:6}{what:40}{link}")
    lines += ["", "  Rooms:"]
    lines += [f"    {name:8}{room}" for name, room in rooms.items()]
    lines += ["", "  Ask Countersign as a chat server does. Allowed:", "", facts["curl"]["allowed"]]
    lines += ["", "  Refused:", "", facts["curl"]["denied"], "", "  Stop with Ctrl-C.", ""]
    return "\n".join(lines)


def ports(given: argparse.Namespace, data_dir: Path, free_port: Callable[[], int]) -> dict[str, int]:
    """The ports to use. Addresses are registered with Countersign, so what was free once is used again."""
    kept = data_dir / "ports.json"
    known = json.loads(kept.read_text()) if kept.exists() else {}
    asked = {"countersign": given.port, "synapse": given.synapse_port, "page": given.page_port}
    used = {name: port or known.get(name) or free_port() for name, port in asked.items()}
    kept.write_text(json.dumps(used))
    return used


def say(what: str) -> None:
    """Progress, for people."""
    print(f"demo: {what}", file=sys.stderr, flush=True)


def tail(path: Path) -> str:
    """The last lines of a log."""
    return "\n".join(path.read_text(errors="replace").splitlines()[-15:])


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("binary", type=Path, nargs="?", default=ROOT / "target" / "demo" / "countersign")
    parser.add_argument("--data-dir", type=Path, default=ROOT / "var" / "demo")
    parser.add_argument(
        "--port", type=int, default=8080, help="Countersign's; 0: any free one, kept for later starts"
    )
    parser.add_argument("--synapse-port", type=int, default=8008, help="the same for Synapse")
    parser.add_argument("--page-port", type=int, default=8090, help="the same for the chat page")
    parser.add_argument(
        "--json", action="store_true", help="print one line of JSON instead of the description"
    )
    return parser.parse_args()


def main() -> int:
    """Start all, say where, wait, stop all."""
    given = arguments()
    if not shutil.which(given.binary):
        print(f"{given.binary} is missing: build it first", file=sys.stderr)
        return 3
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    data_dir = given.data_dir.resolve()
    data_dir.mkdir(parents=True, exist_ok=True)
    running: list[Any] = []
    try:
        synapse_peer = peer()
        at = ports(given, data_dir, synapse_peer.free_port)
        countersign = Countersign.start(given.binary, data_dir, at["countersign"])
        running.append(countersign)
        address = f"http://localhost:{at['synapse']}"
        client_id, secret = connect(given.binary, data_dir, address)
        page = ChatPage(at["page"], address)
        page.start()
        running.append(page)
        synapse = synapse_peer.Synapse(
            directory=data_dir / "synapse",
            port=at["synapse"],
            countersign=countersign.facts["issuer"],
            client_id=client_id,
            client_secret_file=secret,
            redirects=[page.url],
            binary=given.binary.resolve(),
        )
        running.append(synapse)
        if not synapse.rooms:
            say("preparing Synapse and its rooms")
        synapse.prepare()
        say("starting Synapse")
        synapse.start()
        sso = synapse_peer.sso_url(synapse, page.url)
        facts = {**countersign.facts, "synapse_url": synapse.base_url}
        if given.json:
            print(
                json.dumps({**facts, "chat_url": page.url, "sso_url": sso, "rooms": synapse.rooms}),
                flush=True,
            )
        else:
            print(describe(facts, page.url, sso, synapse.rooms), flush=True)
        while not stop.is_set():
            if (
                countersign.process.poll() is not None
                or synapse.process is None
                or synapse.process.poll() is not None
            ):
                raise DemoFault(f"one of the two has ended by itself; see the logs in {data_dir}")
            time.sleep(0.2)
        return 0
    except (DemoFault, RuntimeError, OSError) as fault:
        print(f"demo: {fault}", file=sys.stderr)
        return 3
    finally:
        say("stopping")
        for part in reversed(running):
            part.stop()


if __name__ == "__main__":
    sys.exit(main())
