// SPDX-License-Identifier: Apache-2.0
//! `GET /.well-known/authzen-configuration`: where the decision API is (AuthZEN 1.0, section 9).

use countersign_tests::house::{open_house, question, request, whole_world};
use http::{Method, StatusCode};
use serde_json::Value;

const PATH: &str = "/.well-known/authzen-configuration";

#[tokio::test]
async fn the_decision_point_is_the_issuer_and_its_endpoints_are_below_it() {
    let house = open_house().await;
    let answer = house.anonymous(Method::GET, PATH, None).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.headers["content-type"], "application/json");
    let metadata = answer.json();
    let issuer = house.app.config.issuer.as_str();
    assert_eq!(metadata["policy_decision_point"], issuer);
    let endpoints: Vec<(&String, &str)> = metadata
        .as_object()
        .unwrap()
        .iter()
        .filter(|(name, _)| name.ends_with("_endpoint"))
        .map(|(name, address)| (name, address.as_str().unwrap()))
        .collect();
    assert_eq!(endpoints.len(), 5, "{metadata}");
    let server = house.connect(whole_world("demo")).await;
    for (name, address) in endpoints {
        let path = address.strip_prefix(issuer).unwrap();
        let body = question("alice", "channel.join", "town");
        let answer = house.as_server(&server, Method::POST, path, Some(body)).await;
        assert!(
            ![404, 405].contains(&answer.status.as_u16()),
            "{name}: {}",
            answer.status
        );
    }
}

#[tokio::test]
async fn no_member_of_the_metadata_is_empty_and_capabilities_are_urns() {
    let house = open_house().await;
    let metadata = house.anonymous(Method::GET, PATH, None).await.json();
    for (name, value) in metadata.as_object().unwrap() {
        let empty = match value {
            Value::Array(items) => items.is_empty(),
            Value::String(text) => text.is_empty(),
            _ => true,
        };
        assert!(!empty, "{name}");
    }
    for urn in metadata["capabilities"].as_array().unwrap() {
        assert!(urn.as_str().unwrap().starts_with("urn:"), "{urn}");
    }
}

#[tokio::test]
async fn the_request_id_comes_back_with_the_metadata_too() {
    let house = open_house().await;
    let sent = request(Method::GET, PATH, &[("x-request-id", "r-1")], None);
    assert_eq!(house.send(sent).await.headers["x-request-id"], "r-1");
}

#[tokio::test]
async fn the_signed_metadata_says_the_same_and_who_says_it() {
    let house = open_house().await;
    let metadata = house.anonymous(Method::GET, PATH, None).await.json();
    let token = metadata["signed_metadata"].as_str().unwrap();
    let keys = house.app.keys.load();
    let claims = countersign_authn::oidc::jws::verify(&keys, token).expect("a key of ours signed it");
    assert_eq!(claims["iss"], house.app.config.issuer.as_str());
    for (name, value) in metadata.as_object().unwrap() {
        if name != "signed_metadata" {
            assert_eq!(&claims[name], value, "{name}");
        }
    }
}
