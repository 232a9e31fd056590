// SPDX-License-Identifier: Apache-2.0
//! Granting and revoking: two people to widen, one to narrow, whatever the way.

use chrono::TimeDelta;
use countersign_authn::assurance::Level;
use countersign_directory::{Clearance, ClearanceKind};
use countersign_tests::house::{Answer, Browser, TestHouse, open_house};
use http::Method;
use serde_json::{Value, json};

pub(super) async fn post(house: &TestHouse, caller: &Browser, path: &str, body: Value) -> Answer {
    house.as_person(caller, Method::POST, path, Some(body)).await
}

/// judy and kara are security officers.
pub(super) async fn officers() -> (TestHouse, Browser, Browser) {
    let house = open_house().await;
    let judy = house.browser("judy", Level::Aal2, None).await;
    let kara = house.browser("kara", Level::Aal2, None).await;
    (house, judy, kara)
}

fn secret_for_a_year(house: &TestHouse) -> Value {
    let now = house.app.now();
    json!({"kind": "personnel", "scheme": "NATO", "level": "NS", "valid_from": now, "valid_until": now + TimeDelta::days(365)})
}

/// Proposes a clearance for noah and returns the proposal's address.
async fn proposed(house: &TestHouse, by: &Browser) -> String {
    let answer = post(
        house,
        by,
        "/api/v1/people/noah/clearances?reason=posting",
        secret_for_a_year(house),
    )
    .await;
    assert_eq!(answer.status, 202, "{}", answer.json());
    format!(
        "/api/v1/proposals/{}",
        answer.json()["proposal"].as_str().unwrap()
    )
}

async fn parameters(house: &TestHouse, reader: &Browser, proposal: &str) -> Value {
    let shown = house.as_person(reader, Method::GET, proposal, None).await.json();
    json!({"parameters": shown["parameters"]})
}

pub(super) async fn approved(house: &TestHouse, by: &Browser, proposal: &str) -> Answer {
    let seen = parameters(house, by, proposal).await;
    post(house, by, &format!("{proposal}/approve"), seen).await
}

pub(super) async fn executed(house: &TestHouse, by: &Browser, proposal: &str) -> Answer {
    let path = format!("{proposal}/execute");
    house.as_person(by, Method::POST, &path, None).await
}

#[tokio::test]
async fn what_is_above_the_second_person_is_neither_shown_to_her_nor_hers_to_approve() {
    let (house, judy, kara) = officers().await;
    let now = house.app.now();
    let grant = json!({
        "kind": "personnel", "scheme": "NATO", "level": "CTS", "compartments": ["ATOMAL"],
        "valid_from": now, "valid_until": now + TimeDelta::days(365),
    });
    let path = "/api/v1/people/noah/clearances?reason=for%20the%20ATOMAL%20watch";
    let answer = post(&house, &judy, path, grant).await.json();
    let proposal = format!("/api/v1/proposals/{}", answer["proposal"].as_str().unwrap());
    for path in [proposal.as_str(), "/api/v1/proposals"] {
        let hers = house.as_person(&kara, Method::GET, path, None).await;
        assert!(
            !hers.text.contains("ATOMAL") && !hers.text.contains("CTS"),
            "{}",
            hers.text
        );
        assert!(hers.text.contains("\"withheld\":true"), "{}", hers.text);
    }
    let own = house.as_person(&judy, Method::GET, &proposal, None).await.json();
    assert_eq!(own["act"]["clearance"]["level"], "CTS", "{own}");
    let refused = approved(&house, &kara, &proposal).await;
    assert_eq!(refused.status, 403, "{}", refused.text);
    assert_eq!(refused.json()["reason"], "CLEARANCE_LEVEL");
}

fn clearances(house: &TestHouse, person: &str) -> usize {
    house.app.snapshot().person(person).unwrap().clearances.len()
}

#[tokio::test]
async fn a_clearance_is_given_by_two_and_taken_by_one() {
    let (house, judy, kara) = officers().await;
    let before = clearances(&house, "noah");
    let proposal = proposed(&house, &judy).await;
    let listed = house
        .as_person(&kara, Method::GET, "/api/v1/proposals", None)
        .await
        .json();
    assert_eq!(listed["items"][0]["requester"], "judy");
    assert_eq!(listed["items"][0]["widens"], json!(["clearances"]));
    assert_eq!(
        executed(&house, &judy, &proposal).await.status,
        403,
        "nobody has approved"
    );
    assert_eq!(approved(&house, &kara, &proposal).await.status, 200);
    assert_eq!(
        clearances(&house, "noah"),
        before,
        "approving does nothing by itself"
    );
    assert_eq!(executed(&house, &judy, &proposal).await.status, 200);
    assert_eq!(clearances(&house, "noah"), before + 1);
    assert_eq!(
        executed(&house, &judy, &proposal).await.status,
        409,
        "it is used once"
    );

    let noah = house
        .as_person(&judy, Method::GET, "/api/v1/people/noah", None)
        .await
        .json();
    let id = noah["clearances"].as_array().unwrap().last().unwrap()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let of = |act: &str| format!("/api/v1/people/noah/clearances/{id}/{act}");
    let suspended = house.as_person(&kara, Method::POST, &of("suspend"), None).await;
    assert_eq!(suspended.status, 200, "one person suspends at once");
    let resumed = house.as_person(&kara, Method::POST, &of("resume"), None).await;
    assert_eq!(resumed.status, 202, "one person does not resume");
    let revoked = house.as_person(&kara, Method::POST, &of("revoke"), None).await;
    assert_eq!(revoked.status, 200, "one person revokes at once");
}

#[tokio::test]
async fn an_approval_is_another_officers_of_exactly_this_and_fresh() {
    let (house, judy, kara) = officers().await;
    let proposal = proposed(&house, &judy).await;
    let own = approved(&house, &judy, &proposal).await;
    assert_eq!(
        (own.status.as_u16(), own.json()["reason"].as_str()),
        (403, Some("SELF_APPROVAL"))
    );
    let olga = house.browser("olga", Level::Aal2, None).await;
    let seen = parameters(&house, &olga, &proposal).await;
    let by_an_auditor = post(&house, &olga, &format!("{proposal}/approve"), seen).await;
    assert_eq!(by_an_auditor.status, 403);
    let another = json!({"parameters": "0".repeat(64)});
    let unseen = post(&house, &kara, &format!("{proposal}/approve"), another).await;
    assert_eq!(unseen.status, 409, "she was shown something else");
    assert_eq!(approved(&house, &kara, &proposal).await.status, 200);
    let stolen = executed(&house, &kara, &proposal).await;
    assert_eq!(stolen.status, 404, "only who proposed it carries it out");

    // Noah changes meanwhile: what was approved is no longer what would happen.
    let fewer = json!({"briefings": []});
    let patched = house
        .as_person(&kara, Method::PATCH, "/api/v1/people/noah", Some(fewer))
        .await;
    let wider = json!({"display_name": "Noah N."});
    let named = house
        .as_person(&kara, Method::PATCH, "/api/v1/people/noah", Some(wider))
        .await;
    assert_eq!((patched.status.as_u16(), named.status.as_u16()), (200, 200));
    assert_eq!(executed(&house, &judy, &proposal).await.status, 409);

    let late = proposed(&house, &judy).await;
    assert_eq!(approved(&house, &kara, &late).await.status, 200);
    house.advance(TimeDelta::hours(8) + TimeDelta::seconds(1)).await;
    let judy = house.browser("judy", Level::Aal2, None).await;
    assert_eq!(
        executed(&house, &judy, &late).await.status,
        409,
        "a shift is over"
    );
}

#[tokio::test]
async fn nobody_gives_to_herself_nor_with_an_approver_who_is_out() {
    let (house, judy, kara) = officers().await;
    let own = post(
        &house,
        &judy,
        "/api/v1/people/judy/clearances",
        secret_for_a_year(&house),
    )
    .await;
    assert_eq!(own.status, 403);
    let proposal = proposed(&house, &judy).await;
    assert_eq!(approved(&house, &kara, &proposal).await.status, 200);
    let out = house
        .as_person(&judy, Method::POST, "/api/v1/people/kara/revoke", None)
        .await;
    assert_eq!(out.status, 200);
    let refused = executed(&house, &judy, &proposal).await;
    assert_eq!(refused.status, 403, "who approved it is out");
}

#[tokio::test]
async fn rejected_and_withdrawn_proposals_are_over() {
    let (house, judy, kara) = officers().await;
    for (by, act) in [(&kara, "reject"), (&judy, "withdraw")] {
        let proposal = proposed(&house, &judy).await;
        let ended = house
            .as_person(by, Method::POST, &format!("{proposal}/{act}"), None)
            .await;
        assert_eq!(ended.status, 200, "{act}");
        assert_eq!(approved(&house, &kara, &proposal).await.status, 409, "{act}");
        assert_eq!(executed(&house, &judy, &proposal).await.status, 409, "{act}");
    }
}

#[tokio::test]
async fn break_glass_opens_one_channel_for_hours_and_is_looked_at_afterwards() {
    let (house, judy, kara) = officers().await;
    let noah = house.browser("noah", Level::Aal2, None).await;
    let ask = |minutes: i64| json!({"channel": "ops-ns", "minutes": minutes, "reason": "casualty"});
    let long = post(&house, &noah, "/api/v1/break-glass", ask(241)).await;
    assert_eq!(long.status, 400);
    let asked = post(&house, &noah, "/api/v1/break-glass", ask(60)).await;
    assert_eq!(asked.status, 202, "{}", asked.json());
    let nowhere = json!({"channel": "no-such-channel", "minutes": 60, "reason": "casualty"});
    let unknown = post(&house, &noah, "/api/v1/break-glass", nowhere).await;
    assert_eq!(unknown.status, 202, "whether there is such a channel is not told");
    let path = format!("/api/v1/break-glass/{}", asked.json()["id"].as_str().unwrap());
    let by_noah = house
        .as_person(&noah, Method::POST, &format!("{path}/approve"), None)
        .await;
    assert_eq!(by_noah.status, 403);
    house.advance(TimeDelta::minutes(6)).await;
    let stale = house
        .as_person(&kara, Method::POST, &format!("{path}/approve"), None)
        .await;
    assert_eq!(stale.status, 401, "she signed in more than five minutes ago");
    let kara = house.browser("kara", Level::Aal2, None).await;
    let granted = house
        .as_person(&kara, Method::POST, &format!("{path}/approve"), None)
        .await;
    assert_eq!(granted.status, 200, "{}", granted.json());
    let held = house.app.snapshot().person("noah").unwrap().clearances.clone();
    let for_ops = |held: &&Clearance| {
        held.channel
            .as_ref()
            .is_some_and(|channel| channel.as_str() == "ops-ns")
    };
    let emergency = held.iter().find(for_ops).unwrap();
    assert_eq!(emergency.kind, ClearanceKind::Emergency);
    assert_eq!(
        emergency.valid_until - emergency.valid_from,
        TimeDelta::minutes(60)
    );
    let early = post(
        &house,
        &judy,
        &format!("{path}/review"),
        json!({"review": "fine"}),
    )
    .await;
    assert_eq!(early.status, 400, "it is reviewed once it is over");
    house.advance(TimeDelta::hours(26)).await;
    house.app.note_overdue_reviews().await.unwrap();
    let judy = house.browser("judy", Level::Aal2, None).await;
    let listed = house
        .as_person(&judy, Method::GET, "/api/v1/break-glass", None)
        .await
        .json();
    let item = listed["items"].as_array().unwrap().iter();
    let item = item.clone().find(|item| item["channel"] == "ops-ns").unwrap();
    assert_eq!(item["overdue"], true);
    let reviewed = post(
        &house,
        &judy,
        &format!("{path}/review"),
        json!({"review": "fine"}),
    )
    .await;
    assert_eq!(reviewed.status, 200);
    let twice = post(
        &house,
        &judy,
        &format!("{path}/review"),
        json!({"review": "fine"}),
    )
    .await;
    assert_eq!(twice.status, 409);
}

async fn weighed(house: &TestHouse, by: &Browser, act: Value) -> Answer {
    post(house, by, "/api/v1/weigh", act).await
}

#[tokio::test]
async fn an_act_is_weighed_without_being_done() {
    let (house, judy, _) = officers().await;
    let roles = |roles: Value| json!({"act": "person_patch", "id": "fred", "patch": {"roles": roles}});
    let fewer = weighed(&house, &judy, roles(json!([]))).await.json();
    assert_eq!(fewer["people"], 1, "{fewer}");
    let part = json!({"part": "roles", "was": ["member"], "widens": false});
    assert_eq!(fewer["changes"], json!([part]));
    let more = weighed(&house, &judy, roles(json!(["member", "owner"])))
        .await
        .json();
    assert_eq!(
        (more["people"].as_u64(), more["changes"][0]["widens"].as_bool()),
        (Some(2), Some(true))
    );
    let same = weighed(&house, &judy, roles(json!(["member"]))).await.json();
    assert_eq!(same["changes"], json!([]));
    let own = json!({"act": "person_patch", "id": "judy", "patch": {"roles": ["security_officer", "owner"]}});
    assert_eq!(
        weighed(&house, &judy, own).await.json()["reason"],
        "SELF_APPROVAL"
    );
    let unknown = json!({"act": "person_enable", "id": "nobody-here"});
    assert_eq!(weighed(&house, &judy, unknown).await.status, 404);
    let fred = house.app.snapshot().person("fred").unwrap().clone();
    assert_eq!(fred.roles.iter().count(), 1, "nothing was done");
}

#[tokio::test]
async fn a_proposal_shows_what_it_starts_from_until_that_changes() {
    let (house, judy, kara) = officers().await;
    let path = "/api/v1/people/fred?reason=watch";
    let body = json!({"roles": ["member", "owner"]});
    let filed = house
        .as_person(&judy, Method::PATCH, path, Some(body))
        .await
        .json();
    let proposal = format!("/api/v1/proposals/{}", filed["proposal"].as_str().unwrap());
    let shown = house.as_person(&kara, Method::GET, &proposal, None).await.json();
    let part = json!({"part": "roles", "was": ["member"], "becomes": ["member", "owner"], "widens": true});
    assert_eq!(
        (&shown["changes"], &shown["outdated"]),
        (&json!([part]), &json!(false))
    );
    let meanwhile = json!({"display_name": "Fred"});
    let named = house
        .as_person(&kara, Method::PATCH, "/api/v1/people/fred", Some(meanwhile))
        .await;
    assert_eq!(named.status, 200);
    let shown = house.as_person(&kara, Method::GET, &proposal, None).await.json();
    assert_eq!(
        (&shown["changes"], &shown["outdated"]),
        (&json!([]), &json!(true))
    );
    let path = format!("{proposal}/reject");
    house.as_person(&kara, Method::POST, &path, None).await;
    let shown = house.as_person(&judy, Method::GET, &proposal, None).await.json();
    assert_eq!(
        (&shown["state"], &shown["ended_by"]),
        (&json!("rejected"), &json!("kara"))
    );
    assert!(
        shown["ended_at"].is_string() && shown["outdated"] == false,
        "{shown}"
    );
}

/// The act itself names a clearance by its number alone: only with what it starts from does the second
/// person see what she lets live longer.
#[tokio::test]
async fn a_clearance_above_the_second_person_is_not_prolonged_on_her_word() {
    let (house, judy, kara) = officers().await;
    let carol = house
        .as_person(&judy, Method::GET, "/api/v1/people/carol", None)
        .await
        .json();
    let held = carol["clearances"][0]["id"].as_str().unwrap();
    let path = format!("/api/v1/people/carol/clearances/{held}?reason=stays");
    let later = json!({"valid_until": "2030-06-30T23:59:59Z"});
    let filed = house
        .as_person(&judy, Method::PATCH, &path, Some(later))
        .await
        .json();
    let proposal = format!("/api/v1/proposals/{}", filed["proposal"].as_str().unwrap());
    let shown = house.as_person(&kara, Method::GET, &proposal, None).await;
    assert!(shown.text.contains("\"withheld\":true"), "{}", shown.text);
    for word in ["ATOMAL", "TOP SECRET", "stays"] {
        assert!(!shown.text.contains(word), "{word}: {}", shown.text);
    }
    let refused = approved(&house, &kara, &proposal).await;
    assert_eq!(refused.json()["reason"], "CLEARANCE_LEVEL");
}

#[tokio::test]
async fn a_refusal_names_what_a_second_person_would_not_mend() {
    let (house, judy, _) = officers().await;
    let lower =
        json!({"act": "channel_reclassify", "id": "log-nr", "label": {"scheme": "NATO", "level": "NU"}});
    let refused = weighed(&house, &judy, lower).await.json();
    assert_eq!(refused["reason"], "DEVICE_CAP", "{refused}");
}
