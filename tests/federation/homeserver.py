# SPDX-License-Identifier: Apache-2.0
"""An unmodified Synapse that federates over TLS on loopback: no module, no sign-in of ours."""

import datetime
import ipaddress
import json
import secrets
import sys
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "peers"))

import synapse as peer


def authority(folder: Path) -> dict[str, Path]:
    """A certificate authority, and one certificate for localhost that everybody here uses."""
    now = datetime.datetime.now(datetime.UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "loopback authority")])
    key = ec.generate_private_key(ec.SECP256R1())
    begin, end = now - datetime.timedelta(hours=1), now + datetime.timedelta(days=1)

    def builder(subject: x509.Name, public: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(name)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(begin)
            .not_valid_after(end)
        )

    usage = x509.KeyUsage(True, False, False, False, False, True, True, False, False)
    root = builder(name, key.public_key())
    root = root.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    root = root.add_extension(usage, critical=True)
    own = ec.generate_private_key(ec.SECP256R1())
    leaf = builder(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")]), own.public_key())
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    leaf = leaf.add_extension(x509.SubjectAlternativeName(names), critical=False)
    leaf = leaf.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    paths = {name: folder / f"{name}.pem" for name in ("ca", "certificate", "key")}
    paths["ca"].write_bytes(root.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    paths["certificate"].write_bytes(leaf.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    pem = own.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    paths["key"].write_bytes(pem)
    return paths


class Homeserver(peer.Synapse):
    """One of them."""

    def __init__(self, folder: Path, certificates: dict[str, Path], room_version: str) -> None:
        """Prepare it in `folder`."""
        folder.mkdir()
        super().__init__(folder, peer.free_port(), "", "", folder / "no-secret")
        self.federation_port = peer.free_port()
        self.certificates = certificates
        self.room_version = room_version
        self.secret = secrets.token_hex(32)
        self.tokens: dict[str, str] = {}

    @property
    def name(self) -> str:
        """Its name in the federation."""
        return f"localhost:{self.federation_port}"

    def start(self) -> None:
        """Start it; returns when it answers."""
        config = self._config()
        for name in ("federation_domain_whitelist", "room_list_publication_rules", "sso"):
            del config[name]
        config |= {
            "server_name": self.name,
            "registration_shared_secret": self.secret,
            "default_room_version": self.room_version,
            "tls_certificate_path": str(self.certificates["certificate"]),
            "tls_private_key_path": str(self.certificates["key"]),
            "federation_custom_ca_list": [str(self.certificates["ca"])],
            "ip_range_blacklist": [],
            "federation_client_minimum_tls_version": "1.2",
        }
        config["listeners"].append(
            {
                "port": self.federation_port,
                "type": "http",
                "tls": True,
                "bind_addresses": ["127.0.0.1"],
                "resources": [{"names": ["federation"], "compress": False}],
            }
        )
        log = self.directory / "log.yaml"
        log.write_text(json.dumps(peer.log_config(self.directory / "homeserver.log")))
        (self.directory / "homeserver.yaml").write_text(json.dumps(config))
        self._launch()

    def register(self, *names: str) -> None:
        """Make accounts."""
        for name in names:
            self.tokens[name] = self._register(name, self.secret)

    def user(self, name: str) -> str:
        """Somebody's Matrix id."""
        return f"@{name}:{self.name}"

    def ask(self, name: str, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """One request as somebody."""
        return self.call(method, f"/_matrix/client/v3{path}", self.tokens[name], body)
