// SPDX-License-Identifier: Apache-2.0
//! A directory that answers what a test tells it to: what no real one sends, or only on its worst day.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use countersign_directory::ldap::ber::{self, Elements, tag};
use countersign_directory::ldap::settings::Settings;
use countersign_directory::ldap::sync::{Brake, Mode};
use countersign_server::ldap::Desk;
use countersign_server::ldap::reading::{How, Marks, Reading, Since};
use countersign_server::ldap::sync::SyncFault;
use countersign_tests::authority::Authority;
use countersign_tests::slapd::{SUFFIX, settings, tls};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::{Shelf, desk};

const PAGED: &str = "1.2.840.113556.1.4.319";
const SYNC_STATE: &str = "1.3.6.1.4.1.4203.1.9.1.2";
const SYNC_REQUEST: &[u8] = b"1.3.6.1.4.1.4203.1.9.1.1";

/// What comes to one search: the messages, and whether silence follows in place of the next question.
struct Told {
    operations: Vec<Vec<u8>>,
    stalls: bool,
}

/// A search as it was asked.
struct Search {
    /// The how many-th for people, from 0.
    number: usize,
    /// It asks what changed (RFC 4533).
    is_for_changes: bool,
}

/// Starts one; `answer` is asked for each search below the branch of people.
fn hostile(answer: impl Fn(&Search) -> Told + Send + Sync + 'static) -> Settings {
    let authority = Authority::new("Agency Root");
    let (certificate, key) = authority.certify("localhost", 2040);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()],
            PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap(),
        )
        .unwrap();
    let (config, answer) = (Arc::new(config), Arc::new(answer));
    let count = Arc::new(AtomicUsize::new(0));
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (config, answer, count) = (config.clone(), answer.clone(), count.clone());
            std::thread::spawn(move || {
                // Whoever has had enough hangs up.
                let _hung_up = serve(stream.unwrap(), config, &*answer, &count);
            });
        }
    });
    Settings {
        groups: None,
        timeout_seconds: 10,
        ..settings(&authority.pem, vec![tls(port)])
    }
}

fn serve(
    stream: TcpStream,
    config: Arc<ServerConfig>,
    answer: &dyn Fn(&Search) -> Told,
    count: &AtomicUsize,
) -> std::io::Result<()> {
    let connection = ServerConnection::new(config).expect("a connection");
    let mut stream = StreamOwned::new(connection, stream);
    let (mut held, mut some) = (Vec::new(), [0; 4096]);
    loop {
        let Some(length) = ber::message(&held, 1 << 20).expect("a message of ours") else {
            let read = stream.read(&mut some)?;
            if read == 0 {
                return Ok(());
            }
            held.extend_from_slice(&some[..read]);
            continue;
        };
        let message: Vec<u8> = held.drain(..length).collect();
        let mut parts = Elements(Elements(&message).take().unwrap().unwrap().content);
        let id = parts.take().unwrap().unwrap().content.to_vec();
        let operation = parts.take().unwrap().unwrap();
        let mut say = |operation: &[u8]| {
            stream.write_all(&tlv(tag::SEQUENCE, &[&tlv(tag::INTEGER, &[&id]), operation]))
        };
        match operation.tag {
            BIND => say(&ended(BOUND))?,
            SEARCH => {
                let base = Elements(operation.content).take().unwrap().unwrap().content;
                if base.is_empty() {
                    // It says nothing of itself.
                    say(&ended(DONE))?;
                    continue;
                }
                let told = answer(&Search {
                    number: count.fetch_add(1, Ordering::SeqCst),
                    is_for_changes: message
                        .windows(SYNC_REQUEST.len())
                        .any(|window| window == SYNC_REQUEST),
                });
                for operation in &told.operations {
                    say(operation)?;
                }
                if told.stalls {
                    std::thread::sleep(Duration::from_secs(60));
                }
            }
            _ => {}
        }
        stream.flush()?;
    }
}

const BIND: u8 = 0x60;
const BOUND: u8 = 0x61;
const SEARCH: u8 = 0x63;
const ENTRY: u8 = 0x64;
const DONE: u8 = 0x65;
const CONTROLS: u8 = 0xa0;

fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let mut bytes = vec![tag, 0x84];
    bytes.extend(u32::try_from(content.len()).unwrap().to_be_bytes());
    bytes.extend(content);
    bytes
}

fn octets(text: impl AsRef<[u8]>) -> Vec<u8> {
    tlv(tag::OCTETS, &[text.as_ref()])
}

/// A result that says yes and no more.
fn ended(tag: u8) -> Vec<u8> {
    tlv(tag, &[&[0x0a, 1, 0], &octets(""), &octets("")])
}

fn controlled(operation: Vec<u8>, name: &str, value: &[u8]) -> Vec<u8> {
    let control = tlv(tag::SEQUENCE, &[&octets(name), &octets(value)]);
    [operation, tlv(CONTROLS, &[&control])].concat()
}

/// The end of a page behind which another one begins, or none.
fn page_ends(next: &str) -> Vec<u8> {
    let value = tlv(tag::SEQUENCE, &[&[2, 1, 0], &octets(next)]);
    controlled(ended(DONE), PAGED, &value)
}

fn entry_named(dn: impl AsRef<[u8]>, number: usize, more: &[u8]) -> Vec<u8> {
    let attribute = |name: &str, value: &[u8]| {
        let values = tlv(tag::SET, &[&octets(value)]);
        tlv(tag::SEQUENCE, &[&octets(name), &values])
    };
    let attributes = [
        attribute("entryUUID", uuid(number).as_bytes()),
        attribute("uid", format!("p{number}").as_bytes()),
        attribute("cn", more),
    ];
    tlv(
        ENTRY,
        &[&octets(dn), &tlv(tag::SEQUENCE, &[&attributes.concat()])],
    )
}

fn entry(number: usize) -> Vec<u8> {
    entry_named(format!("uid=p{number},ou=people,{SUFFIX}"), number, b"somebody")
}

fn uuid(number: usize) -> String {
    format!("00000000-0000-1000-8000-{number:012x}")
}

fn page(numbers: std::ops::Range<usize>, next: &str) -> Told {
    let mut operations: Vec<_> = numbers.map(entry).collect();
    operations.push(page_ends(next));
    Told {
        operations,
        stalls: false,
    }
}

fn how(mode: Mode) -> How {
    How {
        mode,
        by_protocol: true,
        brake: Brake { percent: 5, free: 3 },
        renew_before: chrono::DateTime::<chrono::Utc>::MIN_UTC,
    }
}

async fn read(settings: Settings) -> Result<Reading, SyncFault> {
    let shelf = Shelf::empty().await;
    shelf
        .read(&desk(settings), &Marks::default(), how(Mode::Full))
        .await
}

async fn fault(settings: Settings) -> String {
    read(settings).await.unwrap_err().to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_that_would_never_end_are_no_reading() {
    let same = hostile(|_| page(0..2, "on"));
    let told = fault(same).await;
    assert!(told.contains("page after page with the same entries"), "{told}");
    let turn_about = hostile(|search| page(search.number % 3..search.number % 3 + 1, "on"));
    let told = fault(turn_about).await;
    assert!(told.contains("page after page with the same entries"), "{told}");
    let empty = hostile(|search| page(0..0, &format!("on {}", search.number)));
    let told = fault(empty).await;
    assert!(told.contains("page after page without an entry"), "{told}");
}

/// 389 Directory Server and Samba send the same cookie for each page, and a busy directory sends an empty one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_with_one_and_the_same_cookie_are_read_to_their_end() {
    let directory = hostile(|search| match search.number {
        0..=4 => page(search.number * 10..search.number * 10 + 10, "0"),
        5..=7 => page(0..0, "0"),
        _ => page(50..55, ""),
    });
    assert_eq!(read(directory).await.unwrap().plan.create.len(), 55);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_answer_is_held_within_bounds() {
    let many = hostile(|_| page(0..1_000, ""));
    let told = fault(many).await;
    assert!(told.contains("more than 400 entries"), "{told}");
    let large = hostile(|_| Told {
        operations: (0..80)
            .map(|number| {
                entry_named(
                    format!("uid=p{number},ou=people,{SUFFIX}"),
                    number,
                    &vec![b'a'; 1 << 20],
                )
            })
            .chain([page_ends("")])
            .collect(),
        stalls: false,
    });
    let told = fault(large).await;
    assert!(told.contains("more than 64 MiB"), "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_directory_that_falls_silent_in_mid_reading_is_given_up_in_time() {
    let stalling = hostile(|search| match search.number {
        0 => page(0..100, "on"),
        _ => Told {
            operations: vec![entry(100)],
            stalls: true,
        },
    });
    let stalling = Settings {
        timeout_seconds: 1,
        ..stalling
    };
    let told = fault(stalling).await;
    assert!(told.contains("did not answer within"), "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_that_is_no_text_spoils_its_own_entry_alone() {
    let directory = hostile(|_| {
        let mut told = page(0..90, "");
        told.operations
            .insert(45, entry_named(b"uid=\xff\xfe,ou=people", 99, b"dora"));
        told
    });
    let plan = read(directory).await.unwrap().plan;
    assert_eq!((plan.create.len(), plan.counts.bad), (90, 1), "{:?}", plan.bad);
}

/// So much changed that it is not held at once: then all is read, which comes by the page.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changes_beyond_bounds_are_read_as_all_is_read() {
    let changed = |number: usize| {
        let uuid = [&[0; 8][..], &(number as u64).to_be_bytes()].concat();
        let value = tlv(tag::SEQUENCE, &[&[0x0a, 1, 2], &octets(uuid)]);
        controlled(entry(number), SYNC_STATE, &value)
    };
    let directory = hostile(move |search| {
        if search.is_for_changes {
            return Told {
                operations: (0..60_000).map(changed).collect(),
                stalls: false,
            };
        }
        page(0..10, "")
    });
    let (desk, shelf): (Desk, _) = (desk(directory), Shelf::empty().await);
    let first = shelf
        .read(&desk, &Marks::default(), how(Mode::Full))
        .await
        .unwrap();
    shelf.carry_out(&first.plan).await;
    let marks = Marks {
        since: Some(Since::Cookie(hex::encode("cookie"))),
        ..first.marks
    };
    let second = shelf.read(&desk, &marks, how(Mode::Incremental)).await.unwrap();
    assert_eq!(second.mode, Mode::Full);
    assert_eq!(second.plan.counts.unchanged, 10);
}
