// SPDX-License-Identifier: Apache-2.0
//! What the change feed says: every write that alters the world leaves a row, and each process tails
//! the rows to keep its snapshot.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};

/// The number of a committed change of the world. Taken from a counter row inside the writing
/// transaction, so revisions become visible in their own order.
pub type Revision = i64;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant,)+ }

        impl $name {
            /// The word in the store.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = UnknownWord;

            fn from_str(word: &str) -> Result<Self, UnknownWord> {
                match word { $($word => Ok(Self::$variant),)+ _ => Err(UnknownWord(word.to_owned())) }
            }
        }
    };
}

/// A stored word that this version does not know. An error, never a default.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown word `{0}`")]
pub struct UnknownWord(pub String);

words! {
    /// What kind of thing changed. Rooms above add their own nouns here, so that all share one feed.
    Noun {
        /// An agency.
        Agency = "agency",
        /// An agreement between schemes.
        Agreement = "agreement",
        /// A stored approval.
        Approval = "approval",
        /// A channel, its label, flags and whole member list.
        Channel = "channel",
        /// An OpenID Connect client.
        Client = "client",
        /// A device.
        Device = "device",
        /// A registered file.
        File = "file",
        /// One membership; the id is [`member_id`].
        Member = "member",
        /// A registered message.
        Message = "message",
        /// A mission.
        Mission = "mission",
        /// A federation or media node.
        Node = "node",
        /// A person with all her clearances.
        Person = "person",
        /// The active policy revision.
        Policy = "policy",
        /// A connected server's record.
        Server = "server",
        /// A connected server's identifier table.
        ServerIds = "server_ids",
        /// A sign-in session.
        Session = "session",
        /// A source of people.
        Source = "source",
        /// The settings; the id is the setting's name.
        Settings = "settings",
        /// A signing key.
        SigningKey = "signing_key",
        /// More than fits row by row: load the world again.
        World = "world",
    }
}

words! {
    /// What happened to it.
    ChangeKind {
        /// A person became active again.
        Active = "active",
        /// A clearance of this person began to be valid.
        Began = "began",
        /// A person or session ended.
        Ended = "ended",
        /// A clearance of this person ran out.
        Expired = "expired",
        /// A channel's label changed or drifted.
        Label = "label",
        /// Created or altered.
        Put = "put",
        /// Gone for good.
        Removed = "removed",
    }
}

/// A change to be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What kind of thing.
    pub noun: Noun,
    /// Which one.
    pub id: String,
    /// What happened to it.
    pub kind: ChangeKind,
}

impl Change {
    /// A change.
    pub fn new(noun: Noun, id: impl Into<String>, kind: ChangeKind) -> Self {
        Self {
            noun,
            id: id.into(),
            kind,
        }
    }

    /// Something created or altered.
    pub fn put(noun: Noun, id: impl Into<String>) -> Self {
        Self::new(noun, id, ChangeKind::Put)
    }

    /// Something gone.
    pub fn removed(noun: Noun, id: impl Into<String>) -> Self {
        Self::new(noun, id, ChangeKind::Removed)
    }
}

/// A recorded change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Where it stands in the feed.
    pub cursor: Cursor,
    /// When it was written.
    pub at: DateTime<Utc>,
    /// What changed.
    pub change: Change,
}

/// A place in the feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cursor {
    /// The revision.
    pub revision: Revision,
    /// The place within the revision.
    pub seq: i64,
}

impl Cursor {
    /// The place behind the last change of `revision`.
    pub fn end_of(revision: Revision) -> Self {
        Self {
            revision,
            seq: i64::MAX,
        }
    }
}

/// Identifiers hold no control characters, so the unit separator cannot be part of one.
const SEPARATOR: char = '\u{1f}';

/// The id under which one membership stands in the feed.
pub fn member_id(channel: &crate::ChannelId, person: &crate::PersonId) -> String {
    format!("{channel}{SEPARATOR}{person}")
}

/// The channel and the person of [`member_id`], or nothing when it is none.
pub fn parse_member_id(id: &str) -> Option<(crate::ChannelId, crate::PersonId)> {
    let (channel, person) = id.split_once(SEPARATOR)?;
    Some((channel.parse().ok()?, person.parse().ok()?))
}
