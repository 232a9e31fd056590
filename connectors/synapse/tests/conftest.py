# SPDX-License-Identifier: Apache-2.0
"""What the tests share: the stand-in for Countersign, a clock to turn, and one real Synapse beside them."""

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from fake_countersign import FakeCountersign  # noqa: E402
from hand_clock import Clock  # noqa: E402


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def fake() -> Iterator[FakeCountersign]:
    server = FakeCountersign()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def peer() -> ModuleType:
    """tests/peers/synapse.py; by path, because its name is Synapse's own."""
    path = HERE.parents[2] / "tests" / "peers" / "synapse.py"
    spec = importlib.util.spec_from_file_location("synapse_peer", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["synapse_peer"] = module
    spec.loader.exec_module(module)
    return module
