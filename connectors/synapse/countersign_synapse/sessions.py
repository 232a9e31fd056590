# SPDX-License-Identifier: Apache-2.0
"""From a device to the session at Countersign that it came in with.

Synapse stores the `sid` of the OIDC login with the device (table device_auth_providers). A device without one
(a password login, a token minted by an administrator) has no session of ours, and neither has one that was
used for more than one login: then nobody can say which of them is speaking.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from countersign_synapse.question import NO_SESSION

if TYPE_CHECKING:
    from synapse.module_api import ModuleApi

REMEMBER = 30.0
CAPACITY = 10_000

SESSIONS = """SELECT DISTINCT auth_provider_session_id FROM device_auth_providers
WHERE user_id = ? AND device_id = ? AND auth_provider_id = ?"""


class Sessions:
    """Looks sessions up, and remembers those found for a short while. `clock` is monotonic, in seconds."""

    def __init__(self, api: "ModuleApi", identity_provider: str, clock: Callable[[], float]) -> None:
        self._api = api
        self._identity_provider = identity_provider
        self._clock = clock
        self._known: dict[tuple[str, str], tuple[float, str]] = {}

    async def of(self, user: str, device: str | None) -> str:
        """The session of a device, or `NO_SESSION`."""
        if not device:
            return NO_SESSION
        until, session = self._known.get((user, device), (0.0, ""))
        if session and self._clock() < until:
            return session

        def read(txn: Any) -> list[tuple[str]]:  # noqa: ANN401 -- Synapse's own type
            txn.execute(SESSIONS, (user, device, self._identity_provider))
            return list(txn.fetchall())

        rows = await self._api.run_db_interaction("countersign_session", read)
        if len(rows) != 1:
            return NO_SESSION
        if len(self._known) >= CAPACITY:
            self._known.clear()
        self._known[(user, device)] = (self._clock() + REMEMBER, rows[0][0])
        return rows[0][0]

    def forget(self, user: str, device: str | None) -> None:
        """Look this device up anew the next time: what was asked in its name has been refused."""
        if device:
            self._known.pop((user, device), None)
