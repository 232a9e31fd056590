// SPDX-License-Identifier: Apache-2.0
//! Signing in by way of an OpenID provider: who gets in, how strongly, and whose account it is.

mod linking;
mod logout;
mod sign_in;
mod tester;

use countersign_authn::session::Session;
use countersign_authn::store::{sessions, upstream_links};
use countersign_tests::house::{Answer, TestHouse, open_house_configured, start};
use countersign_tests::provider::{Lie, Provider, SECRET};
use http::StatusCode;
use serde_json::{Value, json};

use super::desk::{Tab, location};

/// A house and the provider of an agency.
pub(super) struct Stage {
    pub(super) house: TestHouse,
    pub(super) provider: Provider,
    _folder: tempfile::TempDir,
}

/// A source that is trusted with everything that the tests need, changed.
pub(super) async fn stage(changes: Value) -> Stage {
    let provider = Provider::start(start()).await;
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret");
    std::fs::write(&secret, SECRET).unwrap();
    let mut record = json!({
        "id": "mod",
        "name": "Ministry <b>of</b> Defence",
        "protocol": { "oidc": {
            "issuer": provider.issuer(), "client_id": "countersign", "secret_file": secret, "userinfo": true,
        } },
        "offer": { "button": true, "domains": ["mod.example"] },
        "trust": {
            "identity": true, "attributes": true, "domains": ["mod.example"],
            "assurance": {
                "highest": "aal2_phishing_resistant", "floor": "aal1", "methods": true,
                "contexts": { "gold": "aal2_phishing_resistant", "silver": "aal2" },
            },
        },
        "linking": { "create": "yes", "kind": "government" },
        "mapping": { "rules": [
            { "to": "username", "value": { "from": "preferred_username" } },
            { "to": "display_name", "value": { "from": "name" } },
            { "to": "email", "value": { "from": "email" } },
            { "to": "email_verified", "value": { "from": "email_verified" } },
        ] },
    });
    merge(&mut record, changes);
    let mut sections = toml::Table::new();
    let record = toml::Value::try_from(record).unwrap();
    sections.insert("sources".into(), toml::Value::Array(vec![record]));
    Stage {
        house: open_house_configured(sections).await,
        provider,
        _folder: folder,
    }
}

fn merge(into: &mut Value, changes: Value) {
    match (into, changes) {
        (Value::Object(into), Value::Object(changes)) => {
            for (name, value) in changes {
                if value.is_null() {
                    into.remove(&name);
                } else {
                    merge(into.entry(name).or_insert(Value::Null), value);
                }
            }
        }
        (into, changes) => *into = changes,
    }
}

impl Stage {
    /// Leaves for the source from the sign-in page of `path`: the address there.
    pub(super) async fn leave(&self, tab: &mut Tab<'_>, path: &str) -> String {
        let flow = tab.begin(path).await;
        let there = tab.get(&format!("/signin/source?flow={flow}&source=mod")).await;
        assert_eq!(there.status, StatusCode::SEE_OTHER, "{}", there.text);
        location(&there).to_owned()
    }

    /// Signs in there and comes back.
    pub(super) async fn return_from(&self, tab: &mut Tab<'_>, address: &str, claims: Value) -> Answer {
        let query = self.provider.sign_in(address, claims);
        tab.get(&format!("/oidc/sources/mod/callback?{query}")).await
    }

    /// The whole way from `path` to where a finished sign-in leads.
    pub(super) async fn sign_in(&self, tab: &mut Tab<'_>, path: &str, claims: Value) -> Answer {
        let address = self.leave(tab, path).await;
        let page = self.return_from(tab, &address, claims).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        tab.get(&leads_to(&page)).await
    }

    pub(super) async fn session(&self, person: &str) -> Session {
        let mut db = self.house.app.database.pool.acquire().await.unwrap();
        let all = sessions::open_of_person(&person.parse().unwrap(), &mut db)
            .await
            .unwrap();
        assert_eq!(all.len(), 1, "{all:?}");
        all.into_iter().next().unwrap()
    }

    pub(super) async fn links(&self, person: &str) -> usize {
        let mut db = self.house.app.database.pool.acquire().await.unwrap();
        upstream_links::of_person(&person.parse().unwrap(), &mut db)
            .await
            .unwrap()
            .len()
    }
}

/// Where a page leads on to by itself.
pub(super) fn leads_to(page: &Answer) -> String {
    let (_, rest) = page
        .text
        .split_once("url=")
        .unwrap_or_else(|| panic!("{}", page.text));
    let address = rest.split('"').next().unwrap();
    address.replace("&#38;", "&").replace("&amp;", "&")
}

pub(super) fn nina() -> Value {
    json!({
        "sub": "n-1", "preferred_username": "nina", "name": "Nina <i>N</i>", "email": "nina@mod.example",
        "email_verified": true, "acr": "silver", "amr": ["pwd", "otp", "x"], "sid": "there-1",
    })
}

/// Links somebody there to a person here, as two administrators would.
pub(super) async fn link(stage: &Stage, person: &str, subject: &str) {
    use countersign_authn::upstream::link::{Identity, Made, make};
    let mut log = countersign_authn::Happened::new();
    let mut db = stage.house.app.database.begin_write().await.unwrap();
    let identity = Identity {
        source: "mod".parse().unwrap(),
        issuer: stage.provider.issuer().into(),
        subject: subject.into(),
    };
    make(
        identity,
        &person.parse().unwrap(),
        subject,
        Made::Administrators,
        countersign_directory::source::Conflict::Fail,
        start(),
        &mut stage.house.app.rng(),
        &mut log,
        &mut db,
    )
    .await
    .unwrap()
    .unwrap();
    stage.house.app.commit(db).await.unwrap();
    stage.provider.lie(Lie::default());
}
