// SPDX-License-Identifier: Apache-2.0
//! Witnesses: their signatures are verified, kept under the checkpoint that they saw, and nothing else
//! is.

use countersign_audit::checkpoint::Checkpoint;
use countersign_audit::checkpoint::cosignature::WitnessSigner;
use countersign_audit::checkpoint::note::Note;
use countersign_authn::assurance::Level;
use countersign_tests::house::{Answer, TestHouse, open_house_with};
use http::{Method, Request};

const TOKEN: &str = "a token of 256 random bits, as the witness holds it";

fn witness(seed: u8) -> WitnessSigner {
    WitnessSigner::from_seed("witness.example/w1", &[seed; 32]).unwrap()
}

async fn watched() -> TestHouse {
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, TOKEN.as_bytes());
    let mut entry = toml::Table::new();
    entry.insert("key".into(), witness(1).key().to_string().into());
    entry.insert("token_sha256".into(), hex::encode(hash).into());
    let mut more = toml::Table::new();
    more.insert("witnesses".into(), toml::Value::Array(vec![entry.into()]));
    let house = open_house_with(more).await;
    house.app.sign_checkpoint().await.unwrap();
    house
}

async fn call(house: &TestHouse, verb: Method, path: &str, token: &str, body: String) -> Answer {
    let request = Request::builder()
        .method(verb)
        .uri(format!("/api/v1/record/{path}"))
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "text/plain");
    house.send(request.body(body.into()).unwrap()).await
}

/// The note with this witness's signature alone.
fn cosigned(note: &str, by: &WitnessSigner) -> String {
    let text = Note::parse(note).unwrap().text().to_owned();
    format!("{text}\n{}\n", by.sign(&text, 1_764_000_000))
}

#[tokio::test]
async fn a_witness_reads_and_signs_with_its_token_and_its_line_is_handed_out() {
    let house = watched().await;
    let note = call(&house, Method::GET, "checkpoint", TOKEN, String::new()).await;
    assert_eq!(note.status, 200, "{}", note.text);
    let body = cosigned(&note.text, &witness(1));
    for _ in 0..2 {
        let taken = call(&house, Method::POST, "cosignatures", TOKEN, body.clone()).await;
        assert_eq!(taken.status, 204, "{}", taken.text);
    }
    let again = call(&house, Method::GET, "checkpoint", TOKEN, String::new()).await;
    let read = Note::parse(&again.text).unwrap();
    assert_eq!(read.signatures().len(), 2);
    let at = witness(1).key().signed_at(read.text(), &read.signatures()[1]);
    assert_eq!(at, Some(1_764_000_000));
    Checkpoint::verify(&again.text, &house.app.record_key.verifier_key()).unwrap();
}

#[tokio::test]
async fn a_wrong_token_reads_nothing_and_a_witness_reads_no_leaves() {
    let house = watched().await;
    for (path, token) in [("checkpoint", "x"), ("key", ""), ("leaves/0", TOKEN)] {
        let refused = call(&house, Method::GET, path, token, String::new()).await;
        assert_eq!(refused.status, 401, "{path}");
    }
}

#[tokio::test]
async fn signatures_of_strangers_and_over_another_history_are_refused() {
    let house = watched().await;
    let note = call(&house, Method::GET, "checkpoint", TOKEN, String::new())
        .await
        .text;
    let ours = Checkpoint::parse(Note::parse(&note).unwrap().text()).unwrap();
    let sign = |checkpoint: &Checkpoint, by: &WitnessSigner| {
        let text = checkpoint.text();
        format!("{text}\n{}\n", by.sign(&text, 1))
    };
    let other_root = Checkpoint {
        root: countersign_audit::hash::leaf(b"another history"),
        ..ours.clone()
    };
    let other_size = Checkpoint {
        size: ours.size + 1,
        ..ours.clone()
    };
    let other_log = Checkpoint {
        origin: "elsewhere".into(),
        ..ours.clone()
    };
    let mut false_time = cosigned(&note, &witness(1));
    false_time = false_time.replace("witness.example/w1 ", "witness.example/w1 AAAA");
    for (what, body, status) in [
        ("a stranger's", cosigned(&note, &witness(2)), 403),
        ("our own alone", note.clone(), 403),
        ("another root", sign(&other_root, &witness(1)), 409),
        ("another size", sign(&other_size, &witness(1)), 404),
        ("another log", sign(&other_log, &witness(1)), 404),
        ("a bent one", false_time, 403),
        ("no note", "hello".to_owned(), 400),
    ] {
        let refused = call(&house, Method::POST, "cosignatures", TOKEN, body).await;
        assert_eq!(refused.status, status, "{what}: {}", refused.text);
    }
    let kept = call(&house, Method::GET, "checkpoint", TOKEN, String::new())
        .await
        .text;
    assert_eq!(kept, note);
}

#[tokio::test]
async fn an_auditor_carries_a_signature_across_a_gap() {
    let house = watched().await;
    let olga = house.browser("olga", Level::Aal2, None).await;
    let note = call(&house, Method::GET, "checkpoint", TOKEN, String::new())
        .await
        .text;
    let path = "/api/v1/record/cosignatures";
    let headers = [("x-csrf-token", olga.session.csrf.as_str())];
    let request = house.request_of(&olga, Method::POST, path, &headers, cosigned(&note, &witness(1)));
    assert_eq!(house.send(request).await.status, 204);
}
