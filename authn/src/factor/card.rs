// SPDX-License-Identifier: Apache-2.0
//! Smartcards: what a certificate whose key was proven is worth, and by what it names an account.
//!
//! Issuers are sets of their own, apart from any web trust: an anchor, what lies below it, the
//! policies it is believed in and the level each stands for. The identity is the leaf's that proved
//! possession; what was sent with it is material for a path and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::assurance::{Level, Method, Proof};
use crate::certificate::build::Store;
use crate::certificate::ocsp::Answers;
use crate::certificate::path::{PathError, Policies};
use crate::certificate::revocation::{Ask, Trust};
use crate::certificate::{Certificate, Checked, CrlSet, Oid, Refusal, Settings, check};
use crate::evidence::{AuthenticatorId, Evidence};
use crate::secret::sha256;

/// PIV card authentication: the card is there, and nobody was asked for a PIN (FIPS 201, 6.2.3.2).
const CARD_AUTHENTICATION: Oid = Oid::new_unwrap("2.16.840.1.101.3.2.1.3.17");
const CARD_AUTHENTICATION_USE: Oid = Oid::new_unwrap("2.16.840.1.101.3.6.8");
/// Certificates that may come along with a leaf.
const MOST_SENT: usize = 8;

/// By what a card names its account, inside its issuer.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mapping {
    /// The ten digits of a US defence identifier.
    Edipi,
    /// The issuer's name and the serial number: a new card is bound anew.
    IssuerSerial,
    /// The key: a new card is bound anew.
    Key,
    /// The identifier of the key: a new card is bound anew.
    SubjectKeyId,
    /// The user principal name.
    Upn,
}

/// How a card that nobody has used yet is bound.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FirstUse {
    /// By its holder, from a fresh sign-in.
    SignIn,
    /// To the person whose id stands before the `@` of the principal name, once she confirms.
    UpnIsPerson,
}

/// A set of cards with one anchor.
#[derive(Clone, Debug)]
pub struct Issuer {
    /// What the operator calls it.
    pub name: String,
    /// The anchor and what lies below it.
    pub trust: Trust,
    /// The policies that are accepted, and what each is worth.
    pub policies: BTreeMap<Oid, Level>,
    /// Extended uses of which the leaf must have one.
    pub uses: Vec<Oid>,
    /// By what it names accounts.
    pub mapping: Mapping,
    /// How first use goes.
    pub first_use: FirstUse,
    /// Lets cards in, at a lower level, while nobody can say whether they were revoked.
    pub soft_fail: bool,
}

/// What a browser presented: the leaf that proved possession, and what it sent along.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Presented {
    /// DER, the leaf first; empty for none.
    #[serde(with = "chain")]
    pub chain: Vec<Vec<u8>>,
}

impl Presented {
    /// SHA-256 of the leaf, hexadecimal.
    pub fn fingerprint(&self) -> Option<String> {
        self.chain.first().map(|leaf| hex::encode(sha256(leaf)))
    }
}

/// Certificates as text.
mod chain {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD_NO_PAD;
    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer, de};

    pub(super) fn serialize<S: Serializer>(chain: &[Vec<u8>], to: S) -> Result<S::Ok, S::Error> {
        let text: Vec<String> = chain.iter().map(|der| STANDARD_NO_PAD.encode(der)).collect();
        text.serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Vec<u8>>, D::Error> {
        let text = Vec::<String>::deserialize(from)?;
        let chain = text.iter().map(|text| STANDARD_NO_PAD.decode(text));
        chain.collect::<Result<_, _>>().map_err(de::Error::custom)
    }
}

/// A card that is good.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    /// The set that it belongs to.
    pub issuer: String,
    /// By what it names its account.
    pub mapping: Mapping,
    /// The name.
    pub value: String,
    /// What it is worth.
    pub level: Level,
    /// Whether its holder gave a PIN.
    pub has_pin: bool,
    /// Nobody could say whether it was revoked; its issuer's setting let it in.
    pub is_unsure: bool,
    /// Whom it calls its holder, for people to read.
    pub subject: String,
    /// Who issued it, for people to read.
    pub issued_by: String,
    /// Its end.
    pub expires_at: DateTime<Utc>,
    /// To whom first use binds it, by its issuer's setting.
    pub is_for: Option<String>,
    /// SHA-256 of the certificate, hexadecimal.
    pub fingerprint: String,
    /// The certificate and what came with it, so that newer lists can be asked about it.
    #[serde(default)]
    pub presented: Presented,
}

/// Why a card is not.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Refused {
    /// It has ended.
    Expired {
        /// Then.
        at: DateTime<Utc>,
        /// Whose it was.
        subject: String,
    },
    /// The browser sent no certificate.
    Missing,
    /// It is not valid yet.
    NotYet {
        /// From when it will be.
        at: DateTime<Utc>,
        /// Whose it is.
        subject: String,
    },
    /// It has no name of the kind that its issuer is held to.
    Nameless {
        /// Whose it is.
        subject: String,
    },
    /// It was cancelled.
    Revoked {
        /// Whose it was.
        subject: String,
    },
    /// Nobody can say whether it was cancelled.
    Undetermined,
    /// It cannot be read.
    Unreadable,
    /// Its issuer is not trusted here.
    Untrusted {
        /// Who issued it.
        issuer: String,
    },
    /// The card has another certificate for this.
    Wrong {
        /// What it calls itself.
        subject: String,
    },
}

impl Refused {
    /// Whether it says that the card is good for nothing any more, also where it was used before.
    pub fn cancelled(&self) -> Option<Cancelled> {
        match self {
            Self::Expired { .. } => Some(Cancelled::Expired),
            Self::Revoked { .. } => Some(Cancelled::Revoked),
            Self::Missing
            | Self::NotYet { .. }
            | Self::Nameless { .. }
            | Self::Undetermined
            | Self::Unreadable
            | Self::Untrusted { .. }
            | Self::Wrong { .. } => None,
        }
    }
}

/// What became of a presented card.
pub type Outcome = Result<Card, Refused>;

/// Why a card that was good is good for nothing any more.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Cancelled {
    /// It has ended.
    Expired,
    /// It was revoked, or is on hold.
    Revoked,
}

/// Every set of cards that is accepted.
#[derive(Clone, Debug, Default)]
pub struct Cards {
    /// The sets.
    pub issuers: Vec<Issuer>,
}

/// A verdict, and whom else one could ask for a better one.
#[derive(Debug)]
pub struct Judged {
    /// The verdict.
    pub outcome: Outcome,
    /// Questions for responders.
    pub asks: Vec<Ask>,
    /// Addresses of lists.
    pub lists: Vec<String>,
    /// The set that it belongs to, if it belongs to one.
    pub set: Option<String>,
    /// What was wrong, for the log.
    pub why: String,
}

impl Cards {
    /// Judges what was presented.
    pub fn judge(
        &self,
        presented: &Presented,
        lists: &CrlSet,
        answers: &dyn Answers,
        now: DateTime<Utc>,
    ) -> Judged {
        let refused = |refused, why: &str| Judged {
            outcome: Err(refused),
            asks: Vec::new(),
            lists: Vec::new(),
            set: None,
            why: why.to_owned(),
        };
        let Some((leaf, sent)) = presented.chain.split_first() else {
            return refused(Refused::Missing, "no certificate was sent");
        };
        let leaf = match Certificate::from_der(leaf) {
            Ok(leaf) => leaf,
            Err(fault) => return refused(Refused::Unreadable, &fault.to_string()),
        };
        let sent = sent.iter().take(MOST_SENT);
        let sent = Store::of(sent.filter_map(|der| Certificate::from_der(der).ok()));
        let untrusted = Refused::Untrusted {
            issuer: shown_issuer(&leaf),
        };
        let mut best = refused(untrusted, "no path leads to a trusted issuer");
        for issuer in &self.issuers {
            let settings = Settings {
                policies: Some(issuer.policies.keys().copied().collect()),
                explicit_policy: true,
                ..Settings::at(now)
            };
            match check(&leaf, &sent, &issuer.trust, lists, answers, &settings) {
                Ok(checked) => {
                    let mut judged = issuer.accept(&leaf, checked);
                    if let Ok(card) = &mut judged.outcome {
                        let kept = presented.chain.iter().take(MOST_SENT + 1);
                        card.presented.chain = kept.cloned().collect();
                    }
                    return judged;
                }
                Err(Refusal::Untrusted) => {}
                Err(refusal) => best = refused(refuse(&leaf, refusal), &refusal.to_string()),
            }
        }
        best
    }
}

impl Issuer {
    fn accept(&self, leaf: &Certificate, checked: Checked) -> Judged {
        let outcome = self.card(leaf, &checked);
        let why = match &outcome {
            Ok(_) => String::new(),
            Err(Refused::Undetermined) => "no list or responder says whether it was revoked".to_owned(),
            Err(_) => "it is not for signing in, or names nobody".to_owned(),
        };
        Judged {
            outcome,
            asks: checked.asks,
            lists: checked.lists,
            set: Some(self.name.clone()),
            why,
        }
    }

    fn card(&self, leaf: &Certificate, checked: &Checked) -> Outcome {
        let subject = shown_subject(leaf);
        let level = match &checked.policies {
            // A path for any policy says nothing about how the key is kept.
            Policies::Any => None,
            Policies::These(these) => these.iter().filter_map(|policy| self.policies.get(policy)).max(),
        };
        let Some(level) = level
            .copied()
            .filter(|_| leaf.may_sign() && leaf.is_for_one_of(&self.uses))
        else {
            return Err(Refused::Wrong { subject });
        };
        if !checked.is_determined && !self.soft_fail {
            return Err(Refused::Undetermined);
        }
        let has_pin =
            !leaf.states_policy(&CARD_AUTHENTICATION) && !leaf.is_for_one_of(&[CARD_AUTHENTICATION_USE]);
        let mut level = if has_pin { level } else { Level::Aal1 };
        if !checked.is_determined {
            level = level.min(Level::Aal2);
        }
        let Some(value) = self.name_of(leaf) else {
            return Err(Refused::Nameless { subject });
        };
        let is_for = match self.first_use {
            FirstUse::SignIn => None,
            FirstUse::UpnIsPerson => leaf
                .upn()
                .and_then(|upn| upn.split_once('@').map(|(local, _)| local.to_owned())),
        };
        Ok(Card {
            issuer: self.name.clone(),
            mapping: self.mapping,
            value,
            level,
            has_pin,
            is_unsure: !checked.is_determined,
            subject,
            issued_by: shown_issuer(leaf),
            expires_at: leaf.not_after(),
            is_for,
            fingerprint: hex::encode(leaf.sha256()),
            presented: Presented::default(),
        })
    }

    /// The one name by which this set names accounts. No case is folded.
    fn name_of(&self, leaf: &Certificate) -> Option<String> {
        match self.mapping {
            Mapping::Edipi => leaf.edipi(),
            Mapping::IssuerSerial => {
                let issuer = hex::encode(leaf.issuer().der());
                Some(format!("{issuer}/{}", hex::encode(leaf.serial())))
            }
            Mapping::Key => Some(hex::encode(leaf.key_sha256())),
            Mapping::SubjectKeyId => leaf.subject_key_id().map(hex::encode),
            Mapping::Upn => leaf.upn(),
        }
    }
}

impl Card {
    /// What signing in with it proves; `binding` is by what it opens the account.
    pub fn proof(&self, binding: &str, now: DateTime<Utc>) -> Proof {
        let mut methods: BTreeSet<Method> = [Method::Hwk, Method::Pop, Method::Sc].into();
        if self.has_pin {
            methods.extend([Method::Mfa, Method::Pin]);
        }
        Proof {
            level: self.level,
            methods,
            at: now,
            attested: self.level == Level::Aal3,
            by: vec![Evidence {
                certificate: Some(self.fingerprint.clone()),
                ..Evidence::new(
                    AuthenticatorId::Card(binding.to_owned()),
                    self.subject.as_str(),
                    now,
                )
            }],
        }
    }
}

fn refuse(leaf: &Certificate, refusal: Refusal) -> Refused {
    let subject = shown_subject(leaf);
    match refusal {
        Refusal::Path(PathError::Expired) => Refused::Expired {
            at: leaf.not_after(),
            subject,
        },
        Refusal::Path(PathError::NotYet) => Refused::NotYet {
            at: leaf.not_before(),
            subject,
        },
        Refusal::Path(PathError::Policy | PathError::Key) => Refused::Wrong { subject },
        Refusal::Revoked(_) => Refused::Revoked { subject },
        Refusal::Path(_) | Refusal::Untrusted => Refused::Untrusted {
            issuer: shown_issuer(leaf),
        },
    }
}

fn shown_subject(leaf: &Certificate) -> String {
    shown(leaf.subject().common_name(), &leaf.subject().to_string())
}

fn shown_issuer(leaf: &Certificate) -> String {
    shown(leaf.issuer().common_name(), &leaf.issuer().to_string())
}

fn shown(common: Option<&str>, whole: &str) -> String {
    let text = common.unwrap_or(whole);
    text.chars().filter(|c| !c.is_control()).take(200).collect()
}
