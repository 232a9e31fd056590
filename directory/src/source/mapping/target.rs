// SPDX-License-Identifier: Apache-2.0
//! The parts of a person that a source can state.

use std::fmt;

use serde::de::DeserializeOwned;
use serde::de::value::StrDeserializer;
use serde::{Deserialize, Serialize};

use crate::{AgencyId, Country, MissionId, Role};

/// A part of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// Where she works.
    Agency,
    /// Her briefings.
    Briefings,
    /// Her clearances.
    Clearances,
    /// What people call her.
    DisplayName,
    /// Her mail address.
    Email,
    /// Whether the source verified that address: `true` or `false`.
    EmailVerified,
    /// Whether she may do anything at all: `true` or `false`.
    IsActive,
    /// Her missions.
    Missions,
    /// Her nationalities (ISO 3166-1 alpha-3).
    Nationalities,
    /// Her offices.
    Roles,
    /// A name to sign in with.
    Username,
}

/// The longest value of a part.
const LONGEST: usize = 255;

impl Target {
    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Agency => "agency",
            Self::Briefings => "briefings",
            Self::Clearances => "clearances",
            Self::DisplayName => "display_name",
            Self::Email => "email",
            Self::EmailVerified => "email_verified",
            Self::IsActive => "is_active",
            Self::Missions => "missions",
            Self::Nationalities => "nationalities",
            Self::Roles => "roles",
            Self::Username => "username",
        }
    }

    /// Whether it has any number of values.
    pub fn is_list(self) -> bool {
        matches!(
            self,
            Self::Briefings | Self::Clearances | Self::Missions | Self::Nationalities | Self::Roles
        )
    }

    /// Why a text is no value of it, if so.
    pub(super) fn fault(self, text: &str) -> Option<String> {
        if text.is_empty() || text.len() > LONGEST || text.chars().any(deceives) {
            return Some(format!(
                "{} is not 1 to {LONGEST} bytes without control characters",
                crate::world::quoted(text)
            ));
        }
        let fits = match self {
            Self::Agency => text.parse::<AgencyId>().is_ok(),
            Self::Email => is_address(text),
            Self::EmailVerified | Self::IsActive => flag(text).is_some(),
            Self::Missions => text.parse::<MissionId>().is_ok_and(|mission| !mission.is_every()),
            Self::Nationalities => text.parse::<Country>().is_ok(),
            Self::Roles => word::<Role>(text).is_some(),
            Self::Briefings | Self::Clearances | Self::DisplayName | Self::Username => true,
        };
        (!fits).then(|| format!("{} is no {}", crate::world::quoted(text), self.one()))
    }

    fn one(self) -> &'static str {
        match self {
            Self::Agency => "identifier of an agency",
            Self::Email => "mail address",
            Self::EmailVerified | Self::IsActive => "`true` or `false`",
            Self::Missions => "identifier of a mission",
            Self::Nationalities => "country code of three letters (ISO 3166-1 alpha-3)",
            Self::Roles => "office",
            Self::Briefings | Self::Clearances | Self::DisplayName | Self::Username => "value",
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// `true` or `false`, as directories and identity providers write it.
pub(super) fn flag(text: &str) -> Option<bool> {
    match text {
        "true" | "TRUE" | "True" => Some(true),
        "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

/// A word of an enum of the entities.
pub(super) fn word<T: DeserializeOwned>(text: &str) -> Option<T> {
    T::deserialize(StrDeserializer::<serde::de::value::Error>::new(text)).ok()
}

/// Characters that make a text look like another: control characters, and those that turn its direction
/// or cannot be seen.
fn deceives(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

fn is_address(text: &str) -> bool {
    text.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && !domain.is_empty()
            && !domain.contains('@')
            && !text
                .chars()
                .any(|c| c.is_whitespace() || matches!(c, '<' | '>' | ',' | ';' | '"'))
    })
}
