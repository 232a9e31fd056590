# SPDX-License-Identifier: Apache-2.0
"""Permits remembered until they expire, on a clock that only moves forward.

Refusals are never remembered: a person who has just stepped up, or been cleared, must not wait. Everything
is dropped when the revision of Countersign's world moves.
"""

from collections import OrderedDict
from collections.abc import Callable

from countersign_synapse.question import Answer, Question

CAPACITY = 20_000


class PermitCache:
    """Permits by whole question. `clock` is monotonic, in seconds."""

    def __init__(self, clock: Callable[[], float], capacity: int = CAPACITY) -> None:
        self._clock = clock
        self._capacity = capacity
        self._permits: OrderedDict[str, tuple[float, Answer]] = OrderedDict()
        self._revision = ""
        self.generation = 0
        """Moves whenever everything is dropped. A permit asked for in an earlier generation is not kept."""

    def find(self, question: Question) -> Answer | None:
        """The permit for exactly this question, unless it has expired."""
        entry = self._permits.get(question.key)
        if entry is None:
            return None
        deadline, answer = entry
        if self._clock() >= deadline:
            del self._permits[question.key]
            return None
        return answer

    def keep(self, question: Question, answer: Answer, generation: int, asked_at: float) -> None:
        """Remember a permit that was asked for at `asked_at`, in `generation`."""
        if generation != self.generation or not answer.permit or answer.ttl <= 0:
            return
        if answer.revision:
            self.observe(answer.revision)
        self._permits[question.key] = (asked_at + answer.ttl, answer)
        self._permits.move_to_end(question.key)
        while len(self._permits) > self._capacity:
            self._permits.popitem(last=False)

    def observe(self, revision: str) -> None:
        """Take note of the revision that Countersign is at; drop everything when it has moved."""
        if revision != self._revision:
            self._revision = revision
            self.drop()

    def drop(self) -> None:
        """Forget every permit."""
        self._permits.clear()
        self.generation += 1
