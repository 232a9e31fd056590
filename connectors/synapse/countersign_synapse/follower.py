# SPDX-License-Identifier: Apache-2.0
"""Follows Countersign's feed of changes and carries them out; the heart of the kill switch.

The order within one stretch of the feed: first everybody who has lost access is noted, on disk; then sessions
end and people are moved out of rooms. What fails of the latter stays owed and is tried again.
"""

import logging
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from countersign_synapse.cache import PermitCache
from countersign_synapse.client import Client
from countersign_synapse.errors import CursorGoneError, RejectedError, UnreachableError
from countersign_synapse.killswitch import Eviction, KillSwitch
from countersign_synapse.registrar import Registrar

logger = logging.getLogger(__name__)

SHORTEST_PAUSE = 0.2
LONGEST_PAUSE = 2.0


class Hands(Protocol):
    """What the follower does to the chat server. Each may be repeated; any exception means not done yet."""

    async def end_all_sessions(self, user: str) -> None:
        """Log out every device of a person."""
        ...

    async def end_session(self, session: str) -> None:
        """Log out the devices that came in with one of Countersign's sessions."""
        ...

    async def remove(self, user: str, room: str, decision_id: str) -> None:
        """Move a person out of a room."""
        ...

    async def relabel(self, room: str, label: dict[str, Any]) -> None:
        """Write the label that Countersign has approved into a room."""
        ...


class Follower:
    """One endless task. `sleep` takes seconds."""

    def __init__(
        self,
        client: Client,
        kill_switch: KillSwitch,
        cache: PermitCache,
        registrar: Registrar,
        hands: Hands,
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._client = client
        self._kill_switch = kill_switch
        self._cache = cache
        self._registrar = registrar
        self._hands = hands
        self._sleep = sleep
        self._fresh = True

    async def run(self) -> None:
        """Follow for ever."""
        pause = SHORTEST_PAUSE
        while True:
            try:
                await self.step()
                pause = SHORTEST_PAUSE
            except (RejectedError, UnreachableError) as fault:
                logger.warning("the feed of Countersign cannot be followed: %s", fault)
                await self._sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
            except Exception:
                # This task must outlive every defect: without it nobody is ever shut out again.
                logger.exception("following the feed failed")
                await self._sleep(LONGEST_PAUSE)

    async def step(self) -> None:
        """Take in one stretch of the feed, and do what is still owed."""
        if self._fresh or not self._kill_switch.cursor:
            await self._start_over(keep_cursor=bool(self._kill_switch.cursor))
        try:
            feed = await self._client.changes(self._kill_switch.cursor)
        except CursorGoneError:
            logger.warning("the feed does not reach back to our cursor: reading everything anew")
            await self._start_over(keep_cursor=False)
            return
        self._cache.observe(feed.revision)
        for change in feed.changes:
            self._note(change)
        for change in feed.changes:
            await self._act(change)
        self._kill_switch.heard(feed.cursor)
        await self._evict()
        await self._catch_up()

    async def _start_over(self, *, keep_cursor: bool) -> None:
        """Take over the whole set. With a cursor from before, what lies between is still followed: evictions."""
        self._cache.drop()
        standing = await self._client.standing()
        cursor = self._kill_switch.cursor if keep_cursor else standing.cursor
        news = [user for user in sorted(standing.ended) if not self._kill_switch.ended(user)]
        self._kill_switch.replace(standing.ended, cursor)
        self._registrar.everything_is_behind()
        self._fresh = False
        await self._catch_up()
        for user in news:
            await self._attempt(f"ending the sessions of {user}", self._hands.end_all_sessions(user))

    def _note(self, change: dict[str, Any]) -> None:
        """What must be true before anything else happens."""
        match change:
            case {"kind": "user_ended", "user": str(user)}:
                self._kill_switch.end(user)
            case {"kind": "user_active", "user": str(user)}:
                self._kill_switch.revive(user)
            case {"kind": "eviction", "user": str(user), "channel": str(room)}:
                self._kill_switch.owe(Eviction(user, room, str(change.get("decision_id", ""))))
            case {"kind": "policy" | "world" | "session_ended" | "label"}:
                self._cache.drop()
            case _:
                logger.warning("a change of unknown kind in the feed: %s", change.get("kind"))
                self._cache.drop()

    async def _act(self, change: dict[str, Any]) -> None:
        match change:
            case {"kind": "user_ended", "user": str(user)}:
                await self._attempt(f"ending the sessions of {user}", self._hands.end_all_sessions(user))
            case {"kind": "session_ended", "session": str(session)}:
                await self._attempt("ending a session", self._hands.end_session(session))
            case {"kind": "label", "channel": str(room), "label": dict(label)}:
                await self._attempt(f"relabelling {room}", self._hands.relabel(room, label))

    async def _evict(self) -> None:
        for eviction in self._kill_switch.evictions:
            work = self._hands.remove(eviction.user, eviction.room, eviction.decision_id)
            if await self._attempt(f"removing {eviction.user} from {eviction.room}", work):
                self._kill_switch.settle(eviction)

    async def _catch_up(self) -> None:
        try:
            await self._registrar.catch_up()
        except UnreachableError as fault:
            logger.warning("not everything could be reported yet: %s", fault)

    async def _attempt(self, what: str, work: Awaitable[None]) -> bool:
        try:
            await work
        except Exception:
            logger.exception("%s failed", what)
            return False
        return True
