# SPDX-License-Identifier: Apache-2.0
"""From an event to the question about it."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from countersign_synapse.errors import Refusal
from countersign_synapse.label import LABEL_TYPE, RoomLabel
from countersign_synapse.plan import Ask, Grant, Pass, Relabel, plan

ROOM = "!room:localhost"
ALICE, BOB, CAROL = "@alice:localhost", "@bob:localhost", "@carol:localhost"
NR = {"label": {"scheme": "NATO", "level": "NR"}}


@dataclass
class Event:
    type: str
    sender: str
    content: dict[str, Any] = field(default_factory=dict)
    state_key: str | None = None
    room_id: str = ROOM
    event_id: str = "$event"
    redacts: str | None = None

    def is_state(self) -> bool:
        return self.state_key is not None

    def get_state_key(self) -> str | None:
        return self.state_key


def member(user: str, membership: str, sender: str | None = None) -> Event:
    return Event("m.room.member", sender or user, {"membership": membership}, user)


def room(*events: Event, label: dict[str, Any] | None = NR) -> dict[tuple[str, str], Event]:
    state = [Event("m.room.create", ALICE, {}, ""), member(ALICE, "join"), *events]
    if label is not None:
        state.append(Event(LABEL_TYPE, ALICE, label, "", event_id="$label"))
    return {(event.type, event.state_key or ""): event for event in state}


MESSAGES = [
    (Event("m.room.message", BOB, {"body": "x"}), "message.post"),
    (Event("m.room.encrypted", BOB, {"ciphertext": "x"}), "message.post"),
    (Event("m.room.message", BOB, {"msgtype": "m.file", "url": "mxc://localhost/a"}), "file.upload"),
    (Event("m.room.message", BOB, {"msgtype": "m.image", "file": {"url": "mxc://localhost/a"}}), "file.upload"),
    (Event("m.room.message", BOB, {"m.relates_to": {"rel_type": "m.replace"}}), "message.edit"),
    (Event("m.room.redaction", BOB, {}, redacts="$other"), "message.edit"),
    (Event("m.reaction", BOB, {"m.relates_to": {}}), "message.react"),
    (Event("m.call.invite", BOB, {}), "call.join"),
    (Event("m.room.topic", BOB, {"topic": "x"}, ""), "message.post"),
]


@pytest.mark.parametrize(("event", "action"), MESSAGES)
def test_content_is_asked_by_its_likeness(event: Event, action: str) -> None:
    planned = plan(event, room(member(BOB, "join")))
    assert isinstance(planned, Ask)
    assert planned.action == action


def test_messages_own_label_goes_into_the_question() -> None:
    label = {"scheme": "NATO", "level": "NU"}
    planned = plan(Event("m.room.message", BOB, {LABEL_TYPE: label}), room())
    assert planned == Ask("message.post", {"label": label}, remember=True)


def test_message_with_an_unreadable_label_is_refused() -> None:
    with pytest.raises(Refusal):
        plan(Event("m.room.message", BOB, {LABEL_TYPE: "NR"}), room())


MEMBERSHIPS = [
    (member(BOB, "join"), (), Ask("channel.join")),
    (member(BOB, "knock"), (), Ask("channel.join")),
    (member(BOB, "join"), (member(BOB, "invite"),), Ask("channel.join")),
    (member(BOB, "join"), (member(BOB, "join"),), Pass("profile change")),
    (member(BOB, "leave"), (member(BOB, "join"),), Pass("anybody may leave")),
    (member(BOB, "leave"), (member(BOB, "invite"),), Pass("anybody may leave")),
]


@pytest.mark.parametrize(("event", "state", "expected"), MEMBERSHIPS)
def test_membership_of_oneself(event: Event, state: tuple[Event, ...], expected: object) -> None:
    assert plan(event, room(*state)) == expected


@pytest.mark.parametrize(
    ("membership", "action"),
    [("invite", "channel.invite"), ("leave", "channel.remove_member"), ("ban", "channel.remove_member")],
)
def test_membership_of_another_names_the_target(membership: str, action: str) -> None:
    planned = plan(member(BOB, membership, sender=CAROL), room(member(CAROL, "join")))
    assert planned == Ask(action, {"target": {"type": "user", "id": BOB}})


def test_second_invite_into_a_direct_conversation_is_an_ordinary_one() -> None:
    direct = {**NR, "direct": True}
    first = plan(member(BOB, "invite", sender=ALICE), room(label=direct))
    assert first == Ask("user.direct_message", {"label": NR["label"]}, ("user", BOB))
    second = plan(member(CAROL, "invite", sender=ALICE), room(member(BOB, "join"), label=direct))
    assert isinstance(second, Ask)
    assert second.action == "channel.invite"


def test_creator_writes_the_first_state_unasked() -> None:
    topic = Event("m.room.topic", ALICE, {"topic": "x"}, "")
    assert isinstance(plan(topic, room(label=None)), Pass)


def test_unlabelled_room_with_somebody_else_in_it_is_asked_about() -> None:
    topic = Event("m.room.topic", ALICE, {"topic": "x"}, "")
    assert isinstance(plan(topic, room(member(BOB, "join"), label=None)), Ask)
    assert isinstance(plan(member(BOB, "join"), room(label=None)), Ask)


def test_first_label_needs_a_grant_and_another_one_a_reclassification() -> None:
    label = Event(LABEL_TYPE, ALICE, NR, "")
    raised = Event(LABEL_TYPE, ALICE, {"label": {"scheme": "NATO", "level": "NC"}}, "")
    assert plan(label, room(label=None)) == Grant(RoomLabel.parse(NR))
    assert isinstance(plan(label, room()), Pass)
    assert plan(raised, room()) == Relabel(RoomLabel.parse(raised.content))


FORBIDDEN = [
    Event(LABEL_TYPE, ALICE, {}, ""),
    Event(LABEL_TYPE, ALICE, NR, "elsewhere"),
    Event(LABEL_TYPE, ALICE, {**NR, "direct": True}, ""),
    Event("m.room.redaction", ALICE, {}, redacts="$label"),
    Event("m.room.redaction", ALICE, {"redacts": "$label"}),
    Event("m.room.power_levels", ALICE, {"events": {}}, ""),
    Event("m.room.power_levels", ALICE, {"events": {LABEL_TYPE: 99}}, ""),
    Event("m.room.power_levels", ALICE, {"events": {LABEL_TYPE: True}}, ""),
    Event("m.room.history_visibility", ALICE, {"history_visibility": "world_readable"}, ""),
    Event("m.room.third_party_invite", ALICE, {"display_name": "b"}, "token"),
]


@pytest.mark.parametrize("event", FORBIDDEN)
def test_some_things_are_never_allowed(event: Event) -> None:
    with pytest.raises(Refusal):
        plan(event, room())
