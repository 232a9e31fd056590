// SPDX-License-Identifier: Apache-2.0
//! What the console's API shows. The admin UI's types are generated from these.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use countersign_authn::evidence::Evidence;
use countersign_directory as directory;
use countersign_labels::RawLabel;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::sessions::NotReached;

/// The system-high marking of this deployment.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Banner {
    /// Marking words.
    pub text: String,
    /// Background colour, `#rrggbb`.
    pub bg: String,
    /// Text colour, `#rrggbb`.
    pub fg: String,
}

/// Who is signed in to the console, and what every page shows.
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    /// The person.
    pub id: String,
    /// What people call her.
    pub display_name: Option<String>,
    /// Her offices.
    pub roles: Vec<String>,
    /// To be sent as `X-CSRF-Token` with every change.
    pub csrf_token: String,
    /// The classification banner.
    pub banner: Banner,
    /// A notice for every page, e.g. that this is a demo with eased rules.
    pub notice: Option<String>,
    /// This sign-in.
    pub session: OwnSession,
}

/// This sign-in.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnSession {
    /// Its name.
    pub id: String,
    /// Assurance level, 1 to 3.
    pub aal: u8,
    /// When she signed in.
    pub auth_time: DateTime<Utc>,
    /// When it ends at the latest.
    pub ends_at: DateTime<Utc>,
    /// After how many seconds without a call it ends.
    pub idle_seconds: i64,
}

/// A label as world files write it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Label {
    /// The scheme, e.g. `NATO`.
    pub scheme: String,
    /// The level, e.g. `NS`.
    pub level: String,
    /// Restrictive tags.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub compartments: Vec<String>,
    /// The audience; absent, the scheme's default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub releasable_to: Option<Vec<String>>,
    /// Shown, never tested.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub caveats: Vec<String>,
    /// Whether every nationality of a reader must be in the audience.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub nationals_only: bool,
    /// Not to be read earlier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_before: Option<DateTime<Utc>>,
    /// The agency that must consent to a wider audience.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub originator_controlled_by: Option<String>,
}

/// One line of the list of people.
#[derive(Debug, Serialize, ToSchema)]
pub struct PersonSummary {
    /// The person.
    pub id: String,
    /// What people call her.
    pub display_name: Option<String>,
    /// `government`, `military`, `industry`, `service`, `outsider`.
    pub kind: String,
    /// `active` or `disabled`.
    pub status: String,
    /// Where she works.
    pub agency: Option<String>,
    /// Her offices.
    pub roles: Vec<String>,
    /// Her nationalities.
    pub nationalities: Vec<String>,
    /// When she last signed in.
    pub last_sign_in: Option<DateTime<Utc>>,
}

/// A page of people.
#[derive(Debug, Serialize, ToSchema)]
pub struct PersonPage {
    /// In the order of their ids.
    pub items: Vec<PersonSummary>,
    /// Where the next page begins; absent at the end.
    pub next_cursor: Option<String>,
}

/// A clearance on record.
#[derive(Debug, Serialize, ToSchema)]
pub struct Clearance {
    /// Its name among those of this person.
    pub id: String,
    /// The scheme.
    pub scheme: String,
    /// The level.
    pub level: String,
    /// `personnel`, `attested`, `emergency`, `service`.
    pub kind: String,
    /// `active`, `suspended`, `revoked`.
    pub state: String,
    /// Good from this second.
    pub valid_from: DateTime<Utc>,
    /// Good up to and including this second.
    pub valid_until: DateTime<Utc>,
    /// The compartments.
    pub compartments: Vec<String>,
    /// `verified` or `rejected`, when attested.
    pub attestation: Option<String>,
    /// The one channel of an emergency clearance.
    pub channel: Option<String>,
}

/// A live sign-in of a person.
#[derive(Debug, Serialize, ToSchema)]
pub struct PersonSession {
    /// Its name.
    pub id: String,
    /// The assurance verdict.
    pub acr: String,
    /// Assurance level, 1 to 3.
    pub aal: u8,
    /// The evidence.
    pub amr: Vec<String>,
    /// By which authenticators she signed in, and earlier ones that it rests on too. Empty: it is not known.
    pub authenticators: Vec<SessionAuthenticator>,
    /// When she signed in.
    pub auth_time: DateTime<Utc>,
    /// When it was last used.
    pub last_activity: DateTime<Utc>,
    /// When it ends at the latest.
    pub ends_at: DateTime<Utc>,
    /// The clients that it reaches.
    pub clients: Vec<String>,
    /// The device, when known.
    pub device: Option<String>,
}

/// An authenticator that a session rests on.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionAuthenticator {
    /// `card`, `link` (a sign-in at a source), `passkey`, `password` or `totp`.
    pub kind: String,
    /// What it was called then; a source by its id. Null where there is one of the kind.
    pub name: Option<String>,
    /// When she proved herself by it.
    pub at: DateTime<Utc>,
    /// A later sign-in has taken its place; what applications hold since then rests on it all the same.
    pub superseded: bool,
}

impl From<&Evidence> for SessionAuthenticator {
    fn from(evidence: &Evidence) -> Self {
        Self {
            kind: evidence.by.kind().to_owned(),
            name: Some(evidence.name.clone()).filter(|name| !name.is_empty()),
            at: evidence.at,
            superseded: evidence.superseded,
        }
    }
}

/// A channel that a person is in.
#[derive(Debug, Serialize, ToSchema)]
pub struct Membership {
    /// The channel.
    pub channel: String,
    /// What people call it.
    pub name: Option<String>,
    /// Whether it is above you, and has a pseudonym: there is no page of it.
    pub withheld: bool,
    /// Its label.
    pub label: Label,
    /// Whether she may be there now, session and device aside.
    pub member_allowed: bool,
    /// Why not.
    pub reason: Option<String>,
}

/// A contract.
#[derive(Debug, Serialize, ToSchema)]
pub struct Contract {
    /// By what both sides know it.
    pub reference: String,
    /// Its last second.
    pub until: DateTime<Utc>,
}

/// A person in full.
#[derive(Debug, Serialize, ToSchema)]
pub struct Person {
    /// The person.
    pub id: String,
    /// What people call her.
    pub display_name: Option<String>,
    /// Her mail address.
    pub email: Option<String>,
    /// What sort of person.
    pub kind: String,
    /// `active` or `disabled`.
    pub status: String,
    /// Where she works.
    pub agency: Option<String>,
    /// Who answers for her, when she is a guest.
    pub sponsor: Option<String>,
    /// Under which contract she works, when she is from industry.
    pub contract: Option<Contract>,
    /// Her offices.
    pub roles: Vec<String>,
    /// Her nationalities.
    pub nationalities: Vec<String>,
    /// Her missions.
    pub missions: Vec<String>,
    /// Her briefings.
    pub briefings: Vec<String>,
    /// Her clearances.
    pub clearances: Vec<Clearance>,
    /// Her live sign-ins.
    pub sessions: Vec<PersonSession>,
    /// The channels she is in.
    pub memberships: Vec<Membership>,
    /// What of her comes from which source.
    pub sources: Vec<FromSource>,
    /// When she last signed in.
    pub last_sign_in: Option<DateTime<Utc>>,
    /// The lists of which part is above you and has pseudonyms: you cannot give them anew.
    pub withheld: Vec<String>,
}

/// What one source has given a person.
#[derive(Debug, Serialize, ToSchema)]
pub struct FromSource {
    /// The source.
    pub source: String,
    /// It brought her in.
    pub owns: bool,
    /// The attributes that come from it, each with when it was last given another value.
    pub parts: BTreeMap<String, DateTime<Utc>>,
    /// Those of her clearances that come from it.
    pub clearances: Vec<String>,
}

/// What an act ended.
#[derive(Debug, Serialize, ToSchema)]
pub struct Ended {
    /// Sessions that are over.
    pub sessions_ended: usize,
    /// Channels that she leaves.
    pub evictions: usize,
    /// Applications at which she may still be signed in, because these cannot be called.
    pub not_reached: Vec<NotReached>,
}

/// One line of the list of channels.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChannelSummary {
    /// The channel.
    pub id: String,
    /// What people call it.
    pub name: Option<String>,
    /// Its label.
    pub label: Label,
    /// The label in marking words.
    pub marking: Option<String>,
    /// `open` or `closed`.
    pub state: String,
    /// `fixed`, `floating`, `portion`.
    pub label_mode: String,
    /// Its existence is no secret.
    pub listed: bool,
    /// How many are in it.
    pub member_count: usize,
    /// The connected server that registered it.
    pub server: Option<String>,
}

/// A page of channels.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChannelPage {
    /// In the order of their ids. Whatever is above you is not among them, nor is it counted.
    pub items: Vec<ChannelSummary>,
    /// Where the next page begins; absent at the end.
    pub next_cursor: Option<String>,
}

/// A member of a channel.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChannelMember {
    /// The person.
    pub id: String,
    /// What people call her.
    pub display_name: Option<String>,
    /// Whether she may be there now, session and device aside.
    pub member_allowed: bool,
    /// The reason code, when not.
    pub reason: Option<String>,
    /// The reason in words.
    pub reason_text: Option<String>,
}

/// A channel in full.
#[derive(Debug, Serialize, ToSchema)]
pub struct Channel {
    /// The channel.
    pub id: String,
    /// What people call it.
    pub name: Option<String>,
    /// Its label.
    pub label: Label,
    /// The label in marking words.
    pub marking: Option<String>,
    /// `open` or `closed`.
    pub state: String,
    /// `fixed`, `floating`, `portion`.
    pub label_mode: String,
    /// Its existence is no secret.
    pub listed: bool,
    /// Takes outsiders and guests.
    pub externals_allowed: bool,
    /// Takes industry at rank 1 and up.
    pub industry_allowed: bool,
    /// Need-to-know.
    pub missions: Vec<String>,
    /// The agency it belongs to.
    pub agency: Option<String>,
    /// Who owns it; absent, whoever holds the role.
    pub owners: Option<Vec<String>>,
    /// A closed list of named readers.
    pub recipients: Option<Vec<String>>,
    /// The connected server that registered it.
    pub server: Option<String>,
    /// The server reported a lower or wider label: posting has stopped.
    pub label_drift: bool,
    /// The lists of which part is above you and has pseudonyms: you cannot give them anew.
    pub withheld: Vec<String>,
    /// Who is in it.
    pub members: Vec<ChannelMember>,
}

/// What was acted on.
#[derive(Debug, Serialize, ToSchema)]
pub struct Resource {
    /// `channel`, `message`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// Its name; a pseudonym, where it is above you.
    pub id: String,
    /// Whether that is a pseudonym: there is no page of it.
    pub withheld: bool,
    /// The channel that an unregistered item is in.
    pub channel: Option<String>,
}

/// A guard that fails.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Failing {
    /// Its place in the order.
    pub number: u8,
    /// Its reason code.
    pub code: String,
    /// What it says.
    pub text: String,
}

/// A duty.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Obligation {
    /// Names the duty within the answer.
    pub id: String,
    /// What is to be done.
    #[serde(rename = "type")]
    pub kind: String,
    /// Whether a caller that cannot do it must refuse.
    pub mandatory: bool,
}

/// One line of the list of decisions.
#[derive(Debug, Serialize, ToSchema)]
pub struct DecisionSummary {
    /// Names the decision.
    pub id: String,
    /// When it was taken.
    pub at: DateTime<Utc>,
    /// Who asked to act.
    pub subject: String,
    /// What people call her.
    pub subject_name: Option<String>,
    /// The action.
    pub action: String,
    /// On what.
    pub resource: Resource,
    /// `allow`, `deny`, `step_up`.
    pub outcome: String,
    /// The true reason code.
    pub reason: Option<String>,
    /// The guard's place in the order.
    pub guard: Option<u8>,
    /// The connected server that asked.
    pub server: Option<String>,
}

/// A page of decisions, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct DecisionPage {
    /// Newest first.
    pub items: Vec<DecisionSummary>,
    /// Where the next page begins; absent at the end.
    pub next_cursor: Option<String>,
}

/// A decision in full.
#[derive(Debug, Serialize, ToSchema)]
pub struct Decision {
    /// What the list shows.
    #[serde(flatten)]
    pub summary: DecisionSummary,
    /// The reason in words.
    pub reason_text: Option<String>,
    /// Every guard that failed, in order.
    pub failing: Vec<Failing>,
    /// The duties that came with it.
    pub obligations: Vec<Obligation>,
    /// The policies that decided.
    pub determining: Vec<String>,
    /// Whether the true reason went out to the caller.
    pub disclosed: bool,
    /// Whether the person alone was asked about.
    pub standing: bool,
    /// Until when the answer could be reused.
    pub expires_at: Option<String>,
    /// The world that was asked.
    pub revision: Option<String>,
    /// The policies in force.
    pub policy_revision: Option<String>,
    /// What the decision rested on.
    pub inputs: Value,
    /// Why, taken again from what it rested on.
    pub explanation: Option<super::explanation::Explanation>,
    /// What is no longer kept, when it cannot be explained.
    pub not_kept: Option<String>,
}

/// A level of a scheme.
#[derive(Debug, Serialize, ToSchema)]
pub struct SchemeLevel {
    /// The level.
    pub id: String,
    /// Its place in the order; there are holes.
    pub rank: i64,
    /// Marking words.
    pub marking: String,
    /// Portion mark.
    pub short: String,
    /// Background colour.
    pub bg: String,
    /// Text colour.
    pub fg: String,
}

/// A label scheme.
#[derive(Debug, Serialize, ToSchema)]
pub struct Scheme {
    /// The scheme.
    pub id: String,
    /// Its levels, lowest first.
    pub levels: Vec<SchemeLevel>,
}

/// All label schemes.
#[derive(Debug, Serialize, ToSchema)]
pub struct Schemes {
    /// In the order of their ids.
    pub schemes: Vec<Scheme>,
}

/// A stored word, e.g. `security_officer`, as `serde` writes it.
pub(super) fn word(value: impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(word)) => word,
        _ => String::new(),
    }
}

/// Stored words, in their order.
pub(super) fn words<T: Serialize>(values: impl IntoIterator<Item = T>) -> Vec<String> {
    values.into_iter().map(word).collect()
}

impl From<&directory::Clearance> for Clearance {
    fn from(clearance: &directory::Clearance) -> Self {
        Self {
            id: directory::amend::clearance_id(clearance),
            scheme: clearance.scheme.clone(),
            level: clearance.level.clone(),
            kind: word(clearance.kind),
            state: word(clearance.state),
            valid_from: clearance.valid_from,
            valid_until: clearance.valid_until,
            compartments: words(clearance.compartments.iter()),
            attestation: clearance.attestation.map(word),
            channel: clearance.channel.as_ref().map(ToString::to_string),
        }
    }
}

impl From<&RawLabel> for Label {
    fn from(label: &RawLabel) -> Self {
        Self {
            scheme: label.scheme.clone(),
            level: label.level.clone(),
            compartments: words(label.compartments.iter()),
            releasable_to: label
                .releasable_to
                .as_ref()
                .map(|audience| words(audience.iter())),
            caveats: words(label.caveats.iter()),
            nationals_only: label.nationals_only,
            not_before: label.not_before,
            originator_controlled_by: label.originator_controlled_by.clone(),
        }
    }
}
