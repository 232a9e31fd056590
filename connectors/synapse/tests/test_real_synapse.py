# SPDX-License-Identifier: Apache-2.0
"""A real Synapse with the module in it, beside the stand-in for Countersign."""

import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from fake_countersign import CLIENT_ID, CLIENT_SECRET, FakeCountersign

LABEL = "org.countersign.label"
NR = {"label": {"scheme": "NATO", "level": "NR"}}
LANDING = "http://localhost:1/landing"


class Chat:
    """The Synapse under test, as clients and the test see it."""

    def __init__(self, peer: ModuleType, fake: FakeCountersign, directory: Path) -> None:
        secret = directory / "client.secret"
        secret.write_text(CLIENT_SECRET)
        self.fake = fake
        self.server = peer.Synapse(
            directory=directory / "synapse",
            port=peer.free_port(),
            countersign=fake.url,
            client_id=CLIENT_ID,
            client_secret_file=secret,
            redirects=["http://localhost:1/"],
            default_label=None,
        )
        self.server.request_timeout_ms = 1000
        self.server.prepare()
        self.tokens: dict[str, str] = {}

    @property
    def log_nr(self) -> str:
        return self.server.rooms["log-nr"]

    @property
    def ops_ns(self) -> str:
        return self.server.rooms["ops-ns"]

    def sign_in(self, person: str, session: str | None = None) -> str:
        """Through the OpenID provider, as a browser does it; the access token."""
        self.fake.person = (person, session or f"sid-{person}")
        start = f"{self.server.base_url}/_matrix/client/v3/login/sso/redirect/oidc-countersign?redirectUrl="
        landed = _walk(start + quote(LANDING, safe=""))
        token = parse_qs(urlsplit(landed).query)["loginToken"][0]
        body = {"type": "m.login.token", "token": token}
        status, answer = self.server.call("POST", "/_matrix/client/v3/login", None, body)
        assert status == 200, answer
        assert answer["user_id"] == user(person)
        return answer["access_token"]

    def act(self, person: str, method: str, path: str, body: object = None) -> tuple[int, Any]:
        if person not in self.tokens:
            self.tokens[person] = self.sign_in(person)
        return self.server.call(method, f"/_matrix/client/v3{path}", self.tokens[person], body)

    def join(self, person: str, room: str) -> tuple[int, Any]:
        return self.act(person, "POST", f"/join/{quote(room)}", {})

    def post(self, person: str, room: str, text: str = "hello", **content: Any) -> tuple[int, Any]:
        body = {"msgtype": "m.text", "body": text, **content}
        return self.act(person, "PUT", f"/rooms/{quote(room)}/send/m.room.message/{time.monotonic_ns()}", body)

    def create(self, person: str, label: dict[str, Any] | None = None, **request: Any) -> tuple[int, Any]:
        if label is not None:
            request["initial_state"] = [{"type": LABEL, "state_key": "", "content": label}]
        return self.act(person, "POST", "/createRoom", request)

    def state(self, person: str, room: str, kind: str) -> Any:
        return self.act(person, "GET", f"/rooms/{quote(room)}/state/{kind}/")[1]


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


def _walk(url: str) -> str:
    """Follow redirects with cookies until the landing page, which nobody serves."""
    browser = urllib.request.build_opener(_Stay())
    cookies: dict[str, str] = {}
    for _ in range(8):
        if url.startswith(LANDING):
            return url
        jar = "; ".join(f"{name}={value}" for name, value in cookies.items())
        try:
            with browser.open(urllib.request.Request(url, headers={"Cookie": jar}), timeout=10) as page:
                raise AssertionError(page.read().decode()[:2000])
        except urllib.error.HTTPError as redirect:
            assert redirect.code in (302, 303), redirect.read().decode()[:2000]
            for cookie in redirect.headers.get_all("Set-Cookie", []):
                name, _, value = cookie.partition(";")[0].partition("=")
                cookies[name] = value
            url = redirect.headers["Location"]
    raise AssertionError("too many redirects")


def _status(url: str) -> int:
    try:
        with urllib.request.build_opener(_Stay()).open(url, timeout=10) as page:
            return page.status
    except urllib.error.HTTPError as error:
        return error.code


def user(person: str) -> str:
    return f"@{person}:localhost"


def eventually(condition: Callable[[], object], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.02)


@pytest.fixture(scope="module")
def running(peer: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chat]:
    fake = FakeCountersign()
    chat = Chat(peer, fake, tmp_path_factory.mktemp("chat"))
    chat.server.start()
    yield chat
    chat.server.stop()
    fake.stop()


@pytest.fixture
def chat(running: Chat) -> Iterator[Chat]:
    running.fake.allow_all()
    running.fake.questions.clear()
    eventually(lambda: running.log_nr in running.fake.channels)
    yield running
    if not running.fake.running:
        running.fake.start()


def test_labelled_rooms_and_their_members_are_registered_at_start(chat: Chat) -> None:
    eventually(lambda: user("carol") in chat.fake.members.get(chat.ops_ns, set()))
    assert chat.fake.channels[chat.log_nr] == {
        "label": {"scheme": "NATO", "level": "NR", "releasable_to": ["NATO", "CHE"]},
        "missions": ["BALTIC"],
        "externals_allowed": True,
        "industry_allowed": True,
        "listed": True,
        "owners": [user("carol")],
    }


def test_join_is_asked_in_the_name_of_the_devices_session(chat: Chat) -> None:
    status, _ = chat.join("dave", chat.log_nr)
    assert status == 200
    [question] = chat.fake.asked(action="channel.join", subject=user("dave"))
    assert question["resource"] == {"type": "channel", "id": chat.log_nr}
    assert question["context"]["session"] == "sid-dave"
    eventually(lambda: user("dave") in chat.fake.members[chat.log_nr])


def test_message_is_asked_once_for_both_callbacks_and_again_for_another_label(chat: Chat) -> None:
    chat.join("dave", chat.log_nr)
    chat.fake.happen(kind="world")
    time.sleep(0.3)
    chat.fake.questions.clear()
    assert chat.post("dave", chat.log_nr)[0] == 200
    assert chat.post("dave", chat.log_nr)[0] == 200
    assert len(chat.fake.asked(action="message.post")) == 1
    assert chat.post("dave", chat.log_nr, **{LABEL: {"scheme": "NATO", "level": "NU"}})[0] == 200
    asked = chat.fake.asked(action="message.post")
    assert [question["context"].get("label") for question in asked] == [None, {"scheme": "NATO", "level": "NU"}]


def test_refused_join_tells_the_reason(chat: Chat) -> None:
    chat.fake.refuse("BRIEFING_MISSING", text="You need a NATO briefing.", subject=user("noah"), action="channel.join")
    status, answer = chat.join("noah", chat.log_nr)
    assert status == 403
    assert answer["errcode"] == "M_FORBIDDEN"
    assert answer["error"] == "You need a NATO briefing."
    assert answer["countersign.reason"] == "BRIEFING_MISSING"
    assert answer["countersign.decision_id"].startswith("d-")
    assert user("noah") not in chat.fake.members[chat.log_nr]


def test_hidden_room_looks_like_one_that_does_not_exist(chat: Chat) -> None:
    chat.fake.refuse("NOT_AVAILABLE", text="Not available", subject=user("noah"))
    hidden = chat.join("noah", chat.ops_ns)
    missing = chat.join("noah", "!nowhere:localhost")
    assert hidden[0] == missing[0] == 404
    for _, answer in (hidden, missing):
        answer.pop("countersign.decision_id")
    assert (
        hidden[1]
        == missing[1]
        == {"errcode": "M_NOT_FOUND", "error": "Not available", "countersign.reason": "NOT_AVAILABLE"}
    )


def test_step_up_says_where_to_sign_in(chat: Chat) -> None:
    url = "http://localhost/signin?acr=3"
    chat.fake.refuse("AAL_STEP_UP", step_up=url, subject=user("alice"), action="channel.join")
    status, answer = chat.join("alice", chat.ops_ns)
    assert (status, answer["countersign.reason"]) == (403, "AAL_STEP_UP")
    assert answer["countersign.step_up_url"] == url
    chat.fake.allow_all()
    assert chat.join("alice", chat.ops_ns)[0] == 200


def test_refused_message_is_not_sent(chat: Chat) -> None:
    chat.join("dave", chat.log_nr)
    label = {LABEL: {"scheme": "NATO", "level": "NS"}}
    chat.fake.refuse("LABEL_EXCEEDS_CHANNEL", subject=user("dave"), action="message.post")
    status, answer = chat.post("dave", chat.log_nr, "secret", **label)
    assert (status, answer["countersign.reason"]) == (403, "LABEL_EXCEEDS_CHANNEL")


def test_file_edit_reaction_and_redaction_are_asked_by_their_likeness(chat: Chat) -> None:
    chat.join("dave", chat.log_nr)
    chat.fake.happen(kind="world")
    time.sleep(0.3)
    chat.fake.questions.clear()
    _, sent = chat.post("dave", chat.log_nr)
    event = sent["event_id"]
    assert chat.post("dave", chat.log_nr, msgtype="m.file", url="mxc://localhost/abc")[0] == 200
    edit = {"m.relates_to": {"rel_type": "m.replace", "event_id": event}, "m.new_content": {"body": "x"}}
    assert chat.post("dave", chat.log_nr, "* x", **edit)[0] == 200
    reaction = {"m.relates_to": {"rel_type": "m.annotation", "event_id": event, "key": "+"}}
    room = quote(chat.log_nr)
    assert chat.act("dave", "PUT", f"/rooms/{room}/send/m.reaction/r1", reaction)[0] == 200
    assert chat.act("dave", "PUT", f"/rooms/{room}/redact/{quote(event)}/x1", {})[0] == 200
    actions = {question["action"]["name"] for question in chat.fake.asked(subject=user("dave"))}
    assert actions >= {"message.post", "file.upload", "message.edit", "message.react"}


def test_room_needs_a_label(chat: Chat) -> None:
    status, answer = chat.create("alice", name="nameless")
    assert status == 400
    assert "label" in answer["error"]


def test_created_room_is_asked_labelled_guarded_and_registered(chat: Chat) -> None:
    status, answer = chat.create("alice", NR, name="plans", preset="private_chat")
    assert status == 200, answer
    room = answer["room_id"]
    [question] = chat.fake.asked(action="channel.create")
    assert question["context"]["label"] == NR["label"]
    assert question["context"]["session"] == "sid-alice"
    assert chat.state("alice", room, LABEL) == {**NR, "owners": [user("alice")]}
    power = chat.state("alice", room, "m.room.power_levels")
    assert power["events"][LABEL] == 100
    assert power["events"]["m.room.power_levels"] == 100
    eventually(lambda: user("alice") in chat.fake.members.get(room, set()))
    power["events"][LABEL] = 0
    status, answer = chat.act("alice", "PUT", f"/rooms/{quote(room)}/state/m.room.power_levels/", power)
    assert status == 403
    assert LABEL in answer["error"]


def test_only_listed_rooms_can_be_published(chat: Chat) -> None:
    assert chat.create("alice", NR, visibility="public")[0] == 400
    status, answer = chat.create("alice", {**NR, "listed": True}, visibility="public")
    assert status == 200, answer
    published = {room["room_id"] for room in chat.act("alice", "GET", "/publicRooms")[1]["chunk"]}
    assert {answer["room_id"], chat.log_nr} <= published
    hidden = chat.create("alice", NR)[1]["room_id"]
    path = f"/directory/list/room/{quote(hidden)}"
    assert chat.act("alice", "PUT", path, {"visibility": "public"})[0] == 403


def test_refused_creation_leaves_no_room(chat: Chat) -> None:
    chat.fake.refuse("CLEARANCE_LEVEL", action="channel.create")
    status, answer = chat.create("dave", {"label": {"scheme": "NATO", "level": "CTS"}})
    assert (status, answer["countersign.reason"]) == (403, "CLEARANCE_LEVEL")


def test_label_cannot_be_removed_and_a_change_is_asked(chat: Chat) -> None:
    room = chat.create("alice", NR)[1]["room_id"]
    path = f"/rooms/{quote(room)}/state/{LABEL}/"
    assert chat.act("alice", "PUT", path, {})[0] == 403
    label_event = next(e for e in chat.act("alice", "GET", f"/rooms/{quote(room)}/state")[1] if e["type"] == LABEL)
    redaction = f"/rooms/{quote(room)}/redact/{quote(label_event['event_id'])}/z"
    assert chat.act("alice", "PUT", redaction, {})[0] == 403
    lower = {"label": {"scheme": "NATO", "level": "NU"}}
    chat.fake.refuse("DUAL_CONTROL", action="channel.reclassify")
    status, answer = chat.act("alice", "PUT", path, lower)
    assert (status, answer["countersign.reason"]) == (403, "DUAL_CONTROL")
    chat.fake.allow_all()
    assert chat.act("alice", "PUT", path, lower)[0] == 200
    eventually(lambda: chat.fake.channels[room].get("label") == lower["label"])


def test_invite_is_asked_for_its_target(chat: Chat) -> None:
    room = chat.create("alice", NR)[1]["room_id"]
    chat.fake.refuse("EXTERNALS_NOT_ALLOWED", action="channel.invite")
    path = f"/rooms/{quote(room)}/invite"
    status, answer = chat.act("alice", "POST", path, {"user_id": user("ivan")})
    assert (status, answer["countersign.reason"]) == (403, "EXTERNALS_NOT_ALLOWED")
    [question] = chat.fake.asked(action="channel.invite")
    assert question["context"]["target"] == {"type": "user", "id": user("ivan")}
    chat.fake.allow_all()
    assert chat.act("alice", "POST", path, {"user_id": user("ivan")})[0] == 200


def test_direct_message_is_asked_as_one(chat: Chat) -> None:
    status, answer = chat.create("alice", NR, is_direct=True, invite=[user("bob")], preset="trusted_private_chat")
    assert status == 200, answer
    asked = chat.fake.asked(action="user.direct_message", resource=user("bob"))
    assert asked
    assert not chat.fake.asked(action="channel.invite")


def test_upgraded_room_keeps_its_label(chat: Chat) -> None:
    room = chat.create("alice", NR, room_version="11")[1]["room_id"]
    status, answer = chat.act("alice", "POST", f"/rooms/{quote(room)}/upgrade", {"new_version": "12"})
    assert status == 200, answer
    successor = answer["replacement_room"]
    eventually(lambda: chat.state("alice", successor, LABEL) == {**NR, "owners": [user("alice")]})
    eventually(lambda: successor in chat.fake.channels)


def test_removed_and_leaving_members_go_off_the_record(chat: Chat) -> None:
    chat.join("erin", chat.log_nr)
    eventually(lambda: user("erin") in chat.fake.members[chat.log_nr])
    assert chat.act("erin", "POST", f"/rooms/{quote(chat.log_nr)}/leave", {})[0] == 200
    eventually(lambda: user("erin") not in chat.fake.members[chat.log_nr])


def test_evicted_member_is_moved_out(chat: Chat) -> None:
    chat.join("erin", chat.log_nr)
    eventually(lambda: user("erin") in chat.fake.members[chat.log_nr])
    chat.fake.happen(kind="eviction", user=user("erin"), channel=chat.log_nr, decision_id="d-evict")
    eventually(lambda: chat.log_nr not in chat.act("erin", "GET", "/joined_rooms")[1]["joined_rooms"])
    eventually(lambda: user("erin") not in chat.fake.members[chat.log_nr])


def test_approved_label_is_written_into_the_room(chat: Chat) -> None:
    room = chat.create("alice", NR)[1]["room_id"]
    eventually(lambda: room in chat.fake.channels)
    raised = {"scheme": "NATO", "level": "NC"}
    chat.fake.happen(kind="label", channel=room, label=raised)
    eventually(lambda: chat.state("alice", room, LABEL)["label"] == raised)
    assert not chat.fake.asked(action="channel.reclassify")


def test_people_who_may_not_talk_are_not_found(chat: Chat) -> None:
    chat.act("dave", "GET", "/account/whoami")
    search = ("POST", "/user_directory/search", {"search_term": "dave"})
    eventually(lambda: chat.act("alice", *search)[1]["results"])
    chat.fake.happen(kind="world")
    chat.fake.refuse("GUEST_ACTION", action="user.direct_message")
    eventually(lambda: not chat.act("alice", *search)[1]["results"])


def test_ended_session_is_logged_out(chat: Chat) -> None:
    token = chat.sign_in("gina", "sid-of-a-phone")
    chat.fake.happen(kind="session_ended", user=user("gina"), session="sid-of-a-phone")
    whoami = "/_matrix/client/v3/account/whoami"
    eventually(lambda: chat.server.call("GET", whoami, token)[0] == 401)


def test_unsupported_mandatory_obligation_is_a_refusal(chat: Chat) -> None:
    chat.fake.obligations = [{"id": "o1", "type": "burn_on_read", "mandatory": True}]
    status, answer = chat.join("fred", chat.log_nr)
    assert (status, answer["countersign.reason"]) == (403, "OBLIGATION_UNSUPPORTED")


def test_without_countersign_only_remembered_permits_hold(chat: Chat) -> None:
    chat.join("dave", chat.log_nr)
    room = chat.create("dave", NR)[1]["room_id"]
    assert chat.post("dave", chat.log_nr, "remembered")[0] == 200
    chat.act("hugo", "GET", "/account/whoami")
    chat.fake.stop()
    status, answer = chat.join("hugo", chat.log_nr)
    assert (status, answer["countersign.reason"]) == (503, "PDP_UNAVAILABLE")
    assert chat.create("dave", NR)[0] == 503
    assert chat.act("dave", "POST", f"/rooms/{quote(room)}/invite", {"user_id": user("bob")})[0] == 503
    label = {"label": {"scheme": "NATO", "level": "NU"}}
    assert chat.act("dave", "PUT", f"/rooms/{quote(room)}/state/{LABEL}/", label)[0] == 503
    assert chat.post("dave", chat.log_nr, "remembered")[0] == 200
    assert chat.post("dave", room, "never asked before")[0] == 503
    chat.fake.start()
    eventually(lambda: chat.join("hugo", chat.log_nr)[0] == 200)


def test_silence_is_not_waited_for(chat: Chat) -> None:
    chat.act("lars", "GET", "/account/whoami")
    chat.fake.delay = 3.0
    began = time.monotonic()
    status, answer = chat.join("lars", chat.log_nr)
    chat.fake.delay = 0.0
    assert (status, answer["countersign.reason"]) == (503, "PDP_UNAVAILABLE")
    assert time.monotonic() - began < 2.5


def test_revoked_person_stays_out_across_a_restart_without_countersign(chat: Chat) -> None:
    token = chat.sign_in("kara")
    spare = chat.sign_in("kara")
    whoami = "/_matrix/client/v3/account/whoami"
    assert chat.server.call("GET", whoami, token)[0] == 200
    chat.fake.happen(kind="user_ended", user=user("kara"))
    eventually(lambda: chat.server.call("GET", whoami, token)[0] in (401, 403))
    chat.fake.stop()
    chat.server.stop()
    chat.server.start()
    assert chat.server.call("GET", whoami, spare)[0] in (401, 403)
    assert chat.act("dave", "GET", "/account/whoami")[0] == 200
    chat.fake.start()
    chat.fake.happen(kind="user_active", user=user("kara"))
    chat.fake.person = ("kara", "sid-kara")
    login = (
        f"{chat.server.base_url}/_matrix/client/v3/login/sso/redirect/oidc-countersign?redirectUrl=http://localhost:1/"
    )
    eventually(lambda: _status(login) == 302)  # Synapse has read the provider's metadata by now
    eventually(lambda: chat.server.call("GET", whoami, chat.sign_in("kara"))[0] == 200)
