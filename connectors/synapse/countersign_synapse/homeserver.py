# SPDX-License-Identifier: Apache-2.0
"""Everything that reaches into Synapse: its database, its sessions, its rooms.

Where the module API has no verb for a thing, the handlers behind it are used; `_hs` is named here only.
Read in the source of Synapse 1.163.2.
"""

import json
import logging
from typing import TYPE_CHECKING, Any

from countersign_synapse.errors import Refusal
from countersign_synapse.label import LABEL_TYPE, LabelFault, RoomLabel
from countersign_synapse.rooms import LabelledRooms

if TYPE_CHECKING:
    from synapse.api.errors import SynapseError
    from synapse.module_api import ModuleApi

logger = logging.getLogger(__name__)

LABELS = "SELECT c.room_id, j.json FROM current_state_events c JOIN event_json j ON j.event_id = c.event_id"
MEMBERS = "SELECT room_id, state_key, membership FROM current_state_events WHERE type = ? AND room_id IN"
LABELLED = "(SELECT room_id FROM current_state_events WHERE type = ? AND state_key = ?)"


def synapse_error(refusal: Refusal) -> "SynapseError":
    """The refusal as the error that Synapse carries to the client, with all our fields."""
    from synapse.api.errors import SynapseError

    return SynapseError(refusal.status, refusal.text, refusal.code, dict(refusal.fields))


def default_levels(api: "ModuleApi", request: dict[str, Any]) -> dict[str, int]:
    """The power levels by event type that Synapse gives a new room; what homeserver.yaml says wins."""
    from synapse.api.room_versions import KNOWN_ROOM_VERSIONS

    settings = api._hs.config  # noqa: SLF001
    preset = request.get("preset") or ("public_chat" if request.get("visibility") == "public" else "private_chat")
    configured = (settings.room.default_power_level_content_override or {}).get(preset) or {}
    if "events" in configured:
        return dict(configured["events"])
    version = KNOWN_ROOM_VERSIONS.get(str(request.get("room_version")), settings.server.default_room_version)
    return {
        "m.room.name": 50,
        "m.room.power_levels": 100,
        "m.room.history_visibility": 100,
        "m.room.canonical_alias": 50,
        "m.room.avatar": 50,
        "m.room.tombstone": 150 if version.msc4289_creator_power_enabled else 100,
        "m.room.server_acl": 100,
        "m.room.encryption": 100,
        "m.call.invite": 50,
    }


async def load_rooms(api: "ModuleApi", rooms: LabelledRooms) -> None:
    """Fill the index from the database."""

    def read(txn: Any) -> tuple[list[tuple[str, str]], list[tuple[str, str, str | None]]]:  # noqa: ANN401 -- Synapse's
        txn.execute(f"{LABELS} WHERE c.type = ? AND c.state_key = ?", (LABEL_TYPE, ""))
        labels = list(txn.fetchall())
        txn.execute(f"{MEMBERS} {LABELLED}", ("m.room.member", LABEL_TYPE, ""))
        return labels, list(txn.fetchall())

    labels, members = await api.run_db_interaction("countersign_rooms", read)
    known: dict[str, RoomLabel] = {}
    for room, event in labels:
        try:
            known[room] = RoomLabel.parse(json.loads(event)["content"])
        except LabelFault as fault:
            logger.error("room %s has a label that cannot be used, and stays closed: %s", room, fault)
    # An invite is neither: the invited were never reported.
    rooms.load(known, [(room, user, kind == "join") for room, user, kind in members if kind != "invite"])
    logger.info("%d labelled rooms found", len(known))


async def is_resident(api: "ModuleApi", room: str) -> bool:
    """Whether this server is in a room now: only then do joins and invites become events of ours."""
    store: Any = api._hs.get_datastores().main  # noqa: SLF001
    return bool(await store.is_host_joined(room, api.server_name))


async def label_of(api: "ModuleApi", room: str) -> RoomLabel | None:
    """The label that a room has now."""
    state = await api.get_room_state(room, [(LABEL_TYPE, "")])
    event = state.get((LABEL_TYPE, ""))
    try:
        return RoomLabel.parse(event.content) if event is not None else None
    except LabelFault:
        return None


class SynapseHands:
    """The follower's `Hands` over Synapse's handlers."""

    def __init__(self, api: "ModuleApi", rooms: LabelledRooms, identity_provider: str) -> None:
        self._api = api
        self._hs = api._hs  # noqa: SLF001 -- the module API ends no sessions
        self._rooms = rooms
        self._identity_provider = identity_provider
        self.approved: dict[str, RoomLabel] = {}
        """Labels that Countersign has approved and that are being written into a room right now."""

    async def end_all_sessions(self, user: str) -> None:
        """Log out every device of a person."""
        if self._api.is_mine(user):
            await self._hs.get_device_handler().delete_all_devices_for_user(user)

    async def end_session(self, session: str) -> None:
        """Log out the devices that came in with one of Countersign's sessions."""
        await self._hs.get_sso_handler().revoke_sessions_for_provider_session_id(self._identity_provider, session)

    async def remove(self, user: str, room: str, decision_id: str) -> None:
        """Move a person out of a room. She leaves by her own hand: that needs no power in the room."""
        if user not in self._rooms.members(room):
            return
        if not self._api.is_mine(user):
            logger.error("%s must leave room %s, but lives on another server", user, room)
            return
        content = {"reason": "Removed by Countersign", "org.countersign.decision_id": decision_id}
        await self._api.update_room_membership(user, user, room, "leave", content=content)
        logger.info("%s removed from room %s, decision %s", user, room, decision_id)

    async def relabel(self, room: str, label: dict[str, Any]) -> None:
        """Write the label that Countersign has approved into a room."""
        before = self._rooms.label_of(room)
        if before is None or before.label == label:
            return
        await self.write_label(room, before.with_members(label=label), await self._label_writer(room))

    async def write_label(self, room: str, label: RoomLabel, sender: str) -> None:
        """Send the label event, past our own question about it."""
        self.approved[room] = label
        try:
            await self._api.create_and_send_event_into_room(
                {"type": LABEL_TYPE, "state_key": "", "room_id": room, "sender": sender, "content": label.content}
            )
        finally:
            self.approved.pop(room, None)

    async def _label_writer(self, room: str) -> str:
        """A member of ours who has the power to send the label event."""
        state = await self._api.get_room_state(room, [("m.room.create", ""), ("m.room.power_levels", "")])
        create = state[("m.room.create", "")]
        power = state.get(("m.room.power_levels", ""))
        levels = power.content.get("users", {}) if power is not None else {}
        ranked = sorted(levels, key=lambda user: -int(levels[user]))
        for user in [create.sender, *create.content.get("additional_creators", []), *ranked]:
            if self._api.is_mine(user) and user in self._rooms.members(room):
                return str(user)
        raise LookupError(f"nobody here may change the label of room {room}")
