// SPDX-License-Identifier: Apache-2.0
//! Encrypted assertions: by what they count, and that an error tells nothing.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use countersign_authn::saml::credential::Kind;
use countersign_authn::saml::sign::signed;
use countersign_authn::saml::write::{Element, Space};
use countersign_authn::saml::{Credential, Gated, Limits, Refused};
use countersign_authn::upstream::saml::response::receive;
use countersign_authn::upstream::saml::{Encryption, Fault, Rules};
use countersign_tests::saml::{Draft, How, credential, encrypted, now, provider, rules};
use rand::SeedableRng as _;
use rand::rngs::StdRng;

static OURS: LazyLock<Credential> =
    LazyLock::new(|| Credential::generate(Kind::Rsa, "us", now(), &mut StdRng::seed_from_u64(2)).unwrap());

fn received(message: &str, rules: &Rules) -> Result<String, Fault> {
    let gated = Gated::admit(message.as_bytes(), &Limits::MESSAGE)?;
    let provider = provider(&[credential()]);
    receive(&gated, rules, &provider, &[&OURS], now()).map(|arrival| arrival.claimed.subject)
}

#[test]
fn an_encrypted_assertion_counts_if_it_or_the_response_is_signed() {
    let good = Draft::default();
    let inner = signed(good.assertion(), credential()).unwrap().canonical();
    let bare = good.assertion().canonical();
    for how in [How::Aes128Sha1, How::Aes256Sha256] {
        let message = good.around([encrypted(&inner, &OURS, how)]).canonical();
        assert_eq!(received(&message, &rules()).as_deref(), Ok("alice"));
        let whole = signed(good.around([encrypted(&bare, &OURS, how)]), credential()).unwrap();
        assert_eq!(received(&whole.canonical(), &rules()).as_deref(), Ok("alice"));
        let both = signed(good.around([encrypted(&inner, &OURS, how)]), credential()).unwrap();
        assert_eq!(received(&both.canonical(), &rules()).as_deref(), Ok("alice"));
    }
}

/// S3: an encrypted assertion that nobody signed, alone, or beside one that somebody did.
#[test]
fn an_encrypted_assertion_that_nobody_signed_is_refused() {
    let good = Draft::default();
    let evil = Draft {
        subject: "mallory".into(),
        id: "evil".into(),
        ..Draft::default()
    };
    let hidden = encrypted(&evil.assertion().canonical(), &OURS, How::Aes128Sha1);
    let alone = evil.around([hidden.clone()]).canonical();
    assert_eq!(received(&alone, &rules()), Err(Refused::Unsigned.into()));
    let attackers = signed(good.assertion(), credential()).unwrap();
    for order in [
        [hidden.clone(), attackers.clone()],
        [attackers.clone(), hidden.clone()],
    ] {
        let message = good.around(order).canonical();
        assert_eq!(received(&message, &rules()), Err(Fault::OneAssertion));
    }
    // A signed assertion, hidden together with one that is not: two in one text.
    let two = evil.assertion().child(attackers);
    let message = good
        .around([encrypted(&two.canonical(), &OURS, How::Aes128Sha1)])
        .canonical();
    assert_eq!(received(&message, &rules()), Err(Fault::OneAssertion));
    // A signature of somebody else inside of a response that is signed well.
    let mut rng = StdRng::seed_from_u64(3);
    let stranger = Credential::generate(Kind::Rsa, "stranger", now(), &mut rng).unwrap();
    let inner = signed(evil.assertion(), &stranger).unwrap().canonical();
    let whole = signed(
        good.around([encrypted(&inner, &OURS, How::Aes128Sha1)]),
        credential(),
    )
    .unwrap();
    assert_eq!(
        received(&whole.canonical(), &rules()),
        Err(Refused::Signature.into())
    );
}

#[test]
fn whatever_is_wrong_with_the_encryption_the_error_is_the_same() {
    let good = Draft::default();
    let inner = signed(good.assertion(), credential()).unwrap().canonical();
    let mut rng = StdRng::seed_from_u64(4);
    let stranger = Credential::generate(Kind::Rsa, "stranger", now(), &mut rng).unwrap();
    let message = good
        .around([encrypted(&inner, &OURS, How::Aes128Sha1)])
        .canonical();
    let value = message.rfind("<xenc:CipherValue>").unwrap() + "<xenc:CipherValue>".len();
    let key = message.find("<xenc:CipherValue>").unwrap() + "<xenc:CipherValue>".len();
    let altered = |at: usize| {
        let mut bytes = message.clone().into_bytes();
        bytes[at + 20] = if bytes[at + 20] == b'A' { b'B' } else { b'A' };
        String::from_utf8(bytes).unwrap()
    };
    let gcm = "http://www.w3.org/2009/xmlenc11#aes128-gcm";
    let oaep = "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p";
    let cases = [
        good.around([encrypted(&inner, &stranger, How::Aes128Sha1)])
            .canonical(),
        good.around([encrypted("no xml", &OURS, How::Aes128Sha1)])
            .canonical(),
        good.around([encrypted(&"<a>".repeat(50), &OURS, How::Aes128Sha1)])
            .canonical(),
        altered(value),
        altered(key),
        message.replace(gcm, "http://www.w3.org/2001/04/xmlenc#aes128-cbc"),
        message.replace(gcm, "http://www.w3.org/2009/xmlenc11#aes256-gcm"),
        message.replace(oaep, "http://www.w3.org/2001/04/xmlenc#rsa-1_5"),
        message
            .replace(
                "<xenc:CipherData>",
                "<xenc:CipherData><xenc:CipherReference URI=\"http://a/\"></xenc:CipherReference>",
            )
            .replace("CipherValue", "Other"),
    ];
    for (number, case) in cases.iter().enumerate() {
        assert_ne!(*case, message, "{number}");
        assert_eq!(
            received(case, &rules()).unwrap_err().to_string(),
            "it cannot be decrypted",
            "{number}"
        );
    }
}

#[test]
fn encryption_is_as_agreed() {
    let good = Draft::default();
    let inner = signed(good.assertion(), credential()).unwrap().canonical();
    let message = good
        .around([encrypted(&inner, &OURS, How::Aes128Sha1)])
        .canonical();
    let with = |encryption| Rules {
        encryption,
        ..rules()
    };
    assert!(received(&message, &with(Encryption::Required)).is_ok());
    assert_eq!(
        received(&message, &with(Encryption::Refused)),
        Err(Fault::Encryption)
    );
    let plain = good.assertion_signed();
    assert!(received(&plain, &with(Encryption::Refused)).is_ok());
    assert_eq!(
        received(&plain, &with(Encryption::Required)),
        Err(Fault::Encryption)
    );
    let whole = Rules {
        response_signed: true,
        ..rules()
    };
    assert_eq!(received(&plain, &whole), Err(Fault::ResponseUnsigned));
    assert_eq!(received(&message, &whole), Err(Fault::ResponseUnsigned));
    assert!(received(&good.response_signed(), &whole).is_ok());
    assert!(received(&good.both_signed(), &whole).is_ok());
}

/// Another program's encryption: xmlsec1, by AES-GCM and OAEP.
#[test]
fn what_xmlsec1_encrypts_is_decrypted() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let pem = STANDARD.encode(OURS.certificate());
    let pem = format!(
        "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
        lines(&pem)
    );
    std::fs::write(path("certificate.pem"), pem).unwrap();
    let inner = signed(Draft::default().assertion(), credential())
        .unwrap()
        .canonical();
    std::fs::write(path("assertion.xml"), inner).unwrap();
    for (key, cipher) in [("aes-128", "aes128-gcm"), ("aes-256", "aes256-gcm")] {
        let template = format!(
            "<xenc:EncryptedData xmlns:xenc=\"http://www.w3.org/2001/04/xmlenc#\" \
             Type=\"http://www.w3.org/2001/04/xmlenc#Element\"><xenc:EncryptionMethod \
             Algorithm=\"http://www.w3.org/2009/xmlenc11#{cipher}\"/>\
             <ds:KeyInfo xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><xenc:EncryptedKey><xenc:EncryptionMethod \
             Algorithm=\"http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p\"/><xenc:CipherData><xenc:CipherValue/>\
             </xenc:CipherData></xenc:EncryptedKey></ds:KeyInfo><xenc:CipherData><xenc:CipherValue/>\
             </xenc:CipherData></xenc:EncryptedData>"
        );
        std::fs::write(path("template.xml"), template).unwrap();
        let output = std::process::Command::new("xmlsec1")
            .args(["--encrypt", "--pubkey-cert-pem"])
            .arg(path("certificate.pem"))
            .args(["--session-key", key, "--xml-data"])
            .arg(path("assertion.xml"))
            .arg(path("template.xml"))
            .output()
            .expect("xmlsec1 starts: scripts/setup.sh test installs it");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let text = String::from_utf8(output.stdout).unwrap();
        let data = text.split_once("?>").map_or(text.as_str(), |(_, data)| data);
        let place = Element::new(Space::Saml, "EncryptedAssertion").canonical();
        let around = Draft::default()
            .around([Element::new(Space::Saml, "EncryptedAssertion")])
            .canonical();
        let open = place.strip_suffix("</saml:EncryptedAssertion>").unwrap();
        let message = around.replace(&place, &format!("{open}{data}</saml:EncryptedAssertion>"));
        assert_eq!(received(&message, &rules()).as_deref(), Ok("alice"), "{cipher}");
    }
}

fn lines(base64: &str) -> String {
    let bytes: Vec<&str> = base64
        .as_bytes()
        .chunks(64)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    bytes.join("\n")
}
