# SPDX-License-Identifier: Apache-2.0
"""The records of the pages about chat servers can be used as they stand."""

import json
import subprocess

import page
import pytest

WORLD = {
    "nodes": {
        "chat-example": {
            "accreditation": {"scheme": "NATO", "level": "NS"},
            "agreement": True,
            "communities": ["NATO"],
        }
    }
}


def countersign(folder, *arguments):
    run = subprocess.run(
        [page.BINARY, *arguments, "--data-dir", folder / "data"],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


@pytest.mark.parametrize(("name", "client"), [("rocket-chat", "rocket"), ("synapse", "synapse")])
def test_the_record_on_the_page_connects_a_server(tmp_path, name, client):
    blocks = page.blocks(f"docs/connect/{name}.md")
    record = next(content for language, content in blocks if language == "json")
    (tmp_path / "world.json").write_text(json.dumps(WORLD))
    (tmp_path / "record.json").write_text(record)
    countersign(tmp_path, "directory", "import", tmp_path / "world.json")
    told = json.loads(countersign(tmp_path, "server", "add", tmp_path / "record.json"))
    assert told["client_id"] == client
    assert told["client_secret"]


def test_the_configuration_of_a_policy_server_is_understood(tmp_path):
    blocks = page.blocks("docs/connect/matrix-policy-server.md")
    (tmp_path / "countersign.toml").write_text(next(text for language, text in blocks if language == "toml"))
    run = subprocess.run(
        [page.BINARY, "config", "check", "--config", tmp_path / "countersign.toml"],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.returncode == 0, run.stdout + run.stderr
