// SPDX-License-Identifier: Apache-2.0
//! A decision as it goes on record and comes back from there.

use audit::leaf::{Facets, Inputs, NewLeaf};
use audit::store::leaves::StoredLeaf;
use chrono::{DateTime, SecondsFormat, Utc};
use countersign_audit as audit;
use countersign_authz::{self as authz, Decision, Obligation, Outcome, Reason, Reference, StepUp};
use rand::Rng;
use serde::{Deserialize, Serialize};

/// Kind of leaf for decisions that chat servers and administrators asked for.
pub const DECISION: &str = "decision";
/// Kind of leaf for what the console was allowed to read, apart so that watching decisions makes no
/// new ones to watch. A refused attempt is a decision like any other.
pub const ACCESS: &str = "access";

/// Who asked.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Asker {
    /// Nobody wanted to do it: it was asked to see whether asking works.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub check: bool,
    /// Names that the server sent and may not assert.
    #[serde(default)]
    pub ignored: Vec<String>,
    /// The connected server, when one did.
    #[serde(default)]
    pub server: Option<String>,
    /// The session that the question named or was asked in.
    #[serde(default)]
    pub session: Option<String>,
    /// Whether it hears true reasons even where they betray something. Known from its record then;
    /// what went out is in [`Body::disclosed`].
    #[serde(skip)]
    pub hears_all: bool,
}

/// What the leaf of a decision says beside its facets. Members are declared in the order of their
/// names, here and in what they hold: written straight away, it is canonical JSON.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Body {
    /// The action.
    pub action: String,
    /// Who asked.
    pub asker: Asker,
    /// The policies that determined it.
    pub determining: Vec<String>,
    /// Whether the true reason left the house.
    pub disclosed: bool,
    /// Until when the answer could be reused, RFC 3339.
    pub expires_at: String,
    /// Every failing guard's code, in order.
    pub failing: Vec<String>,
    /// The obligations that came with a permit.
    pub obligations: Vec<Obligation>,
    /// The policies in force.
    pub policy_revision: String,
    /// The resource.
    pub resource: Reference,
    /// The world that was asked.
    pub revision: String,
    /// Whether it was about the person alone.
    pub standing: bool,
    /// What a stronger sign-in had to reach, where that was all that was missing. Records of older releases
    /// lack it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step_up: Option<StepUp>,
}

/// A decision on record.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// Its random name.
    pub id: String,
    /// When it was taken.
    pub at: DateTime<Utc>,
    /// [`DECISION`] or [`ACCESS`].
    pub kind: String,
    /// Whom it was about, by our id (or as asked, when unknown).
    pub subject: String,
    /// `allow`, `deny`, `step_up`.
    pub outcome: String,
    /// The true reason code.
    pub reason: Option<String>,
    /// The rest.
    pub body: Body,
    /// What it rested on, while it is kept.
    pub inputs: Option<Inputs>,
}

impl Recorded {
    /// What is to be recorded of `decision`.
    pub fn new(
        inputs: &authz::Inputs<'_>,
        decision: &Decision,
        asker: Asker,
        revision: String,
        rng: &mut impl Rng,
    ) -> Self {
        let mut salt = [0_u8; 16];
        rng.fill_bytes(&mut salt);
        let disclosed = decision.disclosed || asker.hears_all;
        let kind = if reads(inputs.action) && decision.allowed() {
            ACCESS
        } else {
            DECISION
        };
        Self {
            id: id(rng),
            at: inputs.now,
            kind: kind.to_owned(),
            subject: inputs.subject.to_owned(),
            outcome: decision.outcome.as_str().to_owned(),
            reason: decision.reason.map(|reason| reason.code().to_owned()),
            body: Body {
                asker,
                action: inputs.action.to_owned(),
                resource: inputs.resource.clone(),
                failing: decision
                    .failing
                    .iter()
                    .map(|reason| reason.code().to_owned())
                    .collect(),
                obligations: decision.obligations.clone(),
                determining: decision.determining.clone(),
                disclosed,
                standing: decision.standing,
                step_up: decision.step_up,
                expires_at: decision.expires_at.to_rfc3339_opts(SecondsFormat::Millis, true),
                revision,
                policy_revision: decision.policy_revision.clone(),
            },
            inputs: Some(Inputs {
                salt,
                bytes: inputs.to_bytes(),
            }),
        }
    }

    /// As a leaf.
    pub fn leaf(&self) -> NewLeaf {
        // INVARIANT: a body has text for keys and nothing that refuses to be written.
        let body = serde_json::to_vec(&self.body).unwrap_or_default();
        let leaf = NewLeaf::written(self.kind.as_str(), self.at, body).facets(Facets {
            subject: Some(self.subject.clone()),
            outcome: Some(self.outcome.clone()),
            reason: self.reason.clone(),
            decision_id: Some(self.id.clone()),
        });
        match &self.inputs {
            Some(inputs) => leaf.inputs(inputs.clone()),
            None => leaf,
        }
    }

    /// Reads a leaf back; `None` when it is no decision.
    pub fn of(leaf: &StoredLeaf) -> Option<Self> {
        #[derive(Deserialize)]
        struct Record {
            body: Body,
        }
        let Record { body } = serde_json::from_slice(&leaf.record).ok()?;
        let salt = leaf.salt.as_deref().and_then(|salt| salt.try_into().ok());
        Some(Self {
            id: leaf.facets.decision_id.clone()?,
            at: leaf.at,
            kind: leaf.kind.clone(),
            subject: leaf.facets.subject.clone().unwrap_or_default(),
            outcome: leaf.facets.outcome.clone()?,
            reason: leaf.facets.reason.clone(),
            body,
            inputs: salt
                .zip(leaf.inputs.clone())
                .map(|(salt, bytes)| Inputs { salt, bytes }),
        })
    }

    /// The guard that gave the primary reason.
    pub fn guard(&self) -> Option<Reason> {
        self.reason.as_deref().and_then(|code| code.parse().ok())
    }

    /// Whether it was a permit.
    pub fn allowed(&self) -> bool {
        self.outcome == Outcome::Allow.as_str()
    }
}

/// Whether it is the console that looks.
fn reads(action: &str) -> bool {
    matches!(action, "audit.read" | "console.read")
}

/// `D-` and 20 letters without look-alikes: about 98 bits, short enough to read out.
fn id(rng: &mut impl Rng) -> String {
    const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let mut bytes = [0_u8; 20];
    rng.fill_bytes(&mut bytes);
    let letters = bytes
        .iter()
        .filter_map(|byte| LETTERS.get(usize::from(byte % 32)));
    std::iter::once('D')
        .chain(std::iter::once('-'))
        .chain(letters.map(|b| char::from(*b)))
        .collect()
}

#[cfg(test)]
mod tests {
    use audit::canonical;
    use countersign_authz::{Context, DeviceFacts, Engine, Facts, Inputs, Question, SessionFacts, Snapshot};
    use rand::SeedableRng;
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_written_is_canonical() {
        let now = DateTime::from_timestamp_millis(1_790_000_000_123).unwrap();
        let question = Question {
            subject: "ann".into(),
            action: "message.post".into(),
            resource: Reference {
                channel: Some("c".into()),
                ..Reference::new("message", "m")
            },
            context: Context {
                label: Some(json!({"scheme": "NATO", "level": "NR", "compartments": [{"b": 1, "a": 2}]})),
                quotes: vec![Reference::new("file", "f")],
                to: Some(Reference::new("channel", "d")),
                target: Some(Reference::new("user", "bob")),
                node: Some("n".into()),
                approver: Some("judy".into()),
                recipients: vec![Reference::new("user", "bob")],
                reported: Some(json!({"scheme": "NATO", "level": "NR"})),
                requester: Some("ann".into()),
            },
        };
        let facts = Facts {
            session: Some(SessionFacts {
                aal: 2,
                auth_time: now,
                last_activity: now,
                revoked: false,
            }),
            device: DeviceFacts::Stated {
                managed: true,
                accreditation: serde_json::from_str(
                    r#"{"scheme":"NATO","level":"NS","compartments":["ATOMAL"]}"#,
                )
                .unwrap(),
                posture_reported_at: Some(now),
            },
            location: Some("office".into()),
            supported_obligations: Some(["retain".to_owned()].into()),
            ..Facts::default()
        };
        let snapshot = Snapshot::default();
        let decision = Engine::builtin()
            .unwrap()
            .decide(&snapshot, &question, &facts, now);
        let inputs = Inputs::of(&question, &facts, &snapshot, now);
        assert_eq!(inputs.to_bytes(), canonical::bytes(&inputs.to_value()));
        let asker = Asker {
            check: true,
            server: Some("s".into()),
            session: Some("x".into()),
            ignored: vec!["context.role".into()],
            hears_all: true,
        };
        let mut rng = rand::rngs::StdRng::seed_from_u64(1);
        let mut recorded = Recorded::new(&inputs, &decision, asker, "w0".into(), &mut rng);
        recorded.body.step_up = Some(StepUp {
            aal: 3,
            max_age: Some(300),
        });
        assert_eq!(
            serde_json::to_vec(&recorded.body).unwrap(),
            canonical::bytes(&json!(recorded.body))
        );
    }
}
