# SPDX-License-Identifier: Apache-2.0
"""The labelled rooms of this server and who is in them, kept in memory for the questions of every request."""

from collections.abc import Iterable

from countersign_synapse.label import RoomLabel


class LabelledRooms:
    """An index both ways. Until `loaded`, everybody counts as a member of a labelled room."""

    def __init__(self) -> None:
        self._labels: dict[str, RoomLabel] = {}
        self._members: dict[str, set[str]] = {}
        self._departed: dict[str, set[str]] = {}
        self._rooms_of: dict[str, set[str]] = {}
        self.loaded = False

    def load(self, labels: dict[str, RoomLabel], memberships: Iterable[tuple[str, str, bool]]) -> None:
        """Take over what the server's database holds: room, person, and whether she is there or was."""
        for room, label in labels.items():
            self.label(room, label)
        for room, user, here in memberships:
            (self.joined if here else self.left)(room, user)
        self.loaded = True

    def label(self, room: str, label: RoomLabel) -> None:
        """A room has this label from now on."""
        self._labels[room] = label

    def label_of(self, room: str) -> RoomLabel | None:
        """The label of a room, if it has one."""
        return self._labels.get(room)

    def joined(self, room: str, user: str) -> None:
        """A person is in a room."""
        self._members.setdefault(room, set()).add(user)
        self._departed.get(room, set()).discard(user)
        self._rooms_of.setdefault(user, set()).add(room)

    def left(self, room: str, user: str) -> None:
        """A person is not in a room any more."""
        self._members.get(room, set()).discard(user)
        self._departed.setdefault(room, set()).add(user)
        self._rooms_of.get(user, set()).discard(room)

    def members(self, room: str) -> frozenset[str]:
        """Who is in a room."""
        return frozenset(self._members.get(room, ()))

    def departed(self, room: str) -> frozenset[str]:
        """Who was in a room, or was about to be, and is not any more."""
        return frozenset(self._departed.get(room, ()))

    def labelled(self) -> tuple[str, ...]:
        """The rooms that have a label."""
        return tuple(self._labels)

    def in_labelled_room(self, user: str) -> bool:
        """Whether a person is in any labelled room."""
        if not self.loaded:
            return True
        return any(room in self._labels for room in self._rooms_of.get(user, ()))
