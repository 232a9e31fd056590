// SPDX-License-Identifier: Apache-2.0
//! A realm of its own for each test: `tests/peers/keycloak/realm.json`, filled in.

use http::Method as Verb;
use serde_json::{Value, json};

use super::Keycloak;
use crate::process::client;

const FILE: &str = include_str!("../../peers/keycloak/realm.json");
/// What a client by SAML needs besides the metadata that it is made of.
const SAML: &str = include_str!("../../peers/keycloak/saml-client.json");
/// Who the house is there.
pub const CLIENT: &str = "countersign";
/// How it proves it.
pub const SECRET: &str = "a secret of the test: +/=";
/// What everybody types there.
pub const PASSWORD: &str = "her password there";
const CODES: &str = "only-for-tests-and-nothing-else";
const SIGNED_BY: &str = "org.keycloak.keys.KeyProvider";

/// A realm with one client by OpenID Connect.
#[derive(Clone, Copy, Debug)]
pub struct Realm<'a> {
    keycloak: &'a Keycloak,
    name: &'a str,
}

/// Somebody of a realm: with a password, and with a device that shows codes.
pub fn somebody(name: &str) -> Value {
    json!({
        "username": name, "enabled": true, "email": format!("{name}@mod.example"), "emailVerified": true,
        "firstName": "Nina", "lastName": "North",
        "credentials": [
            { "type": "password", "value": PASSWORD },
            {
                "type": "otp",
                "secretData": json!({ "value": CODES }).to_string(),
                "credentialData": json!({
                    "subType": "totp", "digits": 6, "counter": 0, "period": 30, "algorithm": "HmacSHA1",
                }).to_string(),
            },
        ],
    })
}

/// The code that everybody's device shows now.
pub fn code() -> String {
    let secret = totp_rs::Secret::new(CODES.as_bytes().into());
    let device = totp_rs::Builder::new().with_secret(secret).build_noncompliant();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    device.generate(now.unwrap().as_secs()).to_string()
}

impl<'a> Realm<'a> {
    /// Imports the file under a name, as a client's own addresses want it.
    pub async fn import(
        keycloak: &'a Keycloak,
        name: &'a str,
        redirect: &str,
        logout: &str,
        people: &[&str],
    ) -> Self {
        let mut realm: Value = serde_json::from_str(FILE).unwrap();
        let client = &mut realm["clients"][0];
        assert_eq!(client["clientId"], CLIENT);
        client["secret"] = SECRET.into();
        client["redirectUris"] = json!([redirect]);
        client["attributes"]["backchannel.logout.url"] = logout.into();
        realm["users"] = people.iter().map(|name| somebody(name)).collect();
        Self::import_file(keycloak, name, realm).await
    }

    /// Imports a file that is filled in already.
    pub async fn import_file(keycloak: &'a Keycloak, name: &'a str, mut realm: Value) -> Self {
        realm["realm"] = name.into();
        keycloak.administer(Verb::POST, "", Some(realm)).await;
        Self { keycloak, name }
    }

    /// What names it, in both protocols.
    pub fn issuer(&self) -> String {
        format!("{}/realms/{}", self.keycloak.origin, self.name)
    }

    /// Its metadata, as it publishes it.
    pub async fn metadata(&self) -> String {
        let address = format!("{}/protocol/saml/descriptor", self.issuer());
        let answer = client().get(address).send().await.unwrap();
        answer.text().await.unwrap()
    }

    /// Makes a client of a service provider's metadata, as *Import client* does, and sets what that leaves out.
    pub async fn import_client(&self, metadata: &str) {
        let path = format!("/{}/client-description-converter", self.name);
        let mut client = self
            .keycloak
            .administer(Verb::POST, &path, Some(metadata.into()))
            .await;
        let settings: Value = serde_json::from_str(SAML).unwrap();
        for (name, value) in settings["attributes"].as_object().unwrap() {
            client["attributes"][name] = value.clone();
        }
        for name in ["frontchannelLogout", "protocolMappers"] {
            client[name] = settings[name].clone();
        }
        self.ask(Verb::POST, "/clients", Some(client)).await;
    }

    /// What it calls somebody in its tokens.
    pub async fn subject(&self, person: &str) -> String {
        let found = self
            .ask(Verb::GET, &format!("/users?exact=true&username={person}"), None)
            .await;
        found[0]["id"].as_str().unwrap().to_owned()
    }

    /// Nobody gets in by that account any more.
    pub async fn disable(&self, person: &str) {
        let path = format!("/users/{}", self.subject(person).await);
        self.ask(Verb::PUT, &path, Some(json!({ "enabled": false })))
            .await;
    }

    /// *Sign out all sessions* of somebody.
    pub async fn sign_out(&self, person: &str) {
        let path = format!("/users/{}/logout", self.subject(person).await);
        self.ask(Verb::POST, &path, None).await;
    }

    /// A new key, which signs from now on; those before it stay published.
    pub async fn roll(&self) {
        let about = self.ask(Verb::GET, "", None).await;
        let key = json!({
            "name": "next", "providerId": "rsa-generated", "providerType": SIGNED_BY, "parentId": about["id"],
            "config": {
                "priority": ["200"], "active": ["true"], "enabled": ["true"], "keySize": ["2048"],
                "algorithm": ["RS256"],
            },
        });
        self.ask(Verb::POST, "/components", Some(key)).await;
    }

    /// What its administration says, below the realm.
    pub async fn ask(&self, verb: Verb, path: &str, body: Option<Value>) -> Value {
        self.keycloak
            .administer(verb, &format!("/{}{path}", self.name), body)
            .await
    }
}
