// SPDX-License-Identifier: Apache-2.0
//! Keycloak, as `scripts/keycloak.sh` built it, over its embedded store in a file: a realm with the same people
//! and the same client, its shipped sign-in flow, and its shipped cost of a password.

use std::sync::Arc;

use countersign_tests::keycloak::visitor::{Led, Visitor, action};
use countersign_tests::keycloak::{Keycloak, Store, realm};
use serde_json::{Value, json};

use super::talk::{Talk, Turn, cookies};
use super::{CLIENT, PEOPLE, Provider, REDIRECT};

const REALM: &str = "bench";
const SECRET: &str = "only-for-benchmarks";

/// A running Keycloak. Dropping it ends it.
#[derive(Debug)]
pub struct Running(Keycloak);

impl Running {
    /// Starts one, and imports the realm.
    pub async fn start() -> Self {
        eprintln!("==> starting Keycloak");
        let keycloak = Keycloak::start(Store::File, "").await;
        let people: Vec<Value> = (0..PEOPLE)
            .map(|number| {
                json!({
                    "username": person(number), "enabled": true, "email": format!("{number}@bench.example"),
                    "emailVerified": true, "firstName": "A", "lastName": "B",
                    "credentials": [{ "type": "password", "value": realm::PASSWORD }],
                })
            })
            .collect();
        let realm = json!({
            "realm": REALM, "enabled": true, "users": people,
            // As ours: a refresh token is good once.
            "revokeRefreshToken": true, "refreshTokenMaxReuse": 0,
            "clients": [{
                "clientId": CLIENT, "protocol": "openid-connect", "publicClient": false, "secret": SECRET,
                "standardFlowEnabled": true, "serviceAccountsEnabled": true, "redirectUris": [REDIRECT],
                "protocolMappers": [{
                    // Who introspects a token has to be among those whom it is for.
                    "name": "audience", "protocol": "openid-connect", "protocolMapper": "oidc-audience-mapper",
                    "config": { "included.client.audience": CLIENT, "access.token.claim": "true" },
                }],
            }],
        });
        keycloak.administer(http::Method::POST, "", Some(realm)).await;
        Self(keycloak)
    }

    /// Its provider, with everybody signed in.
    pub async fn provider(&self) -> Provider {
        let origin = self.0.origin();
        let host = origin.strip_prefix("http://").expect("it speaks http").to_owned();
        let at = |path: &str| format!("/realms/{REALM}/protocol/openid-connect/{path}");
        let mut provider = Provider {
            address: host.parse().expect("an address"),
            process: self.0.process(),
            host,
            token: at("token"),
            introspect: at("token/introspect"),
            userinfo: at("userinfo"),
            authorize: at("auth"),
            secret: SECRET.into(),
            cookies: Vec::new(),
            sends_on: "302",
            sign_in,
        };
        for number in 0..PEOPLE {
            let mut browser = Visitor::default();
            let address = format!("{origin}{}", provider.authorization());
            let led = browser.sign_in(&address, &person(number)).await;
            assert!(matches!(led, Led::Away(_)), "{led:?}");
            provider.cookies.push(browser.cookie());
        }
        provider
    }
}

fn person(number: usize) -> String {
    format!("person-{number}")
}

/// Authorization and its page, name and password, and on to the client.
fn sign_in(provider: &Arc<Provider>, number: usize) -> Talk {
    let provider = Arc::clone(provider);
    let person = person(number);
    let mut has_page = false;
    Box::new(move |answer| {
        let (request, status, expects) = if has_page {
            let action = action(answer);
            let path = action.split_once(&provider.host).expect("a form of its own").1;
            let fields = [("username", person.as_str()), ("password", realm::PASSWORD)];
            (provider.post(path, &cookies(answer), "", &fields), "302", "code=")
        } else {
            (provider.get(&provider.authorization(), "", ""), "200", "password")
        };
        let ends = has_page;
        has_page = !has_page;
        Turn {
            request,
            status,
            expects,
            ends,
        }
    })
}
