# SPDX-License-Identifier: Apache-2.0
"""A room is born with a label: prepares the creation request, and remembers what was allowed until it is done."""

from collections.abc import Callable
from typing import Any

from countersign_synapse.errors import Refusal
from countersign_synapse.label import LABEL_TYPE, LabelFault, RoomLabel
from countersign_synapse.plan import LABEL_POWER

GRANT_LASTS = 60.0

NEW_ROOM = ("channel", "!new")
"""Stands for the room that does not exist yet."""


class Grants:
    """Room creations that Countersign has just allowed. `clock` is monotonic, in seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._until: dict[tuple[str, RoomLabel], float] = {}

    def give(self, user: str, label: RoomLabel) -> None:
        """This person may create a room with this label within a minute."""
        now = self._clock()
        self._until = {grant: until for grant, until in self._until.items() if until > now}
        self._until[(user, label)] = now + GRANT_LASTS

    def holds(self, user: str, label: RoomLabel) -> bool:
        """Whether it was allowed within the last minute."""
        return self._until.get((user, label), 0.0) > self._clock()


def requested_label(config: dict[str, Any], creator: str, default: RoomLabel | None) -> RoomLabel:
    """The label that a creation request asks for, or the default; raises `Refusal`."""
    given = [entry for entry in _initial_state(config) if entry.get("type") == LABEL_TYPE]
    if len(given) > 1:
        raise Refusal.by_rule("A room has one label", status=400)
    if not given and default is None:
        raise Refusal.by_rule("A room cannot be created without a label", status=400)
    try:
        label = RoomLabel.parse(given[0].get("content")) if given else default
    except LabelFault as fault:
        raise Refusal.by_rule(f"The label cannot be used: {fault}", status=400) from fault
    if label is None:
        raise Refusal.by_rule("A room cannot be created without a label", status=400)
    content = label.content
    content.pop("direct", None)
    if direct_target(config) is not None:
        content["direct"] = True
    content.setdefault("owners", [creator])
    return RoomLabel.parse(content)


def direct_target(config: dict[str, Any]) -> str | None:
    """The other person, when the request opens a conversation of two."""
    invited = config.get("invite")
    if config.get("is_direct") is True and isinstance(invited, list) and len(invited) == 1:
        return str(invited[0])
    return None


def write_into(config: dict[str, Any], label: RoomLabel, levels: dict[str, int]) -> None:
    """Put the label into the creation request, and the power it takes to change it.

    `levels` are the power levels by event type that the room would have had: naming one replaces all of them.
    """
    others = [entry for entry in _initial_state(config) if entry.get("type") != LABEL_TYPE]
    config["initial_state"] = [{"type": LABEL_TYPE, "state_key": "", "content": label.content}, *others]
    override = config.get("power_level_content_override")
    override = override if isinstance(override, dict) else {}
    events = override.get("events")
    events = events if isinstance(events, dict) else levels
    config["power_level_content_override"] = {**override, "events": {LABEL_TYPE: LABEL_POWER, **events}}


def predecessor(config: dict[str, Any]) -> str | None:
    """The room that an upgrade replaces."""
    creation = config.get("creation_content")
    before = creation.get("predecessor") if isinstance(creation, dict) else None
    room = before.get("room_id") if isinstance(before, dict) else None
    return room if isinstance(room, str) else None


def _initial_state(config: dict[str, Any]) -> list[dict[str, Any]]:
    state = config.get("initial_state", [])
    if not isinstance(state, list) or not all(isinstance(entry, dict) for entry in state):
        raise Refusal.by_rule("`initial_state` must be a list of events", status=400)
    return state
