// SPDX-License-Identifier: Apache-2.0
//! A world file over the wire: one files it, another approves it, and the same bytes carry it out, once.

use countersign_tests::house::{Answer, Browser, TestHouse};
use http::Method;
use serde_json::{Value, json};

use super::granting::{approved, executed, officers, post};

async fn sent(house: &TestHouse, by: &Browser, path: &str, file: &Value) -> Answer {
    post(house, by, &format!("/api/v1/imports{path}"), file.clone()).await
}

fn noah(changes: Value) -> Value {
    let mut noah = json!({"kind": "government", "status": "active", "nationalities": ["DEU"], "agency": "Stadt",
        "roles": ["member"], "missions": [], "briefings": [], "clearances": []});
    for (name, value) in changes.as_object().unwrap() {
        noah[name] = value.clone();
    }
    json!({"users": {"noah": noah}})
}

fn cleared(level: &str, compartments: Value) -> Value {
    noah(
        json!({"clearances": [{"scheme": "NATO", "level": level, "compartments": compartments, "kind": "personnel",
        "state": "active", "valid_from": "2026-01-01T00:00:00Z", "valid_until": "2027-01-01T00:00:00Z"}]}),
    )
}

fn clearances(house: &TestHouse) -> usize {
    house.app.snapshot().person("noah").unwrap().clearances.len()
}

fn proposal_of(answer: &Answer) -> String {
    assert_eq!(answer.status, 202, "{}", answer.text);
    answer.json()["proposal"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_file_is_filed_by_one_approved_by_another_and_carried_out_with_the_same_bytes() {
    let (house, judy, kara) = officers().await;
    let file = cleared("NS", json!([]));
    let filed = sent(&house, &judy, "?reason=posting", &file).await;
    let id = proposal_of(&filed);
    let told = filed.json();
    assert_eq!(
        told["counts"]["users"],
        json!({"created": 0, "updated": 1, "unchanged": 0, "removed": 0})
    );
    assert_eq!(told["changes"][0]["part"], "users.noah: clearance", "{told}");
    assert_eq!((&told["wider"], &told["withheld"]), (&json!(1), &json!(false)));
    let at = format!("/api/v1/proposals/{id}");
    let early = sent(&house, &judy, &format!("/{id}"), &file).await;
    assert_eq!(early.status, 403, "nobody has approved: {}", early.text);

    let shown = house.as_person(&kara, Method::GET, &at, None).await.json();
    assert_eq!(
        (&shown["act"]["act"], &shown["act"]["file"], &shown["reason"]),
        (&json!("directory_import"), &told["file"], &json!("posting"))
    );
    assert_eq!(shown["changes"], told["changes"]);
    assert_eq!(approved(&house, &judy, &at).await.status, 403, "by who filed it");
    assert_eq!(approved(&house, &kara, &at).await.status, 200);
    assert_eq!(clearances(&house), 0, "approving does nothing by itself");

    let without = executed(&house, &judy, &at).await;
    assert_eq!(without.status, 409);
    assert!(without.text.contains("/api/v1/imports/"), "{}", without.text);
    let another = sent(&house, &judy, &format!("/{id}"), &cleared("CTS", json!([]))).await;
    assert_eq!(another.status, 409, "{}", another.text);
    let stolen = sent(&house, &kara, &format!("/{id}"), &file).await;
    assert_eq!(stolen.status, 404, "only who filed it carries it out");
    let done = sent(&house, &judy, &format!("/{id}"), &file).await;
    assert_eq!(done.status, 200, "{}", done.text);
    assert_eq!(clearances(&house), 1);
    let twice = sent(&house, &judy, &format!("/{id}"), &file).await;
    assert_eq!(twice.status, 409, "it is used once");
}

#[tokio::test]
async fn a_file_that_is_only_looked_at_or_changes_nothing_is_not_filed() {
    let (house, judy, _) = officers().await;
    let looked = sent(&house, &judy, "?dry_run=true", &cleared("NS", json!([]))).await;
    assert_eq!(
        (looked.status.as_u16(), &looked.json()["wider"]),
        (200, &json!(1))
    );
    let same = sent(&house, &judy, "", &noah(json!({}))).await;
    assert_eq!((same.status.as_u16(), &same.json()["wider"]), (200, &json!(0)));
    let open = house
        .as_person(&judy, Method::GET, "/api/v1/proposals", None)
        .await;
    assert_eq!(open.json()["items"], json!([]));
}

#[tokio::test]
async fn what_a_file_changes_above_the_second_person_is_neither_shown_to_her_nor_hers_to_approve() {
    let (house, judy, kara) = officers().await;
    let filed = sent(&house, &judy, "", &cleared("CTS", json!(["ATOMAL"]))).await;
    let at = format!("/api/v1/proposals/{}", proposal_of(&filed));
    for path in [at.as_str(), "/api/v1/proposals"] {
        let hers = house.as_person(&kara, Method::GET, path, None).await;
        assert!(
            !hers.text.contains("ATOMAL") && !hers.text.contains("CTS"),
            "{}",
            hers.text
        );
        assert!(hers.text.contains("\"withheld\":true"), "{}", hers.text);
    }
    let refused = approved(&house, &kara, &at).await;
    assert_eq!(refused.json()["reason"], "CLEARANCE_LEVEL", "{}", refused.text);

    // What it starts from counts too: carol's clearance is above both.
    let carol = json!({"users": {"carol": {"kind": "government", "status": "active", "agency": "UKMOD",
        "nationalities": ["GBR"], "roles": ["member", "owner"]}}});
    let filed = sent(&house, &judy, "", &carol).await;
    assert!(!filed.text.contains("ATOMAL"), "{}", filed.text);
    assert_eq!(filed.json()["withheld"], true);
}

/// By the API an import takes two people whatever is in it, and their word is spent.
#[tokio::test]
async fn a_file_that_only_narrows_is_filed_too_and_its_approval_used_once() {
    let (house, judy, kara) = officers().await;
    let file = noah(json!({"nationalities": ["DEU"], "roles": []}));
    let filed = sent(&house, &judy, "", &file).await;
    let id = proposal_of(&filed);
    assert_eq!(
        (&filed.json()["changes"], &filed.json()["wider"]),
        (&json!([]), &json!(0))
    );
    let at = format!("/api/v1/proposals/{id}");
    assert_eq!(approved(&house, &kara, &at).await.status, 200);
    let done = sent(&house, &judy, &format!("/{id}"), &file).await;
    assert_eq!(done.status, 200, "{}", done.text);
    let shown = house.as_person(&judy, Method::GET, &at, None).await.json();
    assert_eq!(shown["state"], "used", "{shown}");
}

/// What a file brings is known by what stands beside it.
#[tokio::test]
async fn a_mission_with_its_channel_and_its_people_is_one_approval() {
    let (house, judy, kara) = officers().await;
    let mut file = noah(json!({"missions": ["DAWN"]}));
    file["missions"] = json!({"DAWN": {"state": "active"}});
    file["channels"] = json!({"dawn": {"label": {"scheme": "NATO", "level": "NR"}, "members": ["noah"],
        "missions": ["DAWN"], "externals_allowed": false, "industry_allowed": false, "state": "open",
        "label_mode": "portion"}});
    file["messages"] = json!({"m-dawn": {"channel": "dawn"}});
    let filed = sent(&house, &judy, "", &file).await;
    let id = proposal_of(&filed);
    let at = format!("/api/v1/proposals/{id}");
    let given = approved(&house, &kara, &at).await;
    assert_eq!(given.status, 200, "{}", given.text);
    let done = sent(&house, &judy, &format!("/{id}"), &file).await;
    assert_eq!(done.status, 200, "{}", done.text);
    assert!(house.app.snapshot().channel("dawn").is_some());

    file["channels"]["dusk"] = file["channels"]["dawn"].clone();
    file["channels"]["dusk"]["label"]["level"] = json!("CTS");
    let filed = sent(&house, &judy, "", &file).await;
    let at = format!("/api/v1/proposals/{}", proposal_of(&filed));
    let hers = house.as_person(&kara, Method::GET, &at, None).await;
    assert!(!hers.text.contains("dusk"), "{}", hers.text);
    assert_eq!(approved(&house, &kara, &at).await.status, 403);
}

#[tokio::test]
async fn a_file_that_cannot_be_used_says_where_and_one_too_large_is_not_read() {
    let (house, judy, _) = officers().await;
    let mut file = cleared("SOON", json!([]));
    file["users"]["noah"]["agency"] = json!(7);
    let bad = sent(&house, &judy, "", &file).await;
    assert_eq!(bad.status, 400);
    let faults = bad.json()["faults"].clone();
    let paths: Vec<&str> = faults
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| fault["path"].as_str().unwrap())
        .collect();
    assert_eq!(
        paths,
        ["users.noah.agency", "users.noah.clearances[0].level"],
        "{}",
        bad.text
    );
    let nowhere = sent(&house, &judy, "", &noah(json!({"agency": "nowhere"}))).await;
    assert_eq!(nowhere.status, 400);
    assert_eq!(nowhere.json()["faults"][0]["path"], "users.noah.agency");
    let large = json!({"users": {}, "padding": "a".repeat(16 * 1024 * 1024)});
    let large = sent(&house, &judy, "", &large).await;
    assert_eq!(large.status, 413, "{}", large.text);
}
