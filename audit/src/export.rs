// SPDX-License-Identifier: Apache-2.0
//! The record as one file, to be kept and checked elsewhere: JSON lines, each an object whose `type`
//! says what it is. Nothing in the file is believed; [`Checker`] recomputes it.
//!
//! ```text
//! {"type":"countersign-record","version":1,"origin":"id.example/record","key":"id.example/record+…"}
//! {"type":"leaf","hash":"<hex>","record":"<canonical JSON, as text>"}
//! {"type":"leaf","hash":"<hex>","record":"…","salt":"<hex>","inputs":"<canonical JSON, as text>"}
//! {"type":"checkpoint","note":"<signed note>"}       after the last leaf that it is over
//! {"type":"end","size":2,"root":"<hex>"}
//! ```

mod checker;

use serde::{Deserialize, Serialize};

pub use checker::{Checker, Checks, ExportFault, ExportReport};

use crate::hash::Hash;
use crate::store::leaves::StoredLeaf;

/// The longest line that is read: a leaf whose text is escaped throughout.
pub const LONGEST_LINE: usize = 64 << 20;

/// One line of an export.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(tag = "type", deny_unknown_fields)]
pub enum Line {
    /// The first line.
    #[serde(rename = "countersign-record")]
    Head {
        /// The version of this format: 1.
        version: u32,
        /// The record's name.
        origin: String,
        /// The key that its checkpoints verify by. Only a hint: whoever checks brings a key of her own.
        key: String,
    },
    /// A leaf, in order from number 0.
    #[serde(rename = "leaf")]
    Leaf {
        /// Its hash.
        hash: String,
        /// The hashed text.
        record: String,
        /// The salt of the inputs, while they are kept.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        salt: Option<String>,
        /// What it rested on, while that is kept.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        inputs: Option<String>,
    },
    /// A signed checkpoint over all leaves so far.
    #[serde(rename = "checkpoint")]
    Checkpoint {
        /// The signed note, with witnesses' signatures.
        note: String,
    },
    /// The last line.
    #[serde(rename = "end")]
    End {
        /// The number of leaves.
        size: u64,
        /// The root over them.
        root: String,
    },
}

impl Line {
    /// A leaf as it is stored. Bytes that are no text are replaced, and then do not verify.
    pub fn leaf(stored: &StoredLeaf) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self::Leaf {
            hash: stored.hash.to_string(),
            record: text(&stored.record),
            salt: stored.salt.as_deref().map(hex::encode),
            inputs: stored.inputs.as_deref().map(text),
        }
    }

    /// The last line.
    pub fn end(size: u64, root: &Hash) -> Self {
        let root = root.to_string();
        Self::End { size, root }
    }

    /// The line as it is written, with its newline.
    pub fn written(&self) -> String {
        // INVARIANT: strings and numbers always become JSON; were they not to, the empty line would be
        // refused by every reader.
        let mut line = serde_json::to_string(self).unwrap_or_default();
        line.push('\n');
        line
    }
}
