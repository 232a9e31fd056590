// SPDX-License-Identifier: Apache-2.0
//! The marking above and below every page: the highest that this deployment may hold. That is its
//! accreditation; where it has none on file, what the configuration says; and where that is silent or
//! cannot be understood, that it is missing. No marking is made up.

use countersign_directory::Accreditation;

use crate::app::House;

/// A marking and its colours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marking {
    /// Its words.
    pub text: String,
    /// Background colour, `#rrggbb`.
    pub background: String,
    /// Text colour, `#rrggbb`.
    pub foreground: String,
}

impl Marking {
    /// The marking of this deployment.
    pub fn of(house: &House) -> Self {
        let accredited = house.snapshot().settings().accreditation.clone();
        let configured = || {
            let banner = house.config.login.banner.as_ref()?;
            Some(Accreditation {
                compartments: countersign_directory::Set::default(),
                level: banner.level.clone(),
                scheme: banner.scheme.clone(),
            })
        };
        accredited
            .or_else(configured)
            .and_then(|highest| Self::reading(house, &highest))
            .unwrap_or_else(Self::missing)
    }

    fn reading(house: &House, highest: &Accreditation) -> Option<Self> {
        let level = house.schemes.scheme(&highest.scheme)?.level(&highest.level)?;
        let mut text = level.marking.clone();
        for compartment in &highest.compartments {
            text.push(' ');
            text.push_str(compartment);
        }
        Some(Self {
            text,
            background: level.background.clone(),
            foreground: level.foreground.clone(),
        })
    }

    fn missing() -> Self {
        Self {
            text: "MARKING MISSING".to_owned(),
            background: "#000000".to_owned(),
            foreground: "#ffffff".to_owned(),
        }
    }
}
