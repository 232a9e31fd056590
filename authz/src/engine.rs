// SPDX-License-Identifier: Apache-2.0
//! "May they?": resolves a question, asks Cedar, names the first failing guard, and says what goes
//! with a permit. Pure: the same question, facts, world, policies and moment give the same answer.

use std::collections::BTreeSet;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use cedar_policy::PolicyId;
use chrono::{DateTime, TimeDelta, Utc};
use countersign_labels::Schemes;

use crate::action::Kind;
use crate::cedar::{Checked, Frame, Judge, LoadError, Of, Policies, Types, schema};
use crate::decision::{Decision, Obligation, Outcome, Proof, StepUp};
use crate::explain::Clauses;
use crate::obligations::obligations;
use crate::remember::{AnswerKey, Answered, Turn};
use crate::resolve::{Case, Contract, resolve};
use crate::{Facts, Question, Reason, Snapshot, Whom, disclosure};

/// Decides. Made once per policy revision.
pub struct Engine {
    pub(crate) schemes: &'static Schemes,
    pub(crate) checked: Checked,
    pub(crate) judge: Judge,
    revision: String,
    /// Tells this engine's answers from those of another.
    identity: u64,
    /// Answers that were remembered, and those that were not.
    remembered: [AtomicU64; 2],
    /// The policies' conditions in parts, once somebody asked why.
    pub(crate) clauses: OnceLock<Clauses>,
}

static ENGINES: AtomicU64 = AtomicU64::new(0);

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine")
            .field("revision", &self.revision)
            .finish_non_exhaustive()
    }
}

/// What Cedar says to one case.
struct Verdict {
    failing: Vec<Failing>,
    permits: Vec<PolicyId>,
}

/// A guard that failed. Guardrails rank by their number, agency forbids before 38.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Failing {
    place: (u8, bool),
    reason: Reason,
    policy: String,
}

impl Failing {
    fn about(&self, case: &Case<'_>) -> Whom {
        let (_, guardrail) = self.place;
        if guardrail {
            Whom::of_guardrail(&self.policy, case.action.kind)
        } else {
            Whom::of_agency(case.action.kind)
        }
    }
}

impl Engine {
    /// Checks policies strictly and makes them ready.
    pub fn new(schemes: &'static Schemes, policies: &Policies) -> Result<Self, LoadError> {
        let schema = schema()?;
        let checked = policies.check(&schema)?;
        let broken = |error: crate::cedar::Unbuildable| LoadError::Schema(error.to_string());
        let types = Types::new(&schema).map_err(broken)?;
        let judge = Judge::new(schema, types, &checked).map_err(broken)?;
        Ok(Self {
            schemes,
            checked,
            judge,
            revision: policies.revision(),
            identity: ENGINES.fetch_add(1, Ordering::Relaxed),
            remembered: Default::default(),
            clauses: OnceLock::new(),
        })
    }

    /// The engine with the policies that ship.
    pub fn builtin() -> Result<Self, LoadError> {
        Self::new(Schemes::builtin(), &Policies::builtin())
    }

    /// The policies that decide, as a hash.
    pub fn policy_revision(&self) -> &str {
        &self.revision
    }

    /// Whether the compiled policies were found to differ from Cedar, and Cedar alone is asked since.
    pub fn has_differed(&self) -> bool {
        self.judge.has_differed()
    }

    /// How many questions were answered from memory, and how many anew.
    pub fn remembered(&self) -> (u64, u64) {
        let [hits, misses] = &self.remembered;
        (hits.load(Ordering::Relaxed), misses.load(Ordering::Relaxed))
    }

    /// Answers a question. A repeat about the same snapshot is answered from memory for as long as
    /// nothing changes with time.
    pub fn decide(
        &self,
        snapshot: &Snapshot,
        question: &Question,
        facts: &Facts,
        now: DateTime<Utc>,
    ) -> Decision {
        let asked = (self.identity, question, facts);
        let same =
            |key: &AnswerKey, answered: &Answered| key.answers(answered, self.identity, question, facts, now);
        let kept = &snapshot.memory().decisions;
        // What was remembered may be the compiled form's word, which no longer counts once it differed.
        if !self.judge.has_differed()
            && let Some(Answered { mut decision, .. }) = kept.find(&asked, same, now)
        {
            decision.expires_at = decision.may_be_kept_until(now);
            self.remembered[0].fetch_add(1, Ordering::Relaxed);
            return decision;
        }
        self.remembered[1].fetch_add(1, Ordering::Relaxed);
        let mut turn = Turn::default();
        let decision = self.decide_anew(snapshot, question, facts, now, &mut turn);
        let key = AnswerKey {
            engine: self.identity,
            question: question.clone(),
            facts: facts.clone(),
        };
        kept.keep(&asked, key, turn.answered(decision.clone()), now, turn.moment());
        decision
    }

    /// As [`Engine::decide`], for what is asked once: nothing is remembered, and nothing that is gives way.
    pub fn decide_once(
        &self,
        snapshot: &Snapshot,
        question: &Question,
        facts: &Facts,
        now: DateTime<Utc>,
    ) -> Decision {
        self.decide_anew(snapshot, question, facts, now, &mut Turn::default())
    }

    /// Answers a question, and notes when time alone next changes the answer.
    fn decide_anew(
        &self,
        snapshot: &Snapshot,
        question: &Question,
        facts: &Facts,
        now: DateTime<Utc>,
        turn: &mut Turn,
    ) -> Decision {
        if let Some(moment) = snapshot.turn_after(now) {
            turn.begins(moment, now);
        }
        let mut decision = match resolve(question, facts, snapshot, snapshot.schemes(now), now) {
            Err(_) => {
                // Why it cannot be resolved may pass with time.
                turn.ends_with(now);
                self.refuse(Reason::PdpInput)
            }
            Ok(case) => {
                let mut decision = self.judge(&case, snapshot, now, turn);
                decision.disclosed = decision.allowed() || self.may_know(&case, snapshot, now, turn);
                decision
            }
        };
        if let Some(ends) = decision.ends {
            // What it rests on may end without the verdict being another; the answer then lasts otherwise.
            turn.ends_after(ends, now);
        }
        decision.standing = facts.standing;
        decision.expires_at = decision.may_be_kept_until(now);
        decision
    }

    /// The answer when not even rank 0 can be put on record.
    pub fn unrecordable(&self, now: DateTime<Utc>) -> Decision {
        let mut decision = self.refuse(Reason::AuditUnavailable);
        decision.expires_at = decision.may_be_kept_until(now);
        decision
    }

    fn judge(&self, case: &Case<'_>, snapshot: &Snapshot, now: DateTime<Utc>, turn: &mut Turn) -> Decision {
        let Some(verdict) = self.ask(case, snapshot, now, turn) else {
            return self.refuse(Reason::PdpInput);
        };
        if verdict.failing.is_empty() && verdict.permits.is_empty() {
            return self.refuse(no_permit(case));
        }
        if verdict.failing.is_empty() {
            return self.permit(case, &verdict.permits, snapshot, now);
        }
        let mut decision = self.refuse(Reason::PdpInput);
        let mut reasons: Vec<(u8, bool, Reason)> = verdict
            .failing
            .iter()
            .map(|failing| (failing.place.0, failing.place.1, failing.reason))
            .collect();
        reasons.dedup();
        decision.failing = reasons.iter().map(|(_, _, reason)| *reason).collect();
        decision.reason = decision.failing.first().copied();
        let first = verdict.failing.first();
        decision.about = first.map(|failing| failing.about(case)).unwrap_or_default();
        decision.determining = verdict
            .failing
            .into_iter()
            .map(|failing| failing.policy)
            .collect();
        let alone = reasons
            .iter()
            .all(|(place, _, reason)| *reason == Reason::AalStepUp && *place == Reason::AalStepUp.number());
        if alone && verdict.permits.is_empty() {
            decision.failing.insert(0, no_permit(case));
            decision.reason = Some(no_permit(case));
        } else if alone {
            decision.outcome = Outcome::StepUp;
            decision.step_up = Some(case.step_up(snapshot));
        }
        decision
    }

    /// What the policies say; nothing when they could not be asked or one erred.
    fn ask(
        &self,
        case: &Case<'_>,
        snapshot: &Snapshot,
        now: DateTime<Utc>,
        turn: &mut Turn,
    ) -> Option<Verdict> {
        turn.and(case.turn(snapshot, now));
        let frame = Frame::of(case, snapshot, snapshot.schemes(now), now).ok()?;
        let verdict = self.verdict(&frame);
        let flips = frame.flips_in().and_then(TimeDelta::try_milliseconds);
        match flips.and_then(|ahead| now.checked_add_signed(ahead)) {
            Some(moment) if moment <= now => turn.ends_with(now),
            Some(moment) => turn.begins(moment, now),
            // Never, or further away than time reaches.
            None => {}
        }
        if frame.hangs_on_activity() {
            turn.hangs_on_activity();
        }
        verdict
    }

    fn verdict(&self, frame: &Frame<'_>) -> Option<Verdict> {
        let holding = self.judge.holding(frame, Of::All)?;
        let failing = holding.forbids.iter().map(|id| self.failing(id));
        let mut failing = failing.collect::<Option<Vec<_>>>()?;
        failing.sort();
        let mut permits = holding.permits;
        let only_assurance = failing.iter().all(|failing| failing.reason == Reason::AalStepUp);
        if !failing.is_empty() && only_assurance {
            // Signing in again must help: would anything permit it then?
            permits = self.judge.holding(frame, Of::Permits)?.permits;
        }
        Some(Verdict { failing, permits })
    }

    fn failing(&self, forbid: &PolicyId) -> Option<Failing> {
        let note = self.checked.notes.get(forbid)?;
        let reason = note.reason?;
        let place = if note.guardrail {
            (reason.number(), true)
        } else {
            (Reason::AalStepUp.number(), false)
        };
        Some(Failing {
            place,
            reason,
            policy: forbid.to_string(),
        })
    }

    fn permit(
        &self,
        case: &Case<'_>,
        permits: &[PolicyId],
        snapshot: &Snapshot,
        now: DateTime<Utc>,
    ) -> Decision {
        let mut obligations = obligations(case, snapshot, snapshot.schemes(now), now);
        for (kind, mandatory) in permits
            .iter()
            .filter_map(|id| self.checked.notes.get(id))
            .filter_map(|note| note.obligation.as_ref())
        {
            match obligations.iter_mut().find(|held| held.kind == *kind) {
                Some(held) => held.mandatory |= mandatory,
                None => obligations.push(Obligation {
                    id: kind.clone(),
                    kind: kind.clone(),
                    mandatory: *mandatory,
                }),
            }
        }
        let determining = permits.iter().map(ToString::to_string).collect();
        if !honoured(&obligations, case.facts.supported_obligations.as_ref()) {
            // Named all the same, so that an explanation can say which duties are meant.
            return Decision {
                determining,
                ..self.refuse(no_permit(case))
            };
        }
        Decision {
            outcome: Outcome::Allow,
            reason: None,
            failing: Vec::new(),
            obligations,
            determining,
            disclosed: true,
            step_up: None,
            about: Whom::default(),
            ends: case
                .ends(snapshot, now)
                .into_iter()
                .chain(snapshot.turn_after(now))
                .min(),
            expires_at: DateTime::default(),
            policy_revision: self.revision.clone(),
            standing: case.facts.standing,
            proof: case.proof(),
        }
    }

    fn refuse(&self, reason: Reason) -> Decision {
        Decision {
            outcome: Outcome::Deny,
            reason: Some(reason),
            failing: vec![reason],
            obligations: Vec::new(),
            determining: Vec::new(),
            disclosed: false,
            step_up: None,
            about: Whom::default(),
            ends: None,
            expires_at: DateTime::default(),
            policy_revision: self.revision.clone(),
            standing: false,
            proof: None,
        }
    }

    /// Whether the true code betrays nothing to the subject: every channel concerned is listed, or
    /// she alone would discover it.
    fn may_know(&self, case: &Case<'_>, snapshot: &Snapshot, now: DateTime<Utc>, turn: &mut Turn) -> bool {
        let facts = Facts {
            server_node: case.facts.server_node.clone(),
            ..Facts::standing()
        };
        disclosure::cleared(case, now)
            && disclosure::questions(case).iter().all(|question| {
                resolve(question, &facts, snapshot, snapshot.schemes(now), now)
                    .ok()
                    .and_then(|case| self.ask(&case, snapshot, now, turn))
                    .is_some_and(|verdict| verdict.failing.is_empty() && !verdict.permits.is_empty())
            })
    }
}

/// No guard failed, and nothing permits it.
fn no_permit(case: &Case<'_>) -> Reason {
    match case.action.kind {
        Kind::Administration => Reason::RoleRequired,
        _ => Reason::NeedToKnow,
    }
}

/// A server that cannot honour a mandatory obligation gets a deny.
fn honoured(obligations: &[Obligation], supported: Option<&BTreeSet<String>>) -> bool {
    obligations
        .iter()
        .filter(|obligation| obligation.mandatory)
        .all(|obligation| supported.is_none_or(|supported| supported.contains(&obligation.kind)))
}

impl Case<'_> {
    /// Whether a change of a label takes two: the old one is not within the new.
    pub(crate) fn needs_second_person(&self, now: DateTime<Utc>) -> bool {
        let (Some(place), Some(new)) = (&self.place, &self.sent) else {
            return true;
        };
        let order = countersign_labels::within(&place.label, new, [], Schemes::builtin(), now);
        order != countersign_labels::Order::Within
    }

    /// What a stronger sign-in must reach.
    pub(crate) fn step_up(&self, snapshot: &Snapshot) -> StepUp {
        match (self.action.kind, &self.stake) {
            (Kind::Administration, _) => StepUp {
                aal: snapshot.settings().administration.aal,
                max_age: (self.action.name == "break_glass.approve").then_some(300),
            },
            (_, Some(stake)) => StepUp {
                aal: crate::signin::needed_at(stake.rank()),
                max_age: None,
            },
            (_, None) => StepUp {
                aal: 3,
                max_age: None,
            },
        }
    }

    /// When time alone next changes what was looked up for it.
    fn turn(&self, snapshot: &Snapshot, now: DateTime<Utc>) -> Turn {
        let asked = [&self.asked, &self.target_asked].into_iter().flatten();
        let labels = self.place.iter().chain(&self.to).map(|place| &place.label);
        let mut turn = asked.fold(self.members.turn, |mut turn, asked| {
            turn.and(asked.turn);
            turn
        });
        turn.and(self.load.turn);
        for until in self.contracts(snapshot) {
            turn.ends_after(until, now);
        }
        for moment in labels.filter_map(|label| label.not_before()) {
            turn.begins(moment, now);
        }
        turn
    }

    /// The ends of the validities on which a permit rests.
    fn ends(&self, snapshot: &Snapshot, now: DateTime<Utc>) -> Vec<DateTime<Utc>> {
        let asked = [&self.asked, &self.target_asked]
            .into_iter()
            .flatten()
            .filter_map(crate::resolve::Asked::until);
        let mut ends: Vec<DateTime<Utc>> = asked.chain(self.members.until).collect();
        ends.extend(self.contracts(snapshot).filter(|until| *until >= now));
        if self.facts.standing {
            return ends;
        }
        // An approval is good once, and that was now.
        ends.extend(self.approver.map(|_| now));
        if let Some(session) = &self.facts.session {
            let lasts = match session.aal {
                0 | 1 => TimeDelta::days(30),
                2 => TimeDelta::hours(24),
                _ => TimeDelta::hours(12),
            };
            ends.extend(session.auth_time.checked_add_signed(lasts));
            ends.extend(session.last_activity.checked_add_signed(TimeDelta::minutes(60)));
            if self.action.name == "break_glass.approve" {
                ends.extend(session.auth_time.checked_add_signed(TimeDelta::minutes(5)));
            }
        }
        if self.stake.as_ref().is_some_and(|stake| stake.rank() >= 1) {
            let reported = self.device.posture_reported_at;
            ends.extend(reported.and_then(|moment| moment.checked_add_signed(TimeDelta::days(7))));
        }
        ends.retain(|end| *end >= now);
        ends
    }

    /// The ends of the contracts that guard 30 asks for.
    fn contracts(&self, snapshot: &Snapshot) -> impl Iterator<Item = DateTime<Utc>> {
        let people = [Some(self.subject), self.target].into_iter().flatten();
        people.filter_map(|named| Contract::asked_of(named.person, snapshot).until())
    }

    fn proof(&self) -> Option<Proof> {
        Some(Proof {
            person: self.subject.id.parse().ok()?,
            action: self.action.name.to_owned(),
            resource: self.resource.id.clone(),
            approved_by: self.approver.and_then(|approver| approver.id.parse().ok()),
        })
    }
}
