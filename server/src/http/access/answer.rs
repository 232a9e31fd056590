// SPDX-License-Identifier: Apache-2.0
//! What of a decision leaves the house: the true reason only where it betrays nothing, or where the
//! server's record says so; else `NOT_AVAILABLE`, as for what does not exist.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use countersign_authn::assurance::Level;
use countersign_authz::{Decision, NOT_AVAILABLE, NOT_AVAILABLE_TEXT, Snapshot, StepUp};
use countersign_directory::{Answers, ConnectedServer, Reasons};

use super::wire::{AnswerContext, EvaluationAnswer, Told, WireObligation, WireStepUp};
use crate::app::House;
use crate::asking::Answered;

/// The answer for `server`.
pub fn render(
    answered: &Answered,
    server: &ConnectedServer,
    snapshot: &Snapshot,
    house: &House,
) -> EvaluationAnswer {
    let decision = answered.decision.allowed();
    if server.answers == Answers::Bare {
        return EvaluationAnswer::bare(decision);
    }
    let context = context(answered, server, snapshot, house);
    EvaluationAnswer {
        decision,
        context: Some(Told::Decision(Box::new(context))),
    }
}

fn context(
    answered: &Answered,
    server: &ConnectedServer,
    snapshot: &Snapshot,
    house: &House,
) -> AnswerContext {
    let decision = &answered.decision;
    let may_know = decision.disclosed || server.reasons == Reasons::Full || decision.allowed();
    let (reason, reason_user) = match decision.reason {
        None => (None, None),
        Some(reason) if may_know => (Some(reason.code()), decision.user_text()),
        Some(_) => (Some(NOT_AVAILABLE), Some(NOT_AVAILABLE_TEXT)),
    };
    let reason_admin = decision
        .reason
        .filter(|_| server.reasons == Reasons::Full)
        .map(|reason| format!("guard {}: {}", reason.number(), decision.about.admin_text(reason)));
    AnswerContext {
        reason: reason.map(str::to_owned),
        reason_user: reason_user.map(str::to_owned),
        reason_admin,
        obligations: if may_know {
            obligations(decision)
        } else {
            Vec::new()
        },
        decision_id: answered.id.clone(),
        revision: house.revision_for(server, snapshot),
        policy_revision: decision.policy_revision.clone(),
        expires_at: expires_at(decision, server, house.now()),
        standing: decision.standing,
        step_up: decision
            .step_up
            .filter(|_| may_know)
            .map(|needed| step_up(needed, &house.config.issuer)),
    }
}

fn obligations(decision: &Decision) -> Vec<WireObligation> {
    let duties = decision.obligations.iter();
    duties
        .map(|duty| WireObligation {
            id: duty.id.clone(),
            kind: duty.kind.clone(),
            mandatory: duty.mandatory,
        })
        .collect()
}

fn expires_at(decision: &Decision, server: &ConnectedServer, now: DateTime<Utc>) -> String {
    let kept_at_most = now + TimeDelta::seconds(i64::from(server.cache_max));
    decision
        .expires_at
        .min(kept_at_most)
        .to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// The stronger sign-in that would do (RFC 9470).
pub fn step_up(needed: StepUp, issuer: &str) -> WireStepUp {
    let acr = Level::from_aal(needed.aal).map_or("", Level::acr);
    let max_age = needed.max_age.map(|seconds| seconds as i64);
    WireStepUp {
        acr_values: acr.to_owned(),
        max_age,
        url: match max_age {
            Some(seconds) => format!("{issuer}/signin?acr_values={}&max_age={seconds}", urlencode(acr)),
            None => format!("{issuer}/signin?acr_values={}", urlencode(acr)),
        },
    }
}

fn urlencode(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
