// SPDX-License-Identifier: Apache-2.0
//! Revisions and cursors as callers hold them: hidden, so that they tell nothing of how much happened,
//! and only we read them back. A revision is the same text until it moves, for callers compare it. A cursor moves
//! with what its holder may not know of, and so looks different each time.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign_authz::Snapshot;
use countersign_directory::{ConnectedServer, Cursor, Revision};
use rand::Rng as _;

use crate::app::House;

const REVISION: &str = "revision";
const CURSOR: &str = "cursor";
const NONCE: usize = 12;

impl House {
    /// The revision of the world as a connected server sees it.
    pub fn revision_for(&self, server: &ConnectedServer, snapshot: &Snapshot) -> String {
        self.told_revision(snapshot.revision_seen_by(&server.id))
    }

    /// A revision of the world for a caller.
    pub fn told_revision(&self, revision: Revision) -> String {
        let hidden = self
            .sealer
            .hide(REVISION, &revision.to_be_bytes(), [0; NONCE])
            .unwrap_or_default();
        let body = hidden.get(NONCE..).unwrap_or_default();
        format!("r{}", URL_SAFE_NO_PAD.encode(body))
    }

    /// Reads what [`House::told_revision`] wrote.
    pub fn read_revision(&self, text: &str) -> Option<Revision> {
        let body = URL_SAFE_NO_PAD.decode(text.strip_prefix('r')?).ok()?;
        let hidden = [[0; NONCE].as_slice(), &body].concat();
        let plain = self.sealer.reveal(REVISION, &hidden).ok()?;
        Some(Revision::from_be_bytes(plain.as_slice().try_into().ok()?))
    }

    /// A cursor of the change feed for a caller.
    pub fn told_cursor(&self, cursor: Cursor) -> String {
        let plain = [cursor.revision.to_be_bytes(), cursor.seq.to_be_bytes()].concat();
        self.carried('c', CURSOR, &plain)
    }

    /// Reads what [`House::told_cursor`] wrote.
    pub fn read_cursor(&self, text: &str) -> Option<Cursor> {
        let plain = self.read_carried('c', CURSOR, text)?;
        let (revision, seq) = plain.split_first_chunk::<8>()?;
        Some(Cursor {
            revision: i64::from_be_bytes(*revision),
            seq: i64::from_be_bytes(seq.try_into().ok()?),
        })
    }
    /// What a caller carries for us to `purpose`, marked with a letter. It looks different each time.
    pub(super) fn carried(&self, mark: char, purpose: &str, plain: &[u8]) -> String {
        let mut nonce = [0; NONCE];
        self.rng().fill_bytes(&mut nonce);
        let hidden = self.sealer.hide(purpose, plain, nonce).unwrap_or_default();
        format!("{mark}{}", URL_SAFE_NO_PAD.encode(hidden))
    }

    /// Reads what [`House::carried`] wrote.
    pub(super) fn read_carried(&self, mark: char, purpose: &str, text: &str) -> Option<Vec<u8>> {
        let hidden = URL_SAFE_NO_PAD.decode(text.strip_prefix(mark)?).ok()?;
        Some(self.sealer.reveal(purpose, &hidden).ok()?.to_vec())
    }
}
