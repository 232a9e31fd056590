# SPDX-License-Identifier: Apache-2.0
"""The connector's half of the conversation with Countersign, against the stand-in, without Synapse."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from direct_transport import DirectTransport, run
from fake_countersign import CLIENT_ID, CLIENT_SECRET, FakeCountersign
from hand_clock import Clock

from countersign_synapse import config
from countersign_synapse.cache import PermitCache
from countersign_synapse.client import Client
from countersign_synapse.errors import Refusal, UnreachableError
from countersign_synapse.follower import Follower
from countersign_synapse.gate import Gate
from countersign_synapse.killswitch import KillSwitch
from countersign_synapse.label import RoomLabel
from countersign_synapse.question import Question
from countersign_synapse.registrar import Registrar
from countersign_synapse.rooms import LabelledRooms

ROOM = "!room:localhost"
NR = RoomLabel.parse({"label": {"scheme": "NATO", "level": "NR"}})
POST = Question.ask("@a:localhost", "message.post", ("channel", ROOM), {"session": "s"})


class Hands:
    """Writes down what it is told to do; fails while `broken`."""

    def __init__(self) -> None:
        self.done: list[tuple[Any, ...]] = []
        self.broken = False

    async def _do(self, *act: Any) -> None:
        if self.broken:
            raise RuntimeError("not now")
        self.done.append(act)

    async def end_all_sessions(self, user: str) -> None:
        await self._do("end_all_sessions", user)

    async def end_session(self, session: str) -> None:
        await self._do("end_session", session)

    async def remove(self, user: str, room: str, decision_id: str) -> None:
        await self._do("remove", user, room, decision_id)

    async def relabel(self, room: str, label: dict[str, Any]) -> None:
        await self._do("relabel", room, label)


class Connector:
    """All parts but Synapse."""

    def __init__(self, fake: FakeCountersign, clock: Clock, directory: Path) -> None:
        settings = config.Config(fake.url, CLIENT_ID, CLIENT_SECRET, directory, request_timeout=2.0)
        self.client = Client(settings, DirectTransport(), clock)
        self.cache = PermitCache(clock)
        self.gate = Gate(self.client, self.cache, clock)
        self.rooms = LabelledRooms()
        self.registrar = Registrar(self.client, self.rooms)
        self.kill_switch = KillSwitch(directory, CLIENT_SECRET, clock, lambda: 1_700_000_000.0)
        self.hands = Hands()
        self.follower = Follower(self.client, self.kill_switch, self.cache, self.registrar, self.hands, sleep=_no_sleep)


async def _no_sleep(_seconds: float) -> None:
    pass


@pytest.fixture
def connector(fake: FakeCountersign, clock: Clock, tmp_path: Path) -> Connector:
    return Connector(fake, clock, tmp_path)


def refused(work: Callable[[], object]) -> Refusal:
    with pytest.raises(Refusal) as caught:
        work()
    return caught.value


def test_refused_token_is_replaced_once(fake: FakeCountersign, connector: Connector) -> None:
    run(connector.gate.pass_or_refuse(POST))
    fake.refused_tokens.add("server-1")
    run(connector.gate.pass_or_refuse(POST))
    assert fake.tokens == 2


def test_token_is_renewed_before_it_ends(fake: FakeCountersign, connector: Connector, clock: Clock) -> None:
    run(connector.gate.pass_or_refuse(POST))
    clock.now += 269
    run(connector.gate.pass_or_refuse(POST))
    assert fake.tokens == 1
    clock.now += 1
    run(connector.gate.pass_or_refuse(POST))
    assert fake.tokens == 2


def test_what_is_not_to_be_remembered_is_asked_each_time(fake: FakeCountersign, connector: Connector) -> None:
    for _ in range(2):
        run(connector.gate.pass_or_refuse(POST))
    assert len(fake.questions) == 2
    for _ in range(2):
        run(connector.gate.pass_or_refuse(POST, remember=True))
    assert len(fake.questions) == 3


def test_unreachable_refuses_but_for_remembered_permits(
    fake: FakeCountersign, connector: Connector, clock: Clock
) -> None:
    run(connector.gate.pass_or_refuse(POST, remember=True))
    fake.stop()
    run(connector.gate.pass_or_refuse(POST, remember=True))
    assert refused(lambda: run(connector.gate.pass_or_refuse(POST))).status == 503
    clock.now += 60
    assert refused(lambda: run(connector.gate.pass_or_refuse(POST, remember=True))).status == 503


def test_first_step_takes_over_who_has_ended(fake: FakeCountersign, connector: Connector) -> None:
    fake.ended.add("@kara:localhost")
    fake.happen(kind="policy", policy_revision="2")
    run(connector.client.standing())
    connector.kill_switch.replace((), "0")
    run(connector.follower.step())
    assert connector.kill_switch.ended("@kara:localhost")
    assert ("end_all_sessions", "@kara:localhost") in connector.hands.done
    assert connector.kill_switch.cursor == "1"


def test_changes_are_carried_out(fake: FakeCountersign, connector: Connector) -> None:
    connector.kill_switch.replace((), "0")
    fake.happen(kind="user_ended", user="@kara:localhost")
    fake.happen(kind="session_ended", user="@bob:localhost", session="sid-1")
    fake.happen(kind="eviction", user="@bob:localhost", channel=ROOM, decision_id="d-1")
    fake.happen(kind="label", channel=ROOM, label=NR.label)
    fake.happen(kind="something new")
    run(connector.follower.step())
    assert connector.kill_switch.ended("@kara:localhost")
    assert connector.hands.done[-3:] == [
        ("end_session", "sid-1"),
        ("relabel", ROOM, NR.label),
        ("remove", "@bob:localhost", ROOM, "d-1"),
    ]
    fake.happen(kind="user_active", user="@kara:localhost")
    run(connector.follower.step())
    assert not connector.kill_switch.ended("@kara:localhost")


def test_eviction_that_fails_stays_owed(fake: FakeCountersign, connector: Connector) -> None:
    connector.kill_switch.replace((), "0")
    connector.hands.broken = True
    fake.happen(kind="eviction", user="@bob:localhost", channel=ROOM, decision_id="d-1")
    run(connector.follower.step())
    assert len(connector.kill_switch.evictions) == 1
    connector.hands.broken = False
    fake.happen(kind="policy", policy_revision="2")
    run(connector.follower.step())
    assert connector.kill_switch.evictions == ()
    assert connector.hands.done == [("remove", "@bob:localhost", ROOM, "d-1")]


def test_lost_cursor_reads_everything_anew(fake: FakeCountersign, connector: Connector) -> None:
    connector.kill_switch.replace((), "0")
    fake.happen(kind="user_ended", user="@kara:localhost")
    fake.forgotten = 1
    run(connector.follower.step())
    assert connector.kill_switch.ended("@kara:localhost")
    assert connector.kill_switch.cursor == "1"


def test_change_of_the_world_drops_permits(fake: FakeCountersign, connector: Connector) -> None:
    connector.kill_switch.replace((), "0")
    run(connector.gate.pass_or_refuse(POST, remember=True))
    fake.happen(kind="world")
    run(connector.follower.step())
    assert connector.cache.find(POST) is None


def test_room_and_member_are_reported_once(fake: FakeCountersign, connector: Connector) -> None:
    run(connector.registrar.ensure(ROOM, NR, "@a:localhost"))
    assert fake.channels[ROOM] == NR.content
    assert fake.members[ROOM] == {"@a:localhost"}
    fake.stop()
    run(connector.registrar.ensure(ROOM, NR, "@a:localhost"))
    with pytest.raises(UnreachableError):
        run(connector.registrar.ensure(ROOM, NR, "@b:localhost"))


def test_what_could_not_be_reported_is_caught_up(fake: FakeCountersign, connector: Connector) -> None:
    connector.rooms.load({ROOM: NR}, [(ROOM, "@a:localhost", True), (ROOM, "@gone:localhost", False)])
    fake.stop()
    run(connector.registrar.room_changed(ROOM))
    run(connector.registrar.member_changed(ROOM, "@a:localhost"))
    fake.start()
    fake.channels[ROOM] = {}
    fake.members[ROOM] = {"@gone:localhost"}
    run(connector.registrar.catch_up())
    assert fake.members[ROOM] == {"@a:localhost"}


def test_rejected_report_does_not_stop_the_others(fake: FakeCountersign, connector: Connector) -> None:
    fake.rejected.add(ROOM)
    connector.rooms.load({ROOM: NR, "!s:localhost": NR}, [])
    connector.registrar.everything_is_behind()
    run(connector.registrar.catch_up())
    assert set(fake.channels) == {"!s:localhost"}


def test_everybody_is_in_a_labelled_room_until_the_rooms_are_known() -> None:
    rooms = LabelledRooms()
    assert rooms.in_labelled_room("@a:localhost")
    rooms.load({ROOM: NR}, [(ROOM, "@b:localhost", True)])
    assert not rooms.in_labelled_room("@a:localhost")
    assert rooms.in_labelled_room("@b:localhost")
    rooms.left(ROOM, "@b:localhost")
    assert not rooms.in_labelled_room("@b:localhost")


def test_answer_expires_by_the_wall_clock_it_names(fake: FakeCountersign, clock: Clock, tmp_path: Path) -> None:
    settings = config.Config(fake.url, CLIENT_ID, CLIENT_SECRET, tmp_path)
    ahead = Client(settings, DirectTransport(), clock, now=lambda: datetime.now(UTC) + timedelta(minutes=2))
    assert run(ahead.evaluate(POST)).ttl == 0
