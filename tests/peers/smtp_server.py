# SPDX-License-Identifier: Apache-2.0
"""A mail server (aiosmtpd) that takes messages from one user alone, and tells of each sign-in and each message.

    smtp_server.py starttls|wrapped|open CERTIFICATE KEY USER PASSWORD

The first line that it prints is its port; each further one is JSON. `open` offers no TLS.
"""

import asyncio
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


def tell(what: dict[str, object]) -> None:
    print(json.dumps(what), flush=True)


class Handler:
    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:
        tell(
            {
                "message": envelope.content.decode(),
                "to": envelope.rcpt_tos,
                "tls": is_protected(session),
                "signed_in": session.authenticated,
            }
        )
        return "250 taken"


def is_protected(session: Session) -> bool:
    return session.ssl is not None or MODE == "wrapped"


def authenticate(
    _server: SMTP, session: Session, _envelope: Envelope, _mechanism: str, shown: LoginPassword
) -> AuthResult:
    right = (shown.login.decode(), shown.password.decode()) == (USER, PASSWORD)
    tell({"sign_in": right, "tls": is_protected(session)})
    return AuthResult(success=right, handled=False)


def connection() -> SMTP:
    by_command = MODE == "starttls"
    return SMTP(
        Handler(),
        hostname="localhost",
        tls_context=CONTEXT if by_command else None,
        require_starttls=by_command,
        auth_required=True,
        auth_require_tls=by_command,
        authenticator=authenticate,
    )


async def main() -> None:
    loop = asyncio.get_running_loop()
    inside = CONTEXT if MODE == "wrapped" else None
    server = await loop.create_server(connection, "127.0.0.1", 0, ssl=inside)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


MODE, CERTIFICATE, KEY, USER, PASSWORD = sys.argv[1:]
CONTEXT = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
CONTEXT.load_cert_chain(CERTIFICATE, KEY)
asyncio.run(main())
