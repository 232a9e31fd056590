// SPDX-License-Identifier: Apache-2.0
//! What management systems report, and what the console shows.

use authn::assurance::Level;
use countersign_authn as authn;
use countersign_tests::house::{open_house, whole_world};
use http::{Method, StatusCode};
use serde_json::json;

use super::{asked, lose, manager, reported, stored};
use crate::authn::desk::client;

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
