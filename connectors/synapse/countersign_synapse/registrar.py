# SPDX-License-Identifier: Apache-2.0
"""Keeps Countersign's record of this server's rooms true: their labels, and who is in them.

What is reported once is remembered for the life of the process, so that asking about a room costs nothing
more. What could not be reported is reported with the next question about the room, or by `catch_up`.
"""

import logging
from collections.abc import Awaitable

from countersign_synapse.client import Client
from countersign_synapse.errors import RejectedError, UnknownToCountersignError, UnreachableError
from countersign_synapse.label import RoomLabel
from countersign_synapse.rooms import LabelledRooms

logger = logging.getLogger(__name__)


class Registrar:
    """Reports rooms and members to Countersign, at least once, in an order that ends in the truth."""

    def __init__(self, client: Client, rooms: LabelledRooms) -> None:
        self._client = client
        self._rooms = rooms
        self._reported: dict[str, RoomLabel] = {}
        self._members: dict[str, set[str]] = {}
        self._behind: set[str] = set()

    async def ensure(self, room: str, label: RoomLabel, user: str | None = None) -> None:
        """Report a room, and one of its members, before something is asked about them.

        `user` must be in the room by the room's state. Raises `UnreachableError`.
        """
        if self._reported.get(room) != label:
            await self._report(room, label)
        if user is not None and user not in self._members.setdefault(room, set()):
            await self._put(room, user)

    async def room_changed(self, room: str) -> None:
        """A room has got a label, or another one."""
        await self._try(room, self._sync_room(room))

    async def member_changed(self, room: str, user: str) -> None:
        """Somebody has joined or left; which of the two, the index knows better than the event."""
        if self._rooms.label_of(room) is not None:
            await self._try(room, self._sync_member(room, user))

    async def catch_up(self) -> None:
        """Report whatever is still unreported. Raises `UnreachableError` at the first sign that it is in vain."""
        for room in tuple(self._behind):
            await self._sync_room(room)

    def everything_is_behind(self) -> None:
        """Countersign may have forgotten, or we may have: compare every room at the next `catch_up`."""
        self._reported.clear()
        self._members.clear()
        self._behind.update(self._rooms.labelled())

    async def _try(self, room: str, work: Awaitable[None]) -> None:
        try:
            await work
        except UnreachableError as fault:
            logger.warning("room %s could not be reported and will be: %s", room, fault)
            self._behind.add(room)

    async def _sync_room(self, room: str) -> None:
        """Make the record of one room equal to the index."""
        label = self._rooms.label_of(room)
        if label is not None:
            await self._report(room, label)
            for user in sorted(self._rooms.members(room)):
                await self._put(room, user)
            for user in sorted(self._rooms.departed(room)):
                await self._delete(room, user)
        self._behind.discard(room)

    async def _sync_member(self, room: str, user: str) -> None:
        """Tell what is true of one person, and tell again when it has changed meanwhile."""
        while True:
            here = user in self._rooms.members(room)
            if here:
                await self._put(room, user)
            else:
                await self._delete(room, user)
            if here == (user in self._rooms.members(room)):
                return

    async def _report(self, room: str, label: RoomLabel) -> None:
        try:
            kept = await self._client.put_channel(room, label.registration())
        except (RejectedError, UnknownToCountersignError) as fault:
            # Everything asked about the room is refused, then: it is unknown there, or keeps what it had.
            logger.error("Countersign does not take the report of room %s: %s", room, fault)
            return
        if not kept:
            logger.error("room %s: Countersign keeps a stricter label than the room shows (drift)", room)
        self._reported[room] = label

    async def _put(self, room: str, user: str) -> None:
        try:
            await self._client.put_member(room, user)
        except (RejectedError, UnknownToCountersignError) as fault:
            # Not a person of Countersign's: every question about them is refused anyway.
            logger.warning("Countersign does not take %s as member of room %s: %s", user, room, fault)
        self._members.setdefault(room, set()).add(user)

    async def _delete(self, room: str, user: str) -> None:
        self._members.get(room, set()).discard(user)
        try:
            await self._client.delete_member(room, user)
        except RejectedError as fault:
            logger.warning("Countersign does not let %s leave room %s: %s", user, room, fault)
