// SPDX-License-Identifier: Apache-2.0
//! Takes a recorded decision again: the kept inputs, in the world as it was, by the policies of then.
//! It comes to the same bytes, or what is missing is said.

use chrono::{DateTime, SecondsFormat, Utc};
use countersign_audit::canonical;
use countersign_authz::{Decision, Facts, Outcome, Question, Snapshot};
use countersign_directory::store::history;
use countersign_directory::{Noun, Reasons, Revision};
use serde::Deserialize;
use serde_json::json;
use sqlx::AnyConnection;

use crate::app::House;
use crate::record::decision::{Asker, Recorded};
use crate::world::{TailError, as_of};

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Replayed {
    /// Outcome, reason, failing guards, obligations, determining policies, expiry, what was disclosed and what
    /// a stronger sign-in had to reach came out byte for byte as they are on record.
    Same,
    /// They did not: what is on record, and what came out now.
    Differs {
        /// Canonical JSON.
        recorded: String,
        /// Canonical JSON.
        now: String,
    },
    /// It cannot be taken again, because something is no longer kept.
    NotKept(String),
}

/// What was asked and known, as [`countersign_authz::Engine::decide`] states it.
#[derive(Debug, Deserialize)]
pub(super) struct Inputs {
    #[serde(flatten)]
    pub(super) question: Question,
    pub(super) facts: Facts,
    pub(super) now: DateTime<Utc>,
    world: Revision,
}

impl House {
    /// Takes `recorded` again.
    pub async fn replay(&self, recorded: &Recorded, db: &mut AnyConnection) -> Result<Replayed, TailError> {
        let (inputs, world) = match self.kept(recorded, db).await? {
            Ok(kept) => kept,
            Err(missing) => return Ok(Replayed::NotKept(missing)),
        };
        let again = self
            .engine
            .decide(&world, &inputs.question, &inputs.facts, inputs.now);
        Ok(compare(recorded, &again, &world))
    }

    /// What `recorded` was taken from: the inputs, and the world of then; or what is no longer kept.
    pub(super) async fn kept(
        &self,
        recorded: &Recorded,
        db: &mut AnyConnection,
    ) -> Result<Result<(Inputs, Snapshot), String>, TailError> {
        let policies = self.engine.policy_revision();
        if recorded.body.policy_revision != policies {
            return Ok(Err(format!(
                "it was decided by the policies {}, and this binary holds {policies}",
                recorded.body.policy_revision
            )));
        }
        let Some(inputs) = &recorded.inputs else {
            return Ok(Err(
                "what it rested on is no longer kept (record.inputs_days)".to_owned()
            ));
        };
        let Ok(inputs) = serde_json::from_slice::<Inputs>(&inputs.bytes) else {
            return Ok(Err(
                "what it rested on is in a form that this binary does not read".to_owned(),
            ));
        };
        let Some(world) = self.world_at(inputs.world, db).await? else {
            return Ok(Err(format!(
                "the world at revision {} is no longer kept (record.history_days)",
                inputs.world
            )));
        };
        Ok(Ok((inputs, world)))
    }

    /// The world at `revision`, from the one in memory and what changed since; none when that is no
    /// longer kept, or not yet known here.
    async fn world_at(
        &self,
        revision: Revision,
        db: &mut AnyConnection,
    ) -> Result<Option<Snapshot>, TailError> {
        let live = self.snapshot();
        if live.revision() == revision {
            return Ok(Some(live.as_ref().clone()));
        }
        if revision > live.revision() || history::oldest(db).await?.is_none_or(|oldest| oldest > revision) {
            return Ok(None);
        }
        let touched = history::touched(Some(revision), db).await?;
        let things: Vec<(Noun, &str)> = touched.iter().map(|(noun, id)| (*noun, id.as_str())).collect();
        let changed = as_of(revision, &things, db).await?;
        Ok(Some(live.after(changed, revision)))
    }
}

fn compare(recorded: &Recorded, again: &Decision, world: &Snapshot) -> Replayed {
    let body = &recorded.body;
    let mut on_record = json!({
        "determining": body.determining,
        "disclosed": body.disclosed,
        "expires_at": body.expires_at,
        "failing": body.failing,
        "obligations": body.obligations,
        "outcome": recorded.outcome,
        "reason": recorded.reason,
        "standing": body.standing,
        "step_up": body.step_up,
    });
    let failing: Vec<&str> = again.failing.iter().map(|reason| reason.code()).collect();
    let told_all = body.disclosed && may_hear_all(&body.asker, world);
    let mut now = json!({
        "determining": again.determining,
        "disclosed": again.disclosed || told_all,
        "expires_at": again.expires_at.to_rfc3339_opts(SecondsFormat::Millis, true),
        "failing": failing,
        "obligations": again.obligations,
        "outcome": again.outcome.as_str(),
        "reason": again.reason.map(countersign_authz::Reason::code),
        "standing": again.standing,
        "step_up": again.step_up,
    });
    if body.step_up.is_none() && recorded.outcome == Outcome::StepUp.as_str() {
        // A release that did not record it.
        for side in [&mut on_record, &mut now] {
            side.as_object_mut().map(|members| members.remove("step_up"));
        }
    }
    let (recorded, now) = (canonical::bytes(&on_record), canonical::bytes(&now));
    if recorded == now {
        return Replayed::Same;
    }
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Replayed::Differs {
        recorded: text(recorded),
        now: text(now),
    }
}

/// Whether an asker could be told more than the person herself: the console always is, a chat server where its
/// record says so.
fn may_hear_all(asker: &Asker, world: &Snapshot) -> bool {
    match &asker.server {
        None => asker.session.is_some(),
        Some(server) => world
            .server(server)
            .is_some_and(|server| server.reasons == Reasons::Full),
    }
}
