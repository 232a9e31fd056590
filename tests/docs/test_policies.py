# SPDX-License-Identifier: Apache-2.0
"""The example world and the example scenarios of docs/policies.md belong together, and pass."""

import subprocess

import page


def test_the_example_scenarios_pass_in_the_example_world(tmp_path):
    world, scenarios = [
        content for language, content in page.blocks("docs/policies.md") if language == "json"
    ]
    (tmp_path / "world.json").write_text(world)
    (tmp_path / "scenarios.json").write_text(scenarios)
    run = subprocess.run(
        [page.BINARY, "policy", "test", "--world", tmp_path / "world.json", tmp_path / "scenarios.json"],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.splitlines()[-1] == "3 passed, 0 failed"
