# SPDX-License-Identifier: Apache-2.0
"""From an event to what must be asked about it. Pure: an event and the room's state go in, a plan comes out.

| event | asked as |
|---|---|
| own join, knock | `channel.join` |
| invite | `channel.invite` of the target (`user.direct_message` in a conversation of two) |
| kick, ban, unban | `channel.remove_member` |
| first label of a room; label changed | `channel.create`; `channel.reclassify` |
| message; message with a file | `message.post`; `file.upload` |
| edit, redaction; reaction; call | `message.edit`; `message.react`; `call.join` |
| any other room state | `message.post`: it is content, too |

Never asked: leaving, a profile change of somebody who is in the room, the first state that a room's creator
writes while nobody else is there (creating was asked), Synapse's own empty events.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from countersign_synapse.errors import Refusal
from countersign_synapse.label import LABEL_TYPE, LabelFault, RoomLabel, raw_label_shape

LABEL_POWER = 100
"""The least power level that may be needed to send a label."""

_CALLS = {"m.call.invite", "m.call.answer", "m.call.member", "org.matrix.msc3401.call.member"}


class Event(Protocol):
    """What is looked at of a Synapse event."""

    @property
    def type(self) -> str: ...  # noqa: D102
    @property
    def sender(self) -> str: ...  # noqa: D102
    @property
    def room_id(self) -> str: ...  # noqa: D102
    @property
    def event_id(self) -> str: ...  # noqa: D102
    @property
    def content(self) -> Mapping[str, Any]: ...  # noqa: D102
    @property
    def redacts(self) -> str | None: ...  # noqa: D102
    def is_state(self) -> bool: ...  # noqa: D102
    def get_state_key(self) -> str | None: ...  # noqa: D102


State = Mapping[tuple[str, str], Any]


@dataclass(frozen=True)
class Pass:
    """Not asked, and why."""

    why: str


@dataclass(frozen=True)
class Ask:
    """To be asked: the action and its resource (the event's room unless said), with what goes into the context."""

    action: str
    context: dict[str, Any] = field(default_factory=dict)
    resource: tuple[str, str] | None = None
    remember: bool = False


@dataclass(frozen=True)
class Grant:
    """A room's first label: passes if creating a room with it was just allowed, else it is asked."""

    label: RoomLabel


@dataclass(frozen=True)
class Relabel:
    """A label that changes."""

    label: RoomLabel


Plan = Pass | Ask | Grant | Relabel


def plan(event: Event, state: State) -> Plan:
    """What to do about an event, given the room's state before it; raises `Refusal` for what can never be."""
    if not event.is_state():
        return plan_timeline(event, state)
    if event.type == "m.room.create":
        return Pass("creating was asked")
    if event.type == LABEL_TYPE:
        return _label(event, state)
    if event.type == "m.room.power_levels":
        _guard_power(event)
    if event.type == "m.room.history_visibility" and event.content.get("history_visibility") == "world_readable":
        raise Refusal.by_rule("A room cannot be made readable for everybody", "NEED_TO_KNOW")
    if event.type == "m.room.third_party_invite":
        raise Refusal.by_rule("People can be invited by their Matrix name only", "EXTERNALS_NOT_ALLOWED")
    if _under_construction(event, state):
        return Pass("first state of a new room")
    if event.type == "m.room.member":
        return _membership(event, state)
    if event.type in _CALLS:
        return Ask("call.join")
    return Ask("message.post", remember=True)


def plan_timeline(event: Event, state: State | None = None) -> Plan:
    """What to do about an event that is not room state."""
    content = event.content
    if event.type == "org.matrix.dummy_event" and not content:
        return Pass("Synapse's own")
    if event.type == "m.room.redaction":
        redacted = event.redacts or content.get("redacts")
        current = state.get((LABEL_TYPE, "")) if state is not None else None
        if current is not None and redacted == current.event_id:
            raise Refusal.by_rule("A room's label cannot be removed", "DUAL_CONTROL")
        return Ask("message.edit", remember=True)
    if event.type in _CALLS:
        return Ask("call.join")
    context = _message_label(content)
    relation = content.get("m.relates_to")
    if event.type == "m.reaction":
        return Ask("message.react", context, remember=True)
    if isinstance(relation, Mapping) and relation.get("rel_type") == "m.replace":
        return Ask("message.edit", context, remember=True)
    if isinstance(content.get("url"), str) or isinstance(content.get("file"), Mapping):
        return Ask("file.upload", context, remember=True)
    return Ask("message.post", context, remember=True)


def current_label(state: State) -> RoomLabel | None:
    """The label that the state holds, if it can be read."""
    event = state.get((LABEL_TYPE, ""))
    if event is None:
        return None
    try:
        return RoomLabel.parse(event.content)
    except LabelFault:
        return None


def _message_label(content: Mapping[str, Any]) -> dict[str, Any]:
    if LABEL_TYPE not in content:
        return {}
    label = content[LABEL_TYPE]
    try:
        return {"label": raw_label_shape(dict(label) if isinstance(label, Mapping) else label)}
    except LabelFault as fault:
        raise Refusal.by_rule(f"The message's label cannot be used: {fault}", status=400) from fault


def _label(event: Event, state: State) -> Plan:
    if event.get_state_key() != "":
        raise Refusal.by_rule("A room has one label: its state key is empty", status=400)
    try:
        label = RoomLabel.parse(event.content)
    except LabelFault as fault:
        raise Refusal.by_rule(f"A room's label cannot be removed or be incomplete: {fault}") from fault
    if (LABEL_TYPE, "") not in state:
        return Grant(label)
    before = current_label(state)
    if before == label:
        return Pass("the same label")
    if label.direct and not (before is not None and before.direct):
        raise Refusal.by_rule("A room cannot become a direct conversation")
    return Relabel(label)


def _guard_power(event: Event) -> None:
    """Nobody may lower what it takes to change the label."""
    events = event.content.get("events")
    needed = events.get(LABEL_TYPE) if isinstance(events, Mapping) else None
    if not isinstance(needed, int) or isinstance(needed, bool) or needed < LABEL_POWER:
        raise Refusal.by_rule(f"The power level for {LABEL_TYPE} must be at least {LABEL_POWER}", "ROLE_REQUIRED")


def _under_construction(event: Event, state: State) -> bool:
    """Whether the room's creator is still writing its first state, alone and before its label."""
    create = state.get(("m.room.create", ""))
    if create is None or (LABEL_TYPE, "") in state or event.sender != create.sender:
        return False
    others = any(
        kind == "m.room.member" and key != event.sender and member.content.get("membership") != "ban"
        for (kind, key), member in state.items()
    )
    if others:
        return False
    if event.type != "m.room.member":
        return True
    membership = event.content.get("membership")
    return membership == "ban" or (membership == "join" and event.get_state_key() == event.sender)


def _membership(event: Event, state: State) -> Plan:
    target = event.get_state_key() or ""
    membership = event.content.get("membership")
    previous = state.get(("m.room.member", target))
    was = previous.content.get("membership") if previous is not None else "leave"
    if membership == "join" and was == "join":
        return Pass("profile change")
    if membership in ("join", "knock"):
        return Ask("channel.join")
    if membership == "leave" and event.sender == target:
        return Pass("anybody may leave")
    to = {"target": {"type": "user", "id": target}}
    if membership == "invite":
        label = current_label(state)
        if label is not None and label.direct and _only_member(event.sender, state):
            return Ask("user.direct_message", {"label": label.label}, ("user", target))
        return Ask("channel.invite", to)
    if membership in ("leave", "ban"):
        return Ask("channel.remove_member", to)
    raise Refusal.by_rule("Unknown membership", status=400)


def _only_member(user: str, state: State) -> bool:
    present = {
        key
        for (kind, key), member in state.items()
        if kind == "m.room.member" and member.content.get("membership") in ("join", "invite")
    }
    return present == {user}
