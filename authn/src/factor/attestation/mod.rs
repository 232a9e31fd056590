// SPDX-License-Identifier: Apache-2.0
//! Which passkeys are trusted how far: what a maker attests, what the FIDO metadata says of the
//! model, and what the deployment allows.
//!
//! A passkey reaches aal3 when all of this holds: it verified its user, it cannot leave its device
//! (BE=0), its attestation leads to an anchor that the metadata names for its model, the metadata
//! knows no bad status of the model, and the rules for its owner allow the model. Without metadata
//! nothing is attested, and no passkey reaches aal3.

mod chain;
pub mod metadata;
pub mod models;
pub mod rules;

use chrono::{DateTime, Utc};
use countersign_directory::Person;
use uuid::Uuid;

pub use metadata::Metadata;
pub use rules::{BadStatus, Certification, Group, Late, Policy, Rules};

/// What a key lacks, so that it is not taken, or not for everything.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Lack {
    /// It was added from a sign-in that was weaker than it is.
    Capped,
    /// The model's certification is too low.
    Certification,
    /// The model is on the deny list.
    Denied,
    /// The metadata is past its date, and new keys wait for a newer one.
    Late,
    /// The metadata does not know the model.
    Model,
    /// The model is not on the allow list.
    NotAllowed,
    /// The model keeps its keys in software.
    Software,
    /// The metadata reports the model revoked or compromised.
    Status,
    /// Its counter went back: there may be a copy.
    Suspect,
    /// It may be copied to other devices.
    Synced,
    /// It did not prove what model it is.
    Unattested,
}

impl Lack {
    /// The word in the record.
    pub fn word(self) -> &'static str {
        match self {
            Self::Capped => "added_from_a_weaker_sign_in",
            Self::Certification => "certification_too_low",
            Self::Denied => "model_denied",
            Self::Late => "metadata_late",
            Self::Model => "model_unknown",
            Self::NotAllowed => "model_not_allowed",
            Self::Software => "keys_in_software",
            Self::Status => "model_compromised",
            Self::Suspect => "counter_went_back",
            Self::Synced => "synced",
            Self::Unattested => "unattested",
        }
    }
}

/// How far a key is trusted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fit {
    /// Up to aal3.
    High,
    /// Up to aal2, phishing resistant.
    Lower(Lack),
    /// Not at all.
    Refused(Lack),
}

/// What is judged of a key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Key {
    /// Its model, as it says.
    pub aaguid: Uuid,
    /// Whether that was proven against the metadata when it was added.
    pub attested: bool,
    /// Whether it may be copied to other devices.
    pub synced: bool,
}

/// What is judged of a key that was added before.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Kept {
    /// Whether the rules of that day let it reach aal3.
    pub allowed: bool,
    /// Whether it was added from a sign-in below aal3.
    pub capped: bool,
    /// Whether its counter went back.
    pub suspect: bool,
}

/// The rules and the metadata that hold now.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    /// The rules.
    pub policy: Policy,
    /// What is known of models.
    pub metadata: Option<Metadata>,
}

impl Trust {
    /// Whether an attestation leads to an anchor of the model.
    pub fn attests(&self, aaguid: Uuid, chain: &[Vec<u8>], now: DateTime<Utc>) -> bool {
        let model = self.metadata.as_ref().and_then(|known| known.models.get(&aaguid));
        model.is_some_and(|model| chain::leads_to(chain, &model.anchors, None, now).is_ok())
    }

    /// How far a new key of `person` is trusted.
    pub fn judge_new(&self, key: &Key, person: &Person, now: DateTime<Utc>) -> Fit {
        let is_late = self.metadata.as_ref().is_some_and(|known| known.is_late(now));
        if is_late && self.policy.late == Late::Refuse {
            return Fit::Refused(Lack::Late);
        }
        self.demanded(key, &self.policy.rules_for(person))
    }

    /// How far a key of `person` is trusted that was added before. Rules that were tightened since
    /// may be waived until a date; what is known against a model or a key never is.
    pub fn judge_kept(&self, key: &Key, kept: Kept, person: &Person, now: DateTime<Utc>) -> Fit {
        let is_waived = self.policy.keep_existing_until.is_some_and(|until| now <= until);
        let demanded = self.demanded(key, &self.policy.rules_for(person));
        let fit =
            match demanded {
                Fit::Lower(lack) | Fit::Refused(lack) if is_waived && lack != Lack::Status => {
                    if kept.allowed { Fit::High } else { Fit::Lower(lack) }
                }
                Fit::High | Fit::Lower(_) | Fit::Refused(_) => demanded,
            };
        match fit {
            Fit::High if kept.suspect => Fit::Lower(Lack::Suspect),
            Fit::High if kept.capped => Fit::Lower(Lack::Capped),
            fit => fit,
        }
    }

    /// The models that would do where aal3 is needed, by name; at most `most`. Empty: none is named,
    /// or none is known.
    pub fn would_do(&self, person: &Person, most: usize) -> Vec<String> {
        let rules = self.policy.rules_for(person);
        let Some(allowed) = &rules.allow else {
            return Vec::new();
        };
        let would_do = allowed.iter().filter(|aaguid| {
            let key = Key {
                aaguid: **aaguid,
                attested: true,
                synced: false,
            };
            self.fit(&key, &rules) == Fit::High
        });
        would_do
            .take(most)
            .map(|aaguid| models::name(*aaguid, self.metadata.as_ref()))
            .collect()
    }

    /// What is owed to the demand that every key be attested.
    fn demanded(&self, key: &Key, rules: &Rules) -> Fit {
        match self.fit(key, rules) {
            Fit::Lower(lack) if rules.require_attested => Fit::Refused(lack),
            fit => fit,
        }
    }

    fn fit(&self, key: &Key, rules: &Rules) -> Fit {
        if rules.deny.contains(&key.aaguid) {
            return Fit::Refused(Lack::Denied);
        }
        let model = self
            .metadata
            .as_ref()
            .and_then(|known| known.models.get(&key.aaguid));
        // What a key says of itself is enough to hold it against it.
        if model.is_some_and(|model| self.policy.is_bad(model)) {
            return match self.policy.on_bad_status {
                BadStatus::Lower => Fit::Lower(Lack::Status),
                BadStatus::Refuse => Fit::Refused(Lack::Status),
            };
        }
        if key.synced {
            return Fit::Lower(Lack::Synced);
        }
        if !key.attested {
            return Fit::Lower(Lack::Unattested);
        }
        let Some(model) = model else {
            return Fit::Lower(Lack::Model);
        };
        if !model.hardware {
            return Fit::Lower(Lack::Software);
        }
        if rules
            .allow
            .as_ref()
            .is_some_and(|allow| !allow.contains(&key.aaguid))
        {
            return Fit::Lower(Lack::NotAllowed);
        }
        if rules.certification > model.certification {
            return Fit::Lower(Lack::Certification);
        }
        Fit::High
    }
}

#[cfg(test)]
mod tests;
