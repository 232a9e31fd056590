// SPDX-License-Identifier: Apache-2.0
//! Whose account it is that somebody of a source opens.

use std::slice;

use chrono::TimeDelta;
use countersign_authn::assurance::Level;
use countersign_authn::session::SessionId;
use countersign_authn::store::{sessions, upstream_links};
use countersign_directory::source::Conflict;
use countersign_directory::store::{People, Shelf as _, Sources, changes};
use countersign_directory::{Change, Noun, Person};
use countersign_tests::house::Answer;
use http::{Method as Verb, StatusCode};
use serde_json::{Value, json};

use super::{Stage, leads_to, link, nina, stage};
use crate::authn::desk::{Tab, location, passkey};

/// O6: an address, verified or not, links nothing where nobody made the source authoritative for it, and
/// nothing either where the rule is to ask somebody.
#[tokio::test]
async fn o6_a_mail_address_alone_links_nothing() {
    let dave = "dave@agency.example";
    let domain = "agency.example";
    let own = json!([domain]);
    let who = |verified: Value| json!({ "sub": "evil", "preferred_username": "mallory", "email": dave, "email_verified": verified });
    for (changes, who, is_linked) in [
        (json!({}), who(json!(true)), false),
        (json!({"trust": {"domains": own}}), who(json!(true)), false),
        (
            json!({"trust": {"domains": own}, "linking": {"conflict": "add"}}),
            who(json!(false)),
            false,
        ),
        (json!({"linking": {"conflict": "add"}}), who(json!(true)), false),
        (
            json!({"trust": {"domains": own}, "linking": {"conflict": "add"}}),
            who(json!(true)),
            true,
        ),
        (
            json!({"trust": {"domains": own}, "linking": {"conflict": "set"}}),
            who(json!(true)),
            true,
        ),
    ] {
        let stage = stage(changes.clone()).await;
        give_address(&stage, "dave", dave).await;
        let mut tab = Tab::new(&stage.house);
        let there = stage.leave(&mut tab, "/signin").await;
        let page = stage.return_from(&mut tab, &there, who.clone()).await;
        assert_eq!(
            page.status == StatusCode::OK,
            is_linked,
            "{changes} {who} {}",
            page.text
        );
        assert_eq!(stage.links("dave").await, usize::from(is_linked));
        if !is_linked {
            assert!(page.text.contains("There is an account already"), "{}", page.text);
            assert!(page.text.contains("Reference: <code>S-"), "{}", page.text);
        }
    }
}

#[tokio::test]
async fn where_nobody_is_created_she_is_told_how_to_link() {
    for (create, words) in [
        ("no", "aren&#39;t linked to an account here"),
        ("with_approval", "Your account waits for approval"),
    ] {
        let stage = stage(json!({ "linking": { "create": create } })).await;
        let mut tab = Tab::new(&stage.house);
        let there = stage.leave(&mut tab, "/signin").await;
        let page = stage.return_from(&mut tab, &there, nina()).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN);
        let text = page.text.replace("&#x27;", "&#39;");
        assert!(text.contains(words), "{text}");
        assert!(stage.house.app.snapshot().person("nina").is_none());
    }
}

#[tokio::test]
async fn an_account_that_needs_approval_opens_by_one_officers_word() {
    let stage = stage(json!({ "linking": { "create": "with_approval" } })).await;
    for _ in 0..2 {
        let mut tab = Tab::new(&stage.house);
        let there = stage.leave(&mut tab, "/signin").await;
        let page = stage.return_from(&mut tab, &there, nina()).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN);
    }
    let kara = stage.house.browser("kara", Level::Aal2, None).await;
    let listed = stage
        .house
        .as_person(&kara, Verb::GET, "/api/v1/proposals", None)
        .await
        .json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1, "{listed}");
    let proposal = &listed["items"][0];
    assert_eq!(proposal["act"]["link"]["subject"], "n-1", "{proposal}");
    let path = format!("/api/v1/proposals/{}/approve", proposal["id"].as_str().unwrap());
    let seen = json!({"parameters": proposal["parameters"]});
    let approved = stage.house.as_person(&kara, Verb::POST, &path, Some(seen)).await;
    assert_eq!(approved.status, StatusCode::OK, "{}", approved.text);
    stage
        .sign_in(&mut Tab::new(&stage.house), "/signin", nina())
        .await;
    assert_eq!(stage.session("nina").await.level, Level::Aal2);
    assert_eq!(stage.links("nina").await, 1);
}

/// O5: a link needs a fresh sign-in of the account, is never repointed, and the API takes two people.
#[tokio::test]
async fn o5_she_links_herself_and_nobody_repoints_a_link() {
    let stage = stage(json!({ "linking": { "create": "no" } })).await;
    let mut key = passkey(&stage.house, "dave").await;
    let mut tab = Tab::new(&stage.house);
    tab.sign_in("/signin", &mut key).await;
    let csrf = stage.session("dave").await.csrf;
    let fields = [("csrf", csrf.as_str()), ("source", "mod")];
    let forged = tab
        .post("/account/sources/link", &[("csrf", "x"), ("source", "mod")])
        .await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
    let page = tab.post("/account/sources/link", &fields).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    let there = leads_to(&page);
    let who = json!({ "sub": "d-1", "name": "Dave there", "acr": "silver" });
    let page = stage.return_from(&mut tab, &there, who.clone()).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    assert!(page.text.contains("Dave there at Ministry"), "{}", page.text);
    assert_eq!(stage.links("dave").await, 1);
    // The same person there, to another account: it stays where it is.
    let mut other = passkey(&stage.house, "noah").await;
    let mut noah = Tab::new(&stage.house);
    noah.sign_in("/signin", &mut other).await;
    let csrf = stage.session("noah").await.csrf;
    let page = noah
        .post("/account/sources/link", &[("csrf", &csrf), ("source", "mod")])
        .await;
    let page = stage.return_from(&mut noah, &leads_to(&page), who.clone()).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text.contains("opens another account"), "{}", page.text);
    assert_eq!((stage.links("dave").await, stage.links("noah").await), (1, 0));
    // A second identity of the same source beside the first needs the source's rule.
    let page = tab.post("/account/sources/link", &fields).await;
    let page = stage
        .return_from(&mut tab, &leads_to(&page), json!({ "sub": "d-2" }))
        .await;
    assert!(page.text.contains("linked to somebody else"), "{}", page.text);
    // An old sign-in links nothing.
    stage.house.advance(TimeDelta::seconds(601)).await;
    let answer = tab.post("/account/sources/link", &fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert!(location(&answer).starts_with("/signin?then=/account&max_age=600"));
    // By the API: filed, and nothing happens before a second person's word.
    let judy = stage.house.browser("judy", Level::Aal2, None).await;
    let body = json!({ "source": "mod", "issuer": stage.provider.issuer(), "subject": "d-3" });
    let answer = stage
        .house
        .as_person(&judy, Verb::POST, "/api/v1/people/noah/links", Some(body))
        .await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text);
    assert_eq!(stage.links("noah").await, 0);
    let listed = stage
        .house
        .as_person(&judy, Verb::GET, "/api/v1/people/dave/links", None)
        .await
        .json();
    assert_eq!(listed["items"][0]["subject"], "d-1");
    let id = listed["items"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/people/noah/links/{id}");
    let wrong = stage.house.as_person(&judy, Verb::DELETE, &path, None).await;
    assert_eq!(wrong.status, StatusCode::NOT_FOUND);
    let path = format!("/api/v1/people/dave/links/{id}");
    let gone = stage.house.as_person(&judy, Verb::DELETE, &path, None).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT, "{}", gone.text);
    assert_eq!(stage.links("dave").await, 0);
}

#[tokio::test]
async fn her_last_way_to_sign_in_cannot_be_removed() {
    let stage = stage(json!({})).await;
    let mut tab = Tab::new(&stage.house);
    stage.sign_in(&mut tab, "/signin", nina()).await;
    let session = stage.session("nina").await;
    let mut db = stage.house.app.database.pool.acquire().await.unwrap();
    let links = upstream_links::of_person(&session.person, &mut db).await.unwrap();
    drop(db);
    let fields = [("csrf", session.csrf.as_str()), ("link", links[0].id.as_str())];
    let page = tab.post("/account/sources/unlink", &fields).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", page.text);
    assert_eq!(stage.links("nina").await, 1);
}

/// O4: what was proven is bound to the issuer and the subject: a second account of the source with the same
/// name and address is somebody else.
#[tokio::test]
async fn o4_a_second_account_there_with_the_same_address_is_somebody_else() {
    let stage = stage(json!({})).await;
    stage
        .sign_in(&mut Tab::new(&stage.house), "/signin", nina())
        .await;
    let mut second = nina();
    second["sub"] = json!("n-2");
    let mut tab = Tab::new(&stage.house);
    let there = stage.leave(&mut tab, "/signin").await;
    let page = stage.return_from(&mut tab, &there, second).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(page.text.contains("There is an account already"), "{}", page.text);
    assert_eq!(stage.links("nina").await, 1);
}

/// An address that the source has given to somebody else lets nobody in beside, or in the place of, whoever is
/// linked, whatever the rule: she or administrators say so.
#[tokio::test]
async fn an_address_that_was_given_to_somebody_else_there_opens_no_account_that_is_linked() {
    for rule in ["add", "replace", "set"] {
        let changes = json!({"trust": {"domains": ["agency.example"]}, "linking": {"conflict": rule}});
        let stage = stage(changes).await;
        give_address(&stage, "dave", "dave@agency.example").await;
        let who = |subject: &str| {
            json!({ "sub": subject, "preferred_username": "dave2", "email": "dave@agency.example",
                "email_verified": true })
        };
        stage
            .sign_in(&mut Tab::new(&stage.house), "/signin", who("old"))
            .await;
        let before = stage.session("dave").await;
        let mut tab = Tab::new(&stage.house);
        let there = stage.leave(&mut tab, "/signin").await;
        let page = stage.return_from(&mut tab, &there, who("new")).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{rule} {}", page.text);
        assert!(page.text.contains("There is an account already"), "{}", page.text);
        let mut db = stage.house.app.database.pool.acquire().await.unwrap();
        let links = upstream_links::of_person(&"dave".parse().unwrap(), &mut db)
            .await
            .unwrap();
        assert_eq!((links.len(), links[0].identity.subject.as_str()), (1, "old"));
        assert_eq!(stage.session("dave").await.id, before.id);
    }
}

async fn open_sessions(stage: &Stage, person: &str) -> Vec<SessionId> {
    let mut db = stage.house.app.database.pool.acquire().await.unwrap();
    let all = sessions::open_of_person(&person.parse().unwrap(), &mut db).await;
    all.unwrap().into_iter().map(|session| session.id).collect()
}

#[tokio::test]
async fn with_a_link_go_the_sessions_that_came_by_it() {
    let stage = stage(json!({ "linking": { "create": "no", "conflict": "replace" } })).await;
    let mut key = passkey(&stage.house, "dave").await;
    let mut own = Tab::new(&stage.house);
    own.sign_in("/signin", &mut key).await;
    let session = stage.session("dave").await;
    let arrive = async |subject: &str| {
        let who = json!({ "sub": subject, "acr": "silver" });
        stage.sign_in(&mut Tab::new(&stage.house), "/signin", who).await;
    };
    let links = async || {
        let mut db = stage.house.app.database.pool.acquire().await.unwrap();
        upstream_links::of_person(&session.person, &mut db).await.unwrap()
    };
    // An administrator takes it away.
    link(&stage, "dave", "d-1").await;
    arrive("d-1").await;
    arrive("d-1").await;
    assert_eq!(open_sessions(&stage, "dave").await.len(), 3);
    let judy = stage.house.browser("judy", Level::Aal2, None).await;
    let path = format!("/api/v1/people/dave/links/{}", links().await[0].id);
    let gone = stage.house.as_person(&judy, Verb::DELETE, &path, None).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT, "{}", gone.text);
    assert_eq!(open_sessions(&stage, "dave").await, slice::from_ref(&session.id));
    // Another takes its place.
    link(&stage, "dave", "d-2").await;
    arrive("d-2").await;
    let fields = [("csrf", session.csrf.as_str()), ("source", "mod")];
    let page = own.post("/account/sources/link", &fields).await;
    let page = stage
        .return_from(&mut own, &leads_to(&page), json!({ "sub": "d-3" }))
        .await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    assert_eq!(open_sessions(&stage, "dave").await, slice::from_ref(&session.id));
    // She takes it away; the session in which she does goes on.
    arrive("d-3").await;
    assert_eq!(open_sessions(&stage, "dave").await.len(), 2);
    let id = links().await[0].id.clone();
    let fields = [("csrf", session.csrf.as_str()), ("link", id.as_str())];
    let page = own.post("/account/sources/unlink", &fields).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    assert_eq!(open_sessions(&stage, "dave").await, slice::from_ref(&session.id));
    assert!(own.get("/account").await.text.contains("dave"));
}

/// Names are held against those whom anybody has or had, whichever came when.
#[tokio::test]
async fn a_newcomers_name_is_held_against_all_that_came_before() {
    let stage = stage(json!({})).await;
    let mut number = 0;
    for (name, is_new) in [
        ("cope", true),
        ("COPE", false),
        // The same four shapes in Cyrillic, then others.
        ("\u{441}\u{43e}\u{440}\u{435}", false),
        ("\u{430}\u{440}\u{435}\u{441}", true),
        ("apec", false),
        ("hope", true),
        // One of the coalition's.
        ("Dave", false),
    ] {
        number += 1;
        let who = json!({ "sub": format!("s-{number}"), "preferred_username": name });
        let mut tab = Tab::new(&stage.house);
        let there = stage.leave(&mut tab, "/signin").await;
        let page = stage.return_from(&mut tab, &there, who).await;
        let expected = if is_new {
            StatusCode::OK
        } else {
            StatusCode::FORBIDDEN
        };
        assert_eq!(page.status, expected, "{name} {}", page.text);
    }
}

/// Tries to sign in: the page that follows.
async fn tried(stage: &Stage, who: Value) -> Answer {
    let mut tab = Tab::new(&stage.house);
    let there = stage.leave(&mut tab, "/signin").await;
    stage.return_from(&mut tab, &there, who).await
}

async fn proposals(stage: &Stage) -> Vec<Value> {
    let kara = stage.house.browser("kara", Level::Aal2, None).await;
    let listed = stage
        .house
        .as_person(&kara, Verb::GET, "/api/v1/proposals", None)
        .await;
    listed.json()["items"].as_array().unwrap().clone()
}

async fn decide(stage: &Stage, by: &str, proposal: &Value, verb: &str) -> Answer {
    let by = stage.house.browser(by, Level::Aal2, None).await;
    let path = format!("/api/v1/proposals/{}/{verb}", proposal["id"].as_str().unwrap());
    let body = (verb == "approve").then(|| json!({"parameters": proposal["parameters"]}));
    stage.house.as_person(&by, Verb::POST, &path, body).await
}

/// Under the rule `ask` an officer says whether an account is hers; until then nothing is linked, and she reads that it
/// waits and for whom.
#[tokio::test]
async fn whose_account_it_is_an_officer_says_where_the_rule_is_to_ask() {
    let stage = stage(json!({ "linking": { "create": "no", "conflict": "ask" } })).await;
    give_address(&stage, "noah", "noah@agency.example").await;
    let by_name = json!({ "sub": "d-1", "preferred_username": "dave", "name": "Dave there" });
    let by_address = json!({ "sub": "n-1", "preferred_username": "other", "email": "Noah@agency.example",
        "email_verified": true });
    for _ in 0..2 {
        for who in [&by_name, &by_address] {
            let page = tried(&stage, who.clone()).await;
            assert_eq!(page.status, StatusCode::FORBIDDEN);
            assert!(
                page.text.contains("A security officer here has to say"),
                "{}",
                page.text
            );
        }
    }
    let listed = proposals(&stage).await;
    assert_eq!(listed.len(), 2, "once each: {listed:?}");
    let about = |person: &str| listed.iter().find(|one| one["act"]["id"] == person).unwrap();
    let dave = about("dave");
    assert_eq!(dave["requester"], "source:mod");
    let reason = dave["reason"].as_str().unwrap();
    assert!(
        reason.contains("`Dave there`") && reason.contains("the name there"),
        "{reason}"
    );
    let reason = about("noah")["reason"].as_str().unwrap();
    assert!(
        reason.contains("address that the source has verified"),
        "{reason}"
    );
    assert_eq!((stage.links("dave").await, stage.links("noah").await), (0, 0));
    // One who may not, and then an officer's word: that links, once.
    let refused = decide(&stage, "noah", dave, "approve").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text);
    assert_eq!(stage.links("dave").await, 0);
    let approved = decide(&stage, "kara", dave, "approve").await;
    assert_eq!(approved.status, StatusCode::OK, "{}", approved.text);
    assert_eq!(stage.links("dave").await, 1);
    assert_eq!(
        decide(&stage, "kara", dave, "approve").await.status,
        StatusCode::CONFLICT
    );
    stage
        .sign_in(&mut Tab::new(&stage.house), "/signin", by_name)
        .await;
    assert_eq!(stage.session("dave").await.person.as_str(), "dave");
    // Her no is for good.
    let rejected = decide(&stage, "kara", about("noah"), "reject").await;
    assert_eq!(rejected.status, StatusCode::OK, "{}", rejected.text);
    let page = tried(&stage, by_address).await;
    assert!(page.text.contains("decided against"), "{}", page.text);
    assert!(proposals(&stage).await.is_empty());
    assert_eq!(stage.links("noah").await, 0);
    // Somebody of the source is linked to dave by now: nobody is asked about a second.
    let second = json!({ "sub": "d-2", "preferred_username": "dave" });
    let page = tried(&stage, second).await;
    assert!(page.text.contains("There is an account already"), "{}", page.text);
    assert!(proposals(&stage).await.is_empty());
}

/// Nobody is asked about accounts that hold an office, nor where name and address are those of two; and what was asked
/// is not approved any more once the rule is another.
#[tokio::test]
async fn nobody_is_asked_for_the_account_of_an_officer_or_of_one_of_two() {
    let stage = stage(json!({ "linking": { "create": "yes", "conflict": "ask" } })).await;
    give_address(&stage, "noah", "noah@agency.example").await;
    for who in [
        // A security officer and a sysadmin.
        json!({ "sub": "k", "preferred_username": "kara" }),
        json!({ "sub": "j", "preferred_username": "judy" }),
        json!({ "sub": "two", "preferred_username": "dave", "email": "noah@agency.example" }),
    ] {
        let page = tried(&stage, who.clone()).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{who}");
        assert!(
            page.text.contains("There is an account already"),
            "{who} {}",
            page.text
        );
    }
    assert!(proposals(&stage).await.is_empty());
    // Who is like nobody here is dealt with as ever.
    stage
        .sign_in(&mut Tab::new(&stage.house), "/signin", nina())
        .await;
    let page = tried(&stage, json!({ "sub": "d", "preferred_username": "dave" })).await;
    assert!(
        page.text.contains("A security officer here has to say"),
        "{}",
        page.text
    );
    let asked = proposals(&stage).await.remove(0);
    let id = "mod".parse().unwrap();
    let mut source = (*stage.house.app.upstream.source(&id).unwrap()).clone();
    source.linking.conflict = Conflict::Add;
    let mut db = stage.house.app.database.begin_write().await.unwrap();
    changes::lock(&mut db).await.unwrap();
    Sources::put(&[(&id, &source)], &mut db).await.unwrap();
    let change = Change::put(Noun::Source, "mod");
    changes::record(&[change], stage.house.app.now(), &mut db)
        .await
        .unwrap();
    stage.house.app.commit(db).await.unwrap();
    let answer = decide(&stage, "kara", &asked, "approve").await;
    assert_eq!(answer.status, StatusCode::CONFLICT, "{}", answer.text);
    assert_eq!(stage.links("dave").await, 0);
}

/// Names in Latin and in Cyrillic letters that nobody tells apart.
const ALIKE: [(&str, &str); 4] = [
    ("cope", "\u{441}\u{43e}\u{440}\u{435}"),
    ("oxo", "\u{43e}\u{445}\u{43e}"),
    ("pace", "\u{440}\u{430}\u{441}\u{435}"),
    ("exa", "\u{435}\u{445}\u{430}"),
];

/// Two who come at the same moment by names that look alike: both look before either is written, and one gets in.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_at_the_same_moment_whose_names_look_alike_one_gets_in() {
    for create in ["yes", "with_approval"] {
        let stage = stage(json!({ "linking": { "create": create } })).await;
        let mut let_in = 0;
        for (number, (latin, cyrillic)) in ALIKE.into_iter().enumerate() {
            let who = |name: &str| json!({ "sub": format!("{name}-{number}"), "preferred_username": name });
            let (one, other) = tokio::join!(tried(&stage, who(latin)), tried(&stage, who(cyrillic)));
            let goes_on = |page: &Answer| {
                page.status == StatusCode::OK || page.text.contains("Your account waits for approval")
            };
            let both = [&one, &other].into_iter().filter(|page| goes_on(page)).count();
            assert_eq!(both, 1, "{latin} {} {}", one.text, other.text);
            let_in += both;
        }
        assert_eq!(let_in, ALIKE.len());
        if create == "with_approval" {
            assert_eq!(proposals(&stage).await.len(), ALIKE.len());
        }
    }
}

/// Somebody got a name that looks like it while she waited: that is not approved any more.
#[tokio::test]
async fn who_waits_is_held_against_those_who_came_meanwhile() {
    let stage = stage(json!({ "linking": { "create": "with_approval" } })).await;
    tried(&stage, json!({ "sub": "c", "preferred_username": "cope" })).await;
    let asked = proposals(&stage).await.remove(0);
    let like = stage
        .house
        .app
        .snapshot()
        .person("dave")
        .unwrap()
        .as_ref()
        .clone();
    let person = Person { email: None, ..like };
    let id = ALIKE[0].1.parse().unwrap();
    let mut db = stage.house.app.database.begin_write().await.unwrap();
    changes::lock(&mut db).await.unwrap();
    People::put(&[(&id, &person)], &mut db).await.unwrap();
    let change = Change::put(Noun::Person, id.as_str());
    changes::record(&[change], stage.house.app.now(), &mut db)
        .await
        .unwrap();
    stage.house.app.commit(db).await.unwrap();
    let answer = decide(&stage, "kara", &asked, "approve").await;
    assert_eq!(answer.status, StatusCode::CONFLICT, "{}", answer.text);
    assert!(stage.house.app.snapshot().person("cope").is_none());
}

/// An administrator has put down her address.
async fn give_address(stage: &Stage, person: &str, address: &str) {
    let id = person.parse().unwrap();
    let mut person = stage
        .house
        .app
        .snapshot()
        .people()
        .find(|(known, _)| **known == id)
        .unwrap()
        .1
        .as_ref()
        .clone();
    person.email = Some(address.to_owned());
    let mut db = stage.house.app.database.begin_write().await.unwrap();
    changes::lock(&mut db).await.unwrap();
    People::put(&[(&id, &person)], &mut db).await.unwrap();
    let change = Change::put(Noun::Person, id.as_str());
    changes::record(&[change], stage.house.app.now(), &mut db)
        .await
        .unwrap();
    stage.house.app.commit(db).await.unwrap();
}
