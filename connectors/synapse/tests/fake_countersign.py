# SPDX-License-Identifier: Apache-2.0
"""A stand-in for Countersign, built from its documented HTTP interface; it decides nothing by itself.

It speaks what a chat server needs: client_credentials, evaluation, channels and members, the feed of changes,
and an OpenID provider that signs in whomever the test names, without asking. A test says what is refused
(`refuse`), looks at what was asked (`asked`), and moves the feed (`happen`). It is made from the interface's
description and not from Countersign itself: the end-to-end tests of the project run the real one.
"""

import json
import threading
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT_ID = "synapse"
CLIENT_SECRET = "fake-secret"

Denial = dict[str, Any]


class FakeCountersign:
    """One server on one loopback port; `stop` and `start` keep port and state."""

    def __init__(self, port: int = 0) -> None:
        self.lock = threading.Condition()
        self.refusals: list[tuple[dict[str, Any], Denial]] = []
        self.obligations: list[dict[str, Any]] = []
        self.questions: list[dict[str, Any]] = []
        self.channels: dict[str, dict[str, Any]] = {}
        self.members: dict[str, set[str]] = {}
        self.changes: list[dict[str, Any]] = []
        self.ended: set[str] = set()
        self.forgotten = 0
        self.rejected: set[str] = set()
        self.revision = 1
        self.ttl = 60.0
        self.delay = 0.0
        self.tokens = 0
        self.refused_tokens: set[str] = set()
        self.person = ("alice", "sid-alice")
        self.codes: dict[str, tuple[str, str, str]] = {}
        self.key = RSAKey.generate_key(2048, {"kid": "fake", "use": "sig", "alg": "RS256"})
        self._port = port
        self._server: ThreadingHTTPServer | None = None
        self.start()

    @property
    def url(self) -> str:
        return f"http://localhost:{self._port}"

    def start(self) -> None:
        fake = self

        class Handler(_Handler):
            world = fake

        self._server = ThreadingHTTPServer(("127.0.0.1", self._port), Handler)
        self._server.daemon_threads = True
        self._port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.shutdown()
            server.server_close()
            with self.lock:
                self.lock.notify_all()

    @property
    def running(self) -> bool:
        return self._server is not None

    def refuse(self, reason: str, *, text: str = "", step_up: str = "", **match: str) -> None:
        """Refuse every question that has these values: subject, action, resource, session."""
        context: Denial = {"reason": reason, "reason_user": text or f"Refused: {reason}"}
        if step_up:
            context["step_up"] = {"acr_values": "3", "url": step_up}
        self.refusals.append((dict(match), context))

    def allow_all(self) -> None:
        self.refusals.clear()
        self.obligations.clear()

    def asked(self, **match: str) -> list[dict[str, Any]]:
        """The questions that have these values."""
        with self.lock:
            return [question for question in self.questions if _fits(question, match)]

    def happen(self, **change: Any) -> None:
        """Append to the feed, and wake whoever waits for it."""
        with self.lock:
            if change["kind"] == "user_ended":
                self.ended.add(change["user"])
            if change["kind"] == "user_active":
                self.ended.discard(change["user"])
            self.changes.append(change)
            self.revision += 1
            self.lock.notify_all()

    def decide(self, question: dict[str, Any]) -> dict[str, Any]:
        with self.lock:
            self.questions.append(question)
            number = len(self.questions)
        context: dict[str, Any] = {
            "decision_id": f"d-{number}",
            "revision": str(self.revision),
            "policy_revision": "1",
            "expires_at": (datetime.now(UTC) + timedelta(seconds=self.ttl)).isoformat().replace("+00:00", "Z"),
            "obligations": self.obligations,
        }
        for match, refusal in self.refusals:
            if _fits(question, match):
                return {"decision": False, "context": {**context, **refusal, "obligations": []}}
        return {"decision": True, "context": context}


def _fits(question: dict[str, Any], match: dict[str, str]) -> bool:
    values = {
        "subject": question["subject"]["id"],
        "action": question["action"]["name"],
        "resource": question["resource"]["id"],
        "session": question.get("context", {}).get("session"),
    }
    return all(values[key] == value for key, value in match.items())


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    world: FakeCountersign

    def log_message(self, *_: object) -> None:
        pass

    def setup(self) -> None:
        super().setup()
        # A stopped server must not go on answering on the connections that it has.
        self.connection.settimeout(5)

    def handle_one_request(self) -> None:
        super().handle_one_request()
        if not self.world.running:
            self.close_connection = True

    def do_GET(self) -> None:
        self.route()

    do_POST = do_PUT = do_DELETE = do_GET

    def route(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if not self.world.running:
            self.close_connection = True
            self.connection.close()
            return
        url = urlsplit(self.path)
        path, query = url.path, {key: values[0] for key, values in parse_qs(url.query).items()}
        open_routes = {
            "/.well-known/openid-configuration": self.discovery,
            "/oauth2/jwks": lambda: self.answer(200, {"keys": [self.world.key.as_dict(private=False)]}),
            "/oauth2/authorize": lambda: self.authorize(query),
            "/oauth2/token": lambda: self.token({k: v[0] for k, v in parse_qs(body.decode()).items()}),
            "/oauth2/userinfo": self.userinfo,
        }
        if path in open_routes:
            return open_routes[path]()
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if not token.startswith("server-") or token in self.world.refused_tokens:
            return self.answer(401, {"title": "unauthorised"})
        if path == "/access/v1/evaluation":
            time.sleep(self.world.delay)
            return self.answer(200, self.world.decide(json.loads(body)))
        if path == "/api/v1/changes/state":
            return self.answer(200, {"ended_users": sorted(self.world.ended), "cursor": str(len(self.world.changes))})
        if path == "/api/v1/changes":
            return self.feed(query)
        if path.startswith("/api/v1/channels/"):
            return self.channel([unquote(part) for part in path.split("/")[4:]], body)
        return self.answer(404, {"title": "not found"})

    def channel(self, parts: list[str], body: bytes) -> None:
        room = parts[0]
        known = room in self.world.channels
        if room in self.world.rejected:
            return self.answer(400, {"title": "unknown level"})
        if len(parts) == 1 and self.command == "PUT":
            self.world.channels[room] = json.loads(body)
            return self.answer(200 if known else 201, {"id": room, "revision": str(self.world.revision)})
        if not known:
            return self.answer(404, {"title": "unknown channel"})
        members = self.world.members.setdefault(room, set())
        (members.add if self.command == "PUT" else members.discard)(parts[2])
        return self.answer(204, None)

    def feed(self, query: dict[str, str]) -> None:
        world = self.world
        after = int(query.get("after", len(world.changes)))
        if after < world.forgotten:
            return self.answer(410, {"title": "gone"})
        until = time.monotonic() + float(query.get("wait", 0))
        with world.lock:
            while len(world.changes) <= after and world.running and time.monotonic() < until:
                world.lock.wait(0.1)
            changes = world.changes[after:]
        if not world.running:
            self.close_connection = True
            self.connection.close()
            return None
        head = {"changes": changes, "cursor": str(after + len(changes)), "revision": str(world.revision)}
        return self.answer(200, head)

    def discovery(self) -> None:
        base = self.world.url
        self.answer(
            200,
            {
                "issuer": base,
                "authorization_endpoint": f"{base}/oauth2/authorize",
                "token_endpoint": f"{base}/oauth2/token",
                "userinfo_endpoint": f"{base}/oauth2/userinfo",
                "jwks_uri": f"{base}/oauth2/jwks",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic"],
                "code_challenge_methods_supported": ["S256"],
                "backchannel_logout_supported": True,
                "backchannel_logout_session_supported": True,
            },
        )

    def authorize(self, query: dict[str, str]) -> None:
        code = f"code-{len(self.world.codes)}"
        self.world.codes[code] = (*self.world.person, query.get("nonce", ""))
        target = f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state'], 'iss': self.world.url})}"
        self.send_response(302)
        self.send_header("Location", target)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def token(self, form: dict[str, str]) -> None:
        if form["grant_type"] == "client_credentials":
            self.world.tokens += 1
            return self.answer(200, {"access_token": f"server-{self.world.tokens}", "expires_in": 300})
        person, sid, nonce = self.world.codes.pop(form["code"])
        now = int(time.time())
        claims = {"iss": self.world.url, "aud": CLIENT_ID, "sub": f"sub-{person}", "sid": sid, "nonce": nonce}
        claims |= {"iat": now, "exp": now + 300, "auth_time": now}
        token = jwt.encode({"alg": "RS256", "kid": "fake"}, claims, self.world.key)
        return self.answer(
            200,
            {"access_token": f"person-{person}", "token_type": "Bearer", "expires_in": 300, "id_token": token},
        )

    def userinfo(self) -> None:
        person = self.headers["Authorization"].removeprefix("Bearer person-")
        self.answer(200, {"sub": f"sub-{person}", "preferred_username": person, "name": person.title()})

    def answer(self, status: int, document: object) -> None:
        body = b"" if document is None else json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
