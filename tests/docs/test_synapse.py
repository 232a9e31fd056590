# SPDX-License-Identifier: Apache-2.0
"""The record of docs/connect/synapse.md can be used as it stands."""

import json
import subprocess

import page

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


def test_the_record_on_the_page_connects_a_server(tmp_path):
    record = next(
        content for language, content in page.blocks("docs/connect/synapse.md") if language == "json"
    )
    (tmp_path / "world.json").write_text(json.dumps(WORLD))
    (tmp_path / "synapse.json").write_text(record)
    countersign(tmp_path, "directory", "import", tmp_path / "world.json")
    told = json.loads(countersign(tmp_path, "server", "add", tmp_path / "synapse.json"))
    assert told["client_id"] == "synapse"
    assert told["client_secret"]
