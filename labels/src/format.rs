// SPDX-License-Identifier: Apache-2.0
//! The formats in which a label is read and written.

use std::fmt;
use std::str::FromStr;

/// A format of labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// Swiss marking.
    Ch,
    /// German marking.
    De,
    /// Marking of the European Union.
    Eu,
    /// French marking.
    Fr,
    /// The product's own JSON.
    Json,
    /// NATO marking.
    Nato,
    /// OpenTDF attribute names, one a line.
    OpenTdf,
    /// XML confidentiality label, compatible with published samples of STANAG 4774.
    Stanag4774,
    /// Marking of the United Kingdom.
    Uk,
    /// US banner line; a portion mark is read as well.
    Us,
    /// US portion mark.
    UsPortion,
}

/// A name that is no format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no format: name one of ch, de, eu, fr, json, nato, opentdf, stanag4774, uk, us, us-portion"
)]
pub struct UnknownFormat(String);

impl Format {
    /// All formats by name.
    pub const ALL: [Self; 11] = [
        Self::Ch,
        Self::De,
        Self::Eu,
        Self::Fr,
        Self::Json,
        Self::Nato,
        Self::OpenTdf,
        Self::Stanag4774,
        Self::Uk,
        Self::Us,
        Self::UsPortion,
    ];

    /// Those that are words for people. A portion mark is read as the marking of its scheme.
    pub const MARKINGS: [Self; 7] = [
        Self::Ch,
        Self::De,
        Self::Eu,
        Self::Fr,
        Self::Nato,
        Self::Uk,
        Self::Us,
    ];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ch => "ch",
            Self::De => "de",
            Self::Eu => "eu",
            Self::Fr => "fr",
            Self::Json => "json",
            Self::Nato => "nato",
            Self::OpenTdf => "opentdf",
            Self::Stanag4774 => "stanag4774",
            Self::Uk => "uk",
            Self::Us => "us",
            Self::UsPortion => "us-portion",
        }
    }

    /// The scheme whose labels it holds; nothing when it holds those of any.
    pub fn scheme(self) -> Option<&'static str> {
        match self {
            Self::Ch => Some("CH"),
            Self::De => Some("DE"),
            Self::Eu => Some("EU"),
            Self::Fr => Some("FR"),
            Self::Nato => Some("NATO"),
            Self::Uk => Some("UK"),
            Self::Us | Self::UsPortion => Some("US"),
            Self::Json | Self::OpenTdf | Self::Stanag4774 => None,
        }
    }

    /// The format of a text that begins like this, unless it is a marking.
    pub(crate) fn by_beginning(text: &str) -> Option<Self> {
        match text.as_bytes() {
            [b'{', ..] => Some(Self::Json),
            [b'<', ..] => Some(Self::Stanag4774),
            _ if text.starts_with("https:") || text.starts_with("http:") => Some(Self::OpenTdf),
            _ => None,
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, UnknownFormat> {
        Self::ALL
            .into_iter()
            .find(|format| format.as_str() == text)
            .ok_or_else(|| UnknownFormat(text.to_owned()))
    }
}
