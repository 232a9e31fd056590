# SPDX-License-Identifier: Apache-2.0
"""Walks the checks of AuthZEN's certification scenario against a running Countersign, over TLS.

The scenario's fixture is another world than ours: each of its rows stands here as an equivalent question about
the coalition world of `countersign demo` (an archiver who only reads for "bob", what only the chat server can
know for the properties of a request).

    walk.py https://localhost:8443 --client-id demo --secret-file secret --ca ca.pem

Prints a line for each check; exit code 1 when one fails.
"""

import argparse
import base64
import json
import ssl
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

METADATA = "/.well-known/authzen-configuration"


class Server:
    """The decision point under test."""

    def __init__(self, base: str, client_id: str, secret: str, ca: str | None):
        self.base = base.rstrip("/")
        self.context = ssl.create_default_context(cafile=ca)
        basic = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
        form = {"Authorization": f"Basic {basic}", "Content-Type": "application/x-www-form-urlencoded"}
        status, _, told = self.send(
            "POST", f"{self.base}/oauth2/token", b"grant_type=client_credentials", form
        )
        assert status == 200, f"no token: {status} {told!r}"
        self.token = json.loads(told)["access_token"]
        self.metadata: dict[str, object] = json.loads(self.send("GET", self.base + METADATA)[2])

    def send(
        self, method: str, address: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ):
        request = urllib.request.Request(address, body, headers or {}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=20, context=self.context) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read()

    def post(self, api: str, body: object, content_type: str | None = "application/json", **headers: str):
        """To the address that the metadata names, as a PEP must."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers["Authorization"] = f"Bearer {self.token}"
        # urllib would say that a body without a type is a form.
        headers["Content-Type"] = content_type or ""
        return self.send("POST", str(self.metadata[api]), raw, headers)

    def answer(self, api: str, body: object) -> dict:
        status, _, told = self.post(api, body)
        assert status == 200, f"{status} {told!r}"
        return json.loads(told)


ONE, MANY = "access_evaluation_endpoint", "access_evaluations_endpoint"


def row(
    person: str, action: str, kind: str, thing: str, context: dict | None = None, **properties: str
) -> dict:
    resource = {"type": kind, "id": thing} | ({"properties": properties} if properties else {})
    question = {"subject": {"type": "user", "id": person}, "action": {"name": action}, "resource": resource}
    return question | ({"context": context} if context else {})


def label(level: str) -> dict:
    return {"label": {"scheme": "NATO", "level": level}}


def into(channel: str) -> dict:
    return {"to": {"type": "channel", "id": channel}}


ROWS = [
    (row("alice", "message.read", "message", "m-ns"), True),
    (row("alice", "message.post", "channel", "ops-ns"), True),
    (row("arch", "message.read", "message", "not-registered", channel="town"), True),
    (row("arch", "message.post", "channel", "town"), False),
    (row("alice", "message.post", "channel", "town", label("NR")), False),
    (row("alice", "message.post", "channel", "town", label("NU")), True),
    (row("alice", "message.forward", "message", "m-mix", into("ops-ns")), True),
    (row("alice", "message.forward", "message", "m-mix", into("town")), False),
]

USER = {"type": "user"}
SEARCHES = [
    ("subject", row("", "message.read", "message", "m-ns"), [USER | {"id": "alice"}, USER | {"id": "arch"}]),
    ("resource", row("alice", "message.read", "message", ""), [{"type": "message", "id": "m-ns"}]),
    ("action", row("alice", "", "channel", "ops-ns"), [{"name": "message.post"}, {"name": "channel.join"}]),
    ("subject", row("", "message.post", "channel", "nuc-cts"), [USER | {"id": "carol"}]),
    ("resource", row("carol", "message.post", "channel", ""), [{"type": "channel", "id": "nuc-cts"}]),
    ("action", row("carol", "", "channel", "nuc-cts"), [{"name": "message.post"}]),
]


def endpoint(search: str) -> str:
    return f"search_{search}_endpoint"


def open_part(search: str, question: dict) -> dict:
    """The question as its search is written: without the action, or without the id that is looked for."""
    body = json.loads(json.dumps(question))
    if search == "action":
        del body["action"]
    else:
        del body[search]["id"]
    return body


def discovery(server: Server) -> Iterator[str]:
    status, headers, told = server.send("GET", server.base + METADATA, headers={"X-Request-ID": "walk-0"})
    metadata = json.loads(told)
    assert status == 200 and headers["Content-Type"].startswith("application/json")
    yield "discovery: 200, JSON"
    assert metadata["policy_decision_point"] == server.base
    yield "discovery: the decision point is the base address"
    named = {name: value for name, value in metadata.items() if name.endswith("_endpoint")}
    assert len(named) == 5 and all(address.startswith("https://") for address in named.values()), named
    yield "discovery: five endpoints, each https"
    assert all(value not in ("", [], {}, None) for value in metadata.values())
    yield "discovery: no empty member"
    header, claims, signature = (
        part + "=" * (-len(part) % 4) for part in metadata["signed_metadata"].split(".")
    )
    claims = json.loads(base64.urlsafe_b64decode(claims))
    assert claims["iss"] == server.base and claims["policy_decision_point"] == server.base
    assert json.loads(base64.urlsafe_b64decode(header))["alg"] == "ES256" and base64.urlsafe_b64decode(
        signature
    )
    yield "discovery: the signed metadata names its issuer"
    assert headers["X-Request-ID"] == "walk-0"
    yield "discovery: the request id comes back"


def basic(server: Server) -> Iterator[str]:
    for number, (question, expected) in enumerate(ROWS, 1):
        told = server.answer(ONE, question)
        assert told["decision"] is expected, f"row {number}: {told}"
        yield f"basic: row {number} is {expected}"
        more = question | {"unknown": {"deep": [1]}}
        more["context"] = question.get("context", {}) | {"unknown": "more"}
        more["subject"] = question["subject"] | {"properties": {"role": "admin"}}
        assert server.answer(ONE, more)["decision"] is expected, f"row {number} with more"
        assert server.answer(ONE, question)["decision"] is expected, f"row {number} again"
        yield f"basic: row {number} with unknown members, and again"


def errors(server: Server) -> Iterator[str]:
    good = ROWS[0][0]

    def refused(
        name: str, body: object, api: str = ONE, content_type: str | None = "application/json"
    ) -> str:
        status, headers, _ = server.post(api, body, content_type, **{"X-Request-ID": "walk-1"})
        assert status == 400, f"{name}: {status}"
        assert headers["X-Request-ID"] == "walk-1", f"{name}: the request id is gone"
        return f"errors: {name} is 400"

    yield refused("another content type", good, content_type="text/plain")
    yield refused("no content type", good, content_type=None)
    for name, body in [
        ("malformed JSON", b"{"),
        ("an empty body", b""),
        ("a list", b"[]"),
        ("a text", b'"x"'),
    ]:
        yield refused(name, body)
    yield refused("a subject that is a text", good | {"subject": "alice"})
    yield refused("an action's name that is a number", good | {"action": {"name": 123}})
    for member in ("subject", "action", "resource"):
        yield refused(f"a missing {member}", {name: value for name, value in good.items() if name != member})
    for member, part in [
        ("subject", "type"),
        ("subject", "id"),
        ("action", "name"),
        ("resource", "type"),
        ("resource", "id"),
    ]:
        rest = {name: value for name, value in good[member].items() if name != part}
        yield refused(f"a missing {member}.{part}", good | {member: rest})
    for search, question, _ in SEARCHES[:3]:
        body = open_part(search, question)
        other = "resource" if search != "resource" else "subject"
        del body[other]["id"]
        yield refused(f"a search for {search} without {other}.id", body, endpoint(search))
    raw = json.dumps(good).encode()
    status, headers, _ = server.send(
        "POST", str(server.metadata[ONE]), raw, {"Content-Type": "application/json"}
    )
    assert status == 401 and headers["WWW-Authenticate"] == "Bearer"
    yield "errors: without a token it is 401 and says how"


def batch(server: Server) -> Iterator[str]:
    expected = [decision for _, decision in ROWS]
    told = server.answer(MANY, {"evaluations": [question for question, _ in ROWS]})
    assert [one["decision"] for one in told["evaluations"]] == expected and "decision" not in told
    yield "batch: eight rows in their order"
    alice, ops = ROWS[0][0]["subject"], ROWS[1][0]["resource"]
    items = [{"action": {"name": "message.post"}}, {"action": {"name": "channel.join"}}, {}]
    told = server.answer(
        MANY,
        {"subject": alice, "resource": ops, "action": {"name": "channel.discover"}, "evaluations": items},
    )
    assert [one["decision"] for one in told["evaluations"]] == [True, True, True]
    yield "batch: what an item leaves out is taken from the top"
    for nothing in ({}, {"evaluations": []}):
        told = server.answer(MANY, ROWS[0][0] | nothing)
        assert told["decision"] is True and "evaluations" not in told
    yield "batch: without items it is a single question"
    yes, no = ROWS[0][0], ROWS[3][0]
    for semantic, asked, answered in [
        ("execute_all", [yes, no, yes], [True, False, True]),
        ("deny_on_first_deny", [yes, no, yes], [True, False]),
        ("permit_on_first_permit", [no, yes, no], [False, True]),
    ]:
        options = {"evaluations_semantic": semantic}
        told = server.answer(MANY, {"evaluations": asked, "options": options})
        assert [one["decision"] for one in told["evaluations"]] == answered, semantic
        yield f"batch: {semantic}"
    told = server.answer(MANY, {"evaluations": [yes, {"subject": "alice"}, no]})
    assert [one["decision"] for one in told["evaluations"]] == [True, False, False]
    assert told["evaluations"][1]["context"]["error"]["status"] == 400
    yield "batch: a bad item is false and spoils no other"


def search(server: Server) -> Iterator[str]:
    for number, (kind, question, expected) in enumerate(SEARCHES, 1):
        body = open_part(kind, question)
        told = server.answer(endpoint(kind), body)
        assert all(item in told["results"] for item in expected), f"S{number}: {told}"
        yield f"search: S{number} finds what it must"
        for item in told["results"]:
            asked = json.loads(json.dumps(question))
            asked["action" if kind == "action" else kind] = item
            if asked["subject"]["id"] == "alice" and kind != "subject":
                assert server.answer(ONE, asked)["decision"] is True, f"S{number}: {item}"
        paged, token = [], None
        while token != "":
            page = {"limit": 2} | ({"token": token} if token else {})
            told_page = server.answer(endpoint(kind), body | {"page": page})
            token = told_page["page"]["next_token"]
            assert isinstance(token, str) and len(told_page["results"]) <= 2
            paged += told_page["results"]
        assert paged == told["results"], f"S{number}: pages differ"
        yield f"search: S{number} in pages"
        unknown = json.loads(json.dumps(body))
        fixed = "resource" if kind != "resource" else "subject"
        unknown[fixed]["id"] = "nothing-here"
        assert server.answer(endpoint(kind), unknown)["results"] == []
        unknown[fixed] = {"type": "robot", "id": "r2"}
        assert server.answer(endpoint(kind), unknown)["results"] == []
        yield f"search: S{number} of an unknown id and type is empty"
    token = server.answer(endpoint("subject"), open_part(*SEARCHES[0][:2]) | {"page": {"limit": 1}})["page"][
        "next_token"
    ]
    other = open_part(*SEARCHES[3][:2]) | {"page": {"limit": 1, "token": token}}
    assert server.post(endpoint("subject"), other)[0] == 400
    yield "search: a token of another search is refused"


PARTS: list[Callable[[Server], Iterator[str]]] = [discovery, basic, errors, batch, search]


def walk(server: Server) -> list[str]:
    """Every check that holds; an AssertionError tells of the first that does not."""
    return [line for part in PARTS for line in part(server)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("base")
    parser.add_argument("--client-id", required=True)
    parser.add_argument("--secret-file", required=True, type=Path)
    parser.add_argument("--ca")
    given = parser.parse_args()
    server = Server(given.base, given.client_id, given.secret_file.read_text().strip(), given.ca)
    failed = 0
    for part in PARTS:
        try:
            for line in part(server):
                print("ok  ", line)
        except AssertionError as fault:
            failed += 1
            print("FAIL", part.__name__, fault)
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main())
