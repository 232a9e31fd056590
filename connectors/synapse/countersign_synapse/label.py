# SPDX-License-Identifier: Apache-2.0
"""A room's label: the content of its `org.countersign.label` state event.

    {"label": {"scheme": "NATO", "level": "NR"}, "missions": ["BALTIC"], "industry_allowed": true, "listed": true}

Only the shape is looked at here. What a label means, and whether it exists, Countersign says.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

LABEL_TYPE = "org.countersign.label"
"""The room state event type (empty state key), and the key of a message's own label in its content."""

_TEXT_LISTS = ("missions", "recipients", "owners")
_FLAGS = ("externals_allowed", "industry_allowed", "listed", "direct")
_TEXTS = ("label_mode", "state")
_KNOWN = {"label", *_TEXT_LISTS, *_FLAGS, *_TEXTS}


class LabelFault(ValueError):
    """A label event that cannot be used, in words for the person who sent it."""


@dataclass(frozen=True)
class RoomLabel:
    """The content of a label event, known to have the right shape. Equal when the canonical content is."""

    canonical: str

    @classmethod
    def parse(cls, content: object) -> Self:
        """Check the shape of a label event's content; raises `LabelFault`."""
        if not isinstance(content, Mapping):
            raise LabelFault("a label must be an object")
        plain = _plain(content)
        unknown = sorted(set(plain) - _KNOWN)
        if unknown:
            raise LabelFault(f"unknown members in the label: {', '.join(unknown)}")
        raw_label_shape(plain.get("label"))
        for key in _TEXT_LISTS:
            values = plain.get(key, [])
            if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
                raise LabelFault(f"`{key}` must be a list of texts")
        for key in _FLAGS:
            if not isinstance(plain.get(key, False), bool):
                raise LabelFault(f"`{key}` must be true or false")
        for key in _TEXTS:
            if not isinstance(plain.get(key, ""), str):
                raise LabelFault(f"`{key}` must be a text")
        return cls(json.dumps(plain, sort_keys=True, separators=(",", ":")))

    @property
    def content(self) -> dict[str, Any]:
        """The content as an event carries it; a fresh copy."""
        content: dict[str, Any] = json.loads(self.canonical)
        return content

    @property
    def label(self) -> dict[str, Any]:
        """The label itself, as the decision API takes it in `context.label`."""
        label: dict[str, Any] = self.content["label"]
        return label

    @property
    def listed(self) -> bool:
        """Whether the room's existence is no secret."""
        return self.content.get("listed") is True

    @property
    def direct(self) -> bool:
        """Whether the room is a conversation of two, opened by a direct message."""
        return self.content.get("direct") is True

    def registration(self) -> dict[str, Any]:
        """The body that registers the room with Countersign."""
        content = self.content
        content.pop("direct", None)
        return content

    def with_members(self, **members: object) -> "RoomLabel":
        """The same label with some members of its content replaced."""
        return RoomLabel.parse({**self.content, **members})


def raw_label_shape(label: object) -> dict[str, Any]:
    """The label object itself, if it has the least shape of one; raises `LabelFault`."""
    if not isinstance(label, dict):
        raise LabelFault("`label` must be an object with a scheme and a level")
    for key in ("scheme", "level"):
        if not isinstance(label.get(key), str) or not label[key]:
            raise LabelFault(f"the label has no `{key}`")
    return label


def _plain(value: object) -> Any:  # noqa: ANN401 -- JSON
    """Events hold immutable mappings and tuples; JSON wants dicts and lists."""
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value
