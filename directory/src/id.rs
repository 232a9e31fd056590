// SPDX-License-Identifier: Apache-2.0
//! Identifiers, one newtype per entity. Cheap to clone; never reassigned.
//!
//! An identifier is 1 to 255 bytes of UTF-8 without control characters, exactly as its source names
//! the thing. Nothing is folded or trimmed: two spellings are two things. One of up to 23 bytes stands
//! where it is held, so that to compare it nothing else is read; a longer one is shared.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use smol_str::SmolStr;

/// The longest identifier in bytes.
pub const MAX_BYTES: usize = 255;

/// Why a text is no identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// It holds a control character.
    #[error("an identifier holds no control characters")]
    Control,
    /// It has no bytes.
    #[error("an identifier has at least one byte")]
    Empty,
    /// It is longer than [`MAX_BYTES`].
    #[error("an identifier has at most {MAX_BYTES} bytes")]
    TooLong,
}

fn check(text: &str) -> Result<(), IdError> {
    if text.is_empty() {
        Err(IdError::Empty)
    } else if text.len() > MAX_BYTES {
        Err(IdError::TooLong)
    } else if text.chars().any(char::is_control) {
        Err(IdError::Control)
    } else {
        Ok(())
    }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(SmolStr);

        impl $name {
            /// The identifier as its source writes it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), &self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                check(text)?;
                Ok(Self(SmolStr::new(text)))
            }
        }

        impl TryFrom<&str> for $name {
            type Error = IdError;

            fn try_from(text: &str) -> Result<Self, IdError> {
                text.parse()
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )+};
}

ids! {
    /// An organisation that people and channels belong to.
    AgencyId;
    /// An agreement between two classification schemes.
    AgreementId;
    /// A stored approval by a second person.
    ApprovalId;
    /// A channel, room or conversation.
    ChannelId;
    /// A device.
    DeviceId;
    /// A registered message or file.
    ItemId;
    /// A mission: what need-to-know is measured by.
    MissionId;
    /// A federation peer, media server or chat server's host.
    NodeId;
    /// A person, or a service that acts as one.
    PersonId;
    /// A connected chat server.
    ServerId;
    /// A source of people: an identity provider or a directory.
    SourceId;
}

impl ApprovalId {
    /// A new, unguessable identifier: 128 bits in hexadecimal.
    pub fn random(rng: &mut impl rand::CryptoRng) -> Self {
        let mut bytes = [0_u8; 16];
        rng.fill_bytes(&mut bytes);
        Self(SmolStr::new(hex::encode(bytes)))
    }
}

impl MissionId {
    /// Whether this is `*`: every mission, which only archiving services hold.
    pub fn is_every(&self) -> bool {
        self.0 == "*"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_taken_as_written() {
        let id: PersonId = "@alice:localhost".parse().unwrap();
        assert_eq!(id.as_str(), "@alice:localhost");
        assert_eq!(serde_json::to_string(&id).unwrap(), "\"@alice:localhost\"");
    }

    #[test]
    fn texts_that_are_no_identifiers_are_refused() {
        assert_eq!("".parse::<PersonId>(), Err(IdError::Empty));
        assert_eq!("a\u{1f}b".parse::<PersonId>(), Err(IdError::Control));
        assert_eq!("x".repeat(256).parse::<PersonId>(), Err(IdError::TooLong));
        assert!("x".repeat(255).parse::<PersonId>().is_ok());
    }
}
