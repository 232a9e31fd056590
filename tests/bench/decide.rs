// SPDX-License-Identifier: Apache-2.0
//! What one decision costs in process: no HTTP, no record.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use countersign_authz::snapshot::Changed;
use countersign_authz::{
    Context, DeviceFacts, Engine, Facts, Policies, Question, Reference, SessionFacts, Snapshot,
};
use countersign_directory::change::member_id;
use countersign_directory::{Entity, Noun};
use countersign_labels::Schemes;

use crate::{table, world};

const ROUNDS: usize = 4_000;
const POLICIES: [usize; 3] = [10, 1_000, 10_000];
/// People, and channels of twenty members.
const WORLDS: [(usize, usize); 3] = [(1_000, 100), (100_000, 10_000), (1_000_000, 100_000)];

/// Measures and prints.
pub fn measure(now: DateTime<Utc>) {
    println!("\n{:<58}{:>12}{:>12}", "in process", "p50", "p99");
    let engine = Engine::builtin().expect("the shipped policies are valid");
    for (people, channels) in WORLDS {
        let snapshot = Snapshot::new(world::grown(people, channels), 1);
        let asked = Asked {
            engine: &engine,
            snapshot: &snapshot,
            people,
            channels,
            now,
        };
        for action in ["channel.join", "message.post"] {
            let name = format!("{action}, {people} people, cold");
            table::decisions(&name, &asked.cold(action));
        }
        table::decisions(
            &format!("message.post, {people} people, the same again"),
            &asked.again("message.post"),
        );
        table::decisions(&format!("one change, {people} people"), &asked.change());
    }
    let (people, channels) = WORLDS[0];
    let snapshot = Snapshot::new(world::grown(people, channels), 1);
    for count in POLICIES {
        let engine = engine_with(count, channels, people);
        let asked = Asked {
            engine: &engine,
            snapshot: &snapshot,
            people,
            channels,
            now,
        };
        let name = format!("channel.join, {count} agency policies, cold");
        table::decisions(&name, &asked.cold("channel.join"));
    }
}

struct Asked<'a> {
    engine: &'a Engine,
    snapshot: &'a Snapshot,
    people: usize,
    channels: usize,
    now: DateTime<Utc>,
}

impl Asked<'_> {
    /// Another channel each time, of a snapshot that remembers nothing.
    fn cold(&self, action: &str) -> Vec<Duration> {
        let spans = (0..ROUNDS).map(|round| {
            let snapshot = self.snapshot.after([], self.snapshot.revision());
            self.span(&snapshot, &question(action, round % self.channels, self.people))
        });
        sorted(spans)
    }

    fn again(&self, action: &str) -> Vec<Duration> {
        let question = question(action, 0, self.people);
        sorted((0..ROUNDS).map(|_| self.span(self.snapshot, &question)))
    }

    fn span(&self, snapshot: &Snapshot, question: &Question) -> Duration {
        let facts = facts(self.now);
        let start = Instant::now();
        let decision = self.engine.decide(snapshot, question, &facts, self.now);
        let span = start.elapsed();
        assert!(
            decision.allowed(),
            "the benchmark asks what is allowed: {:?}",
            decision.reason
        );
        span
    }

    /// A member comes or goes: from the change to the snapshot that shows it.
    fn change(&self) -> Vec<Duration> {
        let mut snapshot = self.snapshot.clone();
        sorted((0..ROUNDS).map(|round| {
            let (channel, person) = (
                world::channel(round % self.channels),
                world::person(round * 31 % self.people),
            );
            let change = Changed {
                noun: Noun::Member,
                id: member_id(&channel, &person),
                entity: Some(Entity::Member(channel, person)),
            };
            let start = Instant::now();
            snapshot = snapshot.after([change], round as i64 + 2);
            start.elapsed()
        }))
    }
}

fn sorted(spans: impl Iterator<Item = Duration>) -> Vec<Duration> {
    let mut spans: Vec<Duration> = spans.collect();
    spans.sort_unstable();
    spans
}

/// The shipped policies and as many of an agency, each about some channel or person.
fn engine_with(count: usize, channels: usize, people: usize) -> Engine {
    let mut text = String::new();
    for number in 0..count {
        let (channel, person) = (world::channel(number % channels), world::person(number % people));
        let scope = match number % 4 {
            0 => format!("principal, action in Action::\"writing\", resource == Channel::\"{channel}\""),
            1 => format!("principal, action in Action::\"reading\", resource in Channel::\"{channel}\""),
            2 => format!("principal == User::\"{person}\", action in Action::\"content\", resource"),
            _ => format!("principal, action == Action::\"channel.join\", resource == Channel::\"{channel}\""),
        };
        writeln!(
            text,
            "@id(\"agency-{number}\") @reason(\"DEVICE_CAP\") forbid ({scope}) when {{ context.device.rank < 1 }};"
        )
        .expect("text grows");
    }
    Engine::new(Schemes::builtin(), &Policies::builtin().and("agency.cedar", text))
        .expect("the policies are valid")
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
