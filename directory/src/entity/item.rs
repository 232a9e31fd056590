// SPDX-License-Identifier: Apache-2.0
//! Registered messages and files.

use countersign_labels::RawLabel;
use serde::{Deserialize, Serialize};

use crate::ChannelId;

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemKind {
    /// A file.
    File,
    /// A message.
    Message,
}

impl ItemKind {
    /// The word in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Message => "message",
        }
    }
}

/// A message or file that the directory knows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Where it was posted.
    pub channel: ChannelId,
    /// Its own label; absent, the channel's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<RawLabel>,
}
