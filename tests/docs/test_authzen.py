# SPDX-License-Identifier: Apache-2.0
"""Runs the programs of docs/connect/authzen.md: against the demo, and against servers that are busy, broken or not there."""

import json
import os
import shutil
import socket
import subprocess
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import page
import pytest

PAGE = "docs/connect/authzen.md"
LANGUAGES = ["sh", "python", "go", "rust", "ts"]
NODE_MODULES = page.ROOT / "admin-ui/node_modules"


def block(language: str, contains: str = "") -> str:
    return next(text for found, text in page.blocks(PAGE) if found == language and contains in text)


def run(*command, folder=None):
    subprocess.run(command, check=True, cwd=folder, capture_output=True, text=True, timeout=300)


@pytest.fixture(scope="module")
def programs(tmp_path_factory) -> dict[str, list[str]]:
    """The command of each program, made ready as a reader of the page would."""
    folder = tmp_path_factory.mktemp("programs")
    for language, name in [("sh", "ask.sh"), ("python", "ask.py"), ("go", "ask.go"), ("ts", "ask.mts")]:
        (folder / name).write_text(block(language))
    go = shutil.which("go") or "/usr/local/go/bin/go"
    run(go, "vet", "ask.go", folder=folder)
    run(go, "build", "-o", "ask-go", "ask.go", folder=folder)
    options = [
        "--strict",
        "--target",
        "es2022",
        "--module",
        "nodenext",
        "--typeRoots",
        NODE_MODULES / "@types",
    ]
    run(NODE_MODULES / ".bin/tsc", *options, "--types", "node", "ask.mts", folder=folder)
    return {
        "sh": ["bash", folder / "ask.sh"],
        "python": ["python3", folder / "ask.py"],
        "go": [folder / "ask-go"],
        "rust": [page.BINARY.parent / "authzen-client"],
        "ts": ["node", folder / "ask.mjs"],
    }


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    with subprocess.Popen(
        [page.BINARY, "demo", "--data-dir", folder / "data", "--port", "0", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()


def environment(base: str, client: str = "demo", secret: str | None = None) -> dict[str, str]:
    return os.environ | {"COUNTERSIGN": base, "CLIENT_ID": client, "CLIENT_SECRET": secret or "any"}


def ask(program, env, *words) -> tuple[str, int]:
    run = subprocess.run([*program, *words], check=False, env=env, capture_output=True, text=True, timeout=30)
    assert run.stdout.count("\n") == 1, run.stdout + run.stderr
    return run.stdout.strip(), run.returncode


def test_the_rust_program_on_the_page_is_the_one_that_was_built():
    built = page.text("tests/docs/authzen.rs")
    assert built.split("\n\n", 1)[1] == block("rust")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_program_asks_and_prints_a_yes_a_no_and_what_it_does_not_know(language, programs, demo):
    server = demo["server"]
    env = environment(demo["base_url"], server["client_id"], server["client_secret"])
    told, code = ask(programs[language], env, "alice", "channel.join", "ops-ns")
    assert (told.split(" 20")[0], code) == ("yes, until", 0)
    assert ask(programs[language], env, "noah", "channel.join", "ops-ns") == ("no: CLEARANCE_LEVEL", 1)
    assert ask(programs[language], env, "nobody", "channel.join", "no-such")[1] == 1
    wrong = env | {"CLIENT_SECRET": "wrong"}
    assert ask(programs[language], wrong, "alice", "channel.join", "ops-ns") == ("no: NO_ANSWER", 1)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_program_hears_of_changes(language, programs, demo):
    server = demo["server"]
    env = environment(demo["base_url"], server["client_id"], server["client_secret"])
    channel = f"followed-by-{language}"

    def put(level: str) -> None:
        told = subprocess.run(
            ["curl", "-sf", f"{demo['base_url']}/oauth2/token", "-d", "grant_type=client_credentials"]
            + ["-u", f"{server['client_id']}:{server['client_secret']}"],
            check=True,
            capture_output=True,
        )
        headers = {
            "Authorization": f"Bearer {json.loads(told.stdout)['access_token']}",
            "Content-Type": "application/json",
        }
        body = json.dumps({"label": {"scheme": "NATO", "level": level}, "name": channel}).encode()
        address = f"{demo['base_url']}/api/v1/channels/{channel}"
        urllib.request.urlopen(
            urllib.request.Request(address, body, headers, method="PUT"), timeout=5
        ).close()

    put("NU")
    with subprocess.Popen(
        [*programs[language], "follow"], env=env, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        stop = threading.Event()

        def change():
            # It says nothing when its stream is open; whatever level comes next is a change.
            for level in ["NR", "NC", "NS"]:
                if stop.wait(1.0):
                    return
                put(level)

        changing = threading.Thread(target=change)
        changing.start()
        try:
            assert process.stdout.readline() == "label\n"
        finally:
            stop.set()
            changing.join()
            os.killpg(process.pid, 9)


class Odd(BaseHTTPRequestHandler):
    """Gives a token, and then what the test wants."""

    answers: list[tuple[int, dict[str, str], bytes]]

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        token = (200, {}, b'{"access_token": "t", "expires_in": 300}')
        answers = self.server.answers
        if self.path == "/oauth2/token":
            status, headers, body = token
        else:
            status, headers, body = answers.pop(0) if len(answers) > 1 else answers[0]
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def odd():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Odd)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def yes(**context) -> bytes:
    context = {"expires_at": "2026-11-23T12:00:00Z", "obligations": [], **context}
    return json.dumps({"decision": True, "context": context}).encode()


BUSY = [(429, {"Retry-After": "1"}, b"later\n"), (200, {}, yes())]
DUTY = {"id": "o1", "type": "watermark", "mandatory": True}
CASES = {
    "busy for a moment": (BUSY, ("yes, until 2026-11-23T12:00:00Z", 0)),
    "busy for long": ([(503, {"Retry-After": "600"}, b"later\n")], ("no: NO_ANSWER", 1)),
    "broken": ([(500, {}, b"oops")], ("no: NO_ANSWER", 1)),
    "no JSON": ([(200, {}, b"<html>yes</html>")], ("no: NO_ANSWER", 1)),
    "no yes": ([(200, {}, b'{"decision": "true", "context": {}}')], ("no: NO_ANSWER", 1)),
    "a duty": ([(200, {}, yes(obligations=[DUTY]))], ("no: OBLIGATION", 1)),
    "another no": ([(200, {}, b'{"decision": false, "context": {"reason": "EMBARGO"}}')], ("no: EMBARGO", 1)),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_program_takes_nothing_but_a_yes_for_a_yes(language, case, programs, odd):
    answers, expected = CASES[case]
    odd.answers = list(answers)
    env = environment(f"http://127.0.0.1:{odd.server_port}")
    assert ask(programs[language], env, "alice", "channel.join", "town") == expected


@pytest.mark.parametrize("language", LANGUAGES)
def test_where_nobody_answers_a_program_says_no(language, programs):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        env = environment(f"http://127.0.0.1:{free.getsockname()[1]}")
    assert ask(programs[language], env, "alice", "channel.join", "town") == ("no: NO_ANSWER", 1)


def test_the_record_on_the_page_connects_a_server(tmp_path):
    node = {"accreditation": {"scheme": "NATO", "level": "NS"}, "agreement": True, "communities": ["NATO"]}
    (tmp_path / "world.json").write_text(json.dumps({"nodes": {"chat-example": node}}))
    (tmp_path / "chat.json").write_text(block("json"))
    for words in [
        ["directory", "import", tmp_path / "world.json"],
        ["server", "add", tmp_path / "chat.json"],
    ]:
        told = subprocess.run(
            [page.BINARY, *words, "--data-dir", tmp_path / "data"], check=True, capture_output=True, text=True
        )
    assert json.loads(told.stdout)["client_secret"]
