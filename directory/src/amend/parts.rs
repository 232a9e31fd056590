// SPDX-License-Identifier: Apache-2.0
//! The parts of amendments. What is absent in a patch stays as it is; `null` takes it away.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::json;

use super::AmendError;
use crate::{
    Accreditation, AgencyId, ChannelState, Clearance, Contract, Country, LabelMode, MissionId,
    ParametersHash, PersonId, PersonKind, Role, Set, SourceId,
};

/// Somebody at a source, by the names that never change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UpstreamLink {
    /// The source.
    pub source: SourceId,
    /// The issuer as its protocol names it.
    pub issuer: String,
    /// The subject within the issuer.
    pub subject: String,
}

impl UpstreamLink {
    /// Neither name is empty, too long, or more than text.
    pub(super) fn fits(&self) -> Result<(), AmendError> {
        let is_name = |name: &str| (1..=1024).contains(&name.len()) && !name.chars().any(char::is_control);
        if is_name(&self.issuer) && is_name(&self.subject) {
            return Ok(());
        }
        let rule = "`issuer` and `subject` have 1 to 1024 bytes and no control characters";
        Err(AmendError::Invalid(rule.to_owned()))
    }
}

/// An authenticator that somebody lost, as officers read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LostAuthenticator {
    /// Its name at the API.
    pub authenticator: String,
    /// Its kind.
    pub kind: String,
    /// What its owner calls it, where there may be several of the kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub called: Option<String>,
}

/// What people compare of a provider's metadata.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderFacts {
    /// SHA-256 of the certificates of its keys.
    pub keys: Vec<String>,
    /// Where browsers are sent.
    pub addresses: Vec<String>,
}

/// Somebody new. She is active, and holds no clearance yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewPerson {
    /// What sort of person.
    pub kind: PersonKind,
    /// Her nationalities.
    #[serde(default)]
    pub nationalities: Set<Country>,
    /// Where she works.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agency: Option<AgencyId>,
    /// Her offices.
    #[serde(default)]
    pub roles: Set<Role>,
    /// Her missions.
    #[serde(default)]
    pub missions: Set<MissionId>,
    /// Her briefings.
    #[serde(default)]
    pub briefings: Set<String>,
    /// Who answers for her.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sponsor: Option<PersonId>,
    /// Under which contract she works.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract: Option<Box<Contract>>,
    /// What people call her.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Her mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

/// What changes about a person.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PersonPatch {
    /// What sort of person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<PersonKind>,
    /// Her nationalities.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nationalities: Option<Set<Country>>,
    /// Where she works.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "spoken_of")]
    pub agency: Option<Option<AgencyId>>,
    /// Her offices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub roles: Option<Set<Role>>,
    /// Her missions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missions: Option<Set<MissionId>>,
    /// Her briefings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub briefings: Option<Set<String>>,
    /// Who answers for her.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "spoken_of")]
    pub sponsor: Option<Option<PersonId>>,
    /// Under which contract she works.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "spoken_of")]
    pub contract: Option<Option<Box<Contract>>>,
    /// What people call her.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "spoken_of")]
    pub display_name: Option<Option<String>>,
    /// Her mail address.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "spoken_of")]
    pub email: Option<Option<String>>,
}

/// What changes about a channel, its label aside.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ChannelPatch {
    /// What people call it.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "spoken_of")]
    pub name: Option<Option<String>>,
    /// The agency it belongs to.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "spoken_of")]
    pub agency: Option<Option<AgencyId>>,
    /// Its missions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missions: Option<Set<MissionId>>,
    /// Its closed list of readers.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "spoken_of")]
    pub recipients: Option<Option<Set<PersonId>>>,
    /// Who owns it.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "spoken_of")]
    pub owners: Option<Option<Set<PersonId>>>,
    /// Takes outsiders and guests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub externals_allowed: Option<bool>,
    /// Takes industry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub industry_allowed: Option<bool>,
    /// Its existence is no secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listed: Option<bool>,
    /// Open or closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<ChannelState>,
    /// How items are labelled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label_mode: Option<LabelMode>,
}

/// What a device may be trusted with. Its posture it reports itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeviceTerms {
    /// Whether somebody administers it.
    pub managed: bool,
    /// What it is accredited for; absent, rank 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accreditation: Option<Accreditation>,
    /// `false` takes a lost device up again; absent, it stays as it is. That it is lost is said elsewhere:
    /// its sessions end with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lost: Option<bool>,
}

/// The name of a clearance among those of one person: made of what never changes about it.
pub fn clearance_id(clearance: &Clearance) -> String {
    let hash = ParametersHash::of(&json!([
        clearance.scheme,
        clearance.level,
        clearance.compartments,
        clearance.kind,
        clearance.valid_from.timestamp_millis(),
        clearance.channel,
        clearance.attestation,
    ]));
    String::from(hash).chars().take(16).collect()
}

/// Tells `null` from silence.
#[expect(
    clippy::option_option,
    reason = "silence, `null` and a value are three things"
)]
fn spoken_of<'de, T: Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(from).map(Some)
}
