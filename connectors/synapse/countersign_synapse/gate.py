# SPDX-License-Identifier: Apache-2.0
"""The one place where a question becomes a yes or a refusal.

A permit may be remembered for what is asked often (posting, who may be found). Joining, inviting, creating
and labelling are asked every time, so that they stop at once when Countersign cannot be reached.
"""

import logging
from collections.abc import Callable

from countersign_synapse.cache import PermitCache
from countersign_synapse.client import Client
from countersign_synapse.errors import Refusal, UnreachableError
from countersign_synapse.question import Question

logger = logging.getLogger(__name__)


class Gate:
    """Asks Countersign, and refuses when it says no, says nothing, or asks for what cannot be done here."""

    def __init__(self, client: Client, cache: PermitCache, clock: Callable[[], float]) -> None:
        self._client = client
        self._cache = cache
        self._clock = clock

    async def pass_or_refuse(self, question: Question, *, remember: bool = False) -> None:
        """Return when it is allowed; raise `Refusal` when it is not."""
        if remember and self._cache.find(question) is not None:
            return
        asked_at, generation = self._clock(), self._cache.generation
        try:
            answer = await self._client.evaluate(question)
        except UnreachableError as fault:
            logger.warning("Countersign could not be asked, refusing: %s", fault)
            raise Refusal.unanswered() from fault
        if not answer.permit:
            raise Refusal.answered(answer)
        if answer.unsupported:
            logger.warning("mandatory obligations not supported: %s", ", ".join(answer.unsupported))
            raise Refusal.cannot_comply(answer)
        if remember:
            self._cache.keep(question, answer, generation, asked_at)

    async def allowed(self, question: Question) -> bool:
        """The same as a truth value, remembered, for filters."""
        try:
            await self.pass_or_refuse(question, remember=True)
        except Refusal:
            return False
        return True
