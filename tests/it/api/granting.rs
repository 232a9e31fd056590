// SPDX-License-Identifier: Apache-2.0
//! Granting takes two people, revoking one.

use chrono::TimeDelta;
use countersign_authn::assurance::Level;
use countersign_tests::house::{Answer, Browser, TestHouse, open_house, question, whole_world};
use http::Method;
use serde_json::{Value, json};

struct Two {
    house: TestHouse,
    judy: Browser,
    kara: Browser,
}

async fn two() -> Two {
    let house = open_house().await;
    let judy = house.browser("judy", Level::Aal2, None).await;
    let kara = house.browser("kara", Level::Aal2, None).await;
    Two { house, judy, kara }
}

fn ns() -> Value {
    json!({"scheme": "NATO", "level": "NS", "kind": "personnel", "valid_from": "2026-01-01", "valid_until": "2030-12-31"})
}

impl Two {
    async fn post(&self, who: &Browser, path: &str, body: Option<Value>) -> Answer {
        let path = format!("/api/v1/{path}");
        self.house.as_person(who, Method::POST, &path, body).await
    }

    async fn patch(&self, who: &Browser, path: &str, body: Value) -> Answer {
        let path = format!("/api/v1/{path}");
        self.house.as_person(who, Method::PATCH, &path, Some(body)).await
    }

    /// Proposes a clearance for noah; gives the proposal's id and hash.
    async fn proposed(&self) -> (String, Value) {
        let answer = self.post(&self.judy, "people/noah/clearances", Some(ns())).await;
        assert_eq!(answer.status, 202, "{}", answer.text);
        let id = answer.json()["proposal"].as_str().unwrap().to_owned();
        let hash = self.hash(&id).await;
        (id, hash)
    }

    async fn show(&self, id: &str) -> Value {
        let path = format!("/api/v1/proposals/{id}");
        self.house
            .as_person(&self.kara, Method::GET, &path, None)
            .await
            .json()
    }

    async fn hash(&self, id: &str) -> Value {
        json!({"parameters": self.show(id).await["parameters"]})
    }

    async fn approve(&self, who: &Browser, id: &str, hash: Value) -> Answer {
        self.post(who, &format!("proposals/{id}/approve"), Some(hash))
            .await
    }

    async fn execute(&self, who: &Browser, id: &str) -> Answer {
        self.post(who, &format!("proposals/{id}/execute"), None).await
    }

    fn clearances(&self, person: &str) -> usize {
        self.house.app.snapshot().person(person).unwrap().clearances.len()
    }

    async fn clearance_of(&self, person: &str) -> String {
        let path = format!("/api/v1/people/{person}");
        let shown = self
            .house
            .as_person(&self.judy, Method::GET, &path, None)
            .await
            .json();
        shown["clearances"][0]["id"].as_str().unwrap().to_owned()
    }
}

#[tokio::test]
async fn a_clearance_is_granted_by_two_and_counts_from_then_on() {
    let two = two().await;
    let (id, hash) = two.proposed().await;
    assert_eq!(two.clearances("noah"), 0);
    assert_eq!(two.show(&id).await["widens"], json!(["clearances"]));
    assert_eq!(two.execute(&two.judy, &id).await.status, 403);
    let approved = two.approve(&two.kara, &id, hash).await;
    assert_eq!(approved.status, 200, "{}", approved.text);
    assert_eq!(two.clearances("noah"), 0);
    let executed = two.execute(&two.judy, &id).await;
    assert_eq!(executed.status, 200, "{}", executed.text);
    assert_eq!(two.clearances("noah"), 1);
    assert_eq!(two.show(&id).await["state"], "used");
    let again = two.execute(&two.judy, &id).await;
    assert_eq!(again.status, 409, "{}", again.text);
    assert_eq!(two.clearances("noah"), 1);
}

#[tokio::test]
async fn nobody_approves_her_own_proposal_or_grants_herself() {
    let two = two().await;
    let (id, hash) = two.proposed().await;
    let own = two.approve(&two.judy, &id, hash).await;
    assert_eq!(
        (own.status.as_u16(), own.json()["reason"].clone()),
        (403, json!("SELF_APPROVAL"))
    );
    let herself = two.post(&two.judy, "people/judy/clearances", Some(ns())).await;
    assert_eq!(herself.json()["reason"], "SELF_APPROVAL");
    let offices = json!({"roles": ["security_officer", "auditor"]});
    let herself = two.patch(&two.judy, "people/judy", offices.clone()).await;
    assert_eq!(herself.json()["reason"], "SELF_APPROVAL");
    let of_kara = two.patch(&two.judy, "people/kara", offices).await;
    let id = of_kara.json()["proposal"].as_str().unwrap().to_owned();
    let by_kara = two.approve(&two.kara, &id, two.hash(&id).await).await;
    assert_eq!(by_kara.json()["reason"], "SELF_APPROVAL");
}

#[tokio::test]
async fn an_approval_without_the_office_or_a_strong_session_does_not_count() {
    let two = two().await;
    let (id, hash) = two.proposed().await;
    let hugo = two.house.browser("hugo", Level::Aal2, None).await;
    let weak = two.house.browser("kara", Level::Aal1, None).await;
    assert_eq!(
        two.approve(&hugo, &id, hash.clone()).await.json()["reason"],
        "ROLE_REQUIRED"
    );
    assert_eq!(
        two.approve(&weak, &id, hash.clone()).await.json()["reason"],
        "AAL_STEP_UP"
    );
    let other = json!({"parameters": "00".repeat(32)});
    assert_eq!(two.approve(&two.kara, &id, other).await.status, 409);
    assert_eq!(two.show(&id).await["state"], "requested");
}

#[tokio::test]
async fn an_approval_is_not_used_by_another_nor_after_its_time() {
    let two = two().await;
    let (id, hash) = two.proposed().await;
    two.approve(&two.kara, &id, hash).await;
    assert_eq!(two.execute(&two.kara, &id).await.status, 404);
    two.house
        .advance(TimeDelta::hours(8) + TimeDelta::seconds(1))
        .await;
    let judy = two.house.browser("judy", Level::Aal2, None).await;
    assert_eq!(two.execute(&judy, &id).await.status, 409);
    assert_eq!(two.clearances("noah"), 0);
}

#[tokio::test]
async fn an_approver_who_is_out_by_then_has_not_approved() {
    let two = two().await;
    let (id, hash) = two.proposed().await;
    assert_eq!(two.approve(&two.kara, &id, hash).await.status, 200);
    assert_eq!(two.post(&two.judy, "people/kara/revoke", None).await.status, 200);
    let executed = two.execute(&two.judy, &id).await;
    assert_eq!(executed.json()["reason"], "DUAL_CONTROL", "{}", executed.text);
    assert_eq!(two.clearances("noah"), 0);
}

#[tokio::test]
async fn what_changed_after_the_approval_is_proposed_anew() {
    let two = two().await;
    let (id, hash) = two.proposed().await;
    two.approve(&two.kara, &id, hash).await;
    let renamed = two
        .patch(&two.kara, "people/noah", json!({"display_name": "Noah N."}))
        .await;
    assert_eq!(renamed.status, 200, "{}", renamed.text);
    assert_eq!(two.execute(&two.judy, &id).await.status, 409);
    assert_eq!(two.clearances("noah"), 0);
}

#[tokio::test]
async fn a_rejected_or_withdrawn_proposal_is_over() {
    let two = two().await;
    for (who, verb) in [(&two.kara, "reject"), (&two.judy, "withdraw")] {
        let (id, hash) = two.proposed().await;
        two.approve(&two.kara, &id, hash.clone()).await;
        assert_eq!(
            two.post(who, &format!("proposals/{id}/{verb}"), None)
                .await
                .status,
            200
        );
        assert_eq!(two.execute(&two.judy, &id).await.status, 409);
        assert_eq!(two.approve(&two.kara, &id, hash).await.status, 409);
    }
    let listed = two
        .house
        .as_person(&two.kara, Method::GET, "/api/v1/proposals", None)
        .await;
    assert_eq!(listed.json()["items"], json!([]));
}

#[tokio::test]
async fn suspending_and_revoking_take_one_and_coming_back_takes_two() {
    let two = two().await;
    let server = two.house.connect(whole_world("demo")).await;
    let cid = two.clearance_of("alice").await;
    let path = format!("people/alice/clearances/{cid}");
    let suspended = two.post(&two.judy, &format!("{path}/suspend"), None).await;
    assert_eq!(suspended.status, 200, "{}", suspended.text);
    let answer = two
        .house
        .ask(&server, question("alice", "channel.join", "ops-ns"))
        .await;
    assert_eq!(answer["context"]["reason"], "CLEARANCE_SUSPENDED");
    let feed = two
        .house
        .as_server(&server, Method::GET, "/api/v1/changes?after=0", None)
        .await;
    assert!(feed.text.contains("eviction"), "{}", feed.text);
    assert_eq!(
        two.post(&two.judy, &format!("{path}/resume"), None).await.status,
        202
    );
    let later = json!({"valid_until": "2035-01-01T00:00:00Z"});
    assert_eq!(two.patch(&two.judy, &path, later).await.status, 202);
    let sooner = json!({"valid_until": "2026-12-01T00:00:00Z"});
    assert_eq!(two.patch(&two.judy, &path, sooner).await.status, 200);
    assert_eq!(
        two.post(&two.judy, &format!("{path}/revoke"), None).await.status,
        200
    );
    assert_eq!(
        two.post(&two.judy, &format!("{path}/resume"), None).await.status,
        409
    );
}

#[tokio::test]
async fn attributes_of_a_person_widen_or_narrow() {
    let two = two().await;
    for (patch, status) in [
        (json!({"missions": []}), 200),
        (json!({"missions": ["NUC"]}), 202),
        (json!({"nationalities": ["DEU", "FRA"]}), 202),
        (json!({"nationalities": ["CHE"]}), 202),
        (json!({"missions": ["ATLANTIS"]}), 400),
        (json!({"agency": "BRH"}), 202),
    ] {
        let answer = two.patch(&two.judy, "people/lars", patch.clone()).await;
        assert_eq!(answer.status, status, "{patch}: {}", answer.text);
    }
    // Without the role of a guest she may more.
    let free = two.patch(&two.judy, "people/gina", json!({"roles": []})).await;
    assert_eq!(free.status, 202);
    assert_eq!(two.post(&two.judy, "people/paul/revoke", None).await.status, 200);
    assert_eq!(two.post(&two.judy, "people/paul/enable", None).await.status, 202);
    let new = json!({"id": "nina", "kind": "government", "nationalities": ["DEU"]});
    let answer = two.post(&two.judy, "people", Some(new)).await;
    assert_eq!(answer.status, 202, "{}", answer.text);
    let id = answer.json()["proposal"].as_str().unwrap().to_owned();
    assert_eq!(two.approve(&two.kara, &id, two.hash(&id).await).await.status, 200);
    assert_eq!(two.execute(&two.judy, &id).await.status, 200);
    assert!(two.house.app.snapshot().person("nina").is_some());
}

#[tokio::test]
async fn machines_and_settings_are_lowered_by_one_and_raised_by_two() {
    let two = two().await;
    let hugo = two.house.browser("hugo", Level::Aal2, None).await;
    let nr = json!({"scheme": "NATO", "level": "NR"});
    for (path, body, status) in [
        ("devices/ns", json!({"managed": true, "accreditation": nr}), 200),
        (
            "devices/smk",
            json!({"managed": true, "accreditation": {"scheme": "NATO", "level": "CTS"}}),
            202,
        ),
        (
            "nodes/nato-pol",
            json!({"agreement": false, "communities": ["NATO"], "accreditation": nr}),
            200,
        ),
        ("nodes/partner-x", json!({"agreement": true}), 202),
        (
            "agreements/DE-EU",
            json!({"from": "DE", "to": "EU", "valid_from": "2026-01-01", "valid_until": "2030-01-01"}),
            202,
        ),
        (
            "settings",
            json!({"blocked_locations": ["XX"], "administration": {"aal": 2, "managed_device": false}}),
            200,
        ),
        (
            "settings",
            json!({"administration": {"aal": 2, "managed_device": false}}),
            202,
        ),
        ("settings", json!({"administration": {"aal": 9}}), 400),
    ] {
        let address = format!("/api/v1/{path}");
        let answer = two
            .house
            .as_person(&hugo, Method::PUT, &address, Some(body))
            .await;
        assert_eq!(answer.status, status, "{path}: {}", answer.text);
    }
    let ended = two
        .house
        .as_person(&hugo, Method::DELETE, "/api/v1/agreements/DE-NATO", None)
        .await;
    assert_eq!(ended.status, 200, "{}", ended.text);
    assert!(two.house.app.snapshot().agreement("DE-NATO").is_none());
}

#[tokio::test]
async fn a_channel_is_narrowed_by_one_and_opened_by_two() {
    let two = two().await;
    let judy = two.house.browser("judy", Level::Aal3, Some("cts")).await;
    for (patch, status) in [
        (json!({"externals_allowed": true}), 202),
        (json!({"missions": []}), 202),
        (json!({"recipients": ["carol"]}), 202),
        (json!({"owners": ["alice"]}), 202),
        (json!({"state": "closed"}), 200),
        (json!({"state": "open"}), 202),
    ] {
        let answer = two.patch(&judy, "channels/ops-ns", patch.clone()).await;
        assert_eq!(answer.status, status, "{patch}: {}", answer.text);
    }
    let lower = json!({"scheme": "NATO", "level": "NR"});
    let answer = two.post(&judy, "channels/ops-ns/reclassify", Some(lower)).await;
    assert_eq!(answer.status, 202, "{}", answer.text);
    let id = answer.json()["proposal"].as_str().unwrap().to_owned();
    assert_eq!(two.approve(&two.kara, &id, two.hash(&id).await).await.status, 200);
    let executed = two.execute(&judy, &id).await;
    assert_eq!(executed.status, 200, "{}", executed.text);
    assert_eq!(
        two.house.app.snapshot().channel("ops-ns").unwrap().label.level,
        "NR"
    );
    let members = two.house.app.snapshot().channel("ops-ns").unwrap().members.len();
    assert!(members > 0);
}
