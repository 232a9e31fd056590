// SPDX-License-Identifier: Apache-2.0
//! Looks for something that one person may do alone and that lets somebody do more than before: by an act, by a
//! world file, by any call.

mod calls;
mod draw;

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use countersign_authz::snapshot::Changed;
use countersign_authz::{Engine, Reason, Snapshot, scenario};
use countersign_directory::amend::{After, Amendment, widening};
use countersign_directory::operation::import::{Options, Source, compare};
use countersign_directory::{Entity, Noun, world};
use countersign_tests::database::fresh;
use countersign_tests::oracle::questions::Questions;
use serde_json::{Value, json};

use self::draw::Draw;
use crate::directory::{import_bytes, now};

const WORLD: &str = include_str!("../../../policies/worlds/coalition.world.json");
const NOON: &str = "2026-11-23T12:00:00Z";
/// Acts and files that are tried.
const ACTS: usize = 300;
const FILES: usize = 160;
/// Questions that are drawn, and those that are asked at most after each change: on what it is about, and others.
const DRAWN: usize = 2_000;
const ON_IT: usize = 30;
const OTHERS: usize = 6;

/// Questions that are permitted over the coalition, or nearly: those that a single widening turns.
static ASKED: LazyLock<Asked> = LazyLock::new(|| Asked::about(&serde_json::from_str(WORLD).unwrap()));

/// One of them.
struct Near {
    question: Value,
    /// The identifiers in it, and the channel of the message or file that it is about.
    words: String,
    /// What is answered over the coalition.
    answered: Answered,
}

/// Whether it is allowed, and which guards fail.
type Answered = (bool, Vec<Reason>);

struct Asked {
    engine: Engine,
    near: Vec<Near>,
    noon: DateTime<Utc>,
}

impl Asked {
    fn about(world: &Value) -> Self {
        let mut asked = Self {
            engine: Engine::builtin().unwrap(),
            near: Vec::new(),
            noon: NOON.parse().unwrap(),
        };
        let before = coalition();
        for mut question in Questions::new(world, 11).take(DRAWN) {
            if let Some(members) = question.as_object_mut() {
                members.retain(|name, _| name != "given" && name != "at");
            }
            let answered = asked.ask(&question, &before);
            if answered.1.len() <= 2 {
                let words = format!("{question} {}", channel_of(&question, world));
                asked.near.push(Near {
                    question,
                    words,
                    answered,
                });
            }
        }
        asked
    }

    fn ask(&self, question: &Value, snapshot: &Snapshot) -> Answered {
        let facts = json!({"session": {"aal": 3, "auth_age_minutes": 1, "idle_minutes": 0}, "device": "ns"});
        let simulated = scenario::simulate(&self.engine, snapshot, question, &facts, self.noon).unwrap();
        (simulated.decision.allowed(), simulated.decision.failing)
    }

    /// Fails if a question that bears on `names` was denied before (over the coalition, where that is not told) and
    /// is allowed after; gives how many were allowed and are denied. A raised label of a channel lets higher items
    /// in, and that is meant.
    fn compare(
        &self,
        before: Option<&Snapshot>,
        after: &Snapshot,
        names: &[String],
        what: &str,
        raises: bool,
    ) -> usize {
        let meant = |failing: &[Reason]| {
            let higher = [Reason::LabelExceedsChannel, Reason::WriteDown];
            raises && failing.iter().all(|reason| higher.contains(reason))
        };
        let quoted: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
        let bears = |near: &&Near| quoted.iter().any(|name| near.words.contains(name.as_str()));
        let on_it: Vec<&Near> = self.near.iter().filter(bears).take(ON_IT).collect();
        let others = self.near.iter().filter(|near| !bears(near));
        // No question names an agreement, or the settings.
        let wanted = if on_it.is_empty() { 2 * ON_IT } else { OTHERS };
        let step = (self.near.len() / wanted).max(1);
        let mut narrowed = 0;
        for near in on_it.into_iter().chain(others.step_by(step)) {
            let question = &near.question;
            let (then, failing) =
                before.map_or_else(|| near.answered.clone(), |before| self.ask(question, before));
            let (now, _) = self.ask(question, after);
            assert!(
                then || !now || meant(&failing),
                "one person alone did {what}\n and then {question} was allowed"
            );
            narrowed += usize::from(then && !now);
        }
        narrowed
    }
}

fn coalition() -> Snapshot {
    Snapshot::new(world::parse(WORLD.as_bytes()).unwrap(), 0)
}

fn channel_of(row: &Value, world: &Value) -> Value {
    let id = row["resource"]["id"].as_str().unwrap_or_default();
    match row["resource"]["type"].as_str() {
        Some("message") => world["messages"][id]["channel"].clone(),
        Some("file") => world["files"][id]["channel"].clone(),
        _ => Value::Null,
    }
}

fn held(noun: Noun, id: &str, snapshot: &Snapshot) -> Option<Entity> {
    Some(match noun {
        Noun::Agency => Entity::Agency(snapshot.agency(id)?.as_ref().clone()),
        Noun::Agreement => Entity::Agreement(snapshot.agreement(id)?.clone()),
        Noun::Channel => Entity::Channel(snapshot.channel_with_members(id)?),
        Noun::Device => Entity::Device(snapshot.device(id)?.as_ref().clone()),
        Noun::Node => Entity::Node(snapshot.node(id)?.as_ref().clone()),
        Noun::Person => Entity::Person(snapshot.person(id)?.as_ref().clone()),
        Noun::Settings => Entity::Settings(snapshot.settings().clone()),
        _ => return None,
    })
}

#[test]
fn nothing_that_one_person_may_change_lets_anybody_do_more() {
    let before = coalition();
    let mut draw = Draw::new(WORLD, 20_261_126);
    let asked = &*ASKED;
    let (mut alone, mut narrowed) = (0, 0);
    for _ in 0..ACTS {
        let act = draw.act(&before);
        let amendment: Amendment =
            serde_json::from_value(act.clone()).unwrap_or_else(|fault| panic!("{fault}: {act}"));
        let (noun, id) = amendment.thing();
        let old = held(noun, id, &before);
        let Ok(after) = amendment.on(old.as_ref(), asked.noon) else {
            continue;
        };
        if !widening(old.as_ref(), &after, asked.noon).is_empty() {
            continue;
        }
        alone += 1;
        let entity = match after {
            After::Is(entity) => Some(*entity),
            After::Gone => None,
            After::Many => panic!("{act} is many"),
        };
        let change = Changed {
            noun,
            id: id.to_owned(),
            entity,
        };
        let after = before.after([change], 1);
        narrowed += asked.compare(
            None,
            &after,
            &[id.to_owned()],
            &act.to_string(),
            act["act"] == "channel_reclassify",
        );
    }
    assert!(
        alone > 40 && narrowed > 10,
        "one person did {alone} things, and narrowed {narrowed} answers"
    );
}

#[tokio::test]
async fn no_file_that_one_person_may_import_lets_anybody_do_more() {
    let before = coalition();
    let mut draw = Draw::new(WORLD, 20_261_128);
    let asked = &*ASKED;
    let database = fresh().await;
    let _ = import_bytes(&database, WORLD.as_bytes(), &Options::default())
        .await
        .unwrap();
    let mut db = database.pool.acquire().await.unwrap();
    let (mut alone, mut together, mut narrowed) = (0, 0, 0);
    for _ in 0..FILES {
        let file = draw.file(&before);
        let Ok(source) = Source::read(file.to_string().as_bytes()) else {
            continue;
        };
        let Ok(report) = compare(&source, false, now(), &mut db).await else {
            continue;
        };
        if report.needs_approval {
            together += 1;
            continue;
        }
        alone += usize::from(report.changes_anything());
        let after = Snapshot::new(source.world, 1);
        let (names, what) = differing(&draw.world, &file);
        narrowed += asked.compare(
            None,
            &after,
            &names,
            &what.to_string(),
            !what["channels"].is_null(),
        );
    }
    assert!(
        alone > 15 && together > 40 && narrowed > 3,
        "one person imported {alone} files, two {together}, and {narrowed} answers were narrowed"
    );
}

/// The identifiers of what differs, and what it is.
fn differing(old: &Value, new: &Value) -> (Vec<String>, Value) {
    let (mut names, mut what) = (Vec::new(), json!({}));
    for (map, things) in new.as_object().unwrap() {
        for (id, thing) in things.as_object().unwrap() {
            if old[map].get(id) != Some(thing) {
                names.push(id.clone());
                what[map][id] = thing.clone();
            }
        }
    }
    (names, what)
}
