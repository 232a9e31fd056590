# SPDX-License-Identifier: Apache-2.0
"""Countersign's enforcement point inside a Matrix Synapse.

Synapse loads `CountersignModule` from its `modules:` section. Before a join, invite, room creation, label
change or message it asks Countersign, does as it is told, and reports what Countersign must know: which
rooms are labelled and who is in them. It decides nothing by itself; in doubt it refuses.

The module is made of small parts without Synapse in them (`label`, `plan`, `gate`, `cache`, `killswitch`,
`registrar`, `follower`), a few that speak Synapse (`transport`, `homeserver`), and `module`, which ties both.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from countersign_synapse.module import CountersignModule

__all__ = ["CountersignModule"]


def __getattr__(name: str) -> object:
    """Load the module only when Synapse asks for it, so that the parts can be used without Synapse."""
    if name == "CountersignModule":
        from countersign_synapse.module import CountersignModule

        return CountersignModule
    raise AttributeError(name)
