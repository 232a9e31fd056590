# SPDX-License-Identifier: Apache-2.0
"""The connector's `Transport` over plain sockets, so that its parts can be tested without Synapse's reactor."""

import asyncio
import http.client
from collections.abc import Coroutine, Mapping
from typing import Any, TypeVar
from urllib.parse import urlsplit

from countersign_synapse.errors import TimedOutError, UnreachableError
from countersign_synapse.transport import Response

T = TypeVar("T")


class DirectTransport:
    async def send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, timeout: float
    ) -> Response:
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=timeout)
        try:
            connection.request(method, f"{parts.path}?{parts.query}" if parts.query else parts.path, body, headers)
            answer = connection.getresponse()
            return Response(answer.status, answer.read())
        except TimeoutError as fault:
            raise TimedOutError(str(fault)) from fault
        except OSError as fault:
            raise UnreachableError(str(fault)) from fault
        finally:
            connection.close()


def run(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)
