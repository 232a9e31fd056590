# SPDX-License-Identifier: Apache-2.0
"""Who has lost access, kept in memory for every request and on disk for the next start.

The file is JSON: `{"body": "...", "mac": "..."}`, where body is the JSON text of number, ended people, cursor,
evictions still to do, and when Countersign was last heard; mac is an HMAC-SHA256 over it, keyed from the
client secret. It is written whole and renamed into place. A file that is missing, altered, or from the future
counts as never having heard from Countersign: then members of labelled rooms have no access until it answers.
"""

import hashlib
import hmac
import json
import logging
import os
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

logger = logging.getLogger(__name__)

STALE_AFTER = 300.0
"""Seconds without word from Countersign after which members of labelled rooms count as expired."""

WRITE_EVERY = 20.0
"""Seconds after which an otherwise unchanged file is written again, to carry the time of the last word."""

NEVER = float("-inf")


@dataclass(frozen=True)
class Eviction:
    """A person who must leave a room, and the decision that says so."""

    user: str
    room: str
    decision_id: str


class KillSwitch:
    """The set of the ended. `clock` is monotonic, `wall` is Unix time; both in seconds."""

    def __init__(self, directory: Path, secret: str, clock: Callable[[], float], wall: Callable[[], float]) -> None:
        self._path = directory / "killswitch.json"
        self._key = hmac.digest(secret.encode(), b"countersign synapse kill switch v1", "sha256")
        self._clock = clock
        self._wall = wall
        self._number = 0
        self._ended: set[str] = set()
        self._evictions: dict[Eviction, None] = {}
        self._heard_at = NEVER
        self._written_at = NEVER
        self.cursor = ""
        self._load()

    def ended(self, user: str) -> bool:
        """Whether this person has lost access."""
        return user in self._ended

    def stale(self) -> bool:
        """Whether Countersign has been silent for too long to go on believing the set."""
        return self._clock() - self._heard_at > STALE_AFTER

    @property
    def evictions(self) -> tuple[Eviction, ...]:
        """Evictions still to be carried out, oldest first."""
        return tuple(self._evictions)

    def end(self, user: str) -> None:
        """Take access away, on disk before this returns."""
        self._ended.add(user)
        self._write()

    def revive(self, user: str) -> None:
        """Give access back."""
        self._ended.discard(user)
        self._write()

    def owe(self, eviction: Eviction) -> None:
        """Remember an eviction until it has been carried out."""
        self._evictions[eviction] = None
        self._write()

    def settle(self, eviction: Eviction) -> None:
        """An eviction has been carried out."""
        self._evictions.pop(eviction, None)
        self._write()

    def heard(self, cursor: str) -> None:
        """Countersign has answered, and everything up to `cursor` has been taken in."""
        moved = cursor != self.cursor
        self.cursor = cursor
        self._heard_at = self._clock()
        if moved or self._heard_at - self._written_at > WRITE_EVERY:
            self._write()

    def replace(self, ended: Collection[str], cursor: str) -> None:
        """Take over the whole set as Countersign gives it."""
        self._ended = set(ended)
        self.cursor = cursor
        self._heard_at = self._clock()
        self._write()

    def _load(self) -> None:
        try:
            envelope = json.loads(self._path.read_bytes())
            body = envelope["body"].encode()
            if not hmac.compare_digest(envelope["mac"], self._mac(body)):
                raise ValueError("its signature does not fit")
            state = json.loads(body)
            number, heard = int(state["number"]), float(state["heard_at"])
            ended = {str(user) for user in state["ended"]}
            evictions = [Eviction(*map(str, entry)) for entry in state["evictions"]]
            cursor = str(state["cursor"])
        except FileNotFoundError:
            return
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as fault:
            logger.error("%s cannot be used and counts as missing: %s", self._path, fault)
            return
        self._number, self._ended, self.cursor = number, ended, cursor
        self._evictions = dict.fromkeys(evictions)
        age = self._wall() - heard
        # A last word from the future means that the clock was set back: then its age is unknown.
        self._heard_at = self._clock() - age if age >= 0 else NEVER

    def _write(self) -> None:
        self._number += 1
        silence = self._clock() - self._heard_at
        state: dict[str, Any] = {
            "number": self._number,
            "ended": sorted(self._ended),
            "evictions": [[owed.user, owed.room, owed.decision_id] for owed in self._evictions],
            "cursor": self.cursor,
            "heard_at": 0 if self._heard_at == NEVER else self._wall() - silence,
        }
        body = json.dumps(state, sort_keys=True)
        envelope = json.dumps({"body": body, "mac": self._mac(body.encode())})
        fresh = self._path.with_suffix(".new")
        with fresh.open("w", encoding="utf-8") as file:
            file.write(envelope)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)
        self._written_at = self._clock()

    def _mac(self, body: bytes) -> str:
        return hmac.new(self._key, body, hashlib.sha256).hexdigest()
