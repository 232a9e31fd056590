// SPDX-License-Identifier: Apache-2.0
//! Which passkeys are taken, and which reach AAL3.

use std::path::PathBuf;

use authn::factor::attestation::rules::BAD_STATUSES;
use authn::factor::attestation::{BadStatus, Certification, Group, Late, Policy, Rules};
use chrono::{DateTime, Utc};
use countersign_authn as authn;
use countersign_directory::{AgencyId, Role};
use schemars::JsonSchema;
use serde::Deserialize;

use super::ConfigError;

/// `[passkeys]`. Without metadata (`countersign passkey import`) no passkey is attested, and none
/// reaches AAL3.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Passkeys {
    /// The root certificates, PEM, to which the signer of the FIDO metadata must lead.
    pub metadata_root: Option<PathBuf>,
    /// What that signer's certificate must be called: the root signs for others too.
    pub metadata_signer: String,
    /// What becomes of enrolment when the metadata is past its date.
    pub metadata_late: LateMetadata,
    /// The statuses in the metadata that are held against a model.
    pub bad_statuses: Vec<String>,
    /// What becomes of keys of such a model: `lower` (AAL2 at most) or `refuse`.
    pub on_bad_status: OnBadStatus,
    /// Until when keys are taken as the rules took them when they were added (RFC 3339). Absent: rules
    /// hold for earlier keys at once. `countersign passkey preview` tells whom that hits.
    pub keep_existing_until: Option<String>,
    /// Refuse passkeys that would not reach AAL3 altogether.
    pub require_attested: bool,
    /// Models (AAGUID) that may reach AAL3. Absent: all that the metadata knows.
    pub allow: Option<Vec<String>>,
    /// Models that are refused altogether, whatever is allowed.
    pub deny: Vec<String>,
    /// The least certification for AAL3.
    pub certification: Option<LeastCertification>,
    /// Rules for some, on top of those for everybody; the strictest wins.
    pub groups: Vec<PasskeyGroup>,
}

/// Rules for whoever holds an office or works at an agency; both given: for who does both.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PasskeyGroup {
    /// An office, e.g. `security_officer`.
    pub role: Option<String>,
    /// An agency's id.
    pub agency: Option<String>,
    /// Refuse passkeys that would not reach AAL3 altogether.
    pub require_attested: bool,
    /// Models (AAGUID) that may reach AAL3. Absent: no narrower than for everybody.
    pub allow: Option<Vec<String>>,
    /// Models that are refused altogether.
    pub deny: Vec<String>,
    /// The least certification for AAL3.
    pub certification: Option<LeastCertification>,
}

/// What becomes of enrolment when the metadata is past its date.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LateMetadata {
    /// It goes on, with an alarm.
    #[default]
    Keep,
    /// No new passkey is taken.
    Refuse,
}

/// What becomes of keys of a model that turned bad.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OnBadStatus {
    /// They reach AAL2 at most.
    Lower,
    /// They are refused.
    #[default]
    Refuse,
}

/// What FIDO certified at least.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[expect(missing_docs, reason = "the levels as FIDO names them")]
pub enum LeastCertification {
    L1,
    L1plus,
    L2,
    L2plus,
    L3,
    L3plus,
}

impl Default for Passkeys {
    fn default() -> Self {
        Self {
            metadata_root: None,
            metadata_signer: "mds.fidoalliance.org".into(),
            metadata_late: LateMetadata::default(),
            bad_statuses: BAD_STATUSES.map(str::to_owned).into(),
            on_bad_status: OnBadStatus::default(),
            keep_existing_until: None,
            require_attested: false,
            allow: None,
            deny: Vec::new(),
            certification: None,
            groups: Vec::new(),
        }
    }
}

impl Passkeys {
    /// The rules, typed.
    pub fn policy(&self) -> Result<Policy, ConfigError> {
        let until = self.keep_existing_until.as_deref().map(|text| {
            DateTime::parse_from_rfc3339(text)
                .map(|at| at.with_timezone(&Utc))
                .map_err(|_| fault("keep_existing_until", format!("`{text}` is no moment (RFC 3339)")))
        });
        let groups = self.groups.iter().enumerate();
        Ok(Policy {
            everyone: rules(
                "",
                self.require_attested,
                self.allow.as_deref(),
                &self.deny,
                self.certification,
            )?,
            groups: groups
                .map(|(number, group)| group.typed(number))
                .collect::<Result<_, _>>()?,
            bad_statuses: self.bad_statuses.iter().cloned().collect(),
            on_bad_status: match self.on_bad_status {
                OnBadStatus::Lower => BadStatus::Lower,
                OnBadStatus::Refuse => BadStatus::Refuse,
            },
            late: match self.metadata_late {
                LateMetadata::Keep => Late::Keep,
                LateMetadata::Refuse => Late::Refuse,
            },
            keep_existing_until: until.transpose()?,
        })
    }
}

impl PasskeyGroup {
    fn typed(&self, number: usize) -> Result<Group, ConfigError> {
        let place = format!("groups[{number}].");
        let role = self.role.as_ref().map(|word| {
            serde_json::from_value::<Role>(word.as_str().into())
                .map_err(|_| fault(&format!("{place}role"), format!("`{word}` is no office")))
        });
        let agency = self.agency.as_ref().map(|id| {
            id.parse::<AgencyId>()
                .map_err(|_| fault(&format!("{place}agency"), format!("`{id}` is no agency's id")))
        });
        if self.role.is_none() && self.agency.is_none() {
            return Err(fault(
                &format!("{place}role"),
                "name a `role` or an `agency`; rules for everybody stand in `[passkeys]`".into(),
            ));
        }
        Ok(Group {
            role: role.transpose()?,
            agency: agency.transpose()?,
            rules: rules(
                &place,
                self.require_attested,
                self.allow.as_deref(),
                &self.deny,
                self.certification,
            )?,
        })
    }
}

fn rules(
    place: &str,
    require_attested: bool,
    allow: Option<&[String]>,
    deny: &[String],
    certification: Option<LeastCertification>,
) -> Result<Rules, ConfigError> {
    let models = |key: &str, list: &[String]| {
        list.iter()
            .map(|text| {
                text.parse()
                    .map_err(|_| fault(&format!("{place}{key}"), format!("`{text}` is no AAGUID")))
            })
            .collect()
    };
    Ok(Rules {
        require_attested,
        allow: allow.map(|list| models("allow", list)).transpose()?,
        deny: models("deny", deny)?,
        certification: certification.map(|least| match least {
            LeastCertification::L1 => Certification::L1,
            LeastCertification::L1plus => Certification::L1plus,
            LeastCertification::L2 => Certification::L2,
            LeastCertification::L2plus => Certification::L2plus,
            LeastCertification::L3 => Certification::L3,
            LeastCertification::L3plus => Certification::L3plus,
        }),
    })
}

fn fault(key: &str, message: String) -> ConfigError {
    ConfigError::Key {
        key: format!("passkeys.{key}"),
        message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(text: &str) -> Result<Policy, ConfigError> {
        toml::from_str::<Passkeys>(text).unwrap().policy()
    }

    #[test]
    fn what_is_no_model_office_or_moment_is_named_with_its_place() {
        for (text, place) in [
            ("allow = [\"yubikey\"]", "passkeys.allow"),
            ("keep_existing_until = \"soon\"", "passkeys.keep_existing_until"),
            ("groups = [{ deny = [] }]", "passkeys.groups[0].role"),
            ("groups = [{ role = \"king\" }]", "passkeys.groups[0].role"),
            (
                "groups = [{ role = \"auditor\", deny = [\"x\"] }]",
                "passkeys.groups[0].deny",
            ),
        ] {
            let fault = policy(text).unwrap_err().to_string();
            assert!(fault.contains(place), "{fault}");
        }
    }

    #[test]
    fn rules_are_taken_as_they_are_written() {
        let model = "00000000-0000-0000-0000-000000000001";
        let text = format!(
            "certification = \"L2\"\ndeny = [\"{model}\"]\nkeep_existing_until = \"2027-01-01T00:00:00Z\"\n\
             [[groups]]\nrole = \"security_officer\"\nrequire_attested = true"
        );
        let policy = policy(&text).unwrap();
        assert_eq!(policy.everyone.certification, Some(Certification::L2));
        assert!(policy.everyone.deny.contains(&model.parse().unwrap()));
        assert!(policy.groups[0].rules.require_attested);
        assert!(policy.keep_existing_until.is_some());
    }
}
