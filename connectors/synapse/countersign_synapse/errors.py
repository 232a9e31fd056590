# SPDX-License-Identifier: Apache-2.0
"""What goes wrong between the parts, and what a refused person is told (as a value; `homeserver` raises it)."""

from dataclasses import dataclass, field

from countersign_synapse.question import Answer

NOT_AVAILABLE = "NOT_AVAILABLE"
"""The reason that stands for all others where the person may not know of the room."""


class UnreachableError(Exception):
    """Countersign did not answer, or not in a way that can be understood."""


class TimedOutError(UnreachableError):
    """Countersign did not answer in time: asking once more would only take as long again."""


class CursorGoneError(Exception):
    """The feed no longer reaches back to our cursor: everything must be read anew."""


class UnknownToCountersignError(Exception):
    """Countersign knows no such person or channel in our scope."""


class RejectedError(Exception):
    """Countersign has understood a report and does not take it: repeating it is in vain."""


@dataclass(eq=False)
class Refusal(Exception):
    """A no, in the form in which a client receives it: HTTP status, Matrix code, text and our own fields."""

    status: int
    code: str
    text: str
    fields: dict[str, str] = field(default_factory=dict)

    @classmethod
    def answered(cls, answer: Answer) -> "Refusal":
        """Countersign has said no."""
        fields = {"countersign.reason": answer.reason, "countersign.decision_id": answer.decision_id}
        if answer.reason == NOT_AVAILABLE:
            return cls(404, "M_NOT_FOUND", answer.reason_user or "Not available", fields)
        if answer.step_up_url:
            fields["countersign.step_up_url"] = answer.step_up_url
        return cls(403, "M_FORBIDDEN", answer.reason_user or "Refused by policy", fields)

    @classmethod
    def cannot_comply(cls, answer: Answer) -> "Refusal":
        """Countersign has said yes, on a condition that this server cannot keep."""
        return cls(
            403,
            "M_FORBIDDEN",
            "Allowed only under a condition that this server cannot keep",
            {
                "countersign.reason": "OBLIGATION_UNSUPPORTED",
                "countersign.decision_id": answer.decision_id,
                "countersign.obligations": ", ".join(answer.unsupported),
            },
        )

    @classmethod
    def unanswered(cls) -> "Refusal":
        """Countersign could not be asked."""
        return cls(
            503,
            "M_FORBIDDEN",
            "The access control service cannot be reached. Try again later",
            {"countersign.reason": "PDP_UNAVAILABLE"},
        )

    @classmethod
    def by_rule(cls, text: str, reason: str = "PDP_INPUT", status: int = 403) -> "Refusal":
        """Refused here, because the request could not even be put as a question."""
        return cls(status, "M_FORBIDDEN", text, {"countersign.reason": reason})
