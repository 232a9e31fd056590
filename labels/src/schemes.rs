// SPDX-License-Identifier: Apache-2.0
//! The schemes and communities in use, checked once when they are read.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

use crate::fold::fold;
use crate::label::{Audience, Label, LabelError};
use crate::marking::MarkingWords;
use crate::{Communities, DatedCommunities, RawLabel, Satisfied, Scheme};

/// Why scheme data cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SchemeError {
    /// Two levels of one scheme cannot be told apart.
    #[error("scheme `{scheme}`: two levels are named `{level}`")]
    DuplicateLevel {
        /// The scheme.
        scheme: String,
        /// The name.
        level: String,
    },
    /// Two schemes of one name.
    #[error("two schemes are named `{0}`")]
    DuplicateScheme(String),
    /// It is not the JSON of a scheme.
    #[error("not a scheme: {0}")]
    Json(#[from] serde_json::Error),
    /// A scheme without levels.
    #[error("scheme `{0}` has no levels")]
    NoLevels(String),
    /// Levels are written lowest first.
    #[error("scheme `{scheme}`: level `{level}` is not above the one before it")]
    Order {
        /// The scheme.
        scheme: String,
        /// The level out of order.
        level: String,
    },
    /// A level is named that does not exist.
    #[error("scheme `{scheme}` has no level `{level}`")]
    UnknownLevel {
        /// The scheme.
        scheme: String,
        /// The name.
        level: String,
    },
}

/// All schemes, and the communities at one moment.
#[derive(Debug, Clone)]
pub struct Schemes {
    schemes: BTreeMap<String, Entry>,
    communities: Communities,
}

#[derive(Debug, Clone)]
struct Entry {
    scheme: Arc<Scheme>,
    name: Arc<str>,
    levels: Vec<Arc<str>>,
    default_audience: Arc<BTreeSet<String>>,
}

const BUILT_IN: [&str; 7] = [
    include_str!("../../policies/schemes/ch.json"),
    include_str!("../../policies/schemes/de.json"),
    include_str!("../../policies/schemes/eu.json"),
    include_str!("../../policies/schemes/fr.json"),
    include_str!("../../policies/schemes/nato.json"),
    include_str!("../../policies/schemes/uk.json"),
    include_str!("../../policies/schemes/us.json"),
];

const COMMUNITIES: &str = include_str!("../../policies/communities.json");

#[expect(clippy::panic, reason = "the data is compiled in, and a test reads it")]
static SHIPPED: LazyLock<Shipped> = LazyLock::new(|| match Shipped::read() {
    Ok(shipped) => shipped,
    Err(error) => panic!("the built-in schemes: {error}"),
});

struct Shipped {
    communities: DatedCommunities,
    schemes: Schemes,
}

impl Shipped {
    fn read() -> Result<Self, SchemeError> {
        let communities: DatedCommunities = serde_json::from_str(COMMUNITIES)?;
        let schemes = Schemes::parse(&BUILT_IN, communities.at(communities.looked_at()))?;
        Ok(Self { communities, schemes })
    }
}

impl Schemes {
    /// The seven schemes that ship with the product, among the communities of the day on which somebody looked.
    /// What is asked at a moment is asked of [`crate::Calendar`].
    pub fn builtin() -> &'static Self {
        &SHIPPED.schemes
    }

    /// The communities that ship with the product.
    pub fn dated_communities() -> &'static DatedCommunities {
        &SHIPPED.communities
    }

    /// Reads schemes from JSON texts and checks them.
    pub fn parse(schemes: &[&str], communities: Communities) -> Result<Self, SchemeError> {
        let mut all = BTreeMap::new();
        for text in schemes {
            let scheme: Scheme = serde_json::from_str(text)?;
            check(&scheme)?;
            let id = scheme.id.clone();
            let entry = Entry {
                name: Arc::from(id.as_str()),
                levels: scheme
                    .levels
                    .iter()
                    .map(|level| Arc::from(level.id.as_str()))
                    .collect(),
                default_audience: default_audience(&scheme, &communities),
                scheme: Arc::new(scheme),
            };
            if all.insert(id.clone(), entry).is_some() {
                return Err(SchemeError::DuplicateScheme(id));
            }
        }
        Ok(Self {
            schemes: all,
            communities,
        })
    }

    /// The same schemes among other communities.
    #[must_use]
    pub fn among(&self, communities: Communities) -> Self {
        let mut other = Self {
            schemes: self.schemes.clone(),
            communities,
        };
        for entry in other.schemes.values_mut() {
            entry.default_audience = default_audience(&entry.scheme, &other.communities);
        }
        other
    }

    /// The scheme of that id.
    pub fn scheme(&self, id: &str) -> Option<&Scheme> {
        self.schemes.get(id).map(|entry| entry.scheme.as_ref())
    }

    /// All schemes by id.
    pub fn iter(&self) -> impl Iterator<Item = &Scheme> {
        self.schemes.values().map(|entry| entry.scheme.as_ref())
    }

    /// The communities.
    pub fn communities(&self) -> &Communities {
        &self.communities
    }

    /// Understands a label, or says why it cannot. Constraints of the scheme are for
    /// [`Scheme::faults`]: a label may be understood and yet be one that nobody should have written.
    pub fn label(&self, raw: &RawLabel) -> Result<Label, LabelError> {
        let Some(entry) = self.schemes.get(&raw.scheme) else {
            return Err(LabelError::UnknownScheme(raw.scheme.clone()));
        };
        let scheme = &entry.scheme;
        let unknown = || LabelError::UnknownLevel {
            scheme: raw.scheme.clone(),
            level: raw.level.clone(),
        };
        let level = scheme.level(&raw.level).ok_or_else(unknown)?;
        let name = entry
            .levels
            .iter()
            .find(|name| ***name == *level.id)
            .ok_or_else(unknown)?;
        let named = raw.compartments.iter().chain(raw.releasable_to.iter().flatten());
        if named
            .chain(&raw.originator_controlled_by)
            .any(|text| text.trim().is_empty())
        {
            return Err(LabelError::EmptyName);
        }
        let audience = match &raw.releasable_to {
            Some(release) => Audience::Nations(Arc::new(
                self.communities.expand(release.iter().map(String::as_str)),
            )),
            None if level.rank < scheme.default_release.from_rank => Audience::Everybody,
            None => Audience::Nations(Arc::clone(&entry.default_audience)),
        };
        let by_recipients = raw
            .compartments
            .iter()
            .filter(|tag| scheme.satisfied(tag) == Satisfied::Recipients)
            .cloned()
            .collect();
        Ok(Label::understood(
            raw,
            Arc::clone(&entry.name),
            Arc::clone(name),
            level.rank,
            audience,
            by_recipients,
        ))
    }
}

fn default_audience(scheme: &Scheme, communities: &Communities) -> Arc<BTreeSet<String>> {
    let named = scheme.default_release.to.iter().map(String::as_str);
    Arc::new(communities.expand(named))
}

fn check(scheme: &Scheme) -> Result<(), SchemeError> {
    let id = || scheme.id.clone();
    let mut names = BTreeSet::new();
    let mut last = None;
    for level in &scheme.levels {
        if !names.insert(fold(&level.id)) {
            return Err(SchemeError::DuplicateLevel {
                scheme: id(),
                level: level.id.clone(),
            });
        }
        if last.is_some_and(|rank| rank >= level.rank) {
            return Err(SchemeError::Order {
                scheme: id(),
                level: level.id.clone(),
            });
        }
        last = Some(level.rank);
    }
    if last.is_none() {
        return Err(SchemeError::NoLevels(id()));
    }
    let mentioned = scheme
        .tags
        .iter()
        .flat_map(|tag| &tag.excluded_at)
        .chain([&scheme.clearance_from])
        .chain(scheme.markings.iter().flat_map(MarkingWords::levels));
    for name in mentioned {
        if !scheme.levels.iter().any(|level| level.id == *name) {
            return Err(SchemeError::UnknownLevel {
                scheme: id(),
                level: name.clone(),
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seven_schemes_have_the_ranks_of_the_guards() {
        let ranks: Vec<String> = Schemes::builtin()
            .iter()
            .map(|s| {
                let levels: Vec<String> = s.levels.iter().map(|l| format!("{} {}", l.id, l.rank)).collect();
                format!("{}: {}", s.id, levels.join(", "))
            })
            .collect();
        assert_eq!(
            ranks,
            [
                "CH: NON 0, INTERN 1, VERTRAULICH 2, GEHEIM 3",
                "DE: OFFEN 0, VS-NfD 1, VS-V 2, GEHEIM 3, STRENG GEHEIM 4",
                "EU: R-UE 1, C-UE 2, S-UE 3, TS-UE 4",
                "FR: NP 0, DR 1, SECRET 3, TRES SECRET 4",
                "NATO: NU 0, NR 1, NC 2, NS 3, CTS 4",
                "UK: OFFICIAL 0, SECRET 3, TOP SECRET 4",
                "US: U 0, C 2, S 3, TS 4",
            ]
        );
    }

    #[test]
    fn markings_can_be_read_on_their_colour() {
        for level in Schemes::builtin().iter().flat_map(|scheme| &scheme.levels) {
            let (a, b) = (luminance(&level.background), luminance(&level.foreground));
            assert!((a.max(b) + 0.05) / (a.min(b) + 0.05) >= 4.5, "{}", level.id);
        }
    }

    fn luminance(colour: &str) -> f64 {
        let part = |at: usize| {
            let value = f64::from(u8::from_str_radix(colour.get(at..at + 2).unwrap(), 16).unwrap()) / 255.0;
            if value <= 0.03928 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
    }
}
