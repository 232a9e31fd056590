// SPDX-License-Identifier: Apache-2.0
//! A real Keycloak as an agency's provider, by OpenID Connect and by SAML: one for all tests, a realm for each.
//! `scripts/setup.sh test` fetches and builds it; without it these tests fail.

mod downstream;
mod linking;
mod openid;
mod saml;

use chrono::{DateTime, Utc};
use countersign_authn::session::Session;
use countersign_authn::store::sessions;
use countersign_directory::source::Source;
use countersign_directory::store::{Shelf as _, Sources};
use countersign_tests::house::{Answer, TestHouse, open_house_at, open_house_now};
use countersign_tests::keycloak::Keycloak;
use countersign_tests::keycloak::realm::{CLIENT, Realm, SECRET};
use countersign_tests::keycloak::visitor::{Led, Visitor};
use http::{Method as Verb, StatusCode};
use serde_json::{Value, json};

use super::desk::{ORIGIN, Tab, client, location};
use super::upstream::leads_to;

/// By OpenID Connect.
const MOD: &str = "mod";
/// By SAML.
const AGENCY: &str = "agency";
/// What Keycloak calls a password and a code, in SAML.
const MFA: &str = "https://refeds.org/profile/mfa";

/// A house, two sources that are one realm of Keycloak, and a chat server's client.
struct Stage {
    house: TestHouse,
    realm: Realm<'static>,
    chat: String,
    _folder: tempfile::TempDir,
}

/// Whose clock the house has.
enum Clock {
    /// The machine's.
    Runs,
    /// One that begins now, and is turned.
    Turned,
}

/// `name`: of the realm, of this test alone.
async fn stage(name: &'static str, clock: Clock) -> Stage {
    let keycloak = Keycloak::shared().await;
    let door = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let redirect = format!("{ORIGIN}/oidc/sources/{MOD}/callback");
    // This one Keycloak calls by itself, so it is where the house listens.
    let logout = format!(
        "http://{}/oidc/sources/{MOD}/backchannel-logout",
        door.local_addr().unwrap()
    );
    let realm = Realm::import(keycloak, name, &redirect, &logout, &["nina"]).await;

    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret");
    std::fs::write(&secret, SECRET).unwrap();
    let openid = json!({ "oidc": {
        "issuer": realm.issuer(), "client_id": CLIENT, "secret_file": secret, "response_issuer": true,
    } });
    let saml = saml_with(&realm).await;
    let sources = [
        source(
            MOD,
            openid,
            json!({ "silver": "aal1", "gold": "aal2" }),
            "preferred_username",
        ),
        source(AGENCY, saml, json!({ MFA: "aal2" }), "username"),
    ];
    let mut sections = toml::Table::new();
    sections.insert("sources".into(), toml::Value::try_from(sources).unwrap());
    let house = match clock {
        Clock::Runs => open_house_now(sections).await,
        Clock::Turned => open_house_at(sections, machine()).await,
    };
    house.serve_at(door);

    let path = format!("/saml/sources/{AGENCY}/metadata");
    let ours = house.anonymous(Verb::GET, &path, None).await;
    assert_eq!(ours.status, StatusCode::OK, "{}", ours.text);
    realm.import_client(&ours.text).await;
    let chat = client(&house, json!({})).await;
    Stage {
        house,
        realm,
        chat,
        _folder: folder,
    }
}

async fn saml_with(realm: &Realm<'_>) -> Value {
    json!({ "saml": {
        "entity_id": realm.issuer(), "metadata": { "document": realm.metadata().await },
        "response_signed": true, "encryption": "required", "ask_context": true,
    } })
}

fn source(id: &str, protocol: Value, contexts: Value, username: &str) -> Value {
    json!({
        "id": id, "name": format!("The {id}"), "protocol": protocol, "offer": { "button": true },
        "trust": {
            "identity": true, "attributes": true, "domains": ["mod.example"],
            "assurance": { "highest": "aal2", "floor": "aal1", "methods": true, "contexts": contexts },
        },
        "linking": { "create": "yes" },
        "mapping": { "rules": [
            { "to": "username", "value": { "from": username } },
            { "to": "email", "value": { "from": "email" } },
        ] },
    })
}

fn machine() -> DateTime<Utc> {
    std::time::SystemTime::now().into()
}

impl Stage {
    /// Leaves for a source from the sign-in page of `path`, proves herself there, and comes back: the page that
    /// she then sees.
    async fn by(&self, source: &str, tab: &mut Tab<'_>, nina: &mut Visitor, path: &str) -> Answer {
        let flow = tab.begin(path).await;
        let there = tab
            .get(&format!("/signin/source?flow={flow}&source={source}"))
            .await;
        let led = nina.sign_in(location(&there), "nina").await;
        self.carry(tab, led).await
    }

    /// As [`Stage::by`], on to where a finished sign-in leads.
    async fn sign_in(&self, source: &str, tab: &mut Tab<'_>, nina: &mut Visitor, path: &str) -> Answer {
        let page = self.by(source, tab, nina, path).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        tab.get(&leads_to(&page)).await
    }

    /// Takes what Keycloak sent by her browser to us, and follows on here.
    async fn carry(&self, tab: &mut Tab<'_>, led: Led) -> Answer {
        let answer = match led {
            Led::Away(address) => {
                tab.get(address.strip_prefix(ORIGIN).expect("it leads here"))
                    .await
            }
            Led::Form {
                action,
                field,
                message,
                state,
            } => {
                let path = action.strip_prefix(ORIGIN).expect("it leads here");
                let mut fields = vec![(field, message.as_str())];
                fields.extend(state.as_deref().map(|state| ("RelayState", state)));
                tab.post_from("http://127.0.0.1", path, &fields).await
            }
            Led::Page(page) => panic!("it does not let her go: {page}"),
        };
        if answer.status == StatusCode::SEE_OTHER && location(&answer).starts_with('/') {
            return tab.get(location(&answer)).await;
        }
        answer
    }

    /// Her sessions here.
    async fn sessions(&self) -> Vec<Session> {
        let mut db = self.house.app.database.pool.acquire().await.unwrap();
        let nina = "nina".parse().unwrap();
        sessions::open_of_person(&nina, &mut db).await.unwrap()
    }

    /// Her one session here.
    async fn session(&self) -> Session {
        let mut all = self.sessions().await;
        assert_eq!(all.len(), 1, "{all:?}");
        all.remove(0)
    }

    /// Files the realm's metadata of now, as two administrators do after a look at it.
    async fn renew_metadata(&self) {
        let saml = saml_with(&self.realm).await;
        let record = source(AGENCY, saml, json!({ MFA: "aal2" }), "username");
        let record: Source = serde_json::from_value(record).unwrap();
        let mut db = self.house.app.database.begin_write().await.unwrap();
        Sources::put(&[(&record.id, &record)], &mut db).await.unwrap();
        db.commit().await.unwrap();
        self.house.app.upstream.replace([record]);
    }
}
