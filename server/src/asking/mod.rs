// SPDX-License-Identifier: Apache-2.0
//! From a caller's words to a recorded decision: ids are mapped to ours, facts are gathered from our
//! own stores, the engine decides, the decision goes on record, and only then is it answered.

pub mod act;
pub mod amend;
pub mod approved;
pub mod check;
pub mod clearance;
pub mod elsewhere;
pub mod entitlements;
pub mod feed;
pub mod import;
pub mod room_access;
pub mod room_event;
pub mod search;
pub mod server_question;
pub mod standing;
pub mod told;

use authn::session::board;
use countersign_authn as authn;
use countersign_authz::{Decision, Facts, Inputs, Question, Reason, SessionFacts, Snapshot};

use crate::app::House;
use crate::clock;
use crate::record::Recorded;
use crate::record::decision::Asker;

/// A decision, its name, and the world it was taken in.
#[derive(Debug)]
pub struct Answered {
    /// What was decided.
    pub decision: Decision,
    /// Its name in the record.
    pub id: String,
}

impl House {
    /// Decides and records. When the record cannot be written, guard 2 is asked and has its say; what
    /// it lets pass (rank 0) is answered without a record and logged.
    pub async fn decide(
        &self,
        snapshot: &Snapshot,
        question: &Question,
        mut facts: Facts,
        asker: Asker,
    ) -> Answered {
        let now = self.now();
        facts.audit_available &= self.tail.is_fresh(now);
        let began = clock::instant();
        let decision = self.engine.decide(snapshot, question, &facts, now);
        let decided = began.elapsed();
        let inputs = Inputs::of(question, &facts, snapshot, now);
        let recorded = self.recorded(&inputs, &decision, asker.clone(), revision(snapshot));
        let id = recorded.id.clone();
        match self.recorder.decision(recorded).await {
            Ok(()) => {
                let metrics = &self.metrics.decisions;
                metrics.note(&question.action, &decision, decided);
                metrics.recording.note(began.elapsed().saturating_sub(decided));
                Answered { decision, id }
            }
            Err(fault) => {
                self.recorder.failed(&fault);
                self.decide_unrecorded(snapshot, question, facts, asker, id)
            }
        }
    }

    fn recorded(&self, inputs: &Inputs<'_>, decision: &Decision, asker: Asker, revision: String) -> Recorded {
        Recorded::new(inputs, decision, asker, revision, &mut self.rng())
    }

    /// What guard 2 lets pass waits in the space set aside; when that is full, nothing passes.
    fn decide_unrecorded(
        &self,
        snapshot: &Snapshot,
        question: &Question,
        facts: Facts,
        asker: Asker,
        id: String,
    ) -> Answered {
        let facts = Facts {
            audit_available: false,
            ..facts
        };
        let now = self.now();
        let began = clock::instant();
        let mut decision = self.engine.decide(snapshot, question, &facts, now);
        if !decision.failing.contains(&Reason::AuditUnavailable) {
            let recorded = Recorded {
                id: id.clone(),
                ..self.recorded(
                    &Inputs::of(question, &facts, snapshot, now),
                    &decision,
                    asker,
                    revision(snapshot),
                )
            };
            if let Err(fault) = self.recorder.keep_for_later(&recorded) {
                tracing::error!(error = %fault, decision.id = %id, "a decision at rank 0 could not be kept either");
                decision = self.engine.unrecordable(now);
            }
        }
        if decision.failing.contains(&Reason::AuditUnavailable) {
            self.recorder.denied();
        }
        let metrics = &self.metrics.decisions;
        metrics.note(&question.action, &decision, began.elapsed());
        Answered { decision, id }
    }
}

/// The world's revision as the record has it.
pub fn revision(snapshot: &Snapshot) -> String {
    format!("w{:x}", snapshot.revision())
}

/// What authn knows of a session, as authz needs it. The one place where the two rooms meet.
pub fn session_facts(facts: &board::Facts) -> SessionFacts {
    SessionFacts {
        aal: facts.aal,
        auth_time: facts.auth_time,
        last_activity: facts.last_activity,
        revoked: facts.revoked,
    }
}
