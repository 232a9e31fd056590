// SPDX-License-Identifier: Apache-2.0
//! What one decision costs in process: no HTTP, no record.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use countersign_authz::{Context, DeviceFacts, Engine, Facts, Question, Reference, SessionFacts, Snapshot};

use crate::{table, world};

const ROUNDS: usize = 20_000;

/// Measures the two commonest questions and prints a line for each.
pub fn measure(snapshot: &Snapshot, people: usize, channels: usize, now: DateTime<Utc>) {
    let engine = Engine::builtin().expect("the shipped policies are valid");
    println!("\n{:<54}{:>12}{:>12}", "in process", "p50", "p99");
    for action in ["channel.join", "message.post"] {
        let questions = (0..ROUNDS).map(|round| question(action, round % channels, people));
        let spans = spans(&engine, snapshot, questions, now);
        table::decisions(&format!("decide {action}, another channel each time"), &spans);
    }
    let repeated = std::iter::repeat_n(question("message.post", 0, people), ROUNDS);
    table::decisions(
        "decide message.post, the same again",
        &spans(&engine, snapshot, repeated, now),
    );
}

fn spans(
    engine: &Engine,
    snapshot: &Snapshot,
    questions: impl Iterator<Item = Question>,
    now: DateTime<Utc>,
) -> Vec<Duration> {
    let facts = facts(now);
    let mut spans: Vec<Duration> = questions
        .map(|question| {
            let start = Instant::now();
            let decision = engine.decide(snapshot, &question, &facts, now);
            let span = start.elapsed();
            assert!(
                decision.allowed(),
                "the benchmark asks what is allowed: {:?}",
                decision.reason
            );
            span
        })
        .collect();
    spans.sort_unstable();
    spans
}

/// What a member of the channel asks about it.
pub fn question(action: &str, channel: usize, people: usize) -> Question {
    let member = world::members(channel, people)
        .next()
        .expect("a channel has members");
    Question {
        subject: world::person(member).to_string(),
        action: action.to_owned(),
        resource: Reference::new("channel", world::channel(channel).to_string()),
        context: Context::default(),
    }
}

fn facts(now: DateTime<Utc>) -> Facts {
    Facts {
        session: Some(SessionFacts {
            aal: 3,
            auth_time: now,
            last_activity: now,
            revoked: false,
        }),
        device: DeviceFacts::Stated {
            managed: true,
            accreditation: Some(
                serde_json::from_str(r#"{"scheme":"NATO","level":"NS"}"#).expect("an accreditation"),
            ),
            posture_reported_at: Some(now),
        },
        ..Facts::default()
    }
}
