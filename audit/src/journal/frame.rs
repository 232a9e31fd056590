// SPDX-License-Identifier: Apache-2.0
//! One frame: `magic(4) length(4) sequence(8) previous(32) payload hash(32)`, numbers little-endian.
//! The hash is SHA-256 over all that precedes it, so it is checksum and link of the chain at once.

use crate::hash::{self, Hash};

/// The longest payload that is written or believed.
pub(super) const LONGEST: usize = 16 << 20;
/// The bytes before a payload.
pub(super) const HEAD: usize = 4 + 4 + 8 + 32;
/// The bytes after it.
pub(super) const TAIL: usize = 32;
/// The first bytes of each frame.
pub(super) const MAGIC: &[u8; 4] = b"CSJ\x01";

/// What the first bytes of a frame say.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    pub(super) length: usize,
    pub(super) sequence: u64,
    pub(super) previous: Hash,
}

/// Appends a frame to `out` and returns its hash, the next frame's `previous`.
pub(super) fn encode(sequence: u64, previous: &Hash, payload: &[u8], out: &mut Vec<u8>) -> Hash {
    let start = out.len();
    out.reserve(HEAD + payload.len() + TAIL);
    out.extend_from_slice(MAGIC);
    out.extend_from_slice(&(payload.len() as u32).to_le_bytes());
    out.extend_from_slice(&sequence.to_le_bytes());
    out.extend_from_slice(previous.as_bytes());
    out.extend_from_slice(payload);
    let hash = hash::of(&[out.get(start..).unwrap_or_default()]);
    out.extend_from_slice(hash.as_bytes());
    hash
}

/// Reads the head of a frame; `None` when it cannot be one.
pub(super) fn head(bytes: &[u8]) -> Option<Head> {
    let (magic, rest) = bytes.split_first_chunk::<4>()?;
    let (length, rest) = rest.split_first_chunk::<4>()?;
    let (sequence, rest) = rest.split_first_chunk::<8>()?;
    let previous = rest.first_chunk::<32>()?;
    let length = u32::from_le_bytes(*length) as usize;
    (magic == MAGIC && length <= LONGEST).then(|| Head {
        length,
        sequence: u64::from_le_bytes(*sequence),
        previous: Hash::from(*previous),
    })
}

/// The hash of a whole frame (without its own hash at the end) if the one written there is right.
pub(super) fn checked(frame: &[u8]) -> Option<Hash> {
    let (before, written) = frame.split_last_chunk::<32>()?;
    let hash = hash::of(&[before]);
    (hash.as_bytes() == written).then_some(hash)
}

/// Whether a whole, right frame starts anywhere in `bytes`.
pub(super) fn anywhere_in(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while let Some(found) = rest.windows(MAGIC.len()).position(|window| window == MAGIC) {
        let candidate = rest.get(found..).unwrap_or_default();
        let whole = head(candidate).and_then(|head| candidate.get(..HEAD + head.length + TAIL));
        if whole.and_then(checked).is_some() {
            return true;
        }
        rest = candidate.get(1..).unwrap_or_default();
    }
    false
}
