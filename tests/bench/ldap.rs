// SPDX-License-Identifier: Apache-2.0
//! `bench ldap [PEOPLE]`: OpenLDAP's server with that many people, a first and a second full synchronisation
//! and one of a hundred changes by the house that answers meanwhile, as it does by itself; what its decisions cost
//! then beside what they cost at rest. One more full synchronisation is done by another process, as an operator
//! would.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use chrono::Utc;
use countersign_directory::SourceId;
use countersign_directory::ldap::report::{Asked, Report};
use countersign_directory::ldap::sync::Mode;
use countersign_directory::source::{Sealed, purpose};
use countersign_directory::store::{Shelf as _, Sources, source_syncs};
use countersign_server::database::Database;
use countersign_tests::slapd::{READER, READER_PASSWORD, SUFFIX, Slapd, group, person};
use serde_json::json;

use crate::load::Load;
use crate::{CONNECTIONS, filled, house, table};

const CHANNELS: usize = 100;
const MEMBERS: usize = 10_000;
const CHANGES: usize = 100;

/// Measures.
pub async fn measure(people: usize) {
    if !Slapd::can_run() {
        println!("\nsynchronisation is not measured: slapd is not installed (Debian: slapd, ldap-utils)");
        return;
    }
    let folder = filled(MEMBERS, CHANNELS).await;
    let start = Instant::now();
    let ldif: String = (0..people)
        .map(|number| person(&format!("n{number}"), "employeeType: NR\n"))
        .collect();
    let first: Vec<String> = (0..people.min(1_000))
        .map(|number| format!("uid=n{number}"))
        .collect();
    let first: Vec<&str> = first.iter().map(String::as_str).collect();
    let slapd = Slapd::start(&[ldif, group("cleared", &first)].concat());
    eprintln!(
        "==> {people} people in slapd after {:.1} s",
        start.elapsed().as_secs_f64()
    );
    file_source(folder.path(), &slapd).await;

    let running = house::Running::start(folder.path(), "process");
    let store = house::store(folder.path()).await;
    let load = running.posting("/access/v1/evaluation", MEMBERS, CHANNELS);
    let alone = load.run(Duration::from_secs(5)).await;
    println!(
        "\n{people} people in slapd, 1 group of {}, {CONNECTIONS} connections that ask\n",
        first.len()
    );
    println!(
        "{:<40}{:>12}{:>14}{:>14}",
        "synchronisation by the house", "seconds", "people/s", "p99 meanwhile"
    );
    println!(
        "{:<40}{:>12}{:>14}{:>14}",
        "none",
        "",
        "",
        table::micros(alone.p99)
    );
    for name in ["full, everybody new", "full, nothing changed"] {
        row(name, people, Mode::Full, &store, &load).await;
    }
    let changes: String = (0..CHANGES)
        .map(|number| {
            format!("dn: uid=n{number},ou=people,{SUFFIX}\nchangetype: modify\nreplace: cn\ncn: changed\n\n")
        })
        .collect();
    slapd.change(&changes);
    for (name, changed) in [
        ("incremental, 100 changed", CHANGES),
        ("incremental, nothing changed", 0),
    ] {
        row(name, changed, Mode::Incremental, &store, &load).await;
    }
    row_of_another(
        "full, nothing changed, another process",
        people,
        folder.path(),
        &load,
    )
    .await;
    println!("\nresident, the house: {} MiB", table::resident_mib(running.id()));
}

/// One pass of the house under load. It is asked for in the store, where each process of the house looks; how long
/// it took, the house reports.
async fn row(name: &str, people: usize, mode: Mode, store: &Database, load: &Load) {
    let id: SourceId = "agency".parse().expect("an id");
    let asked = Asked { mode, dry_run: false };
    let text = serde_json::to_string(&asked).expect("JSON");
    let asked_at = Utc::now();
    let mut transaction = store.begin_write().await.expect("a transaction");
    source_syncs::ask(&id, &text, &mut transaction)
        .await
        .expect("it is asked for");
    transaction.commit().await.expect("a commit");
    let mut latencies = Vec::new();
    let report = loop {
        latencies.push(load.run(Duration::from_secs(1)).await.p99);
        let mut db = store.pool.acquire().await.expect("a connection");
        let standing = source_syncs::standing(&id, &mut db).await.expect("its standing");
        let report = standing.and_then(|standing| standing.report);
        let report = report.and_then(|text| serde_json::from_str::<Report>(&text).ok());
        if let Some(report) = report.filter(|report| report.began_at >= asked_at) {
            break report;
        }
    };
    let took = (report.ended_at - report.began_at).as_seconds_f64();
    told(name, people, took, &report, latencies);
}

fn told(name: &str, people: usize, seconds: f64, report: &Report, latencies: Vec<Duration>) {
    assert!(report.is_done(), "{report:?}");
    let worst = latencies.into_iter().max().unwrap_or_default();
    println!(
        "{name:<40}{seconds:>12.2}{:>14.0}{:>14}",
        people as f64 / seconds,
        table::micros(worst)
    );
    eprintln!("    {:?}", report.counts);
}

/// One pass in a process of its own, under load.
async fn row_of_another(name: &str, people: usize, folder: &Path, load: &Load) {
    let mut child = Command::new(std::env::current_exe().expect("this program has a path"))
        .args(["sync", &folder.display().to_string(), "full"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("this program starts");
    let mut latencies = Vec::new();
    while child.try_wait().expect("its state").is_none() {
        latencies.push(load.run(Duration::from_secs(1)).await.p99);
    }
    let output = child.wait_with_output().expect("its output");
    let said: serde_json::Value = serde_json::from_slice(&output.stdout).expect("one line of JSON");
    let report: Report = serde_json::from_value(said["report"].clone()).expect("a report");
    let seconds = said["seconds"].as_f64().expect("a number");
    told(name, people, seconds, &report, latencies);
}

/// The pass itself.
pub async fn sync(folder: &Path, mode: &str) {
    let app = house::opened(folder, "process").await;
    let asked = Asked {
        mode: if mode == "full" {
            Mode::Full
        } else {
            Mode::Incremental
        },
        dry_run: false,
    };
    let start = Instant::now();
    let report = app
        .synchronise(&"agency".parse().expect("an id"), &asked)
        .await
        .expect("a report");
    let seconds = start.elapsed().as_secs_f64();
    println!("{}", json!({"report": report, "seconds": seconds}));
}

/// Puts the record of the directory into the store, as if it had just been read: no job begins by itself.
async fn file_source(folder: &Path, slapd: &Slapd) {
    let app = house::opened(folder, "process").await;
    let id = "agency".parse().expect("an id");
    let sealed = app
        .sealer
        .seal(&purpose(&id), READER_PASSWORD.as_bytes(), &mut app.rng())
        .expect("a sealed password");
    let record = json!({
        "id": "agency", "name": "Agency",
        "protocol": {"ldap": {
            "urls": [format!("ldaps://localhost:{}", slapd.tls_port)], "authorities": slapd.authority,
            "bind_dn": READER, "password": Sealed::new(sealed), "timeout_seconds": 60,
            "base": format!("ou=people,{SUFFIX}"), "filter": "(objectClass=inetOrgPerson)", "login": ["uid"],
            "groups": {"base": format!("ou=groups,{SUFFIX}"), "filter": "(objectClass=groupOfNames)"},
            "sync": {"changes": "protocol", "page": 1000, "every_seconds": 86_400, "full_every_seconds": 86_400}
        }},
        "trust": {"identity": true, "attributes": true},
        "linking": {"create": "yes", "kind": "government"},
        "mapping": {"rules": [
            {"to": "username", "mode": "require", "value": {"from": "uid"}},
            {"to": "display_name", "value": {"from": "cn"}},
            {"to": "clearances", "clearance": {"scheme": {"constant": "NATO"}, "level": {"from": "employeeType"},
                "valid_until": {"constant": "2035-01-01T00:00:00Z", "date": "rfc3339"}}}
        ]},
        "cap": {"levels": {"NATO": "NR"}, "clearance_days": 365}
    });
    let source = countersign_directory::source::read(record).expect("a record");
    let mut transaction = app.database.begin_write().await.expect("a transaction");
    Sources::put(&[(&id, &source)], &mut transaction)
        .await
        .expect("it is stored");
    let now = Utc::now();
    source_syncs::take(&id, app.directories.process(), now, now, &mut transaction)
        .await
        .expect("it is stored");
    source_syncs::begun(&id, now, &mut transaction)
        .await
        .expect("it is stored");
    source_syncs::applied(&id, "{}", Some(now), &mut transaction)
        .await
        .expect("it is stored");
    transaction.commit().await.expect("a commit");
}
