// SPDX-License-Identifier: Apache-2.0
//! Questions to OCSP responders and what their answers are worth, with OpenSSL as the responder.

use std::fs;
use std::path::Path;
use std::process::Command;

use chrono::{TimeDelta, Utc};
use countersign_authn::certificate::ocsp::{NoAnswer, Said, judge, question};
use countersign_authn::certificate::revocation::Standing;
use countersign_authn::certificate::{Certificate, pem_certificates};
use countersign_tests::pki::{Authority, Leaf};

const NONCE: [u8; 32] = [7; 32];

struct Responder {
    folder: tempfile::TempDir,
    authority: Authority,
    issuer: Certificate,
}

impl Responder {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let authority = Authority::new("Agency CA");
        let issuer = certificate(&authority.pem);
        fs::write(folder.path().join("ca.pem"), &authority.pem).unwrap();
        fs::write(folder.path().join("ca.key"), authority.key_pem()).unwrap();
        let known = "V\t400101000000Z\t\t21\tunknown\t/CN=Card 33\n\
                     R\t400101000000Z\t261101000000Z,keyCompromise\t22\tunknown\t/CN=Card 34\n";
        fs::write(folder.path().join("index.txt"), known).unwrap();
        Self {
            folder,
            authority,
            issuer,
        }
    }

    fn card(&self, serial: u64) -> Certificate {
        certificate(&self.authority.issue(&Leaf::of(serial, "a@b")).pem)
    }

    /// Answers the question that we ask about `card`, signed with the key in `signer`.
    fn answer(&self, card: &Certificate, signer: &str) -> Vec<u8> {
        let file = |name: &str| self.folder.path().join(name);
        fs::write(file("question"), question(card, &self.issuer, &NONCE)).unwrap();
        let mut openssl = Command::new("openssl");
        openssl.arg("ocsp").arg("-index").arg(file("index.txt"));
        openssl.arg("-CA").arg(file("ca.pem"));
        openssl.arg("-rsigner").arg(file(&format!("{signer}.pem")));
        openssl.arg("-rkey").arg(file(&format!("{signer}.key")));
        openssl
            .arg("-reqin")
            .arg(file("question"))
            .arg("-respout")
            .arg(file("answer"));
        let output = openssl.args(["-ndays", "1"]).output().unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        fs::read(file("answer")).unwrap()
    }

    fn said(&self, answer: &[u8], about: &Certificate) -> Result<Said, NoAnswer> {
        judge(answer, about, &self.issuer, &NONCE, true, Utc::now())
    }
}

#[test]
fn a_responder_understands_us_and_we_understand_it() {
    let responder = Responder::new();
    for (serial, standing) in [(33, Standing::Good), (34, Standing::Revoked(1))] {
        let card = responder.card(serial);
        let said = responder.said(&responder.answer(&card, "ca"), &card).unwrap();
        assert_eq!(said.standing, standing);
        assert!(said.until > Utc::now() && said.until <= Utc::now() + TimeDelta::hours(25));
    }
}

#[test]
fn what_a_responder_does_not_say_is_undetermined() {
    let responder = Responder::new();
    let stranger = responder.card(35);
    let answer = responder.answer(&stranger, "ca");
    assert_eq!(responder.said(&answer, &stranger), Err(NoAnswer::Unknown));

    let card = responder.card(33);
    let answer = responder.answer(&card, "ca");
    assert_eq!(responder.said(&answer, &stranger), Err(NoAnswer::Other));
    let judged = |nonce: [u8; 32], now| judge(&answer, &card, &responder.issuer, &nonce, false, now);
    assert_eq!(judged([8; 32], Utc::now()), Err(NoAnswer::Nonce));
    assert_eq!(
        judged(NONCE, Utc::now() + TimeDelta::hours(25)),
        Err(NoAnswer::Time)
    );
    assert_eq!(
        judged(NONCE, Utc::now() - TimeDelta::hours(1)),
        Err(NoAnswer::Time)
    );
    for cut in [0, 1, answer.len() / 2, answer.len() - 1] {
        assert!(matches!(
            responder.said(&answer[..cut], &card),
            Err(NoAnswer::Malformed(_))
        ));
    }
}

#[test]
fn an_answer_of_somebody_else_counts_for_nothing() {
    let responder = Responder::new();
    let other = Authority::new("Agency CA");
    let path = |name: &str| -> Box<Path> { responder.folder.path().join(name).into() };
    fs::write(path("other.pem"), &other.pem).unwrap();
    fs::write(path("other.key"), other.key_pem()).unwrap();
    // A card of the same issuer is no delegate either.
    let delegate = responder.authority.issue(&Leaf::of(36, "a@b"));
    fs::write(path("card.pem"), &delegate.pem).unwrap();
    fs::write(path("card.key"), &delegate.key).unwrap();
    let card = responder.card(33);
    for signer in ["other", "card"] {
        let answer = responder.answer(&card, signer);
        assert_eq!(responder.said(&answer, &card), Err(NoAnswer::Signer), "{signer}");
    }
}

fn certificate(pem: &str) -> Certificate {
    Certificate::from_der(&pem_certificates(pem.as_bytes()).unwrap()[0]).unwrap()
}
