// SPDX-License-Identifier: Apache-2.0
//! The other way round: Keycloak is a client of ours, and sends its own applications' people on to us.

use countersign_tests::house::open_house_now;
use countersign_tests::keycloak::Keycloak;
use countersign_tests::keycloak::realm::Realm;
use countersign_tests::keycloak::visitor::{Led, Visitor};
use http::Method as Verb;
use serde_json::{Value, json};

use super::super::desk::{ORIGIN, Tab, client, location, passkey};

const FILE: &str = include_str!("../../../peers/keycloak/broker.json");
const NAME: &str = "broker";
const APPLICATION: &str = "https://application.example/callback";

#[tokio::test(flavor = "multi_thread")]
async fn keycloak_sends_its_people_to_us_and_knows_them_when_they_come_back() {
    let keycloak = Keycloak::shared().await;
    let house = open_house_now(toml::Table::new()).await;
    // What Keycloak calls by itself is where the house listens; its issuer is where browsers find it.
    let here = house.serve().await;
    let broker = format!("{}/realms/{NAME}/broker/countersign/endpoint", keycloak.origin());
    let secret = client(&house, json!({ "id": "keycloak", "redirect_uris": [broker] })).await;
    let mut file: Value = serde_json::from_str(FILE).unwrap();
    let config = &mut file["identityProviders"][0]["config"];
    config["clientSecret"] = secret.into();
    for (name, address) in [
        ("issuer", ORIGIN.to_owned()),
        ("authorizationUrl", format!("{ORIGIN}/oauth2/authorize")),
        ("tokenUrl", format!("{here}/oauth2/token")),
        ("userInfoUrl", format!("{here}/oauth2/userinfo")),
        ("jwksUrl", format!("{here}/oauth2/jwks")),
    ] {
        config[name] = address.into();
    }
    file["clients"][0]["secret"] = "only-for-tests".into();
    let realm = Realm::import_file(keycloak, NAME, file).await;

    let mut key = passkey(&house, "dave").await;
    let mut tab = Tab::new(&house);
    // The second time she is known there.
    for _ in 0..2 {
        let mut browser = Visitor::default();
        let asked = format!(
            "{}/protocol/openid-connect/auth?client_id=application&redirect_uri={APPLICATION}\
             &response_type=code&scope=openid&kc_idp_hint=countersign&acr_values=phr",
            realm.issuer()
        );
        let Led::Away(address) = browser.go(&asked).await else {
            panic!("it sends on to us")
        };
        let path = address.strip_prefix(ORIGIN).expect("it sends on to us");
        assert!(
            path.contains("code_challenge_method=S256") && path.contains("acr_values=phr"),
            "{path}"
        );
        let mut answer = tab.get(path).await;
        if location(&answer).starts_with("/signin") {
            answer = tab.sign_in(path, &mut key).await;
        }
        let led = browser.go(location(&answer)).await;
        let Led::Away(address) = led else {
            panic!("it lets her in: {led:?} {}", keycloak.log())
        };
        assert!(
            address.starts_with(APPLICATION) && address.contains("code="),
            "{address}"
        );
    }
    let people = realm.ask(Verb::GET, "/users", None).await;
    assert_eq!(people.as_array().unwrap().len(), 1, "{people}");
    assert_eq!(people[0]["username"], "dave");
}
