// SPDX-License-Identifier: Apache-2.0
//! TLS or nothing: certificates, and what stands between us and a directory.

use countersign_server::ldap::gate::{self, GateFault};
use countersign_tests::authority::Authority;
use countersign_tests::slapd::{Slapd, person, starttls, tls};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

const PATIENCE: Duration = Duration::from_secs(5);

async fn opened(
    authority: &str,
    server: &countersign_directory::ldap::settings::Server,
) -> Result<(), GateFault> {
    let config = gate::config(authority)?;
    let stream = gate::reach(server, PATIENCE).await?;
    gate::secure(stream, server, config, PATIENCE).await.map(drop)
}

#[tokio::test]
async fn a_certificate_of_another_authority_or_host_or_time_is_refused() {
    let authority = Authority::new("Agency Root");
    let other = Authority::new("Another Root");
    let start = |host: &str, until: i32| {
        Slapd::start_with(
            &person("anna", ""),
            &authority.pem,
            authority.certify(host, until),
        )
    };
    let good = start("localhost", 2040);
    opened(&authority.pem, &tls(good.tls_port)).await.unwrap();
    opened(&authority.pem, &starttls(good.port)).await.unwrap();
    let cause = |found: Result<(), GateFault>| match found {
        Err(GateFault::Tls { cause, .. }) => cause,
        other => panic!("{other:?}"),
    };
    let unknown = cause(opened(&other.pem, &tls(good.tls_port)).await);
    assert!(unknown.contains("UnknownIssuer"), "{unknown}");
    let unknown = cause(opened(&other.pem, &starttls(good.port)).await);
    assert!(unknown.contains("UnknownIssuer"), "{unknown}");
    let expired = start("localhost", 2024);
    let expired = cause(opened(&authority.pem, &tls(expired.tls_port)).await);
    assert!(expired.contains("xpired"), "{expired}");
    let elsewhere = start("ldap.agency.example", 2040);
    let elsewhere = cause(opened(&authority.pem, &tls(elsewhere.tls_port)).await);
    assert!(elsewhere.contains("not valid for name"), "{elsewhere}");
}

/// A10: a server, or who stands before it, that refuses StartTLS or goes on in the open gets nothing more.
#[tokio::test]
async fn a10_a_stripped_starttls_sends_nothing_and_reads_nothing() {
    let authority = Authority::new("Agency Root");
    let yes = b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00".to_vec();
    let mut refusal = yes.clone();
    refusal[9] = 2;
    let bound = b"\x30\x0c\x02\x01\x02\x61\x07\x0a\x01\x00\x04\x00\x04\x00";
    let behind = [yes.as_slice(), bound].concat();
    let other_question = [b"\x30\x0c\x02\x01\x02".as_slice(), &yes[5..]].concat();
    let huge = b"\x30\x84\x7f\xff\xff\xff".to_vec();
    for (answer, expected) in [
        (refusal, "refuses StartTLS: result code 2"),
        (behind, "it went on in the open behind its answer"),
        (other_question, "it answered something else"),
        (huge, "a message of more than"),
        (b"HTTP/1.1 400 Bad Request\r\n".to_vec(), "no message of LDAP"),
        (Vec::new(), "it hung up"),
    ] {
        let (heard, fault) = against(answer, &authority.pem).await;
        assert!(fault.contains(expected), "{fault}");
        assert_eq!(heard.len(), 31, "the question for TLS and nothing else");
    }
    // Bytes that come later in the open are no TLS.
    let (_, fault) = against_late(yes, bound.to_vec(), &authority.pem).await;
    assert!(fault.contains("does not come about"), "{fault}");
}

async fn against(answer: Vec<u8>, authority: &str) -> (Vec<u8>, String) {
    against_late(answer, Vec::new(), authority).await
}

/// A plain server that gives these answers, the second once something more was sent: what it heard
/// first, and how it ended.
async fn against_late(answer: Vec<u8>, later: Vec<u8>, authority: &str) -> (Vec<u8>, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut heard = vec![0; 31];
        stream.read_exact(&mut heard).await.unwrap();
        stream.write_all(&answer).await.unwrap();
        if later.is_empty() {
            stream.shutdown().await.unwrap();
            let mut rest = Vec::new();
            let _ = stream.read_to_end(&mut rest).await;
            heard.extend(rest);
        } else {
            let mut hello = [0; 5];
            stream.read_exact(&mut hello).await.unwrap();
            stream.write_all(&later).await.unwrap();
            let mut rest = Vec::new();
            let _ = stream.read_to_end(&mut rest).await;
        }
        heard
    });
    let fault = opened(authority, &starttls(port)).await.unwrap_err().to_string();
    (server.await.unwrap(), fault)
}
