# SPDX-License-Identifier: Apache-2.0
"""Countersign's HTTP interface for chat servers: evaluation, registration of channels, the feed of changes."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

from countersign_synapse.config import Config
from countersign_synapse.errors import (
    CursorGoneError,
    RejectedError,
    TimedOutError,
    UnknownToCountersignError,
    UnreachableError,
)
from countersign_synapse.question import Answer, Question
from countersign_synapse.token import TokenSource
from countersign_synapse.transport import Response, Transport

FEED_WAIT = 25
"""Seconds that the feed may hold a request open when nothing has changed."""


@dataclass(frozen=True)
class Feed:
    """A stretch of the feed: what has changed, where to go on, and the revision reached."""

    changes: tuple[dict[str, Any], ...]
    cursor: str
    revision: str


@dataclass(frozen=True)
class Standing:
    """The whole state that the feed changes: who has no access any more, and the cursor from which it holds."""

    ended: frozenset[str]
    cursor: str


class Client:
    """One method per endpoint. Each raises `UnreachableError` when there is no answer that can be used."""

    def __init__(
        self,
        config: Config,
        transport: Transport,
        clock: Callable[[], float],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._base = config.base_url
        self._timeout = config.request_timeout
        self._transport = transport
        self._tokens = TokenSource(config, transport, clock)
        self._now = now

    async def evaluate(self, question: Question) -> Answer:
        """Ask; a refusal is an answer, too."""
        response = await self._send("POST", "/access/v1/evaluation", question.body)
        if response.status != 200:
            raise UnreachableError(f"the evaluation endpoint answered {response.status}")
        try:
            return Answer.parse(response.json(), self._now())
        except ValueError as fault:
            raise UnreachableError(str(fault)) from fault

    async def put_channel(self, room_id: str, registration: dict[str, Any]) -> bool:
        """Register a room with its label; false when Countersign keeps another, stricter one (drift)."""
        response = await self._send("PUT", _channel(room_id), json.dumps(registration).encode())
        _expect(response, 200, 201)
        document = response.json()
        return not (isinstance(document, dict) and document.get("drift") is True)

    async def put_member(self, room_id: str, user_id: str) -> None:
        """Put a person on record as member of a room; may be repeated."""
        _expect(await self._send("PUT", f"{_channel(room_id)}/members/{quote(user_id, safe='')}", None), 200, 204)

    async def delete_member(self, room_id: str, user_id: str) -> None:
        """Take a person off the record of a room; may be repeated."""
        path = f"{_channel(room_id)}/members/{quote(user_id, safe='')}"
        _expect(await self._send("DELETE", path, None), 200, 204, 404)

    async def changes(self, cursor: str) -> Feed:
        """What has happened after `cursor`, waiting a while for something; raises `CursorGoneError`."""
        query = urlencode({"after": cursor, "wait": FEED_WAIT})
        response = await self._send("GET", f"/api/v1/changes?{query}", None, extra_time=FEED_WAIT)
        # 400: it is no cursor of this house, or the house has another key by now.
        if response.status in (400, 410):
            raise CursorGoneError
        _expect(response, 200)
        document = response.json()
        if not isinstance(document, dict) or not isinstance(document.get("changes"), list):
            raise UnreachableError("the feed cannot be understood")
        return Feed(
            changes=tuple(change for change in document["changes"] if isinstance(change, dict)),
            cursor=_text(document, "cursor"),
            revision=str(document.get("revision", "")),
        )

    async def standing(self) -> Standing:
        """Who has no access at this moment, and the cursor from which to follow."""
        response = await self._send("GET", "/api/v1/changes/state", None)
        _expect(response, 200)
        document = response.json()
        if not isinstance(document, dict) or not isinstance(document.get("ended_users"), list):
            raise UnreachableError("the state of the feed cannot be understood")
        ended = frozenset(user for user in document["ended_users"] if isinstance(user, str))
        return Standing(ended, _text(document, "cursor"))

    async def _send(self, method: str, path: str, body: bytes | None, extra_time: float = 0.0) -> Response:
        """Send with our token; once more when the token is refused, or a kept connection has just died."""
        for attempt in (1, 2):
            headers = {"Authorization": f"Bearer {await self._tokens.token()}", "Accept": "application/json"}
            if body is not None:
                headers["Content-Type"] = "application/json"
            try:
                response = await self._transport.send(
                    method, self._base + path, headers, body, self._timeout + extra_time
                )
            except TimedOutError:
                raise
            except UnreachableError:
                if attempt == 2:
                    raise
                continue
            if response.status != 401 or attempt == 2:
                return response
            self._tokens.forget()
        raise UnreachableError("no answer")


def _channel(room_id: str) -> str:
    return f"/api/v1/channels/{quote(room_id, safe='')}"


def _text(document: dict[str, Any], key: str) -> str:
    value = document.get(key)
    if not isinstance(value, str) or not value:
        raise UnreachableError(f"the answer has no `{key}`")
    return value


def _expect(response: Response, *statuses: int) -> None:
    """Raises what the status means, unless it is one of `statuses`."""
    if response.status in statuses:
        return
    words = f"answered {response.status}: {response.body[:500].decode(errors='replace')}"
    if response.status == 404:
        raise UnknownToCountersignError(words)
    if response.status in (400, 403, 409, 410, 422):
        raise RejectedError(words)
    raise UnreachableError(words)
