# SPDX-License-Identifier: Apache-2.0
"""Answers, remembered permits, the kill switch, labels, creation requests and settings, each by itself."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hand_clock import Clock

from countersign_synapse import config, creation
from countersign_synapse.cache import PermitCache
from countersign_synapse.errors import Refusal
from countersign_synapse.killswitch import STALE_AFTER, Eviction, KillSwitch
from countersign_synapse.label import LABEL_TYPE, LabelFault, RoomLabel
from countersign_synapse.question import Answer, Question

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
NR = {"label": {"scheme": "NATO", "level": "NR"}}


def answer(**context: Any) -> Answer:
    return Answer.parse({"decision": True, "context": context}, NOW)


def later(seconds: float) -> str:
    return (NOW + timedelta(seconds=seconds)).isoformat()


def question(**context: Any) -> Question:
    return Question.ask("@a:x", "message.post", ("channel", "!r:x"), context)


# ---- answers ----


@pytest.mark.parametrize("document", [None, [], {}, {"decision": "true"}, {"decision": 1}, {"context": {}}])
def test_what_has_no_decision_is_no_answer(document: object) -> None:
    with pytest.raises(ValueError, match="no decision"):
        Answer.parse(document, NOW)


@pytest.mark.parametrize(
    ("expires_at", "ttl"),
    [(later(30), 30), (later(3600), 60), (later(-1), 0), ("soon", 0), (None, 0), ("2026-11-23T12:00:10.5Z", 10.5)],
)
def test_answer_is_good_until_its_end_and_at_most_a_minute(expires_at: object, ttl: float) -> None:
    assert answer(expires_at=expires_at).ttl == ttl


@pytest.mark.parametrize(
    ("obligations", "unsupported"),
    [
        ([{"type": "display_marking", "mandatory": True}], ()),
        ([{"type": "retain", "mandatory": False}, {"type": "retain"}], ()),
        ([{"type": "watermark", "mandatory": True}], ("watermark",)),
        ([{"type": "watermark", "mandatory": "yes"}], ("watermark",)),
        (["watermark"], ("unreadable",)),
        ({}, ("unreadable",)),
    ],
)
def test_unknown_mandatory_obligation_is_noticed(obligations: object, unsupported: tuple[str, ...]) -> None:
    assert answer(obligations=obligations).unsupported == unsupported


def test_hidden_room_is_not_found() -> None:
    refusal = Refusal.answered(Answer(permit=False, reason="NOT_AVAILABLE", step_up_url="http://x"))
    assert (refusal.status, refusal.code) == (404, "M_NOT_FOUND")
    assert "countersign.step_up_url" not in refusal.fields


# ---- remembered permits ----


def test_permit_holds_for_its_own_question_until_the_very_second(clock: Clock) -> None:
    cache = PermitCache(clock)
    cache.keep(question(), answer(expires_at=later(30)), cache.generation, clock.now)
    clock.now += 29.9
    assert cache.find(question()) is not None
    assert cache.find(question(label={"scheme": "NATO", "level": "NS"})) is None
    clock.now += 0.1
    assert cache.find(question()) is None


def test_permit_is_dropped_when_the_revision_moves(clock: Clock) -> None:
    cache = PermitCache(clock)
    cache.observe("1")
    cache.keep(question(), answer(expires_at=later(30), revision="1"), cache.generation, clock.now)
    cache.observe("1")
    assert cache.find(question()) is not None
    cache.observe("2")
    assert cache.find(question()) is None


def test_permit_asked_for_before_the_revision_moved_is_not_kept(clock: Clock) -> None:
    cache = PermitCache(clock)
    asked_in = cache.generation
    cache.observe("2")
    cache.keep(question(), answer(expires_at=later(30), revision="1"), asked_in, clock.now)
    assert cache.find(question()) is None


def test_refusal_is_not_remembered_and_room_is_bounded(clock: Clock) -> None:
    cache = PermitCache(clock, capacity=1)
    cache.keep(question(), Answer(permit=False, ttl=30), cache.generation, clock.now)
    assert cache.find(question()) is None
    for session in ("one", "two"):
        cache.keep(question(session=session), Answer(permit=True, ttl=30), cache.generation, clock.now)
    assert cache.find(question(session="one")) is None
    assert cache.find(question(session="two")) is not None


# ---- the kill switch ----


def switch(directory: Path, clock: Clock, wall: Clock, secret: str = "s") -> KillSwitch:
    return KillSwitch(directory, secret, clock, wall)


def test_ended_people_stay_ended_across_a_restart(tmp_path: Path, clock: Clock) -> None:
    wall = Clock(1_700_000_000)
    first = switch(tmp_path, clock, wall)
    first.heard("7")
    first.end("@kara:x")
    first.owe(Eviction("@kara:x", "!r:x", "d-1"))
    second = switch(tmp_path, Clock(5), wall)
    assert second.ended("@kara:x")
    assert second.cursor == "7"
    assert second.evictions == (Eviction("@kara:x", "!r:x", "d-1"),)
    assert not second.stale()
    second.revive("@kara:x")
    assert not switch(tmp_path, Clock(5), wall).ended("@kara:x")


def test_silence_makes_it_stale_also_across_a_restart(tmp_path: Path, clock: Clock) -> None:
    wall = Clock(1_700_000_000)
    first = switch(tmp_path, clock, wall)
    assert first.stale()
    first.heard("1")
    clock.now += STALE_AFTER
    assert not first.stale()
    clock.now += 1
    assert first.stale()
    wall.now += STALE_AFTER + 1
    assert switch(tmp_path, Clock(5), wall).stale()


def test_clock_set_back_makes_it_stale(tmp_path: Path, clock: Clock) -> None:
    wall = Clock(1_700_000_000)
    switch(tmp_path, clock, wall).heard("1")
    wall.now -= 3600
    assert switch(tmp_path, Clock(5), wall).stale()


def test_altered_file_counts_as_missing(tmp_path: Path, clock: Clock) -> None:
    wall = Clock(1_700_000_000)
    first = switch(tmp_path, clock, wall)
    first.heard("1")
    first.end("@kara:x")
    file = tmp_path / "killswitch.json"
    envelope = json.loads(file.read_text())
    envelope["body"] = envelope["body"].replace("@kara:x", "@nobody:x")
    file.write_text(json.dumps(envelope))
    assert switch(tmp_path, Clock(5), wall).stale()
    assert not switch(tmp_path, Clock(5), wall).ended("@nobody:x")
    assert switch(tmp_path, Clock(5), wall, secret="another").stale()


def test_each_write_has_a_higher_number(tmp_path: Path, clock: Clock) -> None:
    kill_switch = switch(tmp_path, clock, Clock(1_700_000_000))
    numbers = []
    for person in ("@a:x", "@b:x"):
        kill_switch.end(person)
        numbers.append(json.loads(json.loads((tmp_path / "killswitch.json").read_text())["body"])["number"])
    assert numbers == [1, 2]


# ---- labels and creation ----


@pytest.mark.parametrize(
    "content",
    [
        None,
        {},
        {"label": {}},
        {"label": {"scheme": "NATO"}},
        {"label": {"scheme": "NATO", "level": 1}},
        {**NR, "missions": "BALTIC"},
        {**NR, "listed": "yes"},
        {**NR, "extra": 1},
    ],
)
def test_label_without_its_shape_is_none(content: object) -> None:
    with pytest.raises(LabelFault):
        RoomLabel.parse(content)


def test_requested_label_gets_its_creator_as_owner_and_cannot_claim_to_be_direct() -> None:
    request = {"initial_state": [{"type": LABEL_TYPE, "state_key": "", "content": {**NR, "direct": True}}]}
    assert creation.requested_label(request, "@a:x", None).content == {**NR, "owners": ["@a:x"]}
    direct = {**request, "is_direct": True, "invite": ["@b:x"]}
    assert creation.requested_label(direct, "@a:x", None).direct


def test_request_without_label_gets_the_default_or_is_refused() -> None:
    default = RoomLabel.parse(NR)
    assert creation.requested_label({}, "@a:x", default).label == NR["label"]
    with pytest.raises(Refusal):
        creation.requested_label({}, "@a:x", None)


def test_creation_request_keeps_its_own_power_levels_beside_the_labels() -> None:
    request: dict[str, Any] = {"power_level_content_override": {"events": {"m.room.topic": 10}, "invite": 50}}
    creation.write_into(request, RoomLabel.parse(NR), {"m.room.name": 50})
    override = request["power_level_content_override"]
    assert override == {"events": {LABEL_TYPE: 100, "m.room.topic": 10}, "invite": 50}


def test_grant_is_for_one_person_and_label_and_a_minute(clock: Clock) -> None:
    grants = creation.Grants(clock)
    label = RoomLabel.parse(NR)
    grants.give("@a:x", label)
    assert grants.holds("@a:x", label)
    assert not grants.holds("@b:x", label)
    clock.now += creation.GRANT_LASTS
    assert not grants.holds("@a:x", label)


# ---- settings ----


def settings(tmp_path: Path, **changed: object) -> dict[str, Any]:
    base: dict[str, Any] = {
        "base_url": "https://countersign.example.org/",
        "client_id": "synapse",
        "client_secret": "secret",
        "state_dir": str(tmp_path),
    }
    return {key: value for key, value in {**base, **changed}.items() if value is not None}


def test_settings_are_read(tmp_path: Path) -> None:
    parsed = config.parse(settings(tmp_path, default_label=NR, request_timeout_ms=500))
    assert parsed.base_url == "https://countersign.example.org"
    assert parsed.request_timeout == 0.5
    assert "secret" not in repr(parsed).replace("client_secret", "")


@pytest.mark.parametrize(
    "changed",
    [
        {"base_url": "http://countersign.example.org"},
        {"base_url": "http://localhost.evil.example"},
        {"base_url": None},
        {"client_secret": None},
        {"client_secret_file": "/nowhere"},
        {"client_secret": None, "client_secret_file": "/nowhere"},
        {"state_dir": "/nowhere"},
        {"request_timeout_ms": 5},
        {"default_label": {}},
        {"unknown": 1},
    ],
)
def test_settings_that_cannot_be_used_stop_the_start(tmp_path: Path, changed: dict[str, object]) -> None:
    with pytest.raises(config.ConfigFault):
        config.parse(settings(tmp_path, **changed))
