// SPDX-License-Identifier: Apache-2.0
//! Random facts: session, device, location, record.

use serde_json::{Map, Value, json};

use super::draw::Draw;

pub(super) fn facts(draw: &mut Draw<'_>) -> Value {
    let mut facts = Map::new();
    if draw.chance(2) {
        facts.insert("session".into(), Value::Null);
    } else if draw.chance(35) {
        let mut session = Map::new();
        let aal = draw.of(&[1, 2, 2, 3]);
        session.insert("aal".into(), json!(aal));
        if draw.chance(40) {
            let longest = [0, 30 * 24 * 60, 24 * 60, 12 * 60][aal];
            let age = draw.of(&[4, 5, 6, longest - 1, longest, longest + 1]);
            session.insert("auth_age_minutes".into(), json!(age));
        }
        if draw.chance(15) {
            session.insert("idle_minutes".into(), json!(draw.of(&[59, 60, 61])));
        }
        if draw.chance(6) {
            session.insert("revoked".into(), json!(true));
        }
        facts.insert("session".into(), Value::Object(session));
    }
    if draw.chance(15) {
        facts.insert("session".into(), json!({"auth_age_minutes": draw.of(&[4, 5, 6])}));
    }
    if draw.chance(45) {
        let device = if draw.chance(4) {
            Value::Null
        } else {
            json!(draw.id("devices"))
        };
        facts.insert("device".into(), device);
    } else if draw.chance(50) {
        facts.insert("device".into(), json!("cts"));
    }
    if draw.chance(25) {
        let location = draw
            .of(&[json!("XX"), json!("DE"), Value::Null].each_ref())
            .clone();
        facts.insert("location".into(), location);
    }
    if draw.chance(4) {
        facts.insert("audit".into(), json!("unavailable"));
    }
    Value::Object(facts)
}
