# SPDX-License-Identifier: Apache-2.0
"""Serves the demo's chat page on loopback: a handful of files, under a strict content security policy."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

HERE = Path(__file__).resolve().parent
FILES = {
    "/": (HERE / "chat" / "index.html", "text/html; charset=utf-8"),
    "/chat.css": (HERE / "chat" / "chat.css", "text/css; charset=utf-8"),
    "/chat.js": (HERE / "chat" / "chat.js", "text/javascript; charset=utf-8"),
    "/tokens.css": (HERE.parent / "server" / "static" / "tokens.css", "text/css; charset=utf-8"),
}


class ChatPage:
    """The page for one Synapse, on one port."""

    def __init__(self, port: int, synapse: str) -> None:
        class Handler(_Handler):
            configuration = json.dumps({"synapse": synapse}).encode()
            policy = (
                "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; "
                f"connect-src 'self' {synapse}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
            )

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        self.url = f"http://localhost:{self._server.server_port}/"

    def start(self) -> None:
        """Serve in the background."""
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Serve no longer."""
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    configuration: bytes
    policy: str

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path == "/config.json":
            return self._answer(200, "application/json", self.configuration)
        if path in FILES:
            file, kind = FILES[path]
            return self._answer(200, kind, file.read_bytes())
        return self._answer(404, "text/plain", b"not found\n")

    def _answer(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", self.policy)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Login tokens pass through addresses here: nothing is logged."""
