// SPDX-License-Identifier: Apache-2.0
//! Settings of the deployment that decisions read.

use std::collections::BTreeMap;

use countersign_labels::Membership;
use serde::{Deserialize, Serialize};

use crate::{Accreditation, Country, Set};

/// What administrative acts ask of the session and the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Administration {
    /// The assurance level, 1 to 3.
    #[serde(default = "highest")]
    pub aal: u8,
    /// Whether the device must be managed.
    #[serde(default = "yes")]
    pub managed_device: bool,
}

impl Default for Administration {
    fn default() -> Self {
        Self {
            aal: highest(),
            managed_device: yes(),
        }
    }
}

/// Rules on which nations and agencies differ. Each is off as shipped; the guards name what it turns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a question of its own, answered by yes or no"
)]
pub struct Rules {
    /// Under nationals-only one of her nationalities within the audience is enough; else all must be.
    pub any_nationality: bool,
    /// While the record cannot be written nothing happens at all; else rank 0 goes on.
    pub deny_unrecorded: bool,
    /// Whom an emergency clearance opens a channel, she is as a member there.
    pub emergency_membership: bool,
    /// From this rank up every channel is as if its label mode were fixed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fixed_from: Option<u8>,
    /// From rank 1 up people from industry need a contract of their own that is in force, too.
    pub industry_contract: bool,
    /// Upward into a channel only an owner of it forwards.
    pub owner_accepts_upward: bool,
    /// At rank 1 only the scheme's own briefing counts, no national one for an ally's.
    pub own_briefing_only: bool,
    /// A device accredited in another scheme than what is at stake counts as not accredited.
    pub same_scheme_devices: bool,
}

impl Rules {
    /// Whether they are those that are shipped.
    pub fn are_as_shipped(&self) -> bool {
        *self == Self::default()
    }
}

/// The settings.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Countries or networks from where nothing of rank 2 or more is served.
    #[serde(default)]
    pub blocked_locations: Set<String>,
    /// What administrative acts ask for.
    #[serde(default)]
    pub administration: Administration,
    /// The deployment's own accreditation: labels above it are refused. Absent, no such limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accreditation: Option<Accreditation>,
    /// The scheme of what bears no label; absent, NATO.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_scheme: Option<String>,
    /// The highest rank for which a device counts whose key is in a browser's own store; absent, 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub browser_key_rank: Option<u8>,
    /// Communities of the deployment's own, in place of any of the same name that are shipped.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub communities: BTreeMap<String, Vec<Membership>>,
    /// Where it differs from the rules that are shipped.
    #[serde(default, skip_serializing_if = "Rules::are_as_shipped")]
    pub rules: Rules,
}

/// What a key that anybody at the browser may have copied is good for, where nothing else is set.
const BROWSER_KEY_RANK: u8 = 1;

impl Settings {
    /// The highest rank for which a device counts whose key is in a browser's own store.
    pub fn browser_key_rank(&self) -> u8 {
        self.browser_key_rank.unwrap_or(BROWSER_KEY_RANK)
    }

    /// What is wrong with its communities, if anything: each is of nations, each of which belongs from its
    /// first day to its last.
    pub fn fault(&self) -> Option<String> {
        let named = self.communities.iter();
        let mut all = named.flat_map(|(name, held)| held.iter().map(move |held| (name, held)));
        all.find_map(|(name, held)| {
            if held.nation.parse::<Country>().is_err() {
                return Some(format!(
                    "community `{name}`: `{}` is no nation (ISO 3166-1 alpha-3)",
                    held.nation
                ));
            }
            let backwards = held
                .since
                .zip(held.until)
                .is_some_and(|(since, until)| until < since);
            backwards.then(|| format!("community `{name}`: {} leaves before it joins", held.nation))
        })
    }
}

pub(crate) fn highest() -> u8 {
    3
}

pub(crate) fn yes() -> bool {
    true
}
