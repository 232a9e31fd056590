# SPDX-License-Identifier: Apache-2.0
"""A third verifier, signxml, over the same corpus: its verdicts and ours have to agree.

It parses and canonicalises by libxml2, as ours does; the one that shares no parser with ours is in Rust
(`tests/it/authn/saml/second.rs`). Ours are in `verdicts.tsv`, which the Rust tests hold against the pipeline. Where we take a message, signxml has to
verify it and see the same person. Where a signature does not hold for us, it must not hold for signxml. Whatever is
refused for its form may well verify there, but what was signed is then never the attacker's.
"""

from pathlib import Path

import pytest
from lxml import etree
from signxml import DigestAlgorithm, SignatureConfiguration, SignatureMethod, XMLVerifier
from signxml.exceptions import SignXMLException

HERE = Path(__file__).resolve().parent
CERTIFICATE = (HERE / "certificate.pem").read_text(encoding="utf-8")
ROWS = [line.split("\t") for line in (HERE / "verdicts.tsv").read_text(encoding="utf-8").splitlines()]
VERDICTS = {name: verdict for name, verdict, _ in ROWS}
SAML = "{urn:oasis:names:tc:SAML:2.0:assertion}"
STRONG = SignatureConfiguration(
    signature_methods=frozenset(
        {SignatureMethod.RSA_SHA256, SignatureMethod.RSA_SHA384, SignatureMethod.RSA_SHA512}
    ),
    digest_algorithms=frozenset({DigestAlgorithm.SHA256, DigestAlgorithm.SHA384, DigestAlgorithm.SHA512}),
)


def seen(name: str) -> str | None:
    """Whose name signxml says was signed; none when it verifies nothing."""
    data = (HERE / "corpus" / f"{name}.xml").read_bytes()
    try:
        verified = XMLVerifier().verify(data, x509_cert=CERTIFICATE, id_attribute="ID", expect_config=STRONG)
    except (SignXMLException, etree.LxmlError, ValueError):
        return None
    signed = verified.signed_xml
    return "".join("".join(node.itertext()) for node in signed.iter(f"{SAML}NameID"))


def test_there_is_a_verdict_for_each_message():
    assert {path.stem for path in (HERE / "corpus").glob("*.xml")} == set(VERDICTS)


@pytest.mark.parametrize("name", sorted(VERDICTS))
def test_both_verifiers_agree(name):
    verdict, subject = VERDICTS[name], seen(name)
    if verdict.startswith("taken: "):
        assert subject == verdict.removeprefix("taken: ")
    elif verdict in {"refused: a signature does not hold", "refused: it is not signed"}:
        assert subject is None
    else:
        assert subject is None or "mallory" not in subject
