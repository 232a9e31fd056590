// SPDX-License-Identifier: Apache-2.0
//! `POST /access/v1/evaluation`, as a connected server meets it.

use chrono::TimeDelta;
use countersign_authn::assurance::Level;
use countersign_directory::operation::settings;
use countersign_directory::{Permit, Settings};
use countersign_tests::house::{WORLD, open_house, open_house_of, question, whole_world};
use http::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn a_cleared_person_joins_and_is_told_her_duties() {
    let house = open_house().await;
    let server = house.connect(whole_world("demo")).await;
    let alice = house.browser("alice", Level::Aal3, Some("ns")).await;
    house.tie(&alice, "demo").await;
    let answer = house
        .ask(&server, question("alice", "channel.join", "ops-ns"))
        .await;
    assert_eq!(answer["decision"], true, "{answer}");
    assert_eq!(answer["context"]["obligations"][0]["type"], "display_marking");
    assert!(
        answer["context"]["decision_id"]
            .as_str()
            .unwrap()
            .starts_with("D-")
    );
    assert!(answer["context"]["reason"].is_null());
}

#[tokio::test]
async fn an_answer_lasts_a_minute_at_most_and_never_longer_than_the_session() {
    let house = open_house().await;
    let server = house.connect(whole_world("demo")).await;
    let alice = house.browser("alice", Level::Aal3, Some("ns")).await;
    house.tie(&alice, "demo").await;
    let answer = house
        .ask(&server, question("alice", "channel.join", "ops-ns"))
        .await;
    assert_eq!(answer["context"]["expires_at"], "2026-11-23T12:01:00.000Z");
    for minutes in [15, 15, 1].repeat(23) {
        house.advance(TimeDelta::minutes(minutes)).await;
        house
            .ask(&server, question("alice", "channel.join", "town"))
            .await;
    }
    house
        .advance(TimeDelta::minutes(6) + TimeDelta::seconds(30))
        .await;
    let answer = house
        .ask(&server, question("alice", "channel.join", "ops-ns"))
        .await;
    assert_eq!(answer["decision"], true, "{answer}");
    assert_eq!(answer["context"]["expires_at"], "2026-11-24T00:00:00.000Z");
    house.advance(TimeDelta::seconds(31)).await;
    let answer = house
        .ask(&server, question("alice", "channel.join", "ops-ns"))
        .await;
    assert_eq!(answer["context"]["reason"], "SESSION_EXPIRED");
}

#[tokio::test]
async fn without_a_session_the_assurance_is_zero_and_stepping_up_is_offered() {
    let house = open_house().await;
    let mut record = whole_world("chat");
    record["clients"] =
        json!({"managed": true, "accreditation": {"scheme": "NATO", "level": "NS"}, "posture": "vouched"});
    record["node"] = json!("sfu-ns");
    let server = house.connect(record).await;
    let answer = house
        .ask(&server, question("alice", "channel.join", "ops-ns"))
        .await;
    assert_eq!(answer["context"]["reason"], "AAL_STEP_UP", "{answer}");
    assert!(
        answer["context"]["step_up"]["url"]
            .as_str()
            .unwrap()
            .contains("/signin?acr_values=")
    );
}

#[tokio::test]
async fn who_may_not_know_the_channel_learns_nothing_but_not_available() {
    let house = open_house().await;
    let mut record = whole_world("chat");
    record["reasons"] = json!("public");
    let server = house.connect(record).await;
    let hidden = house
        .ask(&server, question("noah", "channel.join", "ops-ns"))
        .await;
    let unknown = house
        .ask(&server, question("noah", "channel.join", "no-such-channel"))
        .await;
    assert_eq!(hidden["context"]["reason"], "NOT_AVAILABLE");
    assert_eq!(strip(&hidden), strip(&unknown));
    let listed = house
        .ask(&server, question("noah", "channel.join", "log-nr"))
        .await;
    assert_eq!(listed["context"]["reason"], "BRIEFING_MISSING", "{listed}");
}

#[tokio::test]
async fn of_a_listed_channel_everybody_hears_the_true_code() {
    let mut world: Value = serde_json::from_slice(WORLD).unwrap();
    world["channels"]["log-nr"]["industry_allowed"] = json!(false);
    let house = open_house_of(world.to_string().as_bytes()).await;
    let mut record = whole_world("chat");
    record["reasons"] = json!("public");
    let server = house.connect(record).await;
    for (person, channel, code) in [
        ("hugo", "town", "SOD_NO_CONTENT"),
        ("rita", "town", "ACCOUNT_INACTIVE"),
        ("dave", "log-nr", "INDUSTRY_NOT_ALLOWED"),
    ] {
        for action in ["channel.discover", "channel.join", "message.post"] {
            let told = house.ask(&server, question(person, action, channel)).await;
            assert_eq!(told["context"]["reason"], code, "{person} {action}: {told}");
        }
        let hidden = house
            .ask(&server, question(person, "channel.join", "ops-ns"))
            .await;
        assert_eq!(hidden["context"]["reason"], "NOT_AVAILABLE", "{person}: {hidden}");
        let mut out = question(person, "message.forward", "town");
        out["resource"] = json!({"type": "message", "id": "x", "properties": {"channel": channel}});
        out["context"] = json!({"to": {"type": "channel", "id": "ops-ns"}});
        let hidden = house.ask(&server, out).await;
        assert_eq!(
            hidden["context"]["reason"], "NOT_AVAILABLE",
            "every channel concerned must be listed: {hidden}"
        );
    }
}

#[tokio::test]
async fn through_a_server_below_the_channel_nothing_of_it_goes() {
    let house = open_house().await;
    let alice = house.browser("alice", Level::Aal3, Some("ns")).await;
    let written = |level: &str| {
        let mut asked = question("alice", "user.direct_message", "bob");
        asked["resource"]["type"] = json!("user");
        asked["context"] = json!({"label": {"scheme": "NATO", "level": level}});
        asked
    };
    for (node, refused) in [("sfu-nr", true), ("sfu-ns", false)] {
        let mut record = whole_world(node);
        record["node"] = json!(node);
        let server = house.connect(record).await;
        house.tie(&alice, node).await;
        for asked in [question("alice", "channel.join", "ops-ns"), written("NS")] {
            let told = house.ask(&server, asked).await;
            assert_eq!(told["decision"], !refused, "{told}");
            if refused {
                assert_eq!(told["context"]["reason"], "NODE_CEILING", "{told}");
                let text = "The server that you are using is not approved for this.";
                assert_eq!(told["context"]["reason_user"], text);
            }
        }
        let told = house.ask(&server, written("NU")).await;
        assert_eq!(told["decision"], true, "{told}");
    }
}

#[tokio::test]
async fn what_she_reads_speaks_of_the_one_it_is_about() {
    let house = open_house().await;
    let server = house.connect(whole_world("demo")).await;
    let carol = house.browser("carol", Level::Aal3, Some("cts")).await;
    house.tie(&carol, "demo").await;
    let mut invites = question("carol", "channel.invite", "ops-ns");
    invites["context"] = json!({"target": {"type": "user", "id": "fred"}});
    let told = house.ask(&server, invites).await;
    assert_eq!(told["context"]["reason"], "CLEARANCE_SUSPENDED", "{told}");
    assert_eq!(
        told["context"]["reason_user"],
        "That person's clearance is suspended."
    );
    let told = house
        .ask(&server, question("fred", "channel.join", "ops-ns"))
        .await;
    assert_eq!(told["context"]["reason_user"], "Your clearance is suspended.");
}

#[tokio::test]
async fn outside_its_scope_everything_is_unknown_to_a_server() {
    let house = open_house().await;
    let mut record = whole_world("chat");
    record["reasons"] = json!("public");
    record["scope"] = json!({"people": {"list": ["alice"]}, "channels": {"list": ["town"]}});
    let server = house.connect(record).await;
    let alice = house.browser("alice", Level::Aal3, Some("ns")).await;
    house.tie(&alice, "chat").await;
    let inside = house
        .ask(&server, question("alice", "channel.join", "town"))
        .await;
    assert_eq!(inside["decision"], true, "{inside}");
    let nobody = house
        .ask(&server, question("nobody", "channel.join", "town"))
        .await;
    for outside in [
        question("noah", "channel.join", "town"),
        question("alice", "channel.join", "log-nr"),
    ] {
        let answer = house.ask(&server, outside).await;
        assert_eq!(strip(&answer), strip(&nobody));
    }
}

#[tokio::test]
async fn bare_answers_hold_nothing_but_the_decision() {
    let house = open_house().await;
    let mut record = whole_world("bare");
    record["answers"] = json!("bare");
    let server = house.connect(record).await;
    let answer = house
        .ask(&server, question("noah", "channel.join", "ops-ns"))
        .await;
    assert_eq!(answer, json!({"decision": false}));
}

#[tokio::test]
async fn a_revoked_person_is_denied_from_the_next_question_on() {
    let house = open_house().await;
    let server = house.connect(whole_world("demo")).await;
    let alice = house.browser("alice", Level::Aal3, Some("ns")).await;
    house.tie(&alice, "demo").await;
    let judy = house.browser("judy", Level::Aal2, None).await;
    assert_eq!(
        house
            .ask(&server, question("alice", "channel.join", "ops-ns"))
            .await["decision"],
        true
    );
    let revoked = house
        .as_person(&judy, Method::POST, "/api/v1/people/alice/revoke", None)
        .await;
    assert_eq!(revoked.status, 200, "{}", revoked.text);
    let answer = house
        .ask(&server, question("alice", "channel.join", "ops-ns"))
        .await;
    assert_eq!(answer["context"]["reason"], "ACCOUNT_INACTIVE");
}

#[tokio::test]
async fn cut_off_from_the_store_for_more_than_five_seconds_nothing_of_rank_1_is_allowed() {
    let house = open_house().await;
    let server = house.connect(whole_world("demo")).await;
    let alice = house.browser("alice", Level::Aal3, Some("ns")).await;
    house.tie(&alice, "demo").await;
    house.app.clock.advance(TimeDelta::seconds(5));
    assert_eq!(
        house
            .ask(&server, question("alice", "channel.join", "ops-ns"))
            .await["decision"],
        true
    );
    house.app.clock.advance(TimeDelta::seconds(1));
    let answer = house
        .ask(&server, question("alice", "channel.join", "ops-ns"))
        .await;
    assert_eq!(answer["context"]["reason"], "AUDIT_UNAVAILABLE");
    assert_eq!(
        house
            .ask(&server, question("alice", "channel.join", "town"))
            .await["decision"],
        true,
        "rank 0"
    );
    assert_eq!(house.anonymous(Method::GET, "/readyz", None).await.status, 503);
}

#[tokio::test]
async fn a_caller_that_names_a_revision_reads_its_own_writes() {
    let house = open_house().await;
    let server = house.connect(whole_world("demo")).await;
    let first = house.ask(&server, question("noah", "channel.join", "town")).await;
    let mut again = question("noah", "channel.join", "town");
    again["context"] = json!({"at_least_revision": first["context"]["revision"]});
    assert_eq!(
        house.ask(&server, again.clone()).await["context"]["revision"],
        first["context"]["revision"]
    );
    again["context"]["at_least_revision"] = json!(house.app.told_revision(0xffff));
    let answer = house
        .as_server(&server, Method::POST, "/access/v1/evaluation", Some(again))
        .await;
    assert_eq!(answer.status, 503);
}

#[tokio::test]
async fn a_set_of_recipients_is_one_question_about_people_whom_the_server_may_know() {
    let house = open_house().await;
    let mut record = whole_world("chat");
    record["reasons"] = json!("public");
    record["may_assert"] = json!(["label", "target", "recipients"]);
    record["scope"] = json!({"people": {"list": ["alice", "bob", "noah"]}, "channels": {"list": ["town"]}});
    let server = house.connect(record).await;
    let alice = house.browser("alice", Level::Aal3, Some("ns")).await;
    house.tie(&alice, "chat").await;
    let to = |people: &[&str]| {
        let people: Vec<Value> = people
            .iter()
            .map(|id| json!({"type": "user", "id": id}))
            .collect();
        let mut asked = question("alice", "message.post", "town");
        asked["context"] = json!({"recipients": people});
        asked
    };
    let allowed = house.ask(&server, to(&["noah", "alice"])).await;
    assert_eq!(allowed["decision"], true, "{allowed}");
    let refused = house.ask(&server, to(&["noah", "bob"])).await;
    assert_eq!(
        refused["context"]["reason"], "MEMBERS_NOT_CLEARED",
        "bob is no member: {refused}"
    );
    let unknown = house.ask(&server, to(&["noah", "nobody"])).await;
    let outside = house.ask(&server, to(&["noah", "carol"])).await;
    assert_eq!(unknown["context"]["reason"], "NOT_AVAILABLE");
    assert_eq!(strip(&outside), strip(&unknown));
    let crowd: Vec<&str> = std::iter::repeat_n("noah", 1_001).collect();
    let too_many = house.ask(&server, to(&crowd)).await;
    assert_eq!(strip(&too_many), strip(&unknown));
}

#[tokio::test]
async fn break_glass_may_be_asked_for_whatever_the_channel_and_whether_it_is() {
    let house = open_house().await;
    let mut record = whole_world("chat");
    record["reasons"] = json!("public");
    let server = house.connect(record).await;
    let hidden = house
        .ask(&server, question("noah", "break_glass.request", "nuc-cts"))
        .await;
    let unknown = house
        .ask(&server, question("noah", "break_glass.request", "no-such"))
        .await;
    assert_eq!(hidden["decision"], true, "{hidden}");
    assert_eq!(strip(&hidden), strip(&unknown));
}

#[tokio::test]
async fn from_a_blocked_location_nothing_of_rank_2_is_served() {
    let house = open_house().await;
    let mut record = whole_world("chat");
    record["may_assert"] = json!(["location"]);
    let server = house.connect(record).await;
    let alice = house.browser("alice", Level::Aal3, Some("ns")).await;
    house.tie(&alice, "chat").await;
    let settings = Settings {
        blocked_locations: ["XX".to_owned()].into_iter().collect(),
        ..house.app.snapshot().settings().clone()
    };
    let now = house.app.now();
    let mut transaction = house.app.database.begin_write().await.unwrap();
    let operator = Permit::operator();
    let put = settings::put(&settings, &operator, now, &mut transaction);
    drop(put.await.unwrap());
    house.app.commit(transaction).await.unwrap();
    for (location, decision) in [("XX", false), ("DE", true)] {
        let mut asked = question("alice", "channel.join", "ops-ns");
        asked["context"] = json!({"location": location});
        let answer = house.ask(&server, asked).await;
        assert_eq!(answer["decision"], decision, "{answer}");
    }
}

/// An answer without what differs between any two.
fn strip(answer: &Value) -> Value {
    let mut answer = answer.clone();
    answer["context"]["decision_id"] = json!("");
    answer
}
