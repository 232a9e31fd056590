# SPDX-License-Identifier: Apache-2.0
"""Every relative link in the documentation leads somewhere."""

import re

import page
import pytest

LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def anchors(text: str) -> set[str]:
    """The anchors that headings get."""
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in HEADING.findall(text)}


@pytest.mark.parametrize("name", page.pages())
def test_links_lead_somewhere(name):
    for link in LINK.findall(page.text(name)):
        if "://" in link:
            continue
        target, _, anchor = link.partition("#")
        file = (page.ROOT / name).parent / target if target else page.ROOT / name
        assert file.exists(), f"{name}: {link}"
        if anchor:
            assert anchor in anchors(file.read_text(encoding="utf-8")), f"{name}: {link}"
