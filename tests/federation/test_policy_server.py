# SPDX-License-Identifier: Apache-2.0
"""Two real, unmodified Synapses ask Countersign about every event of a room, over the federation.

Countersign is the program itself: it joins the room by `countersign matrix join` and signs what may enter.
"""

import itertools
import json
import os
import ssl
import subprocess
import time
import urllib.request
from pathlib import Path
from urllib.parse import quote

import pytest
from homeserver import Homeserver, authority, peer

ROOT = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("COUNTERSIGN_BIN", ROOT / "target/debug/countersign"))
LABEL = "org.countersign.label"
WITHIN = 60.0
numbers = itertools.count()


class Countersign:
    """The demo's world, as a server of the federation."""

    def __init__(self, folder, certificates, port, homeservers):
        """Start it."""
        self.data = folder / "countersign"
        listed = ", ".join(
            f'{{name = "{homeserver.name}", record = "{server}"}}'
            for server, homeserver in homeservers.items()
        )
        self.environment = {
            **os.environ,
            "COUNTERSIGN_ISSUER": f"https://localhost:{port}",
            "COUNTERSIGN_LISTEN__TLS_CERTIFICATE": str(certificates["certificate"]),
            "COUNTERSIGN_LISTEN__TLS_KEY": str(certificates["key"]),
            "COUNTERSIGN_MATRIX__SERVER_NAME": f"localhost:{port}",
            "COUNTERSIGN_MATRIX__CA_FILE": str(certificates["ca"]),
            "COUNTERSIGN_MATRIX__HOMESERVERS": f"[{listed}]",
        }
        # The demo keeps a server that was connected before it; with people on file two would have to agree.
        for server, homeserver in homeservers.items():
            self.connect(folder, server, homeserver)
        self.log_path = folder / "countersign.log"
        self.log = self.log_path.open("wb")
        self.process = subprocess.Popen(
            [BINARY, "demo", "--json", "--port", str(port), "--data-dir", self.data],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=self.log,
        )
        self.told = json.loads(self.process.stdout.readline())

    def run(self, *arguments):
        """One command on the same store; what it printed."""
        run = subprocess.run(
            [BINARY, *arguments, "--data-dir", self.data],
            env=self.environment,
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert run.returncode == 0, run.stdout + run.stderr
        return run.stdout

    def connect(self, folder, server, homeserver):
        """File the record of a homeserver."""
        record = {
            "id": server,
            "kind": "synapse",
            "client_id": server,
            "user_id": {"template": f"@{{id}}:{homeserver.name}"},
            "channel_id": "same",
            "scope": {"people": "all", "channels": {"list": []}},
            "may_assert": ["label", "target"],
            "labels_owner": "server",
            "members_owner": "server",
            "reasons": "full",
        }
        path = folder / f"{server}.json"
        path.write_text(json.dumps({"server": record}))
        self.run("server", "add", path)

    def stop(self):
        """End it."""
        self.process.terminate()
        self.process.wait(20)
        self.log.close()


def until(what, condition):
    """Wait until `condition` gives something."""
    deadline = time.monotonic() + WITHIN
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"{what} did not happen within {WITHIN:.0f} s")


def send(server, person, room, body, kind="m.room.message", **more):
    """Post something."""
    path = f"/rooms/{quote(room)}/send/{kind}/{next(numbers)}"
    return server.ask(person, "PUT", path, {"msgtype": "m.text", "body": body, **more})


def texts(server, person, room):
    """What somebody reads there."""
    status, answer = server.ask(person, "GET", f"/rooms/{quote(room)}/messages?dir=b&limit=50")
    assert status == 200, answer
    return [event["content"].get("body") for event in answer["chunk"] if event["type"] == "m.room.message"]


@pytest.fixture(params=["11", "12"], ids=["room-version-11", "room-version-12"])
def federation(request, tmp_path):
    """Countersign and two homeservers."""
    certificates = authority(tmp_path)
    port = peer.free_port()
    ours = Homeserver(tmp_path / "a", certificates, request.param)
    theirs = Homeserver(tmp_path / "b", certificates, request.param)
    countersign = Countersign(tmp_path, certificates, port, {"demo": ours, "theirs": theirs})
    try:
        assert countersign.told["server"]["client_id"] == "demo", "its people have sessions there"
        ours.start()
        theirs.start()
        ours.register("alice", "dave", "noah")
        theirs.register("bob")
        yield countersign, ours, theirs
    finally:
        theirs.stop()
        ours.stop()
        countersign.stop()


def test_only_what_countersign_signs_enters_the_room(federation):
    countersign, ours, theirs = federation
    nobody_is_heard_who_does_not_sign(countersign, ours)
    policy = json.loads(countersign.run("matrix", "policy"))
    levels = {LABEL: 100, "m.room.policy": 100, "m.room.power_levels": 100, "m.room.history_visibility": 100}
    label = {
        "label": {"scheme": "NATO", "level": "NR"},
        "missions": ["BALTIC"],
        "industry_allowed": True,
        "listed": True,
    }
    status, made = ours.ask(
        "alice",
        "POST",
        "/createRoom",
        {
            "preset": "private_chat",
            "initial_state": [{"type": LABEL, "state_key": "", "content": label}],
            "power_level_content_override": {"events": levels},
            "invite": [policy["user"], ours.user("dave"), ours.user("noah"), theirs.user("bob")],
        },
    )
    assert status == 200, made
    room = made["room_id"]
    # Before there is a policy server, nobody is asked: bob comes in.
    until(
        "bob's invitation",
        lambda: theirs.ask("bob", "POST", f"/join/{quote(room)}?via={ours.name}", {})[0] == 200,
    )

    joined = json.loads(countersign.run("matrix", "join", room, "--via", ours.name))
    assert joined["registered"], joined
    assert joined["members"] == 1, "alice; bob is not theirs to vouch for"
    content = {"via": policy["via"], "public_keys": policy["public_keys"]}
    status, told = ours.ask("alice", "PUT", f"/rooms/{quote(room)}/state/m.room.policy/", content)
    assert status == 200, told

    # The serving process hears of the channel by the feed of changes.
    until("alice's first message", lambda: send(ours, "alice", room, "signed")[0] == 200)
    until("her message at bob's", lambda: "signed" in texts(theirs, "bob", room))

    status, told = send(ours, "alice", room, "too high", **{LABEL: {"scheme": "NATO", "level": "NS"}})
    assert (status, told["errcode"]) == (403, "M_FORBIDDEN"), told
    assert told["countersign.decision_id"].startswith("D-"), told
    # Synapse 1.163 does not ask about memberships of its own people, and what others think of them does not last.
    # So noah comes in, which is noticed, and says nothing.
    for person in ("noah", "dave"):
        status, told = ours.ask(person, "POST", f"/join/{quote(room)}", {})
        assert status == 200, told
    until("dave's message", lambda: send(ours, "dave", room, "from dave")[0] == 200)
    status, told = send(ours, "noah", room, "from noah")
    assert (status, told["errcode"]) == (403, "M_FORBIDDEN"), told
    until("dave's message at bob's", lambda: "from dave" in texts(theirs, "bob", room))
    noticed = "a homeserver let somebody into a room"
    until("word of noah", lambda: noticed in countersign.log_path.read_text(errors="replace"))
    status, told = ours.ask("dave", "POST", f"/rooms/{quote(room)}/leave", {})
    assert status == 200, told

    # Of another homeserver, without a session that Countersign knows: refused there, too.
    status, told = send(theirs, "bob", room, "unsigned")
    assert status == 403, told

    # What everything rests on stays guarded.
    status, power = ours.ask("alice", "GET", f"/rooms/{quote(room)}/state/m.room.power_levels/")
    assert status == 200, power
    power["events"]["m.room.policy"] = 0
    status, told = ours.ask("alice", "PUT", f"/rooms/{quote(room)}/state/m.room.power_levels/", power)
    assert status == 403, told

    countersign.process.kill()
    countersign.process.wait()
    status, told = send(ours, "alice", room, "nobody answers")
    assert status >= 400, told
    for server, person in ((ours, "alice"), (theirs, "bob")):
        assert set(texts(server, person, room)) == {"signed", "from dave"}
    countersign.run("audit", "verify")


def nobody_is_heard_who_does_not_sign(countersign, ours):
    trust = ssl.create_default_context(cafile=countersign.environment["COUNTERSIGN_MATRIX__CA_FILE"])
    base = countersign.told["base_url"]

    def call(path, body=None, authorization=None):
        request = urllib.request.Request(
            base + path, data=None if body is None else json.dumps(body).encode()
        )
        if authorization is not None:
            request.add_header("Authorization", authorization)
        try:
            with urllib.request.urlopen(request, timeout=10, context=trust) as response:
                return response.status, json.loads(response.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())

    status, keys = call("/_matrix/key/v2/server")
    assert status == 200
    assert keys["server_name"] == base.removeprefix("https://")
    assert keys["signatures"], keys
    assert call("/_matrix/policy/v1/sign", {})[0] == 401
    forged = f'X-Matrix origin="{ours.name}",destination="{keys["server_name"]}",key="ed25519:x",sig="AAAA"'
    status, told = call("/_matrix/policy/v1/sign", {}, forged)
    assert (status, told["errcode"]) == (401, "M_UNAUTHORIZED"), told
    stranger = 'X-Matrix origin="elsewhere.example",key="ed25519:x",sig="AAAA"'
    status, told = call("/_matrix/policy/v1/sign", {}, stranger)
    assert (status, told["errcode"]) == (403, "M_FORBIDDEN"), told
    status, told = call("/_matrix/federation/v1/backfill/x")
    assert (status, told["errcode"]) == (404, "M_UNRECOGNIZED"), told
