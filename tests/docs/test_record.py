# SPDX-License-Identifier: Apache-2.0
"""Runs the commands of docs/record.md, in order, against a demo that its witness watches."""

import json
import os
import re
import subprocess

import page


def shell(script: str, folder, **more: str) -> str:
    path = f"{page.BINARY.parent}:{os.environ['PATH']}"
    run = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        env={**os.environ, "PATH": path, "COUNTERSIGN_RECORD__ORIGIN": "demo/record", **more},
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.returncode == 0, f"{script}\n{run.stdout}{run.stderr}"
    return run.stdout


def test_every_command_on_the_record_page_runs(tmp_path):
    commands = [text for language, text in page.blocks("docs/record.md") if language == "sh"]
    first = next(command for command in commands if "witness new" in command)
    entry = shell(first, tmp_path)
    shown = next(text for language, text in page.blocks("docs/record.md") if language == "toml")
    keys = re.findall(r"^\[?\[?[\w.]+", shown, re.MULTILINE)
    assert re.findall(r"^\[?\[?[\w.]+", entry, re.MULTILINE) == keys, "the page shows what is printed"
    lines = [line for line in entry.splitlines() if " = " in line]
    env = {
        **os.environ,
        "COUNTERSIGN_RECORD__ORIGIN": "demo/record",
        "COUNTERSIGN_RECORD__CHECKPOINT_SECONDS": "1",
        "COUNTERSIGN_RECORD__WITNESSES": f"[{{ {', '.join(lines)} }}]",
    }
    data = tmp_path / "data"
    with subprocess.Popen(
        [page.BINARY, "demo", "--data-dir", data, "--port", "0", "--json"],
        env=env,
        stdout=subprocess.PIPE,
        stderr=(tmp_path / "log").open("w"),
        text=True,
    ) as process:
        try:
            told = json.loads(process.stdout.readline())
            place = {"DATA": str(data), "BASE": told["base_url"]}
            exported = shell("countersign audit export --data-dir $DATA first.jsonl", tmp_path, **place)
            (tmp_path / "log-key").write_text(exported.split("by the key ")[1].strip())
            for command in commands:
                if command != first:
                    shell(command, tmp_path, **place)
            note = shell(
                'curl -sf -H "Authorization: Bearer $(cat witness/token)" $BASE/api/v1/record/key',
                tmp_path,
                **place,
            )
            assert note.strip() == (tmp_path / "log-key").read_text()
        finally:
            process.terminate()
