// SPDX-License-Identifier: Apache-2.0
//! What a client learns about a person: what its record lists, and of clearances what its server may hold.

use countersign_authn::assurance::Level;
use countersign_tests::house::{TestHouse, open_house, request, whole_world};
use http::Method;
use serde_json::{Value, json};

use super::desk::{Tab, authorize, client, redeem, told};

const EVERYTHING: &str = "openid profile email affiliation clearance";
const OURS: [&str; 6] = [
    "organisation",
    "groups",
    "roles",
    "nationality",
    "clearance",
    "compartments",
];

/// alice's tokens, everything asked for.
async fn tokens(house: &TestHouse, secret: &str) -> Value {
    let browser = house.browser("alice", Level::Aal3, None).await;
    let mut tab = Tab::new(house);
    let (name, value) = browser.cookie.split_once('=').unwrap();
    tab.cookies.insert(name.to_owned(), value.to_owned());
    let asked = authorize(&[("scope", EVERYTHING)]);
    let code = told(&tab.get(&asked).await)["code"].clone();
    redeem(house, secret, &code, &[]).await.json()
}

async fn userinfo(house: &TestHouse, tokens: &Value) -> Value {
    let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
    let headers = [("authorization", bearer.as_str())];
    house
        .send(request(Method::GET, "/oauth2/userinfo", &headers, None))
        .await
        .json()
}

/// Connects the chat server on a node that may hold NATO SECRET, whose people are on machines of its own.
async fn connect_high(house: &TestHouse) {
    let mut record = at_node("sfu-ns");
    record["clients"] =
        json!({"managed": true, "accreditation": {"scheme": "NATO", "level": "NS"}, "posture": "vouched"});
    drop(house.connect(record).await);
}

fn at_node(node: &str) -> Value {
    let mut record = whole_world("chat");
    record["client_id"] = "chat".into();
    record["node"] = node.into();
    record
}

#[tokio::test]
async fn a_client_learns_of_affiliation_and_clearance_only_where_its_record_says_so() {
    let house = open_house().await;
    connect_high(&house).await;
    let secret = client(&house, json!({"server": "chat"})).await;
    let claims = userinfo(&house, &tokens(&house, &secret).await).await;
    assert_eq!(claims["preferred_username"], "alice");
    assert!(OURS.iter().all(|name| claims.get(name).is_none()), "{claims}");
}

#[tokio::test]
async fn a_client_learns_of_clearances_as_far_as_its_server_may_hold_them_as_they_are_now() {
    let house = open_house().await;
    connect_high(&house).await;
    let listed = json!({"server": "chat", "scopes": ["profile", "affiliation", "clearance"]});
    let secret = client(&house, listed).await;
    let tokens = tokens(&house, &secret).await;
    let claims = userinfo(&house, &tokens).await;
    assert_eq!(claims["organisation"], "BMVg");
    assert_eq!(claims["groups"], json!(["BALTIC"]));
    assert_eq!(claims["roles"], json!(["member"]));
    assert_eq!(claims["nationality"], json!(["DEU"]));
    assert!(claims.get("email").is_none(), "not listed: {claims}");
    let cleared = claims["clearance"].as_array().unwrap();
    assert!(cleared.contains(&json!("NATO:NS")), "{claims}");
    // An ID token passes through her browser.
    let keys = house.app.keys.load_full();
    let id_token = countersign_authn::oidc::jws::verify(&keys, tokens["id_token"].as_str().unwrap()).unwrap();
    assert!(!id_token.contains_key("clearance") && !id_token.contains_key("compartments"));

    drop(house.connect(at_node("city")).await);
    let claims = userinfo(&house, &tokens).await;
    assert!(
        !claims["clearance"]
            .as_array()
            .unwrap()
            .contains(&json!("NATO:NS")),
        "{claims}"
    );

    let _same_secret = client(
        &house,
        json!({"server": "chat", "scopes": ["profile", "affiliation"]}),
    )
    .await;
    let claims = userinfo(&house, &tokens).await;
    assert!(
        claims.get("clearance").is_none(),
        "its record says no more: {claims}"
    );
}

#[tokio::test]
async fn a_client_of_no_connected_server_learns_nothing_of_clearances() {
    let house = open_house().await;
    let secret = client(&house, json!({"scopes": ["clearance"]})).await;
    let claims = userinfo(&house, &tokens(&house, &secret).await).await;
    assert!(claims.get("clearance").is_none(), "{claims}");
}
