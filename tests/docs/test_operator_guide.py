# SPDX-License-Identifier: Apache-2.0
"""What docs/operator-guide.md says of the configuration and of the first start."""

import subprocess

import page


def countersign(*arguments):
    return subprocess.run([page.BINARY, *arguments], check=False, capture_output=True, text=True, timeout=60)


def test_the_configuration_on_the_page_is_valid(tmp_path):
    example = next(
        content for language, content in page.blocks("docs/operator-guide.md") if language == "toml"
    )
    (tmp_path / "database-url").write_text("postgres://countersign@localhost/countersign\n")
    file = tmp_path / "countersign.toml"
    file.write_text(example.replace("/etc/countersign", str(tmp_path)))
    run = countersign("config", "check", "--config", file)
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.startswith("ok: https://countersign.example.org on 0.0.0.0:8443")


def test_people_of_an_imported_directory_get_an_enrolment_address_each(tmp_path):
    store = ("--data-dir", tmp_path / "data")
    world = page.ROOT / "policies/worlds/coalition.world.json"
    assert countersign("directory", "import", world, *store).returncode == 0
    enrol = countersign("person", "enrol", "judy", "olga", *store)
    assert enrol.returncode == 0, enrol.stderr
    assert [line.split()[0] for line in enrol.stdout.splitlines()] == ["judy", "olga"]
    assert countersign("person", "enrol", "nobody-of-that-name", *store).returncode == 2
    assert countersign("init", "--officer", "a", "--officer", "b", *store).returncode == 1


def test_an_empty_store_is_set_up_with_two_officers(tmp_path):
    store = ("--data-dir", tmp_path / "data")
    assert countersign("init", "--officer", "a", *store).returncode == 2
    init = countersign("init", "--officer", "a", "--officer", "b", "--server", "chat", *store)
    assert init.returncode == 0, init.stderr
    assert init.stdout.count("/enrol/") == 2
    assert "client_secret" in init.stdout
