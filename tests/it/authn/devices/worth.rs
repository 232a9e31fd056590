// SPDX-License-Identifier: Apache-2.0
//! What a device is worth to decisions: what two people said, and nothing that a question says.

use authn::assurance::Level;
use countersign_authn as authn;
use countersign_tests::house::{Browser, open_house, whole_world};
use serde_json::json;

use super::{asked, carried_out, enrolled, newest, put, report, sign_in_on, stored};
use crate::authn::desk::client;

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
