#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""External authentication of ejabberd by Countersign: an access token stands in the place of a password.

ejabberd starts it (`extauth_program`) and asks on pipes: two bytes with the length, highest first, then
`auth:USER:SERVER:TOKEN`; the answer is two bytes with the length two, and two bytes with 1 or 0. Each token is
looked up at Countersign (RFC 7662) at that moment. Whatever is not clearly a yes is a no.

    extauth_program: "/opt/countersign/countersign_extauth.py /etc/ejabberd/countersign.json"

It needs Python 3.11 or newer and nothing else.
"""

import base64
import http.client
import json
import ssl
import sys
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, BinaryIO

LOOPBACK = {"127.0.0.1", "::1", "localhost"}
MOST_OF_AN_ANSWER = 64 * 1024


class SettingsFault(Exception):
    """The settings cannot be used; the text says why."""


@dataclass(frozen=True)
class Settings:
    """What stands in the file that `extauth_program` names."""

    issuer: str
    """Countersign's address, as in its discovery document."""
    client_id: str
    """As which client the script asks; its record names the programs under `introspects`."""
    client_secret_file: Path
    """Where its secret stands."""
    programs: frozenset[str]
    """The clients whose tokens are passwords here: those of people's programs."""
    people_file: Path
    """Where those are kept who were let in before: they exist, as far as ejabberd asks."""
    authorities: Path | None = None
    """PEM of the authorities that Countersign's certificate leads to; left out, the system's."""
    timeout_seconds: float = 5.0
    """How long one question may take."""

    @classmethod
    def read(cls, path: Path) -> "Settings":
        """The settings in `path`; unknown and missing ones are faults."""
        try:
            given = json.loads(path.read_text())
        except (OSError, ValueError) as fault:
            raise SettingsFault(f"{path} cannot be read: {fault}") from fault
        if not isinstance(given, dict):
            raise SettingsFault(f"{path} is no object")
        known = {field.name for field in fields(cls)}
        required = known - {"authorities", "timeout_seconds"}
        for names, what in ((given.keys() - known, "unknown"), (required - given.keys(), "missing")):
            if names:
                raise SettingsFault(f"{path}: {what}: {', '.join(sorted(names))}")
        programs = given["programs"]
        if (
            not isinstance(programs, list)
            or not programs
            or not all(isinstance(one, str) for one in programs)
        ):
            raise SettingsFault(f"{path}: programs: a list with at least one client id")
        timeout = given.get("timeout_seconds", cls.timeout_seconds)
        if not isinstance(timeout, (int, float)) or isinstance(timeout, bool) or not 0 < timeout <= 30:
            raise SettingsFault(f"{path}: timeout_seconds: more than 0, at most 30")
        for name in given.keys() - {"programs", "timeout_seconds"}:
            if not isinstance(given[name], str) or not given[name]:
                raise SettingsFault(f"{path}: {name}: a text")
        address = urllib.parse.urlsplit(given["issuer"])
        if address.scheme != "https" and not (address.scheme == "http" and address.hostname in LOOPBACK):
            raise SettingsFault(f"{path}: issuer: https, or http on a loopback address")
        authorities = given.get("authorities")
        return cls(
            issuer=given["issuer"].rstrip("/"),
            client_id=given["client_id"],
            client_secret_file=Path(given["client_secret_file"]),
            programs=frozenset(programs),
            people_file=Path(given["people_file"]),
            authorities=Path(authorities) if authorities else None,
            timeout_seconds=float(timeout),
        )


class Stay(urllib.request.HTTPRedirectHandler):
    """Credentials go to the address in the settings and nowhere else."""

    def redirect_request(self, *_: object) -> None:
        return None


class Countersign:
    """Looks tokens up."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        trust = str(settings.authorities) if settings.authorities else None
        context = ssl.create_default_context(cafile=trust)
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context), Stay()
        )

    def is_of(self, token: str, user: str) -> bool:
        """Whether the token is one that `user` holds at this moment, by one of the programs."""
        told = self._introspect(token)
        return (
            told.get("active") is True
            and told.get("iss") == self.settings.issuer
            and told.get("client_id") in self.settings.programs
            and told.get("username") == user
            # Worth something only beside a certificate, which is not shown here.
            and "cnf" not in told
        )

    def _introspect(self, token: str) -> dict[str, Any]:
        # Read each time: a new secret is in force without a restart.
        secret = self.settings.client_secret_file.read_text().strip()
        pair = ":".join(urllib.parse.quote(part, safe="") for part in (self.settings.client_id, secret))
        request = urllib.request.Request(  # noqa: S310 (settings take https and loopback alone)
            f"{self.settings.issuer}/oauth2/introspect",
            urllib.parse.urlencode({"token": token, "token_type_hint": "access_token"}).encode(),
            {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"},
        )
        with self.opener.open(request, timeout=self.settings.timeout_seconds) as answer:
            told = json.loads(answer.read(MOST_OF_AN_ANSWER))
        if not isinstance(told, dict):
            raise ValueError("the answer is no object")  # noqa: TRY004 (bad input, and no fault of the program)
        return told


class People:
    """Those who were let in before, a line each. Several scripts append to one file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.path.touch(mode=0o600)

    def has(self, name: str) -> bool:
        return name in self.path.read_text().splitlines()

    def add(self, name: str) -> None:
        if not self.has(name):
            # A short line is appended whole, whoever else appends.
            with self.path.open("a") as file:
                file.write(f"{name}\n")


def is_yes(request: bytes, countersign: Countersign, people: People) -> bool:
    """The answer to one question. What is not understood is a no."""
    try:
        operation, *parts = request.decode().split(":", 3)
        if operation == "auth" and len(parts) == 3:
            user, server, token = parts
            if user and token and countersign.is_of(token, user):
                people.add(f"{user}@{server}")
                return True
        elif operation == "isuser" and len(parts) == 2:
            return people.has("@".join(parts))
    except urllib.error.HTTPError as fault:
        complain(f"{countersign.settings.issuer} answers {fault.code}")
    except (OSError, ValueError, RecursionError, http.client.HTTPException) as fault:
        # Never with the question: it holds a token.
        complain(f"no answer from {countersign.settings.issuer}: {type(fault).__name__}: {fault}")
    # Passwords are not set, and nobody is registered or removed, from here.
    return False


def complain(what: str) -> None:
    """Goes to ejabberd's own output."""
    print(f"countersign_extauth: {what}", file=sys.stderr, flush=True)


def exactly(source: BinaryIO, length: int) -> bytes | None:
    """That many bytes, or None once ejabberd has gone."""
    read = source.read(length)
    return read if len(read) == length else None


def serve(source: BinaryIO, sink: BinaryIO, countersign: Countersign, people: People) -> None:
    """Answers until ejabberd closes the pipe."""
    while (length := exactly(source, 2)) is not None:
        request = exactly(source, int.from_bytes(length, "big"))
        if request is None:
            return
        sink.write(b"\0\2" + int(is_yes(request, countersign, people)).to_bytes(2, "big"))
        sink.flush()


def main(arguments: list[str]) -> int:
    """Exit code 2: the settings cannot be used."""
    if len(arguments) != 1:
        complain("one argument: the file with the settings")
        return 2
    try:
        settings = Settings.read(Path(arguments[0]))
        # What would make every answer a no is said at once.
        settings.client_secret_file.read_text()
        countersign, people = Countersign(settings), People(settings.people_file)
    except (SettingsFault, OSError) as fault:
        complain(str(fault))
        return 2
    serve(sys.stdin.buffer, sys.stdout.buffer, countersign, people)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
