# SPDX-License-Identifier: Apache-2.0
"""The script on pipes, as ejabberd speaks to it, beside a stand-in for Countersign."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

SCRIPT = Path(__file__).resolve().parents[1] / "countersign_extauth.py"


class Countersign(ThreadingHTTPServer):
    """Answers questions about tokens as it is told to."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Desk)
        self.issuer = f"http://127.0.0.1:{self.server_port}"
        self.tokens: dict[str, Any] = {}
        self.asked: list[tuple[str | None, str]] = []
        self.status = 200

    def issue(self, token: str, **changes: Any) -> None:
        told = {"active": True, "iss": self.issuer, "client_id": "xmpp", "username": "alice"} | changes
        self.tokens[token] = {name: value for name, value in told.items() if value is not None}


class Desk(BaseHTTPRequestHandler):
    server: Countersign

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        token = form["token"][0]
        self.server.asked.append((self.headers["Authorization"], token))
        answer = self.server.tokens.get(token, {"active": False})
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(self.server.status)
        self.send_header("Location", f"{self.server.issuer}/elsewhere")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class Script:
    """The script with its settings."""

    def __init__(self, folder: Path, issuer: str, /, **changes: object) -> None:
        (folder / "secret").write_text("a secret:with a colon\n")
        settings = {
            "issuer": issuer,
            "client_id": "ejabberd",
            "client_secret_file": str(folder / "secret"),
            "programs": ["xmpp"],
            "people_file": str(folder / "people"),
            "timeout_seconds": 2,
        } | changes
        (folder / "settings.json").write_text(
            json.dumps({k: v for k, v in settings.items() if v is not None})
        )
        self.process = subprocess.Popen(
            [sys.executable, SCRIPT, folder / "settings.json"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def says(self, question: str | bytes) -> bool:
        raw = question if isinstance(question, bytes) else question.encode()
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(len(raw).to_bytes(2, "big") + raw)
        self.process.stdin.flush()
        answer = self.process.stdout.read(4)
        assert answer[:2] == b"\0\2"
        assert answer[2:] in (b"\0\0", b"\0\1")
        return answer[3] == 1

    def end(self) -> tuple[int, str]:
        _, complaints = self.process.communicate(timeout=10)
        return self.process.returncode, complaints.decode()


@pytest.fixture
def countersign() -> Iterator[Countersign]:
    with Countersign() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def script(countersign: Countersign, tmp_path: Path) -> Iterator[Script]:
    script = Script(tmp_path, countersign.issuer)
    yield script
    assert script.end()[0] == 0, "it ends in order once ejabberd has gone"


def test_the_token_of_the_very_person_is_her_password(countersign: Countersign, script: Script) -> None:
    countersign.issue("good:token")
    assert script.says("auth:alice:chat.example:good:token")
    assert not script.says("auth:bob:chat.example:good:token")
    assert not script.says("auth:alice:chat.example:unheard-of")
    # Form-encoded first, as RFC 6749 wants it (section 2.3.1).
    encoded = "ZWphYmJlcmQ6YSUyMHNlY3JldCUzQXdpdGglMjBhJTIwY29sb24="
    assert countersign.asked[0] == (f"Basic {encoded}", "good:token")


@pytest.mark.parametrize(
    "changes",
    [
        {"active": False},
        {"active": "true"},
        {"client_id": "wiki"},
        {"client_id": None},
        {"iss": "https://other.example"},
        {"username": None},
        {"username": "ALICE"},
        {"cnf": {"x5t#S256": "x"}},
    ],
)
def test_what_is_not_clearly_a_yes_is_a_no(
    countersign: Countersign, script: Script, changes: dict[str, Any]
) -> None:
    countersign.issue("token", **changes)
    assert not script.says("auth:alice:chat.example:token")


@pytest.mark.parametrize("answer", [b"", b"yes", b"[1]", b"true", b"\xff", b"[" * 60_000])
def test_an_answer_that_makes_no_sense_is_a_no(
    countersign: Countersign, script: Script, answer: bytes
) -> None:
    countersign.tokens["token"] = answer
    countersign.issue("good")
    assert not script.says("auth:alice:chat.example:token")
    assert script.says("auth:alice:chat.example:good"), "and the next question is answered"


@pytest.mark.parametrize("status", [302, 307, 401, 500, 503])
def test_any_other_status_is_a_no(countersign: Countersign, script: Script, status: int) -> None:
    countersign.issue("token")
    countersign.status = status
    assert not script.says("auth:alice:chat.example:token")
    assert len(countersign.asked) == 1, "a redirect is not followed"


@pytest.mark.parametrize(
    "question",
    ["", "auth", "auth:alice", "auth:alice:chat.example", "auth::chat.example:token", "auth:alice:chat.example:",
     "setpass:alice:chat.example:token", "tryregister:alice:chat.example:token", "removeuser:alice:chat.example",
     "removeuser3:alice:chat.example:token", "AUTH:alice:chat.example:token", b"auth:alice:chat.example:\xff"],
)  # fmt: skip
def test_what_is_no_question_about_a_token_is_a_no(
    countersign: Countersign, script: Script, question: str | bytes
) -> None:
    countersign.issue("token")
    assert not script.says(question)
    assert countersign.asked == []


def test_somebody_exists_once_she_was_let_in(countersign: Countersign, tmp_path: Path) -> None:
    countersign.issue("token")
    first, second = Script(tmp_path, countersign.issuer), Script(tmp_path, countersign.issuer)
    assert not first.says("isuser:alice:chat.example")
    assert not first.says("auth:alice:chat.example:wrong")
    assert not first.says("isuser:alice:chat.example")
    for _ in range(2):
        assert first.says("auth:alice:chat.example:token")
    for one in (first, second):
        assert one.says("isuser:alice:chat.example")
        assert not one.says("isuser:alice:other.example")
        assert not one.says("isuser:bob:chat.example")
        assert one.end()[0] == 0
    assert (tmp_path / "people").read_text() == "alice@chat.example\n"


def test_without_countersign_everybody_stays_out_and_no_token_is_printed(tmp_path: Path) -> None:
    script = Script(tmp_path, "http://127.0.0.1:1")
    assert not script.says("auth:alice:chat.example:a-token-of-alice")
    code, complaints = script.end()
    assert code == 0
    assert "no answer from http://127.0.0.1:1" in complaints
    assert "a-token-of-alice" not in complaints


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"issuer": "http://id.example"}, "https, or http on a loopback address"),
        ({"issuer": None}, "missing: issuer"),
        ({"issuer": 7}, "issuer: a text"),
        ({"verify": False}, "unknown: verify"),
        ({"programs": []}, "programs: a list"),
        ({"programs": "xmpp"}, "programs: a list"),
        ({"timeout_seconds": 0}, "timeout_seconds"),
        ({"client_secret_file": "/nowhere/secret"}, "/nowhere/secret"),
        ({"people_file": "/nowhere/people"}, "/nowhere/people"),
        ({"authorities": "/nowhere/ca.pem"}, "No such file"),
    ],
)
def test_settings_that_cannot_be_used_end_it(tmp_path: Path, changes: dict[str, object], what: str) -> None:
    code, complaints = Script(tmp_path, "https://id.example", **changes).end()
    assert code == 2
    assert what in complaints
    assert len(complaints.splitlines()) == 1
