# SPDX-License-Identifier: Apache-2.0
"""The configuration of docs/operator-guide.md can be used as it stands."""

import subprocess

import page


def test_the_configuration_on_the_page_is_valid(tmp_path):
    example = next(
        content for language, content in page.blocks("docs/operator-guide.md") if language == "toml"
    )
    (tmp_path / "database-url").write_text("postgres://countersign@localhost/countersign\n")
    file = tmp_path / "countersign.toml"
    file.write_text(example.replace("/etc/countersign", str(tmp_path)))
    run = subprocess.run(
        [page.BINARY, "config", "check", "--config", file],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.startswith("ok: https://countersign.example.org on 0.0.0.0:8443")
