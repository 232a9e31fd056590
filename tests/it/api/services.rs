// SPDX-License-Identifier: Apache-2.0
//! Service providers of SAML over the API: what may widen takes two people, what only narrows one, and what
//! two people agreed on is what was on file when they did.

use countersign_tests::house::Answer;
use countersign_tests::service_provider::ServiceProvider;
use http::Method;
use serde_json::{Value, json};

use super::office::Office;

const PATH: &str = "/api/v1/saml/services";

/// An office, and a service provider that nobody has registered yet.
struct Stage {
    office: Office,
    sp: ServiceProvider,
}

async fn stage() -> Stage {
    let office = Office::open().await;
    Stage {
        sp: ServiceProvider::new("wiki.example", &office.house),
        office,
    }
}

impl std::ops::Deref for Stage {
    type Target = Office;

    fn deref(&self) -> &Office {
        &self.office
    }
}

impl Stage {
    async fn register(&self, more: Value) -> Answer {
        let mut body = json!({"metadata": self.sp.metadata(), "id": "wiki"});
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        self.hugo(Method::POST, &format!("{PATH}?reason=agreed"), Some(body))
            .await
    }

    async fn record(&self) -> Value {
        let shown = self.hugo(Method::GET, &format!("{PATH}/wiki"), None).await;
        assert_eq!(shown.status, 200, "{}", shown.text);
        shown.json()["client"].clone()
    }

    async fn put(&self, record: Value) -> Answer {
        let path = format!("{PATH}/wiki?reason=agreed");
        self.hugo(Method::PUT, &path, Some(record)).await
    }
}

#[tokio::test]
async fn a_service_provider_is_registered_by_two_people_and_taken_away_by_one() {
    let stage = stage().await;
    let waits = stage.register(json!({"name": "The wiki"})).await;
    assert_eq!(
        stage
            .hugo(Method::GET, &format!("{PATH}/wiki"), None)
            .await
            .status,
        404
    );
    stage.agreed(&waits).await;
    let record = stage.record().await;
    assert_eq!(
        (&record["name"], &record["saml"]["entity_id"]),
        (&json!("The wiki"), &json!(stage.sp.entity_id))
    );
    let listed = stage.hugo(Method::GET, PATH, None).await.json();
    assert_eq!(listed["items"][0]["client"]["id"], "wiki");
    assert_eq!(listed["items"][0]["hears"], "by_browser");
    assert_eq!(listed["items"][0]["keys"][0]["purpose"], "signing");
    // The same metadata again changes nothing.
    assert_eq!(stage.register(json!({})).await.status, 200);
    let gone = stage.hugo(Method::DELETE, &format!("{PATH}/wiki"), None).await;
    assert_eq!(gone.status, 200, "{}", gone.text);
    assert_eq!(
        stage.hugo(Method::GET, PATH, None).await.json()["items"],
        json!([])
    );
    let mut db = stage.house.app.database.pool.acquire().await.unwrap();
    let leaves: Vec<Vec<u8>> = sqlx::query_scalar("SELECT record FROM audit_leaves")
        .fetch_all(&mut *db)
        .await
        .unwrap();
    let record = String::from_utf8_lossy(&leaves.concat()).into_owned();
    assert!(record.contains("client.changed") && record.contains("client.removed"));
}

#[tokio::test]
async fn what_may_widen_waits_and_what_only_narrows_holds_at_once() {
    let stage = stage().await;
    let waits = stage.register(json!({"level": "aal2"})).await;
    stage.agreed(&waits).await;
    let record = stage.record().await;
    let changed = |at: &str, value: Value| {
        let mut record = record.clone();
        *record.pointer_mut(at).unwrap() = value;
        record
    };
    let acs = json!({"index": 9, "location": "https://evil.example/acs", "is_default": false});
    let mut consumers = record["saml"]["consumers"].as_array().unwrap().clone();
    let first = consumers[0].clone();
    consumers.push(acs);
    for (at, value, part) in [
        ("/level", json!("aal1"), "level"),
        ("/saml/consumers", json!(consumers), "saml.consumers"),
        ("/saml/idp_initiated", json!(true), "saml.idp_initiated"),
        (
            "/saml/attributes",
            json!([{"name": "c", "fact": "clearance"}]),
            "saml.attributes",
        ),
        ("/saml/encrypt", json!("never"), "saml.encrypt"),
    ] {
        let waits = stage.put(changed(at, value)).await;
        assert_eq!(waits.status, 202, "{at}: {}", waits.text);
        let proposal = format!("/api/v1/proposals/{}", waits.json()["proposal"].as_str().unwrap());
        let seen = stage
            .house
            .as_person(&stage.judy, Method::GET, &proposal, None)
            .await
            .json();
        assert_eq!(seen["widens"], json!([part]));
        let parts: Vec<&Value> = seen["changes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| &one["part"])
            .collect();
        assert_eq!(parts, [&json!(part)], "{seen}");
    }
    assert_eq!(stage.record().await, record, "nothing of it holds");
    for (at, value) in [
        ("/level", json!("aal3")),
        ("/saml/consumers", json!([first])),
        ("/name", json!("Another name")),
    ] {
        let mut record = stage.record().await;
        *record.pointer_mut(at).unwrap() = value.clone();
        let done = stage.put(record).await;
        assert_eq!(done.status, 200, "{at}: {}", done.text);
        assert_eq!(stage.record().await.pointer(at), Some(&value));
    }
}

#[tokio::test]
async fn newer_metadata_with_another_key_waits_and_a_word_for_what_has_changed_since_counts_for_nothing() {
    let mut stage = stage().await;
    let waits = stage.register(json!({})).await;
    stage.agreed(&waits).await;
    let before = stage.record().await;
    // Another key, and so another's signature.
    stage.sp = ServiceProvider::new("wiki.example", &stage.house);
    let waits = stage.register(json!({})).await;
    let proposal = stage.approved(&waits).await;
    // Meanwhile it changes: what was approved started from something else.
    let mut named = before.clone();
    named["name"] = json!("Renamed");
    assert_eq!(stage.put(named).await.status, 200);
    let seen = stage.hugo(Method::GET, &proposal, None).await.json();
    assert_eq!(seen["outdated"], true, "{seen}");
    let late = stage
        .hugo(Method::POST, &format!("{proposal}/execute"), None)
        .await;
    assert_eq!(late.status, 409, "{}", late.text);
    assert_eq!(stage.record().await["saml"]["signing"], before["saml"]["signing"]);
    let waits = stage.register(json!({})).await;
    stage.agreed(&waits).await;
    let after = stage.record().await;
    assert_ne!(after["saml"]["signing"], before["saml"]["signing"]);
    assert_eq!(after["name"], "Renamed", "what was decided stays");
}

#[tokio::test]
async fn what_cannot_be_a_service_provider_is_refused_with_what_is_wrong() {
    let stage = stage().await;
    let waits = stage.register(json!({})).await;
    stage.agreed(&waits).await;
    let record = stage.record().await;
    let other = ServiceProvider::new("other.example", &stage.house);
    for (more, said) in [
        (json!({"metadata": "<a/>"}), "`metadata`: "),
        (json!({"metadata": other.metadata()}), "another service provider"),
        (json!({"id": "second"}), "is the client `wiki` already"),
        (
            json!({"signed_by": "no certificate"}),
            "`metadata`: the certificate",
        ),
        (json!({"product": "unheard-of"}), "product"),
    ] {
        let refused = stage.register(more.clone()).await;
        assert_eq!(refused.status, 400, "{more}: {}", refused.text);
        assert!(refused.text.contains(said), "{more}: {}", refused.text);
    }
    for (at, value, said) in [
        (
            "/saml/entity_id",
            json!("https://other.example"),
            "another service provider",
        ),
        ("/grants", json!(["client_credentials"]), "`grants` are of OpenID"),
        ("/saml/consumers", json!([]), "`saml.consumers` must name"),
        ("/id", json!("other"), "`id` is another"),
    ] {
        let mut changed = record.clone();
        *changed.pointer_mut(at).unwrap() = value;
        let refused = stage.put(changed).await;
        assert_eq!(refused.status, 400, "{at}: {}", refused.text);
        assert!(refused.text.contains(said), "{at}: {}", refused.text);
    }
}

#[tokio::test]
async fn an_act_that_starts_from_a_lie_is_not_weighed() {
    let stage = stage().await;
    let waits = stage.register(json!({"level": "aal2"})).await;
    stage.agreed(&waits).await;
    let record = stage.record().await;
    let mut weaker = record.clone();
    weaker["level"] = json!("aal1");
    let act = |was: &Value, client: &Value| json!({"act": "client_put", "id": "wiki", "was": was, "client": client});
    let weighed = stage
        .hugo(Method::POST, "/api/v1/weigh", Some(act(&record, &weaker)))
        .await;
    assert_eq!(weighed.json()["people"], 2, "{}", weighed.text);
    let lie = stage
        .hugo(Method::POST, "/api/v1/weigh", Some(act(&weaker, &weaker)))
        .await;
    assert_eq!(lie.status, 409, "{}", lie.text);
}
