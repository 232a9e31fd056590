// SPDX-License-Identifier: Apache-2.0
//! Somebody signs in with her password in a directory for the first time, and again when the directory says
//! something else of her: by the rules that hold for every source.

use authn::assurance::Level;
use authn::store::upstream_links;
use countersign_authn as authn;
use countersign_directory::ldap::sync::Mode;
use countersign_directory::store::{People, Shelf as _, changes, tombstones};
use countersign_directory::{Change, ClearanceState, Noun, Person, PersonId, Status};
use countersign_tests::house::{Answer, TestHouse, open_house, whole_world};
use countersign_tests::slapd::{SUFFIX, Slapd, group, person};
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::journey::{at_password, directory, may_join, pass, put};
use crate::authn::desk::{Tab, location};

/// The directory is read when somebody signs in, and at no other time.
fn at_sign_in(record: &mut Value) {
    record["protocol"]["ldap"]["sync"].take();
}

fn with_approval(record: &mut Value) {
    at_sign_in(record);
    record["linking"]["create"] = json!("with_approval");
}

/// Signs in with a password there: the page that follows.
async fn tried(house: &TestHouse, name: &str, password: &str) -> Answer {
    let mut tab = Tab::new(house);
    let flow = tab.begin("/signin").await;
    tab.post("/signin/name", &[("flow", &flow), ("name", name)]).await;
    let fields = [("flow", flow.as_str()), ("password", password)];
    tab.post("/signin/password", &fields).await
}

async fn signs_in(house: &TestHouse, name: &str, password: &str) {
    let (mut tab, flow, status) = at_password(house, name, password).await;
    assert_eq!(status, StatusCode::OK, "{name}");
    let next = tab.get(&format!("/signin/continue?flow={flow}")).await;
    assert_eq!(location(&next), "/account");
}

fn on_file(house: &TestHouse, id: &str) -> Person {
    let snapshot = house.app.snapshot();
    snapshot
        .person(id)
        .unwrap_or_else(|| panic!("no `{id}`"))
        .as_ref()
        .clone()
}

fn counts(house: &TestHouse, id: &str) -> usize {
    let now = house.app.now();
    let held = on_file(house, id).clearances;
    let counts = held
        .iter()
        .filter(|one| one.state == ClearanceState::Active && one.valid_until > now);
    counts.count()
}

async fn sessions(house: &TestHouse, id: &str) -> usize {
    let id: PersonId = id.parse().unwrap();
    house.app.board.of_person(&id, house.app.now()).len()
}

async fn links(house: &TestHouse, id: &str) -> Vec<authn::upstream::link::Link> {
    let mut db = house.app.database.pool.acquire().await.unwrap();
    upstream_links::of_person(&id.parse().unwrap(), &mut db)
        .await
        .unwrap()
}

async fn proposals(house: &TestHouse) -> Vec<Value> {
    let kara = house.browser("kara", Level::Aal2, None).await;
    let listed = house
        .as_person(&kara, Method::GET, "/api/v1/proposals", None)
        .await;
    listed.json()["items"].as_array().unwrap().clone()
}

async fn decide(house: &TestHouse, proposal: &Value, verb: &str) -> Answer {
    let kara = house.browser("kara", Level::Aal2, None).await;
    let path = format!("/api/v1/proposals/{}/{verb}", proposal["id"].as_str().unwrap());
    let body = (verb == "approve").then(|| json!({"parameters": proposal["parameters"]}));
    house.as_person(&kara, Method::POST, &path, body).await
}

/// Puts somebody on file as an import would, or takes her away for good.
async fn file(house: &TestHouse, id: &str, like: Option<&str>) {
    let id: PersonId = id.parse().unwrap();
    let mut db = house.app.database.begin_write().await.unwrap();
    changes::lock(&mut db).await.unwrap();
    let change = match like {
        Some(like) => {
            let person = Person {
                email: None,
                ..on_file(house, like)
            };
            People::put(&[(&id, &person)], &mut db).await.unwrap();
            Change::put(Noun::Person, id.as_str())
        }
        None => {
            let now = house.app.now();
            tombstones::put(Noun::Person, &[id.as_str()], now, &mut db)
                .await
                .unwrap();
            Change::put(Noun::World, "*")
        }
    };
    changes::record(&[change], house.app.now(), &mut db)
        .await
        .unwrap();
    house.app.commit(db).await.unwrap();
}

#[tokio::test]
async fn somebody_new_gets_an_account_at_her_first_sign_in_as_far_as_the_cap_goes() {
    let (house, slapd) = (open_house().await, directory());
    put(&house, &slapd, at_sign_in).await;
    assert_eq!(
        tried(&house, "anna", "wrong").await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert!(
        house.app.snapshot().person("anna").is_none(),
        "a guess makes nobody"
    );
    // By a name that is hers in the directory alone; what she is called here says the mapping.
    signs_in(&house, "anna@agency.example", "password of anna").await;
    let anna = on_file(&house, "anna");
    assert_eq!(anna.agency.as_ref().unwrap().as_str(), "BMVg");
    assert_eq!((counts(&house, "anna"), anna.missions.len()), (1, 1));
    let link = links(&house, "anna").await.remove(0);
    assert_eq!(link.made, authn::upstream::link::Made::Creation);
    assert_eq!(link.level, Some(Level::Aal1), "what that sign-in reached");
    let judy = house.browser("judy", Level::Aal2, None).await;
    let shown = house
        .as_person(&judy, Method::GET, "/api/v1/people/anna", None)
        .await
        .json();
    let from = &shown["sources"];
    assert!(from.to_string().contains("agency"), "{shown}");
    // What is beyond the cap is not cut down to fit.
    slapd.change(&format!(
        "dn: uid=bert,ou=people,{SUFFIX}\nchangetype: modify\nreplace: employeeType\nemployeeType: CTS\n\n\
         dn: cn=staff,ou=groups,{SUFFIX}\nchangetype: modify\nadd: member\nmember: uid=bert,ou=people,{SUFFIX}\n"
    ));
    signs_in(&house, "bert", "password of bert").await;
    assert_eq!(counts(&house, "bert"), 0);
}

#[tokio::test]
async fn what_a_directory_says_at_a_sign_in_holds_from_then_on() {
    let (house, slapd) = (open_house().await, directory());
    put(&house, &slapd, at_sign_in).await;
    let server = house.connect(whole_world("demo")).await;
    signs_in(&house, "anna", "password of anna").await;
    let strong = house.browser("anna", Level::Aal3, Some("ns")).await;
    house.tie(&strong, "demo").await;
    assert!(may_join(&house, &server, "anna").await);
    let leaves = format!(
        "dn: cn=staff,ou=groups,{SUFFIX}\nchangetype: modify\nreplace: member\nmember: uid=bert,ou=people,{SUFFIX}\n"
    );
    slapd.change(&leaves);
    assert!(
        may_join(&house, &server, "anna").await,
        "nobody has asked the directory yet"
    );
    signs_in(&house, "anna", "password of anna").await;
    assert!(
        !may_join(&house, &server, "anna").await,
        "her clearance is gone at once"
    );
    assert_eq!(counts(&house, "anna"), 0);
    slapd.change(&format!(
        "dn: uid=anna,ou=people,{SUFFIX}\nchangetype: modify\nreplace: cn\ncn: Anna Anders\n\n\
         dn: cn=staff,ou=groups,{SUFFIX}\nchangetype: modify\nadd: member\nmember: uid=anna,ou=people,{SUFFIX}\n"
    ));
    signs_in(&house, "anna", "password of anna").await;
    assert!(may_join(&house, &server, "anna").await);
    assert_eq!(
        on_file(&house, "anna").display_name.as_deref(),
        Some("Anna Anders")
    );
    // What an administrator said stays what it is.
    let judy = house.browser("judy", Level::Aal2, None).await;
    let patch = json!({"display_name": "Dr. Anders"});
    let patched = house
        .as_person(&judy, Method::PATCH, "/api/v1/people/anna", Some(patch))
        .await;
    assert_eq!(patched.status, StatusCode::OK, "{}", patched.text);
    signs_in(&house, "anna", "password of anna").await;
    assert_eq!(
        on_file(&house, "anna").display_name.as_deref(),
        Some("Dr. Anders")
    );
}

#[tokio::test]
async fn what_was_given_at_a_sign_in_is_taken_back_by_the_next_synchronisation() {
    let (house, slapd) = (open_house().await, directory());
    put(&house, &slapd, |_| {}).await;
    pass(&house, Mode::Full, false).await;
    assert_eq!(counts(&house, "bert"), 0);
    let member = |verb: &str| {
        let member = format!("member: uid=bert,ou=people,{SUFFIX}");
        format!("dn: cn=staff,ou=groups,{SUFFIX}\nchangetype: modify\n{verb}: member\n{member}\n")
    };
    slapd.change(&member("add"));
    signs_in(&house, "bert", "password of bert").await;
    assert_eq!(counts(&house, "bert"), 1);
    // His entry is again as it was when it was last synchronised: not so what is on file.
    slapd.change(&member("delete"));
    house.advance(chrono::TimeDelta::seconds(30)).await;
    pass(&house, Mode::Full, false).await;
    assert_eq!(counts(&house, "bert"), 0);
    // Somebody whom only a sign-in brought in leaves with her entry.
    slapd.change(&format!(
        "dn: uid=cleo,ou=people,{SUFFIX}\nchangetype: add\n{}",
        person("cleo", "").split_once('\n').unwrap().1
    ));
    signs_in(&house, "cleo", "password of cleo").await;
    slapd.change(&format!("dn: uid=cleo,ou=people,{SUFFIX}\nchangetype: delete\n"));
    pass(&house, Mode::Full, false).await;
    assert_eq!(on_file(&house, "cleo").status, Status::Disabled);
    assert_eq!(sessions(&house, "cleo").await, 0);
}

#[tokio::test]
async fn an_account_that_needs_approval_waits_for_one_officer_and_then_opens() {
    let (house, slapd) = (open_house().await, directory());
    put(&house, &slapd, |record| {
        with_approval(record);
        // Nothing that is above the officer: she could not approve what she does not see.
        record["mapping"]["rules"].as_array_mut().unwrap().pop();
    })
    .await;
    for _ in 0..2 {
        let page = tried(&house, "anna", "password of anna").await;
        assert_eq!(page.status, StatusCode::FORBIDDEN);
        assert!(
            page.text.contains("Your account waits for approval"),
            "{}",
            page.text
        );
    }
    assert!(house.app.snapshot().person("anna").is_none());
    let waiting = proposals(&house).await;
    assert_eq!(waiting.len(), 1, "it is filed once: {waiting:?}");
    assert_eq!(waiting[0]["requester"], "source:agency");
    assert_eq!(waiting[0]["act"]["act"], "person_admit");
    let becomes = serde_json::to_string(&waiting[0]["changes"]).unwrap();
    assert!(
        becomes.contains("BMVg") && becomes.contains("BALTIC"),
        "{:?}",
        waiting[0]
    );
    // Who is no officer has no say, and what was shown is what is approved.
    let hugo = house.browser("hugo", Level::Aal2, None).await;
    let path = format!("/api/v1/proposals/{}/approve", waiting[0]["id"].as_str().unwrap());
    let seen = json!({"parameters": waiting[0]["parameters"]});
    let refused = house.as_person(&hugo, Method::POST, &path, Some(seen)).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text);
    let mut other = waiting[0].clone();
    other["parameters"] = json!("0".repeat(64));
    assert_eq!(
        decide(&house, &other, "approve").await.status,
        StatusCode::CONFLICT
    );
    let approved = decide(&house, &waiting[0], "approve").await;
    assert_eq!(approved.status, StatusCode::OK, "{}", approved.text);
    assert_eq!(on_file(&house, "anna").missions.len(), 1);
    assert_eq!(links(&house, "anna").await.len(), 1);
    assert_eq!(
        decide(&house, &waiting[0], "approve").await.status,
        StatusCode::CONFLICT
    );
    signs_in(&house, "anna", "password of anna").await;
    assert!(proposals(&house).await.is_empty());
    let mut db = house.app.database.pool.acquire().await.unwrap();
    let leaves: Vec<Vec<u8>> = sqlx::query_scalar("SELECT record FROM audit_leaves")
        .fetch_all(&mut *db)
        .await
        .unwrap();
    let record = String::from_utf8_lossy(&leaves.concat()).into_owned();
    for told in [
        "person.created",
        "\"approved_by\":\"kara\",\"by\":\"source:agency\"",
        "approval.used",
    ] {
        assert!(record.contains(told), "{told}");
    }
}

#[tokio::test]
async fn an_officers_no_is_for_good_and_another_record_asks_anew() {
    let (house, slapd) = (open_house().await, directory());
    put(&house, &slapd, with_approval).await;
    for who in ["anna", "bert"] {
        tried(&house, who, &format!("password of {who}")).await;
    }
    let waiting = proposals(&house).await;
    assert_eq!(waiting.len(), 2);
    let of = |waiting: &[Value], who: &str| {
        waiting
            .iter()
            .find(|one| one["act"]["id"] == who)
            .unwrap()
            .clone()
    };
    assert_eq!(
        decide(&house, &of(&waiting, "anna"), "reject").await.status,
        StatusCode::OK
    );
    let page = tried(&house, "anna", "password of anna").await;
    assert!(
        page.text.contains("Your account was not approved"),
        "{}",
        page.text
    );
    // Under another record of the source nobody has agreed to anything yet.
    put(&house, &slapd, |record| {
        with_approval(record);
        record["cap"]["levels"] = json!({});
    })
    .await;
    assert_eq!(
        decide(&house, &of(&waiting, "bert"), "approve").await.status,
        StatusCode::CONFLICT
    );
    tried(&house, "bert", "password of bert").await;
    let anew = proposals(&house).await;
    let anew: Vec<&Value> = anew.iter().filter(|one| one["outdated"] == false).collect();
    assert_eq!(anew.len(), 1, "{anew:?}");
    // Who waited for too long is asked for again.
    house.advance(chrono::TimeDelta::days(8)).await;
    assert!(proposals(&house).await.is_empty());
    tried(&house, "bert", "password of bert").await;
    assert_eq!(
        decide(&house, &proposals(&house).await[0], "approve")
            .await
            .status,
        StatusCode::OK
    );
    signs_in(&house, "bert", "password of bert").await;
}

/// Nobody becomes another by what she is called, whatever the directory calls her.
#[tokio::test]
async fn a_name_that_another_has_or_had_opens_nothing() {
    // What her name there is, and who is or was here: a name of another case, of another form, one that looks the
    // same in another script, one of somebody who is gone.
    let cases: [(&str, &str, bool); 6] = [
        ("Zoe", "zoe", true),
        ("zoe", "ZOE", true),
        ("\u{ff5a}\u{ff4f}\u{ff45}", "zoe", true),
        ("\u{441}\u{43e}\u{440}\u{435}", "cope", true),
        ("zoe", "zoe", false),
        ("zoe", "Zoe", false),
    ];
    for create in ["yes", "with_approval"] {
        for (name, known, is_here) in cases {
            let house = open_house().await;
            let slapd = Slapd::start(&person("x", &format!("employeeNumber: {name}\n")));
            file(&house, known, is_here.then_some("noah")).await;
            put(&house, &slapd, |record| {
                at_sign_in(record);
                record["linking"]["create"] = json!(create);
                record["mapping"]["rules"][0]["value"]["from"] = json!("employeeNumber");
            })
            .await;
            let before = house.app.snapshot().people().count();
            let page = tried(&house, "x", "password of x").await;
            assert_eq!(
                page.status,
                StatusCode::FORBIDDEN,
                "{create} {name} {known}: {}",
                page.text
            );
            assert!(page.text.contains("There is an account already"), "{}", page.text);
            assert_eq!(house.app.snapshot().people().count(), before);
            assert!(proposals(&house).await.is_empty());
        }
    }
    // One that mixes scripts is no name at all.
    let (house, slapd) = (
        open_house().await,
        Slapd::start(&person("x", "employeeNumber: \u{430}nna\n")),
    );
    put(&house, &slapd, |record| {
        at_sign_in(record);
        record["mapping"]["rules"][0]["value"]["from"] = json!("employeeNumber");
    })
    .await;
    let page = tried(&house, "x", "password of x").await;
    assert!(page.text.contains("Something is missing"), "{}", page.text);
}

#[tokio::test]
async fn passwords_alone_open_nobody_elses_account_and_empty_ones_nothing() {
    let house = open_house().await;
    let slapd = Slapd::start(&[person("dave", ""), person("zelda", "")].concat());
    put(&house, &slapd, at_sign_in).await;
    for (name, password, status) in [
        // Dave is here, of another source; the directory is not even asked.
        ("dave", "password of dave", StatusCode::UNPROCESSABLE_ENTITY),
        ("zelda", "", StatusCode::UNPROCESSABLE_ENTITY),
        ("zelda@agency.example", "\0", StatusCode::UNPROCESSABLE_ENTITY),
        // By a name that only the directory knows she is asked for, and her name is another's.
        ("dave@agency.example", "password of dave", StatusCode::FORBIDDEN),
    ] {
        let page = tried(&house, name, password).await;
        assert_eq!(page.status, status, "{name}: {}", page.text);
    }
    assert!(house.app.snapshot().person("zelda").is_none());
    assert_eq!(sessions(&house, "dave").await, 0);
    assert!(links(&house, "dave").await.is_empty());
}

#[tokio::test]
async fn without_an_account_she_is_told_whom_to_ask_and_a_closed_one_stays_closed() {
    let (house, slapd) = (open_house().await, directory());
    put(&house, &slapd, |record| {
        at_sign_in(record);
        record["linking"]["create"] = json!("no");
    })
    .await;
    let page = tried(&house, "anna", "password of anna").await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(page.text.contains("This opens no account"), "{}", page.text);
    assert!(
        !page.text.contains("in your account"),
        "nobody links herself to a directory: {}",
        page.text
    );
    // Whom the source may not place is not let in, and reads so.
    put(&house, &slapd, |record| {
        at_sign_in(record);
        record["cap"]["agencies"] = json!([]);
    })
    .await;
    let page = tried(&house, "anna", "password of anna").await;
    assert!(
        page.text.contains("may not open an account for you"),
        "{}",
        page.text
    );
    assert!(house.app.snapshot().person("anna").is_none());
    put(&house, &slapd, at_sign_in).await;
    signs_in(&house, "anna", "password of anna").await;
    let judy = house.browser("judy", Level::Aal2, None).await;
    let gone = house
        .as_person(&judy, Method::POST, "/api/v1/people/anna/revoke", None)
        .await;
    assert!(gone.status.is_success(), "{}", gone.text);
    let page = tried(&house, "anna", "password of anna").await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(page.text.contains("This account is closed"), "{}", page.text);
    assert_eq!(on_file(&house, "anna").status, Status::Disabled);
}

/// Two directories: what is typed for one is not for the other, and nobody is both.
#[tokio::test]
async fn where_two_say_that_a_domain_is_theirs_neither_hears_a_password() {
    let house = open_house().await;
    let first = Slapd::start(&[person("anna", ""), group("first", &["uid=anna"])].concat());
    let second = Slapd::start(&[person("anna", ""), group("second", &["uid=anna"])].concat());
    let known_as = |id: &'static str, domains: Value| {
        move |record: &mut Value| {
            at_sign_in(record);
            record["id"] = json!(id);
            record["offer"] = json!({"domains": domains});
            record["mapping"]["rules"][1] =
                json!({"to": "display_name", "value": {"from": "groups", "first": true}});
        }
    };
    put(&house, &first, known_as("agency", json!(["agency.example"]))).await;
    put(&house, &second, known_as("bureau", json!(["agency.example"]))).await;
    let page = tried(&house, "anna@agency.example", "password of anna").await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(house.app.snapshot().person("anna").is_none());
    // It is the second one's alone: the first, which would come first, is not asked.
    put(&house, &first, known_as("agency", json!([]))).await;
    signs_in(&house, "anna@agency.example", "password of anna").await;
    assert_eq!(on_file(&house, "anna").display_name.as_deref(), Some("second"));
    // Her namesake in the first directory is somebody else.
    put(&house, &second, known_as("bureau", json!([]))).await;
    put(&house, &first, known_as("agency", json!(["agency.example"]))).await;
    let page = tried(&house, "anna@agency.example", "password of anna").await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(page.text.contains("There is an account already"), "{}", page.text);
    assert_eq!(links(&house, "anna").await.len(), 1);
}
