#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A service provider of ours built on pysaml2, for tests: it sends the browser to sign in, takes the encrypted
assertion, checks it and its schema, shows what it learned as JSON, and signs out by single logout.

    .venv/bin/python tests/peers/pysaml2_provider.py --port 9000 --idp-metadata FILE --folder FOLDER

`FOLDER` holds `key.pem` and `cert.pem`. The first line that it prints is its metadata, as JSON; it runs until it is
ended. pysaml2 calls the program xmlsec1.
"""

import argparse
import json
from base64 import b64decode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT
from saml2.client import Saml2Client
from saml2.config import SPConfig
from saml2.metadata import entity_descriptor
from saml2.saml import AuthnContextClassRef
from saml2.samlp import RequestedAuthnContext
from saml2.xml.schema import validate


def client_of(given: argparse.Namespace) -> Saml2Client:
    """The service provider."""
    address = f"http://localhost:{given.port}"
    pair = {"key_file": f"{given.folder}/key.pem", "cert_file": f"{given.folder}/cert.pem"}
    config = SPConfig()
    config.load(
        {
            "entityid": f"{address}/metadata",
            "service": {
                "sp": {
                    "endpoints": {
                        "assertion_consumer_service": [(f"{address}/acs", BINDING_HTTP_POST)],
                        "single_logout_service": [
                            (f"{address}/slo", BINDING_HTTP_REDIRECT),
                            (f"{address}/slo", BINDING_HTTP_POST),
                        ],
                    },
                    "authn_requests_signed": True,
                    "want_assertions_signed": True,
                    "want_response_signed": True,
                    "logout_requests_signed": True,
                    "allow_unsolicited": False,
                    "signing_algorithm": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
                    "digest_algorithm": "http://www.w3.org/2001/04/xmlenc#sha256",
                },
            },
            "metadata": {"local": [given.idp_metadata]},
            "encryption_keypairs": [pair],
            **pair,
        }
    )
    return Saml2Client(config)


class Page(BaseHTTPRequestHandler):
    """`/` sends the browser away, `/acs` shows who came back, `/logout` ends it, `/slo` says so."""

    client: Saml2Client
    outstanding: ClassVar[dict[str, str]] = {}
    sessions: ClassVar[dict[str, object]] = {}

    def do_GET(self) -> None:
        """One visit."""
        asked = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(asked.query).items()}
        if asked.path == "/":
            context = RequestedAuthnContext(
                authn_context_class_ref=[AuthnContextClassRef(text="https://refeds.org/profile/mfa")],
                comparison="minimum",
            )
            request, info = self.client.prepare_for_authenticate(
                relay_state="kept", binding=BINDING_HTTP_REDIRECT, requested_authn_context=context
            )
            self.outstanding[request] = "/"
            self.redirect(dict(info["headers"])["Location"])
        elif asked.path == "/logout":
            (name_id,) = self.sessions.values()
            told = self.client.global_logout(name_id, sign=True)
            ((_, (_, info)),) = told.items()
            self.redirect(dict(info["headers"])["Location"])
        elif asked.path == "/slo" and "SAMLResponse" in query:
            answer = self.client.parse_logout_request_response(query["SAMLResponse"], BINDING_HTTP_REDIRECT)
            self.client.handle_logout_response(answer, sign_alg=None, digest_alg=None)
            self.sessions.clear()
            self.show({"signed_out": answer.status_ok()})
        elif asked.path == "/slo":
            (name_id,) = self.sessions.values()
            info = self.client.handle_logout_request(
                query["SAMLRequest"],
                name_id,
                BINDING_HTTP_REDIRECT,
                sign=True,
                relay_state=query.get("RelayState", ""),
            )
            self.sessions.clear()
            self.redirect(dict(info["headers"])["Location"])
        else:
            self.send_error(404)

    def do_POST(self) -> None:
        """An assertion arrives."""
        length = int(self.headers["Content-Length"])
        form = {name: values[0] for name, values in parse_qs(self.rfile.read(length).decode()).items()}
        response = self.client.parse_authn_request_response(
            form["SAMLResponse"], BINDING_HTTP_POST, outstanding=self.outstanding
        )
        name_id = response.get_subject()
        self.sessions[name_id.text] = name_id
        text = b64decode(form["SAMLResponse"]).decode()
        validate(text)
        validate(str(response.assertion))
        (context,) = response.authn_info()
        self.show(
            {
                "attributes": response.ava,
                "context": context[0],
                "encrypted": "EncryptedAssertion" in text,
                "format": name_id.format,
                "relay_state": form.get("RelayState"),
            }
        )

    def redirect(self, to: str) -> None:
        """Sends the browser on."""
        self.send_response(303)
        self.send_header("Location", to)
        self.end_headers()

    def show(self, learned: dict[str, object]) -> None:
        """A page that a browser can read."""
        body = (
            f"<!doctype html><html lang=en><title>Provider</title><pre>{json.dumps(learned)}</pre>".encode()
        )
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
    parser.add_argument("--idp-metadata", required=True)
    parser.add_argument("--folder", required=True)
    given = parser.parse_args()
    Page.client = client_of(given)
    server = ThreadingHTTPServer(("127.0.0.1", given.port), Page)
    print(json.dumps({"metadata": str(entity_descriptor(Page.client.config))}), flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
