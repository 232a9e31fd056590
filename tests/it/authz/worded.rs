// SPDX-License-Identifier: Apache-2.0
//! A refusal speaks of the person, or the node, that it is about.

use countersign_authz::{Engine, Policies, Snapshot, Whom, scenario};
use countersign_labels::Schemes;
use serde_json::{Value, json};

const WORLD: &[u8] = include_bytes!("../../../policies/worlds/coalition.world.json");

fn asked(engine: &Engine, row: &Value) -> (Option<&'static str>, Option<&'static str>, Whom) {
    let snapshot = Snapshot::new(countersign_directory::world::parse(WORLD).unwrap(), 1);
    let facts = json!({
        "session": {"aal": 3, "auth_age_minutes": 10, "idle_minutes": 0, "revoked": false},
        "device": "cts",
        "location": "DE",
    });
    let now = countersign_tests::house::start();
    let simulation = scenario::simulate(engine, &snapshot, row, &facts, now).unwrap();
    let decision = simulation.decision;
    let code = decision.reason.map(|reason| reason.code());
    (code, decision.user_text(), decision.about)
}

/// Every row must be refused with that code, in those words, about that one.
fn check(rows: impl IntoIterator<Item = (Value, &'static str, &'static str)>, about: Whom) {
    let engine = Engine::builtin().unwrap();
    for (row, code, text) in rows {
        assert_eq!(asked(&engine, &row), (Some(code), Some(text), about), "{row}");
    }
}

fn in_channel(subject: &str, action: &str, channel: &str, context: Value, given: Value) -> Value {
    json!({
        "subject": subject, "action": action, "resource": {"type": "channel", "id": channel},
        "context": context, "given": given,
    })
}

fn invite(target: &str, channel: &str, given: Value) -> Value {
    let context = json!({"target": {"type": "user", "id": target}});
    in_channel("judy", "channel.invite", channel, context, given)
}

fn swiss() -> Value {
    json!({"users": {"lars": {"clearances": [{
        "scheme": "CH", "level": "GEHEIM", "kind": "personnel", "state": "active",
        "valid_from": "2022-01-01T00:00:00Z", "valid_until": "2030-01-01T00:00:00Z",
    }]}}})
}

/// A person and a channel where each code is hers.
fn people() -> [(&'static str, &'static str, &'static str, Value); 11] {
    let no_industry = json!({"channels": {"log-nr": {"industry_allowed": false}}});
    [
        ("ACCOUNT_INACTIVE", "rita", "ops-ns", json!({})),
        ("CLEARANCE_SUSPENDED", "fred", "ops-ns", json!({})),
        ("CLEARANCE_EXPIRED", "erin", "ops-ns", json!({})),
        ("NO_EQUIVALENCE", "lars", "ops-ns", swiss()),
        ("CLEARANCE_LEVEL", "paul", "ops-ns", json!({})),
        ("BRIEFING_MISSING", "noah", "log-nr", json!({})),
        ("COMPARTMENT_MISSING", "quin", "nuc-cts", json!({})),
        ("NATIONAL_ONLY", "zoe", "fr-sf", json!({})),
        ("NOT_RELEASABLE", "gwen", "us-nf", json!({})),
        ("INDUSTRY_NOT_ALLOWED", "dave", "log-nr", no_industry),
        ("NEED_TO_KNOW", "quin", "ops-ns", json!({})),
    ]
}

#[test]
fn who_is_refused_reads_of_herself() {
    let texts = [
        "This account is not active.",
        "Your clearance is suspended.",
        "Your clearance is not valid at this time.",
        "No agreement covers this.",
        "Your clearance does not reach this.",
        "A briefing is needed first.",
        "You do not hold what this needs.",
        "This is reserved to nationals.",
        "This is not releasable to your nation.",
        "This channel takes no contractors.",
        "You have no need-to-know here.",
    ];
    let rows = people()
        .into_iter()
        .zip(texts)
        .map(|((code, person, channel, given), text)| {
            let row = in_channel(person, "channel.join", channel, json!({}), given);
            (row, code, text)
        });
    check(rows, Whom::Subject);
}

#[test]
fn who_invites_reads_of_the_person_invited() {
    let texts = [
        "That person's account is not active.",
        "That person's clearance is suspended.",
        "That person's clearance is not valid at this time.",
        "No agreement covers that person's clearance.",
        "That person's clearance does not reach this.",
        "That person needs a briefing first.",
        "That person does not hold what this needs.",
        "This is reserved to nationals, and that person does not count as one.",
        "This is not releasable to that person's nation.",
        "That person is a contractor whom this channel does not take.",
        "That person has no need-to-know here.",
    ];
    let rows = people()
        .into_iter()
        .zip(texts)
        .map(|((code, person, channel, given), text)| (invite(person, channel, given), code, text));
    check(rows, Whom::Target);
}

#[test]
fn who_invites_wrongly_reads_of_herself_all_the_same() {
    let given = json!({"users": {"judy": {"status": "disabled"}, "fred": {"status": "disabled"}}});
    let rows = [
        (
            invite("fred", "ops-ns", given),
            "ACCOUNT_INACTIVE",
            "This account is not active.",
        ),
        (
            in_channel(
                "noah",
                "channel.invite",
                "ops-ns",
                json!({"target": {"type": "user", "id": "fred"}}),
                json!({}),
            ),
            "ROLE_REQUIRED",
            "You need another role for this.",
        ),
    ];
    check(rows, Whom::Subject);
}

fn direct(subject: &str, target: &str, level: &str, more: Value) -> Value {
    let mut context = json!({
        "target": {"type": "user", "id": target}, "label": {"scheme": "NATO", "level": level},
    });
    countersign_tests::oracle::merge(&mut context, &more);
    json!({
        "subject": subject, "action": "user.direct_message", "resource": {"type": "user", "id": target},
        "context": context,
    })
}

#[test]
fn a_direct_message_is_about_whichever_of_both_may_not() {
    let level = "CLEARANCE_LEVEL";
    check(
        [
            (
                direct("alice", "noah", "NS", json!({})),
                level,
                "That person's clearance does not reach this.",
            ),
            (
                direct("alice", "fred", "NS", json!({})),
                "CLEARANCE_SUSPENDED",
                "That person's clearance is suspended.",
            ),
            (
                direct("alice", "noah", "NR", json!({})),
                "BRIEFING_MISSING",
                "That person needs a briefing first.",
            ),
            (
                direct("alice", "rita", "NU", json!({})),
                "ACCOUNT_INACTIVE",
                "That person's account is not active.",
            ),
        ],
        Whom::Target,
    );
    check(
        [
            (
                direct("noah", "alice", "NS", json!({})),
                level,
                "Your clearance does not reach this.",
            ),
            (
                direct("noah", "ivan", "NS", json!({})),
                level,
                "Your clearance does not reach this.",
            ),
        ],
        Whom::Subject,
    );
    let several = json!({"recipients": [{"type": "user", "id": "bob"}, {"type": "user", "id": "dave"}]});
    check(
        [(
            direct("alice", "bob", "NS", several),
            "MEMBERS_NOT_CLEARED",
            "Not everybody who is named may receive this.",
        )],
        Whom::Recipients,
    );
}

#[test]
fn federation_is_about_the_node() {
    let federate = |channel: &str, node: &str, given: Value| {
        let context = json!({"node": node, "approver": "judy"});
        in_channel("carol", "channel.federate", channel, context, given)
    };
    let cts = json!({"nodes": {"nato-pol": {"accreditation": {"scheme": "NATO", "level": "CTS"}}}});
    let nr = json!({"channels": {"ops-ns": {"label": {"level": "NR"}}}});
    check(
        [
            (
                federate("nuc-cts", "nato-pol", cts),
                "COMPARTMENT_MISSING",
                "That server does not hold what this needs.",
            ),
            (
                federate("fr-sf", "nato-pol", json!({})),
                "NATIONAL_ONLY",
                "This is reserved to nationals and not shared with other servers.",
            ),
            (
                federate("ops-ns", "che-vbs", nr),
                "NOT_RELEASABLE",
                "This is not releasable to the nations of that server.",
            ),
            (
                federate("ops-ns", "che-vbs", json!({})),
                "NODE_CEILING",
                "That server is not approved for this channel.",
            ),
            (
                federate("ops-ns", "partner-x", json!({})),
                "NO_AGREEMENT",
                "There is no agreement with that organisation.",
            ),
        ],
        Whom::Node,
    );
}

#[test]
fn what_comes_upward_is_for_an_owner_to_forward_and_not_for_a_second_person() {
    let forward = json!({
        "subject": "alice", "action": "message.forward", "resource": {"type": "message", "id": "m-nr"},
        "context": {"to": {"type": "channel", "id": "mixed"}},
        "given": {"settings": {"rules": {"owner_accepts_upward": true}}},
    });
    let text = "Only an owner of the channel that it goes to may forward this.";
    check([(forward, "DUAL_CONTROL", text)], Whom::Owner);
    let publish = json!({
        "subject": "judy", "action": "policy.publish", "resource": {"type": "policy", "id": "bundle"},
    });
    check(
        [(publish, "DUAL_CONTROL", "A second person must approve this.")],
        Whom::Subject,
    );
}

#[test]
fn a_policy_of_the_agency_does_not_say_whom_it_means() {
    let policies = Policies::builtin().and(
        "mine.cedar",
        r#"@id("no-target-here") @reason("CLEARANCE_LEVEL")
           forbid (principal, action in [Action::"channel.invite", Action::"channel.join"], resource);"#,
    );
    let engine = Engine::new(Schemes::builtin(), &policies).unwrap();
    let level = Some("CLEARANCE_LEVEL");
    assert_eq!(
        asked(&engine, &invite("alice", "mixed", json!({}))),
        (level, Some("A clearance does not reach this."), Whom::Unsaid)
    );
    let join = in_channel("alice", "channel.join", "mixed", json!({}), json!({}));
    assert_eq!(
        asked(&engine, &join),
        (level, Some("Your clearance does not reach this."), Whom::Subject)
    );
}
