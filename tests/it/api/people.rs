// SPDX-License-Identifier: Apache-2.0
//! People and sessions at the console.

use countersign_authn::assurance::Level;
use countersign_directory::operation::settings;
use countersign_directory::{Accreditation, Permit};
use countersign_tests::house::open_house;
use http::Method;
use serde_json::json;

#[tokio::test]
async fn pages_of_people_follow_each_other_without_gap_or_repeat() {
    let house = open_house().await;
    let judy = house.browser("judy", Level::Aal2, None).await;
    let mut seen = Vec::new();
    let mut path = "/api/v1/people?limit=7".to_owned();
    loop {
        let page = house.as_person(&judy, Method::GET, &path, None).await.json();
        seen.extend(
            page["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|item| item["id"].as_str().unwrap().to_owned()),
        );
        match page["next_cursor"].as_str() {
            Some(cursor) => path = format!("/api/v1/people?limit=7&cursor={cursor}"),
            None => break,
        }
    }
    let mut expected: Vec<String> = house
        .app
        .snapshot()
        .people()
        .map(|(id, _)| id.to_string())
        .collect();
    expected.sort();
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn ending_sessions_signs_her_out_and_leaves_her_account() {
    let house = open_house().await;
    let judy = house.browser("judy", Level::Aal2, None).await;
    let alice = house.browser("alice", Level::Aal2, None).await;
    assert_eq!(
        house
            .as_person(&alice, Method::GET, "/api/v1/me", None)
            .await
            .status,
        200
    );
    let ended = house
        .as_person(&judy, Method::POST, "/api/v1/people/alice/sessions/end", None)
        .await;
    assert_eq!(ended.json()["sessions_ended"], 1);
    assert_eq!(
        house
            .as_person(&alice, Method::GET, "/api/v1/me", None)
            .await
            .status,
        401
    );
    let again = house.browser("alice", Level::Aal2, None).await;
    assert_eq!(
        house
            .as_person(&again, Method::GET, "/api/v1/me", None)
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn a_cookie_without_the_token_of_the_page_changes_nothing() {
    let house = open_house().await;
    let judy = house.browser("judy", Level::Aal2, None).await;
    let answer = house
        .as_tricked(&judy, Method::POST, "/api/v1/people/alice/revoke")
        .await;
    assert_eq!(answer.status, 403);
    assert_eq!(answer.json()["reason"], "CSRF");
    let person = house.app.snapshot().person("alice").unwrap().clone();
    assert_eq!(person.status, countersign_directory::Status::Active);
}

#[tokio::test]
async fn a_sign_in_that_is_too_weak_administers_nothing() {
    let house = open_house().await;
    let judy = house.browser("judy", Level::Aal1, None).await;
    let answer = house
        .as_person(&judy, Method::POST, "/api/v1/people/alice/revoke", None)
        .await;
    // Assurance is all that is missing: RFC 9470 says how to ask for it.
    assert_eq!(answer.status, 401);
    let challenge = answer.headers["www-authenticate"].to_str().unwrap();
    assert_eq!(
        challenge,
        "Bearer error=\"insufficient_user_authentication\", acr_values=\"urn:x:aal:2\""
    );
    assert_eq!(answer.json()["reason"], "AAL_STEP_UP");
    assert_eq!(answer.json()["step_up"]["acr_values"], "urn:x:aal:2");
}

#[tokio::test]
async fn while_somebody_else_writes_decisions_go_on_and_a_write_waits_its_turn() {
    let house = open_house().await;
    let server = house.connect(countersign_tests::house::whole_world("demo")).await;
    let judy = house.browser("judy", Level::Aal2, None).await;
    let mut busy = house.app.database.begin_write().await.unwrap();
    countersign_directory::store::changes::lock(&mut busy)
        .await
        .unwrap();
    let revoke = house.as_person(&judy, Method::POST, "/api/v1/people/alice/revoke", None);
    let elsewhere = async {
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        let question = countersign_tests::house::question("noah", "channel.join", "ops-ns");
        let answer = house.ask(&server, question).await;
        busy.rollback().await.unwrap();
        answer
    };
    let (revoked, answer) = tokio::join!(revoke, elsewhere);
    assert_eq!(answer["context"]["reason"], "CLEARANCE_LEVEL");
    assert_eq!(revoked.status, 200, "{}", revoked.text);
}

#[tokio::test]
async fn devices_and_missions_above_the_reader_have_pseudonyms() {
    let house = open_house().await;
    let judy = house.browser("judy", Level::Aal2, None).await;
    house.browser("carol", Level::Aal3, Some("cts")).await;
    house.browser("carol", Level::Aal3, Some("ns")).await;
    let shown = house
        .as_person(&judy, Method::GET, "/api/v1/people/carol", None)
        .await
        .json();
    let mut devices: Vec<&str> = shown["sessions"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|session| session["device"].as_str())
        .collect();
    devices.sort_unstable();
    assert_eq!(devices, ["device-1", "ns"]);
    assert_eq!(shown["withheld"], json!(["missions", "briefings"]), "{shown}");
    let channels = shown["memberships"].as_array().unwrap();
    assert!(
        channels.iter().any(|channel| channel["withheld"] == true),
        "{shown}"
    );
}

#[tokio::test]
async fn the_marking_is_the_accreditation_and_never_made_up() {
    let house = open_house().await;
    let judy = house.browser("judy", Level::Aal2, None).await;
    let marking = async || {
        let me = house
            .as_person(&judy, Method::GET, "/api/v1/me", None)
            .await
            .json();
        me["banner"]["text"].as_str().unwrap().to_owned()
    };
    assert_eq!(marking().await, "MARKING MISSING");
    let mut wanted = house.app.snapshot().settings().clone();
    wanted.accreditation = Some(Accreditation {
        compartments: ["ATOMAL".to_owned()].into_iter().collect(),
        level: "CTS".to_owned(),
        scheme: "NATO".to_owned(),
    });
    let operator = Permit::operator();
    let mut transaction = house.app.database.begin_write().await.unwrap();
    let put = settings::put(&wanted, &operator, house.app.now(), &mut transaction);
    drop(put.await.unwrap());
    house.app.commit(transaction).await.unwrap();
    assert_eq!(marking().await, "COSMIC TOP SECRET ATOMAL");
    let page = house.anonymous(Method::GET, "/nowhere", None).await;
    assert!(page.text.contains("COSMIC TOP SECRET ATOMAL"), "{}", page.text);
}
