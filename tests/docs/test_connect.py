# SPDX-License-Identifier: Apache-2.0
"""What `countersign connect profile` prints: it can be used as it is, and the pages say the same."""

import json
import os
import re
import subprocess

import page
import pytest
import yaml
from saml2.config import SPConfig

HOUSE = "https://countersign.example.org"
SITE = "https://chat.example.org"
BACK = "https://wickr.example.org/as-its-console-shows"
# Who has an https issuer says where TLS ends.
ENVIRONMENT = os.environ | {"COUNTERSIGN_ISSUER": HOUSE, "COUNTERSIGN_LISTEN__BEHIND_TLS_PROXY": "true"}
PRODUCTS = re.findall(
    r'Self::\w+ => "([a-z-]+)"', (page.ROOT / "server/src/connect/products.rs").read_text(encoding="utf-8")
)


def printed(product, *arguments):
    run = subprocess.run(
        [page.BINARY, "connect", "profile", product, "--site", SITE, "--redirect", BACK, *arguments],
        env=ENVIRONMENT,
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def profile(product):
    return json.loads(printed(product, "--json"))


def test_there_are_products():
    assert len(PRODUCTS) == 12


@pytest.mark.parametrize("product", PRODUCTS)
def test_what_a_profile_names_is_there(product):
    named = re.findall(r"\b(?:connectors|docs)/[\w./-]*\w", printed(product, "--json"))
    assert named
    for path in named:
        assert (page.ROOT / path).exists(), path


@pytest.mark.parametrize("product", [name for name in PRODUCTS if profile(name)["clients"]])
def test_a_shell_files_the_clients_as_they_are_printed(tmp_path, product):
    data = tmp_path / "a folder's data"
    here = printed(product, "--data-dir", str(data)).split("\n\n# there", 1)[0].split("# here\n", 1)[1]
    # Service providers come with metadata, which nobody serves here.
    here = re.sub(r"(?m)^(curl|countersign client saml) .*\n?", "", here)
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "countersign").symlink_to(page.BINARY.resolve())
    run = subprocess.run(
        ["bash", "-e"],
        input=here,
        cwd=tmp_path,
        env=ENVIRONMENT | {"PATH": f"{programs}:{os.environ['PATH']}"},
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.returncode == 0, run.stderr
    told = [json.loads(line) for line in run.stdout.splitlines()]
    clients = profile(product)["clients"]
    assert [one["client_id"] for one in told] == [client["id"] for client in clients]
    for one, client in zip(told, clients, strict=True):
        assert ("client_secret" in one) == (client.get("token_endpoint_auth_method") != "none")


@pytest.mark.parametrize(
    ("name", "product", "language"),
    [
        ("synapse", "synapse", "yaml"),
        ("synapse", "synapse-saml", "yaml"),
        ("xmpp", "ejabberd", "yaml"),
        ("xmpp", "ejabberd", "json"),
        ("xmpp", "prosody", "lua"),
    ],
)
def test_the_page_has_the_files_of_the_profile(name, product, language):
    on_page = [text for found, text in page.blocks(f"docs/connect/{name}.md") if found == language]
    suffix = {"yaml": ("yaml", "yml")}.get(language, (language,))
    files = [file for file in profile(product)["files"] if file["name"].endswith(suffix)]
    assert files
    for file in files:
        assert file["text"] in on_page


@pytest.mark.parametrize(("name", "product"), [("wickr", "wickr"), ("xmpp", "ejabberd"), ("xmpp", "prosody")])
def test_the_page_has_the_records_of_the_profile(name, product):
    on_page = [json.loads(text) for found, text in page.blocks(f"docs/connect/{name}.md") if found == "json"]
    clients = profile(product)["clients"]
    assert clients
    for client in clients:
        assert client in on_page


@pytest.mark.parametrize(("name", "product"), [("synapse", "synapse"), ("rocket-chat", "rocket-chat")])
def test_the_client_of_a_server_that_asks_differs_by_what_asking_takes(name, product):
    text = next(text for found, text in page.blocks(f"docs/connect/{name}.md") if found == "json")
    on_page = json.loads(text)["client"]
    (client,) = profile(product)["clients"]
    assert on_page["grants"] == [*client["grants"], "client_credentials"]
    ours = {"id", "name", "grants"}
    assert {key: on_page[key] for key in on_page.keys() - ours} == {
        key: client[key] for key in client.keys() - ours
    }


def test_pysaml2_reads_what_is_asked_of_responses():
    (file,) = profile("synapse-saml")["files"]
    config = yaml.safe_load(file["text"])["saml2_config"]["sp_config"]
    del config["metadata"]  # an address that nobody serves here
    understood = SPConfig()
    understood.load({"entityid": SITE, **config})
    assert understood.getattr("want_response_signed", "sp") is True


def test_what_would_end_a_text_is_no_address():
    run = subprocess.run(
        [page.BINARY, "connect", "profile", "synapse", "--site", "https://chat.example.org/'; echo"],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (run.returncode, run.stdout) == (2, "")
    assert "is no address of a product" in run.stderr
