// SPDX-License-Identifier: Apache-2.0
//! The answer.

use chrono::{DateTime, TimeDelta, Utc};
use countersign_directory::{Permit, PersonId};
use serde::{Deserialize, Serialize};

use crate::{Reason, Whom};

/// No permit is kept longer.
const PERMIT_LASTS: TimeDelta = TimeDelta::seconds(60);

/// No deny is kept longer. Constant: its length betrays nothing.
const DENY_LASTS: TimeDelta = TimeDelta::seconds(5);

/// Yes, no, or "prove who you are first".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Yes.
    Allow,
    /// No.
    Deny,
    /// No, and a stronger sign-in is all that is missing.
    StepUp,
}

impl Outcome {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Deny => "deny",
            Self::StepUp => "step_up",
        }
    }
}

/// Something that the asker does when it obeys a permit.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Obligation {
    /// Its identifier within the answer.
    pub id: String,
    /// A server that cannot honour it is denied.
    pub mandatory: bool,
    /// What is to be done: `display_marking`.
    #[serde(rename = "type")]
    pub kind: String,
}

/// What a step-up must reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
pub struct StepUp {
    /// The assurance level.
    pub aal: u8,
    /// How old the sign-in may be, in seconds, where that is asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_age: Option<u64>,
}

/// The answer to a question, whole. What of it leaves the house is for server to cut, by
/// [`Decision::disclosed`].
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Decision {
    /// Yes, no or step-up.
    pub outcome: Outcome,
    /// The primary reason; none on a permit.
    pub reason: Option<Reason>,
    /// Every failing guard, in guard order.
    pub failing: Vec<Reason>,
    /// What goes with a permit.
    pub obligations: Vec<Obligation>,
    /// The ids of the policies that determined it.
    pub determining: Vec<String>,
    /// Whether the true code may leave the house. If not, the answer is `NOT_AVAILABLE`, without
    /// obligations or step-up.
    pub disclosed: bool,
    /// What is missing when it is a step-up.
    pub step_up: Option<StepUp>,
    /// Until when the answer may be kept.
    pub expires_at: DateTime<Utc>,
    /// The policies that decided.
    pub policy_revision: String,
    /// Whether it was about the person alone.
    pub standing: bool,
    /// Whom the primary reason is about. It follows from the policy that spoke, and so is not on record.
    #[serde(skip)]
    pub about: Whom,
    /// The first end of a validity on which a permit rests.
    #[serde(skip)]
    pub(crate) ends: Option<DateTime<Utc>>,
    #[serde(skip)]
    pub(crate) proof: Option<Proof>,
}

impl Decision {
    /// Until when it may be kept if it is given at `now`.
    pub(crate) fn may_be_kept_until(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        if self.allowed() {
            let first = self.ends.unwrap_or(DateTime::<Utc>::MAX_UTC);
            first.min(now + PERMIT_LASTS).max(now)
        } else {
            now + DENY_LASTS
        }
    }

    /// Whether nothing on which it rests ends before an answer given at `now` would by itself.
    pub(crate) fn lasts_in_full(&self, now: DateTime<Utc>) -> bool {
        self.ends.is_none_or(|ends| now + PERMIT_LASTS <= ends)
    }
}

/// What a permit for the directory is made of.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Proof {
    pub(crate) person: PersonId,
    pub(crate) action: String,
    pub(crate) resource: String,
    pub(crate) approved_by: Option<PersonId>,
}

impl Decision {
    /// Whether it may happen now.
    pub fn allowed(&self) -> bool {
        self.outcome == Outcome::Allow
    }

    /// The primary reason in the words for the person who asked; none on a permit.
    pub fn user_text(&self) -> Option<&'static str> {
        self.reason.map(|reason| self.about.user_text(reason))
    }

    /// The primary reason in the words for an administrator; none on a permit.
    pub fn admin_text(&self) -> Option<&'static str> {
        self.reason.map(|reason| self.about.admin_text(reason))
    }

    /// The proof that the directory's operations ask for: who was allowed what on which resource.
    /// None unless the decision is a permit about this very moment.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is where permits are minted, from a decision"
    )]
    pub fn permit(&self) -> Option<Permit> {
        let proof = self.proof.as_ref().filter(|_| self.allowed() && !self.standing)?;
        Some(Permit::granted(
            proof.person.clone(),
            proof.action.as_str(),
            proof.resource.as_str(),
            proof.approved_by.clone(),
        ))
    }
}
