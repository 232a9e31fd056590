// SPDX-License-Identifier: Apache-2.0
//! Two people who act together: hugo, a sysadmin, proposes and carries out, judy, a security officer, approves.

use countersign_authn::assurance::Level;
use countersign_tests::house::{Answer, Browser, TestHouse, open_house};
use http::Method;
use serde_json::{Value, json};

/// Both, and their house.
pub(super) struct Office {
    pub(super) house: TestHouse,
    pub(super) judy: Browser,
    hugo: Browser,
}

impl Office {
    pub(super) async fn open() -> Self {
        Self::of(open_house().await).await
    }

    pub(super) async fn of(house: TestHouse) -> Self {
        Self {
            hugo: house.browser("hugo", Level::Aal2, None).await,
            judy: house.browser("judy", Level::Aal2, None).await,
            house,
        }
    }

    /// What hugo asks for.
    pub(super) async fn hugo(&self, verb: Method, path: &str, body: Option<Value>) -> Answer {
        self.house.as_person(&self.hugo, verb, path, body).await
    }

    /// What waits is approved by judy: its address.
    pub(super) async fn approved(&self, waits: &Answer) -> String {
        assert_eq!(waits.status, 202, "{}", waits.text);
        let proposal = format!("/api/v1/proposals/{}", waits.json()["proposal"].as_str().unwrap());
        let seen = self
            .house
            .as_person(&self.judy, Method::GET, &proposal, None)
            .await;
        let word = json!({"parameters": seen.json()["parameters"]});
        let approve = format!("{proposal}/approve");
        let approved = self
            .house
            .as_person(&self.judy, Method::POST, &approve, Some(word))
            .await;
        assert_eq!(approved.status, 200, "{}", approved.text);
        proposal
    }

    /// And carried out by hugo: what he is told.
    pub(super) async fn agreed(&self, waits: &Answer) -> Value {
        let proposal = self.approved(waits).await;
        let done = self
            .hugo(Method::POST, &format!("{proposal}/execute"), None)
            .await;
        assert_eq!(done.status, 200, "{}", done.text);
        done.json()
    }
}
