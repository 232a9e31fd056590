# SPDX-License-Identifier: Apache-2.0
"""Reads the documentation's pages, and knows where the program under test is."""

import os
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("COUNTERSIGN_BIN", ROOT / "target/debug/countersign"))

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def text(name: str) -> str:
    """The text of a page, named from the root."""
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(name: str) -> list[tuple[str, str]]:
    """The fenced blocks of a page in their order: language and content."""
    return _FENCE.findall(text(name))


def pages() -> list[str]:
    """Every page of prose in the repository."""
    own = sorted(ROOT.glob("*.md")) + sorted((ROOT / "docs").rglob("*.md"))
    return [str(page.relative_to(ROOT)) for page in own]
