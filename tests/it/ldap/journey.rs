// SPDX-License-Identifier: Apache-2.0
//! From an entry in a directory to an answer, and out again: people are brought in, sign in, may join, and
//! are out when the directory says so.

use countersign_authn::assurance::Level;
use countersign_directory::ldap::report::{Asked, Report};
use countersign_directory::ldap::sync::Mode;
use countersign_directory::source::{Sealed, Source, purpose};
use countersign_directory::store::source_syncs::{self, Standing};
use countersign_directory::store::{Shelf as _, Sources, changes, source_entries};
use countersign_directory::{Change, Noun, SourceId, Status};
use countersign_server::ldap::sync::SyncFault;
use countersign_tests::house::{Browser, ServerCaller, TestHouse, open_house, whole_world};
use countersign_tests::slapd::{READER, READER_PASSWORD, SUFFIX, Slapd, group, person};
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::authn::desk::{Tab, location};

/// The record of a directory that may give what it takes to read NATO SECRET of one mission.
fn record(slapd: &Slapd, sealed: &Sealed) -> Value {
    json!({
        "id": "agency", "name": "Agency directory",
        "protocol": {"ldap": {
            "urls": [format!("ldaps://localhost:{}", slapd.tls_port)], "authorities": slapd.authority,
            "bind_dn": READER, "password": sealed, "timeout_seconds": 5,
            "base": format!("ou=people,{SUFFIX}"), "filter": "(objectClass=inetOrgPerson)", "login": ["uid", "mail"],
            "groups": {"base": format!("ou=groups,{SUFFIX}"), "filter": "(objectClass=groupOfNames)", "nested": true},
            "sync": {"changes": "protocol", "page": 100}
        }},
        "trust": {"identity": true, "attributes": true},
        "linking": {"create": "yes", "kind": "government"},
        "mapping": {"rules": [
            {"to": "username", "mode": "require", "value": {"from": "uid"}},
            {"to": "display_name", "value": {"from": "cn"}},
            {"to": "agency", "value": {"constant": "BMVg"}},
            {"to": "nationalities", "value": {"constant": "DEU"}},
            {"to": "roles", "value": {"constant": "member"}},
            {"to": "briefings", "when": "groups == \"ns-cleared\"", "value": {"constant": "NATO"}},
            {"to": "missions", "when": "groups == \"baltic\"", "value": {"constant": "BALTIC"}},
            {"to": "clearances", "when": "groups == \"ns-cleared\"", "clearance": {
                "scheme": {"constant": "NATO"}, "level": {"from": "employeeType"},
                "valid_until": {"constant": "2030-01-01T00:00:00Z", "date": "rfc3339"}}}
        ]},
        "cap": {"agencies": ["BMVg"], "levels": {"NATO": "NS"}, "nationalities": ["DEU"], "missions": ["BALTIC"],
            "briefings": ["NATO"], "roles": ["member"], "clearance_days": 30}
    })
}

pub(super) async fn put(house: &TestHouse, slapd: &Slapd, change: impl FnOnce(&mut Value)) {
    let mut changed = record(slapd, &Sealed::new(Vec::new()));
    change(&mut changed);
    let id: SourceId = changed["id"].as_str().unwrap().parse().unwrap();
    let sealed = house
        .app
        .sealer
        .seal(&purpose(&id), READER_PASSWORD.as_bytes(), &mut house.app.rng())
        .unwrap();
    changed["protocol"]["ldap"]["password"] = json!(Sealed::new(sealed));
    let source: Source = countersign_directory::source::read(changed).unwrap();
    let mut transaction = house.app.database.begin_write().await.unwrap();
    changes::lock(&mut transaction).await.unwrap();
    Sources::put(&[(&id, &source)], &mut transaction).await.unwrap();
    let change = Change::put(Noun::Source, id.as_str());
    changes::record(&[change], house.app.now(), &mut transaction)
        .await
        .unwrap();
    house.app.commit(transaction).await.unwrap();
}

pub(super) async fn pass(house: &TestHouse, mode: Mode, dry_run: bool) -> Report {
    let id = "agency".parse().unwrap();
    let report = house
        .app
        .synchronise(&id, &Asked { mode, dry_run })
        .await
        .unwrap();
    assert_eq!(report.fault, None);
    report
}

pub(super) async fn standing(house: &TestHouse) -> Option<Standing> {
    let mut db = house.app.database.pool.acquire().await.unwrap();
    source_syncs::standing(&"agency".parse().unwrap(), &mut db)
        .await
        .unwrap()
}

/// Lets the job synchronise what is due, and waits for it; how many directories that were.
pub(super) async fn drained(house: &TestHouse) -> usize {
    let begun = house.app.synchronise_directories().await.unwrap();
    let count = begun.len();
    for pass in begun {
        pass.await.unwrap();
    }
    count
}

/// Anna, who is cleared through a group within a group, and Bert, who is not.
pub(super) fn directory() -> Slapd {
    Slapd::start(
        &[
            person("anna", "employeeType: NS\n"),
            person("bert", "employeeType: NS\n"),
            group("staff", &["uid=anna"]),
            group("ns-cleared", &["cn=staff"]),
            group("baltic", &["uid=anna", "uid=bert"]),
        ]
        .concat(),
    )
}

pub(super) async fn may_join(house: &TestHouse, server: &ServerCaller, who: &str) -> bool {
    let question = json!({
        "subject": {"type": "user", "id": who}, "action": {"name": "channel.join"},
        "resource": {"type": "channel", "id": "ops-ns"}, "context": {},
    });
    house.ask(server, question).await["decision"] == true
}

async fn signed_in(house: &TestHouse, who: &str) -> Browser {
    let browser = house.browser(who, Level::Aal3, Some("ns")).await;
    house.tie(&browser, "demo").await;
    browser
}

#[tokio::test]
async fn a_clearance_from_a_directory_lets_her_join_until_the_directory_takes_it_back() {
    let (house, slapd) = (open_house().await, directory());
    put(&house, &slapd, |_| {}).await;
    let server = house.connect(whole_world("demo")).await;
    let report = pass(&house, Mode::Incremental, false).await;
    assert_eq!(
        (report.mode, report.counts.created),
        (Mode::Full, 2),
        "{report:?}"
    );
    for who in ["anna", "bert"] {
        signed_in(&house, who).await;
    }
    assert!(may_join(&house, &server, "anna").await);
    assert!(!may_join(&house, &server, "bert").await);

    slapd.change(&format!(
        "dn: cn=staff,ou=groups,{SUFFIX}\nchangetype: modify\nadd: member\nmember: uid=bert,ou=people,{SUFFIX}\n\
         -\ndelete: member\nmember: uid=anna,ou=people,{SUFFIX}\n"
    ));
    assert_eq!(pass(&house, Mode::Incremental, false).await.counts.changed, 2);
    assert!(!may_join(&house, &server, "anna").await);
    assert!(may_join(&house, &server, "bert").await);

    slapd.change(&format!("dn: uid=bert,ou=people,{SUFFIX}\nchangetype: delete\n"));
    let report = pass(&house, Mode::Incremental, false).await;
    assert_eq!(report.counts.removed, 1, "{report:?}");
    assert!(!may_join(&house, &server, "bert").await);
    let snapshot = house.app.snapshot();
    assert_eq!(snapshot.person("bert").unwrap().status, Status::Disabled);
    let sessions = house
        .app
        .board
        .of_person(&"bert".parse().unwrap(), house.app.now());
    assert!(sessions.is_empty(), "his sessions ended with it");
    let sessions = house
        .app
        .board
        .of_person(&"anna".parse().unwrap(), house.app.now());
    assert_eq!(sessions.len(), 1);
}

pub(super) async fn at_password<'a>(
    house: &'a TestHouse,
    name: &str,
    password: &str,
) -> (Tab<'a>, String, StatusCode) {
    let mut tab = Tab::new(house);
    let flow = tab.begin("/signin").await;
    tab.post("/signin/name", &[("flow", &flow), ("name", name)]).await;
    let fields = [("flow", flow.as_str()), ("password", password)];
    let status = tab.post("/signin/password", &fields).await.status;
    (tab, flow, status)
}

#[tokio::test]
async fn people_of_a_directory_sign_in_with_their_password_there() {
    let (house, slapd) = (open_house().await, directory());
    put(&house, &slapd, |_| {}).await;
    pass(&house, Mode::Full, false).await;
    // By her name here, and by one that only the directory knows.
    for name in ["anna", "anna@agency.example"] {
        let (mut tab, flow, status) = at_password(&house, name, "password of anna").await;
        assert_eq!(status, StatusCode::OK, "{name}");
        assert_eq!(
            location(&tab.get(&format!("/signin/continue?flow={flow}")).await),
            "/account"
        );
    }
    let sessions = house
        .app
        .board
        .of_person(&"anna".parse().unwrap(), house.app.now());
    assert_eq!(sessions.len(), 2);
    assert!(sessions.iter().all(|session| session.level == Level::Aal1));
    // Wrong, empty, nobody, and somebody of ours without an entry there: all look alike.
    slapd.change(&format!(
        "dn: uid=judy,ou=people,{SUFFIX}\nchangetype: add\n{}",
        person("judy", "").split_once('\n').unwrap().1
    ));
    for (name, password) in [
        ("anna", "wrong"),
        ("bert", ""),
        ("nobody", "password of anna"),
        ("*)(uid=anna", "password of anna"),
        // Her name is taken here by a security officer whom nobody has linked.
        ("judy", "password of judy"),
    ] {
        let (_, _, status) = at_password(&house, name, password).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
    }
}

#[tokio::test]
async fn guesses_at_a_directory_are_slowed_like_guesses_at_ours() {
    let (house, slapd) = (open_house().await, directory());
    put(&house, &slapd, |_| {}).await;
    pass(&house, Mode::Full, false).await;
    for _ in 0..5 {
        at_password(&house, "anna", "wrong").await;
    }
    let (_, _, status) = at_password(&house, "anna", "password of anna").await;
    assert_ne!(status, StatusCode::OK, "she has to wait");
    house.advance(chrono::TimeDelta::seconds(1)).await;
    let (_, _, status) = at_password(&house, "anna", "password of anna").await;
    assert_eq!(status, StatusCode::OK);
    // While the directory is away, the right password is answered, and slowed, as a wrong one is.
    slapd.stop();
    for _ in 0..5 {
        let (_, _, status) = at_password(&house, "anna", "password of anna").await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    slapd.run();
    house.advance(chrono::TimeDelta::seconds(1)).await;
    let (_, _, status) = at_password(&house, "anna", "password of anna").await;
    assert_eq!(status, StatusCode::OK);
}

#[tokio::test]
async fn a_dry_run_says_what_would_happen_and_changes_nothing() {
    let (house, slapd) = (open_house().await, directory());
    put(&house, &slapd, |_| {}).await;
    let before = house.app.snapshot().revision();
    let report = pass(&house, Mode::Full, true).await;
    assert_eq!((report.dry_run, report.counts.created), (true, 2));
    assert!(house.app.snapshot().person("anna").is_none());
    let standing = standing(&house).await.unwrap();
    assert_eq!(standing.began_at, None, "the first pass is due as before");
    house.app.catch_up().await.unwrap();
    assert_eq!(house.app.snapshot().revision(), before);
    assert_eq!(pass(&house, Mode::Full, false).await.counts.created, 2);
    let again = pass(&house, Mode::Full, false).await;
    assert_eq!((again.counts.unchanged, again.counts.changed), (2, 0));
}

#[tokio::test]
async fn names_that_are_taken_and_entries_beyond_the_cap_are_reported_and_stop_nobody() {
    let house = open_house().await;
    let slapd = Slapd::start(
        &[
            person("anna", "employeeType: CTS\n"),
            person("judy", ""),
            group("ns-cleared", &["uid=anna"]),
        ]
        .concat(),
    );
    put(&house, &slapd, |_| {}).await;
    let report = pass(&house, Mode::Full, false).await;
    assert_eq!((report.counts.bad, report.bad.len()), (1, 1), "{report:?}");
    assert!(report.bad[0].dn.starts_with("uid=judy"), "{report:?}");
    let snapshot = house.app.snapshot();
    assert!(
        snapshot.person("anna").unwrap().clearances.is_empty(),
        "beyond the cap"
    );
    assert!(snapshot.person("judy").unwrap().email.is_none());
}

#[tokio::test]
async fn a_mass_removal_waits_for_two_people_who_let_exactly_those_go() {
    let house = open_house().await;
    let people: String = (0..40).map(|number| person(&format!("p{number}"), "")).collect();
    let slapd = Slapd::start(&people);
    put(&house, &slapd, |_| {}).await;
    pass(&house, Mode::Full, false).await;
    let delete = |numbers: std::ops::Range<u32>| -> String {
        numbers
            .map(|number| format!("dn: uid=p{number},ou=people,{SUFFIX}\nchangetype: delete\n\n"))
            .collect()
    };
    slapd.change(&delete(0..10));
    for mode in [Mode::Incremental, Mode::Full] {
        let report = pass(&house, mode, false).await;
        assert_eq!(report.braked.unwrap().vanish, 10);
        assert_eq!(house.app.snapshot().person("p0").unwrap().status, Status::Active);
    }
    let hugo = house.browser("hugo", Level::Aal2, None).await;
    let path = "/api/v1/sources/agency/sync";
    let shown = house.as_person(&hugo, Method::GET, path, None).await.json();
    let seal = shown["last"]["braked"]["seal"].as_str().unwrap().to_owned();
    let asked = house
        .as_person(
            &hugo,
            Method::POST,
            &format!("{path}/release"),
            Some(json!({"seal": seal})),
        )
        .await;
    assert_eq!(asked.status, StatusCode::ACCEPTED, "{}", asked.text);
    assert_eq!(
        pass(&house, Mode::Full, false).await.braked.unwrap().vanish,
        10,
        "one person is not enough"
    );
    let proposal = asked.json()["proposal"].as_str().unwrap().to_owned();
    let judy = house.browser("judy", Level::Aal2, None).await;
    let path = format!("/api/v1/proposals/{proposal}");
    let shown = house.as_person(&judy, Method::GET, &path, None).await.json();
    let body = json!({"parameters": shown["parameters"]});
    let approved = house
        .as_person(&judy, Method::POST, &format!("{path}/approve"), Some(body))
        .await;
    assert!(approved.status.is_success(), "{}", approved.text);
    let done = house
        .as_person(&hugo, Method::POST, &format!("{path}/execute"), None)
        .await;
    assert!(done.status.is_success(), "{}", done.text);
    // One more than those who were looked at: that is another question.
    let moved = |from: &str, to: &str| {
        format!(
            "dn: uid=p10,ou={from},{SUFFIX}\nchangetype: modrdn\nnewrdn: uid=p10\ndeleteoldrdn: 0\n\
             newsuperior: ou={to},{SUFFIX}\n"
        )
    };
    slapd.change(&moved("people", "groups"));
    assert_eq!(pass(&house, Mode::Full, false).await.braked.unwrap().vanish, 11);
    slapd.change(&moved("groups", "people"));
    let report = pass(&house, Mode::Full, false).await;
    assert_eq!((report.braked, report.counts.removed), (None, 10));
    assert_eq!(
        house.app.snapshot().person("p0").unwrap().status,
        Status::Disabled
    );
    // The release was for those and is spent.
    slapd.change(&delete(11..20));
    assert_eq!(pass(&house, Mode::Full, false).await.braked.unwrap().vanish, 9);
}

#[tokio::test]
async fn a_pass_that_dies_is_taken_up_where_it_stood() {
    let house = open_house().await;
    let people: String = (0..1_100)
        .map(|number| person(&format!("p{number}"), ""))
        .collect();
    let slapd = Slapd::start(&people);
    put(&house, &slapd, |_| {}).await;
    let id = "agency".parse().unwrap();
    let asked = Asked {
        mode: Mode::Full,
        dry_run: false,
    };
    let text = serde_json::to_string(&asked).unwrap();
    let mut transaction = house.app.database.begin_write().await.unwrap();
    source_syncs::ask(&id, &text, &mut transaction).await.unwrap();
    transaction.commit().await.unwrap();
    // The first part of five hundred is written, then the process is gone.
    {
        let pass = house.app.synchronise(&id, &asked);
        let watch = async {
            loop {
                let mut db = house.app.database.pool.acquire().await.unwrap();
                if source_entries::filed(&id, &mut db).await.unwrap().len() >= 500 {
                    break;
                }
                drop(db);
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            biased;
            () = watch => {}
            _ = pass => panic!("it was to die half-way"),
        }
    }
    let mut db = house.app.database.pool.acquire().await.unwrap();
    let half = source_entries::filed(&id, &mut db).await.unwrap().len();
    let standing = source_syncs::standing(&id, &mut db).await.unwrap().unwrap();
    drop(db);
    assert!((200..1_100).contains(&half), "{half}");
    assert_eq!(standing.marks, "{}", "the marks come with the last part");
    assert_eq!(standing.asked, Some(text), "what was asked for is not done");
    // Another process waits until the dead one has been silent for long enough.
    let other = house.reopened().await;
    assert!(matches!(
        other.synchronise(&id, &asked).await,
        Err(SyncFault::Taken)
    ));
    assert!(standing.is_running(other.now()), "nobody can know yet");
    other.clock.advance(chrono::TimeDelta::seconds(61));
    assert!(!standing.is_running(other.now()));
    let report = other.synchronise(&id, &asked).await.unwrap();
    assert_eq!(report.fault, None);
    assert_eq!(
        report.counts.created as usize,
        1_100 - half,
        "the rest and no more"
    );
    assert_eq!(report.counts.unchanged as usize, half);
    let standing = self::standing(&house).await.unwrap();
    assert_eq!((standing.asked, standing.taken_by), (None, None));
}

#[tokio::test]
async fn one_entry_that_cannot_be_used_stops_none_of_many() {
    let house = open_house().await;
    // Two names, which the server sends in two pieces: which one is hers cannot be told.
    let bad = person("dora", "uid: theodora\n");
    let people: String = (0..1_100)
        .map(|number| person(&format!("p{number}"), ""))
        .collect();
    let (first, rest) = people.split_at(people.len() / 2);
    let (rest_of_one, rest) = rest.split_once("\n\n").unwrap();
    let slapd = Slapd::start(&format!("{first}{rest_of_one}\n\n{bad}{rest}"));
    put(&house, &slapd, |_| {}).await;
    let report = pass(&house, Mode::Full, false).await;
    assert_eq!(
        (report.counts.created, report.counts.bad),
        (1_101, 1),
        "{report:?}"
    );
    assert!(report.bad[0].dn.starts_with("uid=dora,"), "{report:?}");
    assert!(report.bad[0].reason.contains("there are 2 values"), "{report:?}");
    let people = house.app.snapshot().people().count();
    let again = pass(&house, Mode::Full, false).await;
    assert_eq!(
        (again.counts.unchanged, again.counts.bad),
        (1_100, 1),
        "{again:?}"
    );
    assert_eq!(house.app.snapshot().people().count(), people);
}

#[tokio::test]
async fn a_pass_that_fails_is_on_record_once_and_the_next_goes_on() {
    let (house, slapd) = (open_house().await, directory());
    put(&house, &slapd, |_| {}).await;
    slapd.stop();
    let id = "agency".parse().unwrap();
    let asked = Asked {
        mode: Mode::Full,
        dry_run: false,
    };
    for _ in 0..2 {
        let report = house.app.synchronise(&id, &asked).await.unwrap();
        let fault = report.fault.unwrap();
        assert!(
            fault.contains(&format!("localhost:{}", slapd.tls_port)),
            "{fault}"
        );
    }
    slapd.run();
    assert_eq!(pass(&house, Mode::Full, false).await.counts.created, 2);
}

#[tokio::test]
async fn the_job_synchronises_what_is_due_and_what_is_asked_for() {
    let (house, slapd) = (open_house().await, directory());
    put(&house, &slapd, |_| {}).await;
    assert_eq!(drained(&house).await, 1);
    assert!(house.app.snapshot().person("anna").is_some());
    slapd.change(&format!(
        "dn: uid=anna,ou=people,{SUFFIX}\nchangetype: modify\nreplace: cn\ncn: Anna Anders\n"
    ));
    assert_eq!(drained(&house).await, 0);
    let name = || {
        house
            .app
            .snapshot()
            .person("anna")
            .unwrap()
            .display_name
            .clone()
            .unwrap()
    };
    assert_eq!(name(), "anna", "not due yet");
    let hugo = house.browser("hugo", Level::Aal2, None).await;
    let path = "/api/v1/sources/agency/sync";
    for (dry_run, expected) in [(true, "anna"), (false, "Anna Anders")] {
        let asked = house
            .as_person(
                &hugo,
                Method::POST,
                path,
                Some(json!({"mode": "full", "dry_run": dry_run})),
            )
            .await;
        assert_eq!(asked.status, StatusCode::ACCEPTED, "{}", asked.text);
        assert_eq!(drained(&house).await, 1);
        assert_eq!(name(), expected);
        let shown = house.as_person(&hugo, Method::GET, path, None).await.json();
        assert_eq!(shown["last"]["dry_run"], dry_run);
        assert_eq!(shown["last"]["counts"]["changed"], 1);
        assert_eq!(shown["is_running"], false);
    }
}
