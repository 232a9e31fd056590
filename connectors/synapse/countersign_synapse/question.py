# SPDX-License-Identifier: Apache-2.0
"""A question to Countersign and its answer (AuthZEN evaluation), as values.

A question is its whole canonical body: that is also the key under which a permit is remembered, so that a
permit for one label, session or target never serves another.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

NO_SESSION = "none"
"""Named for a device that has no session of ours: a session that cannot exist, hence assurance level 0.
Naming nothing would let Countersign assume the least of the person's real sessions."""

SUPPORTED_OBLIGATIONS = frozenset(
    {
        "display_marking",  # the label is room state, which every client receives
        "log_access",  # the record is Countersign's own
        "log_disclosure",
        "breakglass_review",
        "reevaluate_members",  # evictions come back through the feed
        "push_revocation",
        "close_sessions",
        "evict_channels",
    }
)
"""Obligations that this server keeps, or that Countersign keeps by itself. A mandatory other one is a refusal."""

LONGEST_AGE = 60.0
"""No answer is believed longer than this many seconds, whatever it says."""


@dataclass(frozen=True)
class Question:
    """What is asked, in the chat server's own ids; `key` is its canonical JSON."""

    key: str

    @classmethod
    def ask(cls, subject: str, action: str, resource: tuple[str, str], context: dict[str, Any] | None = None) -> Self:
        """Build a question about `subject` doing `action` to `resource` (type, id)."""
        body: dict[str, Any] = {
            "subject": {"type": "user", "id": subject},
            "action": {"name": action},
            "resource": {"type": resource[0], "id": resource[1]},
            "context": context or {},
        }
        return cls(json.dumps(body, sort_keys=True, separators=(",", ":")))

    @property
    def body(self) -> bytes:
        """The request body."""
        return self.key.encode()


@dataclass(frozen=True)
class Answer:
    """A decision. `ttl` is how many seconds it may be remembered, counted from its arrival."""

    permit: bool
    reason: str = ""
    reason_user: str = ""
    decision_id: str = ""
    revision: str = ""
    step_up_url: str = ""
    unsupported: tuple[str, ...] = ()
    ttl: float = 0.0

    @classmethod
    def parse(cls, document: object, now: datetime) -> Self:
        """Read an evaluation response; raises `ValueError` when it is not one. Anything but `true` is a deny."""
        if not isinstance(document, dict) or not isinstance(document.get("decision"), bool):
            raise ValueError("the answer has no decision")
        context = document.get("context")
        if not isinstance(context, dict):
            context = {}
        step_up = context.get("step_up")
        return cls(
            permit=document["decision"] is True,
            reason=_text(context, "reason"),
            reason_user=_text(context, "reason_user"),
            decision_id=_text(context, "decision_id"),
            revision=_text(context, "revision"),
            step_up_url=_text(step_up, "url") if isinstance(step_up, dict) else "",
            unsupported=_unsupported(context.get("obligations", [])),
            ttl=_ttl(context.get("expires_at"), now),
        )


def _text(members: dict[str, Any], key: str) -> str:
    value = members.get(key)
    return value if isinstance(value, str) else ""


def _unsupported(obligations: object) -> tuple[str, ...]:
    """The mandatory obligations that this server cannot keep; one that cannot be read is among them."""
    if not isinstance(obligations, list):
        return ("unreadable",)
    missing = []
    for obligation in obligations:
        if not isinstance(obligation, dict):
            missing.append("unreadable")
        elif obligation.get("mandatory", False) is not False and obligation.get("type") not in SUPPORTED_OBLIGATIONS:
            missing.append(str(obligation.get("type")))
    return tuple(missing)


def _ttl(expires_at: object, now: datetime) -> float:
    if not isinstance(expires_at, str):
        return 0.0
    try:
        end = datetime.fromisoformat(expires_at)
    except ValueError:
        return 0.0
    if end.tzinfo is None:
        end = end.replace(tzinfo=UTC)
    return max(0.0, min(LONGEST_AGE, (end - now).total_seconds()))
