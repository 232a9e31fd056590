// SPDX-License-Identifier: Apache-2.0
//! What a snapshot remembers: a repeat is answered as if it were asked anew, however much time has passed.

use chrono::{DateTime, TimeDelta, Utc};
use countersign_authz::{Engine, Policies, Snapshot, scenario};
use countersign_labels::Schemes;
use countersign_tests::oracle::questions::Questions;
use serde_json::{Value, json};

const WORLD: &str = include_str!("../../../policies/worlds/coalition.world.json");
const NOON: &str = "2026-11-23T12:00:00Z";
const QUESTIONS: usize = 400;

/// Minutes after noon: before and after sessions, postures, clearances and agreements run out.
const LATER: [i64; 9] = [
    0,
    1,
    59,
    61,
    11 * 60,
    13 * 60,
    8 * 24 * 60,
    200 * 24 * 60,
    2000 * 24 * 60,
];

/// The same question with the same facts, asked later.
fn at(row: &Value, minutes: i64) -> (Value, Value) {
    let mut row = row.clone();
    if let Some(members) = row.as_object_mut() {
        // A patched world is another world; the moment is ours to choose.
        members.retain(|name, _| name != "given" && name != "at");
    }
    let mut facts = json!({
        "session": {"aal": 3, "auth_age_minutes": 10, "idle_minutes": 0, "revoked": false},
        "device": "ns",
        "location": "DE",
    });
    for session in [facts.get_mut("session"), row.pointer_mut("/facts/session")]
        .into_iter()
        .flatten()
    {
        for age in ["auth_age_minutes", "idle_minutes"] {
            if let Some(then) = session.get(age).and_then(Value::as_f64) {
                session[age] = json!(then + minutes as f64);
            }
        }
    }
    (row, facts)
}

#[test]
fn a_repeat_is_answered_as_if_asked_anew() {
    let world: Value = serde_json::from_str(WORLD).unwrap();
    let snapshot = Snapshot::new(countersign_directory::world::parse(WORLD.as_bytes()).unwrap(), 0);
    let engine = Engine::builtin().unwrap();
    let noon: DateTime<Utc> = NOON.parse().unwrap();
    let mut changed = 0;
    for row in Questions::new(&world, 7).take(QUESTIONS) {
        let mut outcomes = Vec::new();
        for minutes in LATER {
            let now = noon + TimeDelta::minutes(minutes);
            let (row, facts) = at(&row, minutes);
            let ask = |snapshot: &Snapshot| scenario::simulate(&engine, snapshot, &row, &facts, now).unwrap();
            let forgetful = snapshot.after([], snapshot.revision());
            let (first, repeat, anew) = (ask(&snapshot), ask(&snapshot), ask(&forgetful));
            assert_eq!(first.decision, anew.decision, "{row} after {minutes} minutes");
            assert_eq!(repeat.decision, anew.decision, "{row} after {minutes} minutes");
            outcomes.push(anew.decision.failing);
        }
        outcomes.dedup();
        changed += usize::from(outcomes.len() > 1);
    }
    assert!(changed > QUESTIONS / 4, "time changed only {changed} answers");
}

/// When the session was used again and when it is asked then, in minutes after noon: before and after its first
/// use has run out, and close to it.
const USED_AND_ASKED: [(f64, f64); 8] = [
    (1.0, 1.0),
    (2.0, 30.0),
    (58.0, 58.5),
    (30.0, 59.5),
    (59.75, 59.75),
    (59.0, 60.5),
    (61.0, 61.0),
    (1.0, 62.0),
];

/// A session that is in use just now is refused: nobody wants that, and it hangs on activity as nothing else.
const BUSY: &str = r#"@id("busy") @reason("ROLE_REQUIRED") forbid (principal, action, resource)
                      when { context has session && context.session.idle_for < 120000 };"#;

#[test]
fn a_session_that_was_used_again_is_answered_as_if_asked_anew() {
    let world: Value = serde_json::from_str(WORLD).unwrap();
    let noon: DateTime<Utc> = NOON.parse().unwrap();
    let shipped = Policies::builtin();
    for policies in [shipped.clone(), shipped.and("mine.cedar", BUSY)] {
        let snapshot = Snapshot::new(countersign_directory::world::parse(WORLD.as_bytes()).unwrap(), 0);
        let engine = Engine::new(Schemes::builtin(), &policies).unwrap();
        let mut answers = 0;
        for row in Questions::new(&world, 11).take(QUESTIONS) {
            let (mut row, mut facts) = at(&row, 0);
            row.as_object_mut().unwrap().remove("facts");
            let mut ask = |snapshot: &Snapshot, used: f64, asked: f64| {
                facts["session"]["auth_age_minutes"] = json!(10.0 + asked);
                facts["session"]["idle_minutes"] = json!(asked - used);
                let now = noon + TimeDelta::milliseconds((asked * 60_000.0) as i64);
                json!(
                    scenario::simulate(&engine, snapshot, &row, &facts, now)
                        .unwrap()
                        .decision
                )
            };
            ask(&snapshot, 0.0, 0.0);
            for (used, asked) in USED_AND_ASKED {
                let again = ask(&snapshot, used, asked);
                let anew = ask(&snapshot.after([], snapshot.revision()), used, asked);
                assert_eq!(again, anew, "{row}, used at {used}, asked at {asked}");
                answers += 1;
            }
        }
        assert!(!engine.has_differed());
        let (remembered, _) = engine.remembered();
        assert!(
            remembered > answers / 10,
            "of {answers} answers only {remembered} were remembered"
        );
    }
}
