# SPDX-License-Identifier: Apache-2.0
"""The Synapse module: registers the callbacks and ties the parts together.

Where a question is put (Synapse 1.163.2): `check_event_allowed` sees every event of ours with the device that
sent it, so joins, invites, removals, labels and messages are asked there, in the name of that device's
session. `user_may_join_room` and `user_may_invite` come before it and know no device; they ask only about
what `check_event_allowed` will not see, rooms and inviters of elsewhere. `on_create_room` asks for creations;
`user_may_create_room` follows it, and is alone for room upgrades. Refusals are raised as `SynapseError`, which
all of these pass on to the client with every field.
"""

import logging
import time
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, Literal, ParamSpec, TypeVar

from countersign_synapse import config as configuration
from countersign_synapse import creation, homeserver
from countersign_synapse.cache import PermitCache
from countersign_synapse.client import Client
from countersign_synapse.errors import Refusal, UnreachableError
from countersign_synapse.follower import Follower
from countersign_synapse.gate import Gate
from countersign_synapse.killswitch import KillSwitch
from countersign_synapse.label import LABEL_TYPE, LabelFault, RoomLabel
from countersign_synapse.plan import Ask, Grant, Pass, Plan, Relabel, current_label, plan, plan_timeline
from countersign_synapse.question import NO_SESSION, Question
from countersign_synapse.registrar import Registrar
from countersign_synapse.rooms import LabelledRooms
from countersign_synapse.sessions import Sessions
from countersign_synapse.transport import SynapseTransport

if TYPE_CHECKING:
    from synapse.events import EventBase
    from synapse.module_api import ModuleApi, UserProfile
    from synapse.synapse_rust.types import Requester
    from synapse.types import StateMap

logger = logging.getLogger(__name__)

NOT_SPAM: Literal["NOT_SPAM"] = "NOT_SPAM"

P = ParamSpec("P")
T = TypeVar("T")


def told_to_the_client(callback: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """Turn our refusals into Synapse's errors."""

    @wraps(callback)
    async def wrapper(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return await callback(*args, **kwargs)
        except Refusal as refusal:
            raise homeserver.synapse_error(refusal) from refusal

    return wrapper


class CountersignModule:
    """Loaded by Synapse: `modules: [{module: countersign_synapse.CountersignModule, config: {...}}]`."""

    def __init__(self, config: configuration.Config, api: "ModuleApi") -> None:
        if api.worker_app is not None:
            raise configuration.ConfigFault("the module works in the main process only; remove the workers")
        self._config = config
        self._api = api
        clock = time.monotonic
        self._rooms = LabelledRooms()
        self._cache = PermitCache(clock)
        self._grants = creation.Grants(clock)
        self._client = Client(config, SynapseTransport(api), clock)
        self._gate = Gate(self._client, self._cache, clock)
        self._sessions = Sessions(api, config.identity_provider, clock)
        self._registrar = Registrar(self._client, self._rooms)
        self._kill_switch = KillSwitch(config.state_dir, config.client_secret, clock, time.time)
        self._hands = homeserver.SynapseHands(api, self._rooms, config.identity_provider)
        self._follower = Follower(self._client, self._kill_switch, self._cache, self._registrar, self._hands, api.sleep)
        api.register_account_validity_callbacks(is_user_expired=self.is_user_expired)
        api.register_third_party_rules_callbacks(
            check_event_allowed=self.check_event_allowed,
            on_create_room=self.on_create_room,
            on_new_event=self.on_new_event,
            check_visibility_can_be_modified=self.check_visibility_can_be_modified,
            check_threepid_can_be_invited=self.check_threepid_can_be_invited,
        )
        api.register_spam_checker_callbacks(
            check_event_for_spam=self.check_event_for_spam,
            check_username_for_spam=self.check_username_for_spam,
            user_may_create_room=self.user_may_create_room,
            user_may_invite=self.user_may_invite,
            user_may_join_room=self.user_may_join_room,
        )
        api.delayed_background_call(0, self._start, desc="countersign_start")

    @staticmethod
    def parse_config(raw: dict[str, Any]) -> configuration.Config:
        """Called by Synapse before the module is made."""
        return configuration.parse(raw)

    # ---- the kill switch ----

    async def is_user_expired(self, user_id: str) -> bool | None:
        """Asked on every request: a look into memory, never a call."""
        if self._kill_switch.ended(user_id):
            return True
        if self._kill_switch.stale() and self._rooms.in_labelled_room(user_id):
            return True
        return None

    # ---- creating ----

    @told_to_the_client
    async def on_create_room(self, requester: "Requester", config: dict[str, Any], _is_admin: bool) -> None:
        """A room is asked for: label it, and ask."""
        user = requester.user.to_string()
        label = creation.requested_label(config, user, self._config.default_label)
        if config.get("visibility") == "public" and not label.listed:
            raise Refusal.by_rule("Only a room whose label says `listed` can be published", status=400)
        session = await self._sessions.of(user, requester.device_id)
        await self._ask_creation(user, label, session)
        target = creation.direct_target(config)
        if target is not None:
            context = {"label": label.label, "session": session}
            await self._gate.pass_or_refuse(Question.ask(user, "user.direct_message", ("user", target), context))
        creation.write_into(config, label, homeserver.default_levels(self._api, config))
        self._grants.give(user, label)

    @told_to_the_client
    async def user_may_create_room(self, user_id: str, config: dict[str, Any]) -> Literal["NOT_SPAM"]:
        """After `on_create_room`, or alone for an upgrade: then the old room's label counts."""
        replaced = creation.predecessor(config)
        label = await homeserver.label_of(self._api, replaced) if replaced is not None else None
        if label is not None:
            # No device is known here: Countersign then counts the least of her sessions at this server.
            await self._ask_creation(user_id, label, None)
            self._grants.give(user_id, label)
            return NOT_SPAM
        if not self._grants.holds(user_id, creation.requested_label(config, user_id, None)):
            raise Refusal.by_rule("A room cannot be created without a label", status=400)
        return NOT_SPAM

    async def _ask_creation(self, user: str, label: RoomLabel, session: str | None) -> None:
        context: dict[str, Any] = {"label": label.label}
        if session is not None:
            context["session"] = session
        await self._gate.pass_or_refuse(Question.ask(user, "channel.create", creation.NEW_ROOM, context))

    # ---- joining and inviting across servers ----

    @told_to_the_client
    async def user_may_join_room(self, user_id: str, room_id: str, _is_invited: bool) -> Literal["NOT_SPAM"]:
        """Rooms of ours are asked about in `check_event_allowed`; all others here."""
        if await homeserver.is_resident(self._api, room_id):
            return NOT_SPAM
        await self._gate.pass_or_refuse(Question.ask(user_id, "channel.join", ("channel", room_id)))
        return NOT_SPAM

    @told_to_the_client
    async def user_may_invite(self, inviter: str, invitee: str, room_id: str) -> Literal["NOT_SPAM"]:
        """Invites by people of ours are asked about in `check_event_allowed`; all others here."""
        if self._api.is_mine(inviter) and await homeserver.is_resident(self._api, room_id):
            return NOT_SPAM
        context = {"target": {"type": "user", "id": invitee}, "session": NO_SESSION}
        await self._gate.pass_or_refuse(Question.ask(inviter, "channel.invite", ("channel", room_id), context))
        return NOT_SPAM

    async def check_threepid_can_be_invited(self, _medium: str, _address: str, _state: "StateMap[EventBase]") -> bool:
        """Invites by e-mail name nobody whom Countersign could judge."""
        return False

    # ---- events ----

    @told_to_the_client
    async def check_event_allowed(
        self, event: "EventBase", state: "StateMap[EventBase]"
    ) -> tuple[bool, dict[str, Any] | None]:
        """Every event that is to enter a room from here."""
        await self._carry_out(plan(event, state), event, state)
        return True, None

    @told_to_the_client
    async def check_event_for_spam(self, event: "EventBase") -> str:
        """Messages once more, from the permit of a moment ago; and those that come from other servers."""
        if not event.is_state():
            await self._carry_out(plan_timeline(event), event, None)
        return NOT_SPAM

    async def _carry_out(self, todo: Plan, event: "EventBase", state: "StateMap[EventBase] | None") -> None:
        match todo:
            case Pass():
                return
            case Grant(label) if self._grants.holds(event.sender, label):
                return
            case Grant(label) | Relabel(label) if self._hands.approved.get(event.room_id) == label:
                return
            case Grant(label):
                todo = Ask("channel.create", {"label": label.label}, creation.NEW_ROOM)
            case Relabel(label):
                todo = Ask("channel.reclassify", {"label": label.label})
        device = event.internal_metadata.device_id
        session = await self._sessions.of(event.sender, device)
        await self._report_first(event, state)
        question = Question.ask(
            event.sender,
            todo.action,
            todo.resource or ("channel", event.room_id),
            {**todo.context, "session": session},
        )
        try:
            await self._gate.pass_or_refuse(question, remember=todo.remember)
        except Refusal:
            self._sessions.forget(event.sender, device)
            raise

    async def _report_first(self, event: "EventBase", state: "StateMap[EventBase] | None") -> None:
        """Countersign must know the room, and the sender as its member, before it is asked about them."""
        label = current_label(state) if state is not None else None
        if state is None or label is None:
            return
        member = state.get(("m.room.member", event.sender))
        joined = member is not None and member.content.get("membership") == "join"
        try:
            await self._registrar.ensure(event.room_id, label, event.sender if joined else None)
        except UnreachableError as fault:
            # The question itself will tell: a remembered permit may still hold.
            logger.warning("could not report room %s: %s", event.room_id, fault)

    async def on_new_event(self, event: "EventBase", _state: "StateMap[EventBase]") -> None:
        """An event has entered a room: keep the index, and Countersign's record, true."""
        if not event.is_state():
            return
        key = event.get_state_key() or ""
        if event.type == LABEL_TYPE and key == "":
            try:
                self._rooms.label(event.room_id, RoomLabel.parse(event.content))
            except LabelFault as fault:
                logger.error("room %s now has a label that cannot be used: %s", event.room_id, fault)
                return
            self._in_background(self._registrar.room_changed, event.room_id)
        elif event.type == "m.room.member":
            if event.content.get("membership") == "join":
                self._rooms.joined(event.room_id, key)
            else:
                self._rooms.left(event.room_id, key)
            self._in_background(self._registrar.member_changed, event.room_id, key)
        elif event.type == "m.room.tombstone":
            self._in_background(self._copy_label, event)

    def _in_background(self, work: Callable[..., Awaitable[None]], *args: object) -> None:
        self._api.run_as_background_process("countersign_record", work, *args)

    async def _copy_label(self, tombstone: "EventBase") -> None:
        """A room has been upgraded: its successor gets the same label."""
        successor = tombstone.content.get("replacement_room")
        label = await homeserver.label_of(self._api, tombstone.room_id)
        if not isinstance(successor, str) or label is None or not await homeserver.is_resident(self._api, successor):
            return
        if await homeserver.label_of(self._api, successor) is None:
            await self._hands.write_label(successor, label, tombstone.sender)

    # ---- being found ----

    async def check_username_for_spam(self, profile: "UserProfile", requester_id: str) -> bool:
        """Whether to leave a person out of what another person finds: out, unless the two may talk."""
        found = profile["user_id"]
        if self._kill_switch.ended(found):
            return True
        return not await self._gate.allowed(Question.ask(requester_id, "user.direct_message", ("user", found)))

    async def check_visibility_can_be_modified(
        self, _room_id: str, state: "StateMap[EventBase]", visibility: str
    ) -> bool:
        """Only a room whose existence is no secret may be published in the directory."""
        if not state:
            return True  # a room that is being created: `on_create_room` has looked at its label
        label = current_label(state)
        return visibility != "public" or (label is not None and label.listed)

    # ---- the background ----

    async def _start(self) -> None:
        await homeserver.load_rooms(self._api, self._rooms)
        await self._follower.run()
