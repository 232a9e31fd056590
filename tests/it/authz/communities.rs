// SPDX-License-Identifier: Apache-2.0
//! Who belongs to a community is asked of the moment, by the lists that are shipped or the deployment's own.

use chrono::{DateTime, Utc};
use countersign_authz::snapshot::Changed;
use countersign_authz::{Context, Engine, Facts, Outcome, Question, Reason, Reference, Snapshot};
use countersign_directory::{Entity, Noun, Settings};
use serde_json::{Value, json};

const WORLD: &str = include_str!("../../../policies/worlds/coalition.world.json");

/// The coalition, with alice of another nationality.
fn coalition(nationality: &str) -> Snapshot {
    let mut world: Value = serde_json::from_str(WORLD).unwrap();
    world["users"]["alice"]["nationalities"] = json!([nationality]);
    let text = world.to_string();
    Snapshot::new(countersign_directory::world::parse(text.as_bytes()).unwrap(), 1)
}

/// May she know of `ops-ns` at that moment, she alone?
fn asked(snapshot: &Snapshot, at: &str) -> (Outcome, Option<Reason>, DateTime<Utc>) {
    let question = Question {
        subject: "alice".to_owned(),
        action: "channel.discover".to_owned(),
        resource: Reference::new("channel", "ops-ns"),
        context: Context::default(),
    };
    let engine = Engine::builtin().unwrap();
    let decision = engine.decide(snapshot, &question, &Facts::standing(), at.parse().unwrap());
    (decision.outcome, decision.reason, decision.expires_at)
}

fn with_communities(snapshot: &Snapshot, communities: Value) -> Snapshot {
    let settings = Settings {
        communities: serde_json::from_value(communities).unwrap(),
        ..snapshot.settings().clone()
    };
    let changed = Changed {
        noun: Noun::Settings,
        id: "settings".to_owned(),
        entity: Some(Entity::Settings(settings)),
    };
    snapshot.after([changed], 2)
}

#[test]
fn a_swede_is_of_nato_from_the_day_of_accession_on() {
    let world = coalition("SWE");
    let before = asked(&world, "2024-03-06T23:59:59Z");
    assert_eq!((before.0, before.1), (Outcome::Deny, Some(Reason::NotReleasable)));
    assert_eq!(asked(&world, "2024-03-07T00:00:00Z").0, Outcome::Allow);
    assert_eq!(asked(&world, "2026-11-23T12:00:00Z").0, Outcome::Allow);
}

#[test]
fn a_permit_lasts_no_longer_than_the_membership_on_which_it_rests() {
    let own = json!({"NATO": [{"nation": "DEU", "until": "2026-12-31"}, "FRA"]});
    let world = with_communities(&coalition("DEU"), own);
    let end: DateTime<Utc> = "2027-01-01T00:00:00Z".parse().unwrap();
    let (outcome, _, expires_at) = asked(&world, "2026-12-31T23:59:30Z");
    assert_eq!((outcome, expires_at), (Outcome::Allow, end));
    // The same snapshot, whatever it remembers of the moment before.
    let (outcome, reason, _) = asked(&world, "2027-01-01T00:00:00Z");
    assert_eq!((outcome, reason), (Outcome::Deny, Some(Reason::NotReleasable)));
}

#[test]
fn the_deployments_own_list_stands_in_place_of_the_shipped_one_until_it_is_gone() {
    let shipped = coalition("FIN");
    assert_eq!(asked(&shipped, "2026-11-23T12:00:00Z").0, Outcome::Allow);
    let own = with_communities(&shipped, json!({"NATO": ["DEU"]}));
    assert_eq!(asked(&own, "2026-11-23T12:00:00Z").1, Some(Reason::NotReleasable));
    let again = with_communities(&own, json!({}));
    assert_eq!(asked(&again, "2026-11-23T12:00:00Z").0, Outcome::Allow);
}
