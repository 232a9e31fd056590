# SPDX-License-Identifier: Apache-2.0
"""HTTP to Countersign over Synapse's own client, with a limit on the whole exchange."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from countersign_synapse.errors import TimedOutError, UnreachableError

if TYPE_CHECKING:
    from synapse.module_api import ModuleApi

LARGEST_BODY = 8 * 1024 * 1024


@dataclass(frozen=True)
class Response:
    """Status and body of an exchange."""

    status: int
    body: bytes

    def json(self) -> Any:  # noqa: ANN401 -- JSON
        """The body as JSON; raises `UnreachableError` when it is not."""
        try:
            return json.loads(self.body)
        except ValueError as fault:
            raise UnreachableError("the answer is not JSON") from fault


class Transport(Protocol):
    """One HTTP exchange. Raises `UnreachableError` when there is none within `timeout` seconds."""

    async def send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, timeout: float
    ) -> Response:
        """Send a request and read the whole response."""
        ...


class SynapseTransport:
    """`Transport` over the HTTP client that Synapse lends to its modules."""

    def __init__(self, api: "ModuleApi") -> None:
        self._client = api.http_client

    async def send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, timeout: float
    ) -> Response:
        """Send a request and read the whole response."""
        from synapse.logging.context import make_deferred_yieldable, run_in_background
        from synapse.util.async_helpers import timeout_deferred
        from twisted.internet.defer import TimeoutError as DeferredTimeoutError

        exchange = timeout_deferred(
            deferred=run_in_background(self._exchange, method, url, headers, body),
            timeout=timeout,
            clock=self._client.clock,
        )
        try:
            return await make_deferred_yieldable(exchange)
        except DeferredTimeoutError as fault:
            raise TimedOutError(f"{method} {url}: no answer within {timeout} s") from fault
        except Exception as fault:
            raise UnreachableError(f"{method} {url}: {type(fault).__name__}: {fault}") from fault

    async def _exchange(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Response:
        import treq
        from synapse.logging.context import make_deferred_yieldable
        from twisted.web.http_headers import Headers

        response = await self._client.request(
            method, url, data=body, headers=Headers({key: [value] for key, value in headers.items()})
        )
        content = await make_deferred_yieldable(treq.content(response))
        return Response(response.code, content)
