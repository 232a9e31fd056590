# SPDX-License-Identifier: Apache-2.0
"""Runs the commands of docs/http.md against the demo, in order, and holds the answers against the page."""

import json
import re
import subprocess
import time

import page
import pytest


def steps() -> list[tuple[str, object]]:
    """Each `sh` block with the `json` block right after it, if there is one."""
    blocks = page.blocks("docs/http.md")
    following = blocks[1:] + [("", "")]
    return [
        (text, json.loads(answer) if kind == "json" else None)
        for (language, text), (kind, answer) in zip(blocks, following, strict=True)
        if language == "sh" and not text.startswith("countersign")
    ]


def agrees(shown: object, actual: object) -> bool:
    """The page shows a part: every member that it shows must be there. "…" is any text."""
    if isinstance(shown, dict):
        return isinstance(actual, dict) and all(
            key in actual and agrees(value, actual[key]) for key, value in shown.items()
        )
    if isinstance(shown, list):
        return (
            isinstance(actual, list)
            and len(shown) == len(actual)
            and all(agrees(*pair) for pair in zip(shown, actual, strict=True))
        )
    return isinstance(actual, str) if shown == "…" else shown == actual


def parsed(answer: str) -> object:
    """The answer as JSON, else as it is."""
    try:
        return json.loads(answer)
    except ValueError:
        return answer


@pytest.fixture
def demo(tmp_path):
    with subprocess.Popen(
        [page.BINARY, "demo", "--data-dir", tmp_path / "data", "--port", "0", "--json"],
        stdout=subprocess.PIPE,
        stderr=(tmp_path / "log").open("w"),
        text=True,
    ) as process:
        try:
            line = process.stdout.readline()
            assert line, f"the demo did not start:\n{(tmp_path / 'log').read_text()}"
            yield json.loads(line)
        finally:
            process.terminate()


def wait_until_ready(base: str) -> None:
    for _ in range(100):
        if subprocess.run(["curl", "-sf", "-o", "/dev/null", f"{base}/readyz"], check=False).returncode == 0:
            return
        time.sleep(0.1)
    pytest.fail("the demo did not become ready")


def test_every_command_on_the_http_page_answers_as_shown(demo):
    wait_until_ready(demo["base_url"])
    shell = [
        "set -euo pipefail",
        f"BASE={demo['base_url']}",
        f"CLIENT_ID={demo['server']['client_id']}",
        f"CLIENT_SECRET={demo['server']['client_secret']}",
    ]
    shown = steps()
    for number, (command, _) in enumerate(shown):
        shell += [f"printf '\\n--- {number}\\n'", command]
    script = "\n".join(shell)
    run = subprocess.run(["bash", "-c", script], check=False, capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stdout + run.stderr
    answers = re.split(r"\n--- \d+\n", run.stdout)[1:]
    for (command, expected), answer in zip(shown, answers, strict=True):
        if expected is not None:
            assert agrees(expected, parsed(answer)), f"{command}\nanswered\n{answer}"
