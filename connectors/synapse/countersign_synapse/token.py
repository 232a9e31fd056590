# SPDX-License-Identifier: Apache-2.0
"""The connector's own access token: grant client_credentials (RFC 6749 section 4.4), renewed before it ends."""

import base64
from collections.abc import Callable
from urllib.parse import quote

from countersign_synapse.config import Config
from countersign_synapse.errors import UnreachableError
from countersign_synapse.transport import Transport

RENEW_EARLY = 30.0


class TokenSource:
    """Hands out a bearer token that is good for a while. `clock` is monotonic, in seconds."""

    def __init__(self, config: Config, transport: Transport, clock: Callable[[], float]) -> None:
        self._url = f"{config.base_url}/oauth2/token"
        # RFC 6749 section 2.3.1: both parts are form-encoded before they are joined.
        pair = f"{quote(config.client_id, safe='')}:{quote(config.client_secret, safe='')}"
        self._basic = "Basic " + base64.b64encode(pair.encode()).decode()
        self._timeout = config.request_timeout
        self._transport = transport
        self._clock = clock
        self._token = ""
        self._renew_at = 0.0

    async def token(self) -> str:
        """The current token, asked for anew when it is about to end; raises `UnreachableError`."""
        if self._token and self._clock() < self._renew_at:
            return self._token
        asked_at = self._clock()
        response = await self._transport.send(
            "POST",
            self._url,
            {
                "Authorization": self._basic,
                "Content-Type": "application/x-www-form-urlencoded",
                "Accept": "application/json",
            },
            b"grant_type=client_credentials",
            self._timeout,
        )
        if response.status != 200:
            raise UnreachableError(f"the token endpoint answered {response.status}")
        document = response.json()
        token = document.get("access_token") if isinstance(document, dict) else None
        if not isinstance(token, str) or not token:
            raise UnreachableError("the token endpoint answered without a token")
        lifetime = document.get("expires_in", 60)
        lifetime = lifetime if isinstance(lifetime, int | float) else 60
        self._token = token
        self._renew_at = asked_at + max(lifetime - RENEW_EARLY, lifetime / 2)
        return token

    def forget(self) -> None:
        """The token was refused: the next caller asks for another."""
        self._token = ""
