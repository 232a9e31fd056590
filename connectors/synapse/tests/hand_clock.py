# SPDX-License-Identifier: Apache-2.0
"""A clock that a test turns by hand."""


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self, now: float = 1000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now
