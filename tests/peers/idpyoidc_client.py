#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A client of ours built on idpyoidc, for tests: it sends the browser to sign in, redeems the code, checks the
ID token, asks userinfo, refreshes once, and shows what it learned as JSON.

    .venv/bin/python tests/peers/idpyoidc_client.py --port 9000 --issuer http://localhost:8080 \
        --client-id wiki --client-secret SECRET

It prints one line when it listens, and runs until it is ended. `--auth private_key_jwt` signs with a key of its
own, whose public half it prints first; its record must hold it before the browser comes.
"""

import argparse
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from cryptojwt.key_jar import init_key_jar
from idpyoidc.client.rp_handler import RPHandler


def handler_of(given: argparse.Namespace) -> RPHandler:
    """The relying party, with one client."""
    address = f"http://localhost:{given.port}"
    client = {
        "issuer": given.issuer,
        "client_id": given.client_id,
        "redirect_uris": [f"{address}/callback"],
        "scopes_supported": ["openid", "profile", "email"],
        "response_types": ["code"],
        "token_endpoint_auth_methods_supported": [given.auth],
        "token_endpoint_auth_signing_alg_values_supported": ["ES256"],
        "client_authn_methods": [given.auth],
        "client_type": "oidc",
        "add_ons": {
            "pkce": {
                "function": "idpyoidc.client.oauth2.add_on.pkce.add_support",
                "kwargs": {"code_challenge_length": 64, "code_challenge_method": "S256"},
            }
        },
    }
    if given.client_secret:
        client["client_secret"] = given.client_secret
    keys = init_key_jar(key_defs=[{"type": "EC", "crv": "P-256", "use": ["sig"]}], issuer_id="")
    if given.auth == "private_key_jwt":
        print(json.dumps({"jwks": keys.export_jwks()}), flush=True)
    return RPHandler(base_url=address, client_configs={"countersign": client}, keyjar=keys)


class Page(BaseHTTPRequestHandler):
    """`/` sends the browser away, `/callback` shows who came back."""

    relying_party: RPHandler

    def do_GET(self) -> None:
        """One visit."""
        asked = urlsplit(self.path)
        if asked.path == "/":
            self.send_response(303)
            self.send_header("Location", self.relying_party.begin("countersign"))
            self.end_headers()
        elif asked.path == "/callback":
            self.show(self.finished(dict(parse_qsl(asked.query))))
        else:
            self.send_error(404)

    def finished(self, answer: dict[str, str]) -> dict[str, object]:
        """What came of the answer."""
        party = self.relying_party
        issuer = party.get_client_from_session_key(answer["state"]).get_service_context().issuer
        done = party.finalize(issuer, answer)
        if "error" in done:
            return {"error": str(done)}
        learned: dict[str, object] = {
            "sub": done["id_token"]["sub"],
            "acr": done["id_token"]["acr"],
            "preferred_username": done["userinfo"]["preferred_username"],
        }
        if "refresh_token" in party.get_client_from_session_key(
            answer["state"]
        ).get_service_context().cstate.get(answer["state"]):
            again = party.refresh_access_token(answer["state"])
            learned["refreshed"] = bool(again.get("access_token"))
        return learned

    def show(self, learned: dict[str, object]) -> None:
        """A page that a browser can read."""
        body = f"<!doctype html><html lang=en><title>Client</title><pre>{json.dumps(learned)}</pre>".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing is logged: tests read standard output."""


def main() -> None:
    """Listen until ended."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--issuer", required=True)
    parser.add_argument("--client-id", required=True)
    parser.add_argument("--client-secret")
    parser.add_argument("--auth", default="client_secret_basic")
    given = parser.parse_args()
    Page.relying_party = handler_of(given)
    server = ThreadingHTTPServer(("127.0.0.1", given.port), Page)
    print(json.dumps({"address": f"http://localhost:{given.port}/"}), flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
