// SPDX-License-Identifier: Apache-2.0
//! The world at one revision, its changes, evictions, and what may leave the house.

use chrono::{DateTime, Utc};
use countersign_authz::explain::{Horizon, Pseudonyms};
use countersign_authz::snapshot::Changed;
use countersign_authz::{
    Context, DeviceFacts, Engine, Facts, Question, Reason, Reference, SessionFacts, Snapshot,
};
use countersign_directory::change::member_id;
use countersign_directory::{Entity, Noun, Status};

const WORLD: &[u8] = include_bytes!("../../../policies/worlds/coalition.world.json");

fn world() -> Snapshot {
    Snapshot::new(countersign_directory::world::parse(WORLD).unwrap(), 1)
}

fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

fn noon() -> DateTime<Utc> {
    at("2026-11-23T12:00:00Z")
}

fn question(subject: &str, action: &str, kind: &str, id: &str) -> Question {
    Question {
        subject: subject.into(),
        action: action.into(),
        resource: Reference::new(kind, id),
        context: Context::default(),
    }
}

fn facts(aal: u8) -> Facts {
    let session = SessionFacts {
        aal,
        auth_time: noon(),
        last_activity: noon(),
        revoked: false,
    };
    Facts {
        session: Some(session),
        device: DeviceFacts::Registered("ns".parse().unwrap()),
        ..Facts::default()
    }
}

#[test]
fn members_who_lost_their_clearance_must_leave() {
    let engine = Engine::builtin().unwrap();
    assert_eq!(engine.evictions(&world(), "ops-ns", noon()), []);
    let later = engine.evictions(&world(), "ops-ns", at("2027-01-01T00:00:01Z"));
    assert_eq!(later, [("bob".parse().unwrap(), Reason::ClearanceExpired)]);
    let mixed = engine.evictions(&world(), "mixed", at("2026-11-23T14:00:01Z"));
    assert_eq!(mixed, [("paul".parse().unwrap(), Reason::ClearanceExpired)]);
    assert_eq!(engine.evictions(&world(), "closed", noon()), []);
}

#[test]
fn a_revoked_person_is_denied_from_the_next_revision_on() {
    let engine = Engine::builtin().unwrap();
    let before = world();
    let mut alice = before.person("alice").unwrap().as_ref().clone();
    alice.status = Status::Disabled;
    let change = Changed {
        noun: Noun::Person,
        id: "alice".into(),
        entity: Some(Entity::Person(alice)),
    };
    let after = before.after([change], 2);
    let asked = question("alice", "channel.join", "channel", "ops-ns");
    assert!(engine.decide(&before, &asked, &facts(3), noon()).allowed());
    assert_eq!(
        engine.decide(&after, &asked, &facts(3), noon()).reason,
        Some(Reason::AccountInactive)
    );
    assert_eq!(after.revision(), 2);
}

#[test]
fn membership_follows_the_change_feed() {
    let (channel, person) = ("town".parse().unwrap(), "bob".parse().unwrap());
    let id = member_id(&channel, &person);
    let joined = Changed {
        noun: Noun::Member,
        id: id.clone(),
        entity: Some(Entity::Member(channel, person)),
    };
    let with = world().after([joined], 2);
    assert!(with.memberships("bob").contains("town"));
    let without = with.after(
        [Changed {
            noun: Noun::Member,
            id,
            entity: None,
        }],
        3,
    );
    assert!(!without.memberships("bob").contains("town"));
    assert!(without.members("town").contains("noah"));
}

#[test]
fn the_true_code_goes_out_only_where_it_betrays_nothing() {
    let engine = Engine::builtin().unwrap();
    let disclosed = |subject: &str, channel: &str| {
        let asked = question(subject, "channel.join", "channel", channel);
        let decision = engine.decide(&world(), &asked, &facts(2), noon());
        assert!(!decision.allowed());
        decision.disclosed
    };
    assert!(disclosed("noah", "log-nr"), "listed");
    assert!(!disclosed("noah", "ops-ns"));
    assert!(
        disclosed("alice", "ops-ns"),
        "she would discover it, only her session is weak"
    );
    assert!(!disclosed("alice", "no-such-channel"));
}

#[test]
fn a_permit_ends_with_the_first_validity_on_which_it_rests() {
    let engine = Engine::builtin().unwrap();
    let now = at("2026-12-31T23:59:30Z");
    let session = SessionFacts {
        aal: 3,
        auth_time: now,
        last_activity: now,
        revoked: false,
    };
    let device = DeviceFacts::Stated {
        managed: true,
        accreditation: Some(countersign_directory::Accreditation {
            scheme: "NATO".into(),
            level: "NS".into(),
            compartments: Default::default(),
        }),
        posture_reported_at: Some(now),
    };
    let facts = Facts {
        session: Some(session),
        device,
        ..Facts::default()
    };
    let asked = question("bob", "channel.join", "channel", "ops-ns");
    let decision = engine.decide(&world(), &asked, &facts, now);
    assert!(decision.allowed(), "{:?}", decision.failing);
    assert_eq!(decision.expires_at, at("2026-12-31T23:59:59Z"));
    let fresh = engine.decide(
        &world(),
        &question("alice", "channel.join", "channel", "ops-ns"),
        &facts,
        now,
    );
    assert_eq!(fresh.expires_at, at("2027-01-01T00:00:30Z"));
}

#[test]
fn only_a_permit_about_this_moment_is_a_proof() {
    let engine = Engine::builtin().unwrap();
    let revoke = question("judy", "user.revoke", "user", "alice");
    let permit = engine
        .decide(&world(), &revoke, &facts(3), noon())
        .permit()
        .unwrap();
    assert!(permit.covers("user.revoke", "alice").is_ok());
    assert!(permit.covers("user.revoke", "bob").is_err());
    assert!(
        engine
            .decide(&world(), &revoke, &facts(2), noon())
            .permit()
            .is_none()
    );
    let standing = question("alice", "channel.join", "channel", "ops-ns");
    assert!(
        engine
            .decide(&world(), &standing, &Facts::standing(), noon())
            .permit()
            .is_none()
    );
}

#[test]
fn an_agency_forbid_ranks_before_assurance_and_an_obligation_can_be_mandatory() {
    let policies = countersign_authz::Policies::builtin().and(
        "mine.cedar",
        r#"@id("mine") @reason("PDP_INPUT") forbid (principal, action == Action::"channel.join", resource)
           when { principal.agency == "DGA" } unless { !(principal has agency) };"#,
    );
    assert!(
        Engine::new(countersign_labels::Schemes::builtin(), &policies).is_err(),
        "strict validation"
    );
    let policies = countersign_authz::Policies::builtin().and(
        "mine.cedar",
        r#"@id("mine") @reason("ROLE_REQUIRED") forbid (principal, action == Action::"channel.join", resource)
           when { principal has agency && principal.agency == "DGA" };
           @id("told") @obligation("notify_owner") @mandatory("true")
           permit (principal, action == Action::"channel.join", resource);"#,
    );
    let engine = Engine::new(countersign_labels::Schemes::builtin(), &policies).unwrap();
    let asked = |subject| question(subject, "channel.join", "channel", "ops-ns");
    let bob = engine.decide(&world(), &asked("bob"), &facts(2), noon());
    assert_eq!(bob.failing, [Reason::RoleRequired, Reason::AalStepUp]);
    let alice = engine.decide(&world(), &asked("alice"), &facts(3), noon());
    assert!(
        alice
            .obligations
            .iter()
            .any(|obligation| obligation.kind == "notify_owner" && obligation.mandatory)
    );
    let deaf = Facts {
        supported_obligations: Some(Default::default()),
        ..facts(3)
    };
    let refused = engine.decide(&world(), &asked("alice"), &deaf, noon());
    assert_eq!(refused.reason, Some(Reason::NeedToKnow));
    let world = world();
    let horizon = Horizon::everything(&world, noon());
    let names = &mut Pseudonyms::default();
    let why = engine.explain(&world, &asked("alice"), &deaf, horizon, names, noon());
    assert_eq!(
        why.guards[0].changes,
        ["a chat server that honours the mandatory obligations of default-content, told"]
    );
}
