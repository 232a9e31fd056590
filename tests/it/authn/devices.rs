// SPDX-License-Identifier: Apache-2.0
//! Devices: keys in browsers and certificates name the device of a sign-in, and nothing else does.

use authn::assurance::Level;
use authn::devices;
use authn::factor::device_key::Purpose;
use authn::session::Session;
use countersign_authn as authn;
use countersign_authn::Happened;
use countersign_directory::{Actor, DeviceId, DeviceKey};
use countersign_tests::authenticator::Authenticator;
use countersign_tests::cards::{Authority, Leaf, TestCard};
use countersign_tests::devices::{BrowserKey, DeviceHouse};
use countersign_tests::house::{Answer, Browser, ServerCaller, TestHouse, open_house, question, whole_world};
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::attestation::csrf;
use super::desk::{ORIGIN, Tab, client, location, passkey};

const ACCOUNT: &str = "/signin?then=/account";

#[tokio::test]
async fn a_key_in_a_browser_names_the_device_of_the_next_sign_in_and_no_more() {
    let house = open_house().await;
    let (key, mut tab, mut alice) = enrolled(&house, "alice").await;
    let device = stored(&house, &key.device());
    assert!(!device.managed && device.accreditation.is_none() && device.posture_reported_at.is_none());
    assert_eq!(device.key, Some(DeviceKey::Browser));
    assert_eq!(device.owner.as_ref().map(AsRef::as_ref), Some("alice"));
    assert_eq!(
        newest(&house, "alice").place.device,
        None,
        "it was enrolled from a sign-in without it"
    );

    sign_in_on(&mut tab, &mut alice, Some(&key)).await;
    let session = newest(&house, "alice");
    assert_eq!(
        session.place.device.as_ref().map(AsRef::as_ref),
        Some(key.device().as_str())
    );
    let page = tab.get("/account").await.text;
    assert!(page.contains(&format!("on device {}", key.device())), "{page}");
    let page = tab.get("/account/devices").await.text;
    assert!(
        page.contains("(this one)") && page.contains("not accredited, not managed"),
        "{page}"
    );

    // A sign-in that does not prove it is not on it, also where the browser was on it before.
    sign_in_on(&mut tab, &mut alice, None).await;
    assert_eq!(newest(&house, "alice").place.device, None);
}

/// A replayed challenge, another browser's, and one for something else.
#[tokio::test]
async fn a_challenge_works_once_in_its_own_browser_for_its_own_purpose() {
    let house = open_house().await;
    let (key, mut tab, _) = enrolled(&house, "alice").await;
    let flow = begin_anew(&mut tab).await;
    let challenge = challenge(&mut tab, &flow).await;
    let signature = key.sign(Purpose::Prove, ORIGIN, &challenge, &key.thumbprint());
    let first = send(&mut tab, &flow, &challenge, &key.thumbprint(), &signature).await;
    assert_eq!(first.status, StatusCode::OK, "{}", first.text);
    let again = send(&mut tab, &flow, &challenge, &key.thumbprint(), &signature).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);

    // Another browser: neither with its own flow, nor with the one that it was told of.
    let mut other = Tab::new(&house);
    let theirs = other.begin(ACCOUNT).await;
    let mine = self::challenge(&mut tab, &flow).await;
    let signature = key.sign(Purpose::Prove, ORIGIN, &mine, &key.thumbprint());
    let stolen = send(&mut other, &theirs, &mine, &key.thumbprint(), &signature).await;
    assert_eq!(stolen.status, StatusCode::UNPROCESSABLE_ENTITY);
    let into = send(&mut other, &flow, &mine, &key.thumbprint(), &signature).await;
    assert_eq!(into.status, StatusCode::GONE, "{}", into.text);

    // Signed for another purpose, for another origin.
    for (purpose, origin) in [(Purpose::Enrol, ORIGIN), (Purpose::Prove, "https://id.example")] {
        let challenge = self::challenge(&mut tab, &flow).await;
        let signature = key.sign(purpose, origin, &challenge, &key.thumbprint());
        let answer = send(&mut tab, &flow, &challenge, &key.thumbprint(), &signature).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    }

    // Late.
    let challenge = self::challenge(&mut tab, &flow).await;
    let signature = key.sign(Purpose::Prove, ORIGIN, &challenge, &key.thumbprint());
    house.advance(chrono::TimeDelta::seconds(121)).await;
    let late = send(&mut tab, &flow, &challenge, &key.thumbprint(), &signature).await;
    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
}

/// The key of another device, an unknown key, and a key on file that somebody else signs in with.
#[tokio::test]
async fn the_key_of_another_device_or_of_somebody_else_names_none() {
    let house = open_house().await;
    let (key, mut tab, _) = enrolled(&house, "alice").await;
    let other = BrowserKey::default();
    let flow = begin_anew(&mut tab).await;
    for (signer, named) in [(&other, &key), (&other, &other), (&key, &other)] {
        let challenge = challenge(&mut tab, &flow).await;
        let signature = signer.sign(Purpose::Prove, ORIGIN, &challenge, &named.thumbprint());
        let answer = send(&mut tab, &flow, &challenge, &named.thumbprint(), &signature).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.text);
    }
    let mut carol = passkey(&house, "carol").await;
    let mut theirs = Tab::new(&house);
    sign_in_on(&mut theirs, &mut carol, Some(&key)).await;
    assert_eq!(newest(&house, "carol").place.device, None);
    // Nor can she put it on file a second time.
    let again = enrol(&mut theirs, &key).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    let unchanged = stored(&house, &key.device());
    assert_eq!(unchanged.owner.as_ref().map(AsRef::as_ref), Some("alice"));
}

#[tokio::test]
async fn a_lost_device_is_out_at_once_and_comes_back_by_two_people_only() {
    let house = open_house().await;
    let (key, mut tab, mut alice) = enrolled(&house, "alice").await;
    client(
        &house,
        json!({"backchannel_logout_uri": "https://chat.example/out"}),
    )
    .await;
    sign_in_on(&mut tab, &mut alice, Some(&key)).await;
    let on_it = newest(&house, "alice");
    let elsewhere = house.browser("alice", Level::Aal2, None).await;
    let browser = Browser {
        session: on_it.clone(),
        cookie: String::new(),
    };
    house.tie(&browser, "chat").await;

    // Neither a stranger nor an officer without the session's word: here the owner, from elsewhere.
    let path = format!("/api/v1/devices/{}/lost", key.device());
    let carol = house.browser("carol", Level::Aal2, None).await;
    let refused = house.as_person(&carol, Method::POST, &path, None).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let proven = begin_anew(&mut tab).await;
    assert_eq!(prove(&mut tab, &proven, &key).await.status, StatusCode::OK);
    let lost = house.as_person(&elsewhere, Method::POST, &path, None).await;
    assert_eq!(
        (lost.status, lost.json()),
        (StatusCode::OK, json!({"sessions_ended": 1}))
    );
    assert!(
        house
            .app
            .board
            .session(&on_it.id)
            .is_none_or(|session| session.ended_at.is_some())
    );
    assert!(
        house
            .app
            .board
            .session(&elsewhere.session.id)
            .is_some_and(|one| one.ended_at.is_none())
    );
    let mut db = house.app.database.pool.acquire().await.unwrap();
    let due = authn::store::outbox::due(house.app.now(), 10, &mut db)
        .await
        .unwrap();
    assert_eq!(due.len(), 1, "the client is told");
    drop(db);

    // What was proven before it was lost names nothing after.
    finish(&mut tab, &proven, &mut alice).await;
    assert_eq!(newest(&house, "alice").place.device, None);
    let flow = begin_anew(&mut tab).await;
    let answer = prove(&mut tab, &flow, &key).await;
    assert_eq!(
        (answer.status, answer.json()),
        (
            StatusCode::UNPROCESSABLE_ENTITY,
            json!({"problem": "the device is lost"})
        )
    );
    finish(&mut tab, &flow, &mut alice).await;
    assert_eq!(
        enrol(&mut tab, &key).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );

    // One person does not take it up again; two do.
    let hugo = house.browser("hugo", Level::Aal2, None).await;
    let judy = house.browser("judy", Level::Aal2, None).await;
    let terms = json!({"managed": false, "lost": false});
    let proposal = put(&house, &hugo, &key.device(), terms).await;
    assert!(stored(&house, &key.device()).lost);
    assert_eq!(
        prove_anew(&mut tab, &key).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    carried_out(&house, &hugo, &judy, &proposal).await;
    assert!(!stored(&house, &key.device()).lost);
    assert_eq!(prove_anew(&mut tab, &key).await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_officer_or_an_administrator_says_that_a_device_is_lost_and_it_loses_all_trust() {
    for who in ["judy", "hugo"] {
        let house = open_house().await;
        let office = house.browser(who, Level::Aal2, None).await;
        let bob = house.browser("bob", Level::Aal2, Some("ns")).await;
        let lost = house
            .as_person(&office, Method::POST, "/api/v1/devices/ns/lost", None)
            .await;
        assert_eq!(
            (lost.status, lost.json()),
            (StatusCode::OK, json!({"sessions_ended": 1})),
            "{who}"
        );
        let device = stored(&house, "ns");
        assert!(device.lost && !device.managed && device.accreditation.is_none());
        assert!(device.posture_reported_at.is_none());
        assert!(
            house
                .app
                .board
                .session(&bob.session.id)
                .is_none_or(|one| one.ended_at.is_some())
        );
        // To say what it is good for without saying that it is back does nothing.
        let hugo = house.browser("hugo", Level::Aal2, None).await;
        let accreditation = json!({"scheme": "NATO", "level": "NS"});
        let terms = json!({"managed": true, "accreditation": accreditation});
        let answer = house
            .as_person(&hugo, Method::PUT, "/api/v1/devices/ns", Some(terms))
            .await;
        assert_eq!(answer.status, StatusCode::CONFLICT, "{}", answer.text);
    }
}

/// Accreditation raised by one person, and a key in a browser beyond what such a key may carry.
#[tokio::test]
async fn what_a_device_is_worth_takes_two_people_and_a_browsers_key_stops_at_rank_one() {
    let house = open_house().await;
    let (key, mut tab, mut alice) = enrolled(&house, "alice").await;
    let server = house.connect(whole_world("chat")).await;
    client(&house, json!({"server": "chat"})).await;
    sign_in_on(&mut tab, &mut alice, Some(&key)).await;
    let browser = Browser {
        session: newest(&house, "alice"),
        cookie: String::new(),
    };
    let sid = house.tie(&browser, "chat").await;
    let ask = async |channel| {
        asked(
            &house,
            &server,
            "alice",
            channel,
            json!({"session": sid.as_str()}),
        )
        .await
    };
    assert_eq!(ask("log-nr").await["context"]["reason"], "DEVICE_CAP");

    let hugo = house.browser("hugo", Level::Aal2, None).await;
    let judy = house.browser("judy", Level::Aal2, None).await;
    let secret = json!({"scheme": "NATO", "level": "NS"});
    let terms = json!({"managed": true, "accreditation": secret});
    let proposal = put(&house, &hugo, &key.device(), terms).await;
    assert!(
        stored(&house, &key.device()).accreditation.is_none(),
        "one person raises nothing"
    );
    assert_eq!(ask("log-nr").await["context"]["reason"], "DEVICE_CAP");
    carried_out(&house, &hugo, &judy, &proposal).await;
    assert_eq!(ask("log-nr").await["context"]["reason"], "DEVICE_POSTURE");
    report(&house, &key.device(), 0, true).await;
    assert_eq!(ask("log-nr").await["decision"], true);
    let secret = ask("ops-ns").await;
    assert_eq!(
        (&secret["decision"], &secret["context"]["reason"]),
        (&json!(false), &json!("DEVICE_CAP"))
    );
}

/// A device that a question names is not the session's, whatever that one is.
#[tokio::test]
async fn a_device_in_a_question_raises_nobody() {
    let house = open_house().await;
    let server = house.connect(whole_world("chat")).await;
    let alice = house.browser("alice", Level::Aal2, Some("byod")).await;
    let sid = house.tie(&alice, "chat").await;
    for claimed in [json!("ns"), json!({"id": "ns"}), json!({"managed": true})] {
        let context = json!({"session": sid.as_str(), "device": claimed});
        let answer = asked(&house, &server, "alice", "log-nr", context).await;
        assert_eq!(answer["context"]["reason"], "DEVICE_CAP", "{answer}");
    }
    let dave = house.browser("dave", Level::Aal2, None).await;
    let sid = house.tie(&dave, "chat").await;
    let context = json!({"session": sid.as_str(), "device": "smk"});
    let answer = asked(&house, &server, "dave", "de-vsnfd", context).await;
    assert_eq!(answer["context"]["reason"], "DEVICE_CAP", "{answer}");
}

/// Where no session is named, no device lends its trust to a session on another one, nor does the server's word
/// about its clients stand for one of which more is known.
#[tokio::test]
async fn of_several_devices_none_counts() {
    let house = open_house().await;
    let mut record = whole_world("chat");
    let held_to =
        json!({"managed": true, "accreditation": {"scheme": "NATO", "level": "NR"}, "posture": "vouched"});
    record["clients"] = held_to;
    record["node"] = json!("sfu-nr");
    let server = house.connect(record).await;
    let on = async |device| {
        let browser = house.browser("alice", Level::Aal2, device).await;
        house.tie(&browser, "chat").await
    };
    on(None).await;
    let answer = asked(&house, &server, "alice", "log-nr", json!({})).await;
    assert_eq!(answer["decision"], true, "{answer}");
    on(Some("byod")).await;
    let answer = asked(&house, &server, "alice", "log-nr", json!({})).await;
    assert_eq!(answer["context"]["reason"], "DEVICE_CAP", "{answer}");
    on(Some("ns")).await;
    let answer = asked(&house, &server, "alice", "log-nr", json!({})).await;
    assert_eq!(answer["context"]["reason"], "DEVICE_CAP", "{answer}");
}

#[tokio::test]
async fn a_certificate_names_the_device_of_a_sign_in() {
    let desk = DeviceHouse::open().await;
    let mut alice = passkey(&desk.house, "alice").await;
    let laptop = desk.authority.issue(&leaf(1, "urn:uuid:laptop-1"));
    let mut tab = Tab::new(&desk.house);
    let flow = tab.begin(ACCOUNT).await;
    assert!(
        tab.get(&format!("/signin?flow={flow}"))
            .await
            .text
            .contains("Show which device this is")
    );
    let back = presented(&desk, &mut tab, &flow, Some(&laptop)).await;
    assert_eq!(location(&back), format!("/signin?flow={flow}"));
    finish(&mut tab, &flow, &mut alice).await;
    let session = newest(&desk.house, "alice");
    assert_eq!(
        session.place.device.as_ref().map(AsRef::as_ref),
        Some("fleet/urn:uuid:laptop-1")
    );
    let device = stored(&desk.house, "fleet/urn:uuid:laptop-1");
    assert_eq!(
        (device.key, device.managed, device.owner),
        (Some(DeviceKey::Certificate), false, None)
    );
}

/// A foreign authority, an ended and a revoked certificate, one for mail, one of no name, none at all; and a
/// state of revocation that nobody knows.
#[tokio::test]
async fn no_other_certificate_names_a_device() {
    let desk = DeviceHouse::open().await;
    let issue = |change: fn(&mut Leaf)| {
        let mut leaf = leaf(7, "urn:uuid:laptop-7");
        change(&mut leaf);
        desk.authority.issue(&leaf)
    };
    desk.bring_list(&desk.authority.list(11, 24, &[66])).await;
    let foreign = Authority::new("Device CA").issue(&leaf(1, "urn:uuid:laptop-7"));
    let mut tab = Tab::new(&desk.house);
    let flow = tab.begin(ACCOUNT).await;
    for (certificate, words) in [
        (None, "no certificate was sent"),
        (Some(foreign), "no path leads to a trusted issuer"),
        (Some(issue(|leaf| leaf.ends = 2026)), "ended"),
        (Some(issue(|leaf| leaf.serial = 66)), "was revoked"),
        (
            Some(issue(|leaf| leaf.is_for_clients = false)),
            "not for proving a device",
        ),
        (Some(issue(|leaf| leaf.uri = None)), "does not name one device"),
    ] {
        let page = presented(&desk, &mut tab, &flow, certificate.as_ref()).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{words}");
        assert!(page.text.contains("not recognised"), "{words}: {}", page.text);
        if words != "ended" {
            assert!(page.text.contains(words), "{words}: {}", page.text);
        }
    }
    // The list has run out: nobody can say.
    desk.house.advance(chrono::TimeDelta::days(2)).await;
    let flow = tab.begin(ACCOUNT).await;
    let page = presented(&desk, &mut tab, &flow, Some(&issue(|_| {}))).await;
    assert!(page.text.contains("no list says"), "{}", page.text);
    assert!(
        desk.house
            .app
            .snapshot()
            .device("fleet/urn:uuid:laptop-7")
            .is_none()
    );
}

/// The verdict of another browser's trip, and one that was used.
#[tokio::test]
async fn a_certificates_verdict_works_once_for_the_browser_that_asked() {
    let desk = DeviceHouse::open().await;
    let laptop = desk.authority.issue(&leaf(1, "urn:uuid:laptop-1"));
    let mut tab = Tab::new(&desk.house);
    let flow = tab.begin(ACCOUNT).await;
    let back = trip(&desk, &mut tab, &flow, Some(&laptop)).await;
    let mut other = Tab::new(&desk.house);
    assert_eq!(other.get(&back).await.status, StatusCode::GONE);
    let theirs = other.begin(ACCOUNT).await;
    let result = back.split("result=").nth(1).unwrap();
    let path = format!("/signin/device/done?flow={theirs}&result={result}");
    assert_eq!(other.get(&path).await.status, StatusCode::GONE);
    // Whoever tried has used it up.
    assert_eq!(tab.get(&back).await.status, StatusCode::GONE);
    let back = trip(&desk, &mut tab, &flow, Some(&laptop)).await;
    assert_eq!(tab.get(&back).await.status, StatusCode::SEE_OTHER);
    assert_eq!(tab.get(&back).await.status, StatusCode::GONE);
}

#[tokio::test]
async fn a_lost_device_is_refused_with_a_good_certificate() {
    let desk = DeviceHouse::open().await;
    let laptop = desk.authority.issue(&leaf(1, "urn:uuid:laptop-1"));
    let mut tab = Tab::new(&desk.house);
    let flow = tab.begin(ACCOUNT).await;
    presented(&desk, &mut tab, &flow, Some(&laptop)).await;
    lose(&desk.house, "fleet/urn:uuid:laptop-1").await;
    let page = presented(&desk, &mut tab, &flow, Some(&laptop)).await;
    assert!(page.text.contains("the device is lost"), "{}", page.text);
}

#[tokio::test]
async fn reports_come_from_whom_they_may_and_bad_news_holds_at_once() {
    let house = open_house().await;
    let server = house.connect(whole_world("chat")).await;
    let alice = house.browser("alice", Level::Aal2, Some("smk")).await;
    let sid = house.tie(&alice, "chat").await;
    let ask = async || {
        asked(
            &house,
            &server,
            "alice",
            "log-nr",
            json!({"session": sid.as_str()}),
        )
        .await
    };
    assert_eq!(ask().await["decision"], true);

    // Without the right, as a chat server, as a person.
    client(&house, json!({"id": "other"})).await;
    for client in ["other", "chat"] {
        let refused = reported(&house, client, "smk", 0, false).await;
        assert_eq!(
            refused.status,
            StatusCode::FORBIDDEN,
            "{client}: {}",
            refused.text
        );
    }
    let body = json!({"reported_at": house.app.now(), "compliant": false});
    let hugo = house.browser("hugo", Level::Aal2, None).await;
    let path = "/api/v1/devices/smk/posture";
    let as_person = house.as_person(&hugo, Method::POST, path, Some(body)).await;
    assert_eq!(as_person.status, StatusCode::UNAUTHORIZED);
    assert_eq!(ask().await["decision"], true);

    manager(&house).await;
    for (seconds, status) in [(1, 409), (-8 * 86_400, 409), (-7_200, 409)] {
        let answer = reported(&house, "manager", "smk", seconds, true).await;
        assert_eq!(answer.status.as_u16(), status, "{seconds}: {}", answer.text);
    }
    assert_eq!(
        reported(&house, "manager", "nothing", 0, true).await.status,
        StatusCode::NOT_FOUND
    );
    let before = stored(&house, "smk").accreditation;
    assert_eq!(
        reported(&house, "manager", "smk", -10, false).await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(ask().await["context"]["reason"], "DEVICE_POSTURE");
    // Neither old good news nor good news of the same moment undoes it.
    for seconds in [-20, -10] {
        let answer = reported(&house, "manager", "smk", seconds, true).await;
        assert_eq!(answer.status, StatusCode::CONFLICT, "{}", answer.text);
    }
    assert_eq!(ask().await["context"]["reason"], "DEVICE_POSTURE");
    assert_eq!(
        reported(&house, "manager", "smk", 0, true).await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(ask().await["decision"], true);
    assert_eq!(
        stored(&house, "smk").accreditation,
        before,
        "a report raises nothing"
    );

    let raised = json!({"reported_at": house.app.now(), "compliant": true, "accreditation": {"scheme": "NATO", "level": "CTS"}});
    let answer = house.send(countersign_tests::house::request(
        Method::POST,
        path,
        &[("authorization", &format!("Bearer {}", house.token("manager")))],
        Some(raised),
    ));
    assert_eq!(answer.await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn one_bad_report_does_not_hold_up_the_others() {
    let house = open_house().await;
    manager(&house).await;
    lose(&house, "cts").await;
    let now = house.app.now();
    let later = now + chrono::TimeDelta::seconds(1);
    let body = json!({"reports": [
        {"device": "stale", "reported_at": now, "compliant": true},
        {"device": "ns", "reported_at": later, "compliant": true},
        {"device": "nothing", "reported_at": now, "compliant": true},
        {"device": "cts", "reported_at": now, "compliant": true},
        {"device": "smk", "reported_at": now, "compliant": false},
    ]});
    let bearer = format!("Bearer {}", house.token("manager"));
    let request = countersign_tests::house::request(
        Method::POST,
        "/api/v1/posture-reports",
        &[("authorization", &bearer)],
        Some(body),
    );
    let answer = house.send(request).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let answer = answer.json();
    let taken: Vec<bool> = answer["outcomes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|outcome| outcome["taken"].as_bool().unwrap())
        .collect();
    assert_eq!(taken, [true, false, false, false, true], "{answer}");
    assert_eq!(stored(&house, "stale").posture_reported_at, Some(now));
    assert_eq!(stored(&house, "smk").posture_reported_at, None);
    assert_eq!(stored(&house, "cts").posture_reported_at, None);
}

#[tokio::test]
async fn the_console_lists_devices_with_who_is_on_them() {
    let house = open_house().await;
    let hugo = house.browser("hugo", Level::Aal2, None).await;
    house.browser("bob", Level::Aal2, Some("ns")).await;
    let list = house
        .as_person(&hugo, Method::GET, "/api/v1/devices?limit=2", None)
        .await
        .json();
    let ids: Vec<&str> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["byod", "npe"], "`cts` is above this reader: {list}");
    assert_eq!(list["next_cursor"], "npe");
    let one = house
        .as_person(&hugo, Method::GET, "/api/v1/devices/ns", None)
        .await
        .json();
    assert_eq!(one["sessions"][0]["person"], "bob", "{one}");
    let above = house
        .as_person(&hugo, Method::GET, "/api/v1/devices/cts", None)
        .await;
    assert_eq!(above.status, StatusCode::NOT_FOUND);
}

fn leaf(serial: u64, uri: &'static str) -> Leaf {
    Leaf {
        upn: None,
        policy: None,
        uri: Some(uri),
        ..Leaf::of(serial, "")
    }
}

/// Somebody who is signed in with a passkey and has put a key of this browser on file.
async fn enrolled<'a>(house: &'a TestHouse, person: &str) -> (BrowserKey, Tab<'a>, Authenticator) {
    let mut authenticator = passkey(house, person).await;
    let mut tab = Tab::new(house);
    sign_in_on(&mut tab, &mut authenticator, None).await;
    let key = BrowserKey::default();
    let answer = enrol(&mut tab, &key).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    (key, tab, authenticator)
}

async fn enrol(tab: &mut Tab<'_>, key: &BrowserKey) -> Answer {
    let csrf = csrf(tab).await;
    let answer = tab.post("/account/devices/challenge", &[("csrf", &csrf)]).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let challenge = answer.json()["challenge"].as_str().unwrap().to_owned();
    let fields = [
        ("csrf", csrf),
        (
            "signature",
            key.sign(Purpose::Enrol, ORIGIN, &challenge, &key.thumbprint()),
        ),
        ("challenge", challenge),
        ("key", key.public()),
        ("name", "My laptop".to_owned()),
    ];
    let fields: Vec<_> = fields
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    tab.post("/account/devices", &fields).await
}

async fn challenge(tab: &mut Tab<'_>, flow: &str) -> String {
    let answer = tab.post("/signin/device/challenge", &[("flow", flow)]).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    answer.json()["challenge"].as_str().unwrap().to_owned()
}

async fn send(tab: &mut Tab<'_>, flow: &str, challenge: &str, key: &str, signature: &str) -> Answer {
    let fields = [
        ("flow", flow),
        ("challenge", challenge),
        ("key", key),
        ("signature", signature),
    ];
    tab.post("/signin/device", &fields).await
}

async fn prove(tab: &mut Tab<'_>, flow: &str, key: &BrowserKey) -> Answer {
    let challenge = challenge(tab, flow).await;
    let signature = key.sign(Purpose::Prove, ORIGIN, &challenge, &key.thumbprint());
    send(tab, flow, &challenge, &key.thumbprint(), &signature).await
}

/// Begins a sign-in although there may be a session: one of this moment would do.
async fn begin_anew(tab: &mut Tab<'_>) -> String {
    tab.house.advance(chrono::TimeDelta::seconds(1)).await;
    tab.begin("/signin?then=/account&max_age=0").await
}

async fn prove_anew(tab: &mut Tab<'_>, key: &BrowserKey) -> Answer {
    let flow = begin_anew(tab).await;
    prove(tab, &flow, key).await
}

async fn finish(tab: &mut Tab<'_>, flow: &str, passkey: &mut Authenticator) {
    let challenge = tab.challenge(flow).await;
    let credential = passkey.get(&challenge["options"]);
    let fields = [
        ("flow", flow),
        ("challenge", challenge["id"].as_str().unwrap()),
        ("credential", credential.as_str()),
    ];
    let answer = tab.post("/signin/passkey", &fields).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    tab.get(&format!("/signin/continue?flow={flow}")).await;
}

async fn sign_in_on(tab: &mut Tab<'_>, passkey: &mut Authenticator, key: Option<&BrowserKey>) {
    let flow = begin_anew(tab).await;
    if let Some(key) = key {
        let answer = prove(tab, &flow, key).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    }
    finish(tab, &flow, passkey).await;
}

fn newest(house: &TestHouse, person: &str) -> Session {
    let sessions = house
        .app
        .board
        .of_person(&person.parse().unwrap(), house.app.now());
    sessions.into_iter().next().unwrap()
}

fn stored(house: &TestHouse, device: &str) -> countersign_directory::Device {
    house.app.snapshot().device(device).unwrap().as_ref().clone()
}

async fn lose(house: &TestHouse, device: &str) {
    let id: DeviceId = device.parse().unwrap();
    let (now, mut rng, mut log) = (house.app.now(), house.app.rng(), Happened::new());
    let mut db = house.app.database.begin_write().await.unwrap();
    let ended = devices::lose(&id, &Actor::Operator, now, &mut rng, &mut log, &mut db).await;
    assert!(ended.unwrap().is_some());
    house.app.commit(db).await.unwrap();
}

/// Proposes terms for a device, and returns the proposal's address.
async fn put(house: &TestHouse, by: &Browser, device: &str, terms: Value) -> String {
    let path = format!("/api/v1/devices/{device}?reason=test");
    let answer = house.as_person(by, Method::PUT, &path, Some(terms)).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text);
    format!(
        "/api/v1/proposals/{}",
        answer.json()["proposal"].as_str().unwrap()
    )
}

async fn carried_out(house: &TestHouse, by: &Browser, second: &Browser, proposal: &str) {
    let shown = house.as_person(second, Method::GET, proposal, None).await.json();
    let seen = json!({"parameters": shown["parameters"]});
    let approve = format!("{proposal}/approve");
    let approved = house.as_person(second, Method::POST, &approve, Some(seen)).await;
    assert_eq!(approved.status, StatusCode::OK, "{}", approved.text);
    let done = house
        .as_person(by, Method::POST, &format!("{proposal}/execute"), None)
        .await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text);
}

async fn asked(
    house: &TestHouse,
    server: &ServerCaller,
    person: &str,
    channel: &str,
    context: Value,
) -> Value {
    let mut question = question(person, "channel.join", channel);
    question["context"] = context;
    house.ask(server, question).await
}

async fn manager(house: &TestHouse) {
    client(house, json!({"id": "manager", "reports_posture": true})).await;
}

async fn reported(house: &TestHouse, client: &str, device: &str, seconds: i64, compliant: bool) -> Answer {
    let at = house.app.now() + chrono::TimeDelta::seconds(seconds);
    let bearer = format!("Bearer {}", house.token(client));
    let request = countersign_tests::house::request(
        Method::POST,
        &format!("/api/v1/devices/{device}/posture"),
        &[("authorization", &bearer)],
        Some(json!({"reported_at": at, "compliant": compliant})),
    );
    house.send(request).await
}

async fn report(house: &TestHouse, device: &str, seconds: i64, compliant: bool) {
    manager(house).await;
    let answer = reported(house, "manager", device, seconds, compliant).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT, "{}", answer.text);
}

/// To the device host; the path that leads back.
async fn trip(desk: &DeviceHouse, tab: &mut Tab<'_>, flow: &str, certificate: Option<&TestCard>) -> String {
    let away = tab.get(&format!("/signin/device/certificate?flow={flow}")).await;
    let path = location(&away)
        .strip_prefix("https://device.example")
        .unwrap()
        .to_owned();
    let said = desk.present(&path, certificate).await;
    let line = said
        .lines()
        .find(|line| line.to_lowercase().starts_with("location: "))
        .unwrap();
    let address = line.split_once(' ').unwrap().1.trim();
    address.strip_prefix(ORIGIN).unwrap().to_owned()
}

/// There and back.
async fn presented(
    desk: &DeviceHouse,
    tab: &mut Tab<'_>,
    flow: &str,
    certificate: Option<&TestCard>,
) -> Answer {
    let back = trip(desk, tab, flow, certificate).await;
    tab.get(&back).await
}
