// SPDX-License-Identifier: Apache-2.0
//! Where a search goes on, as its caller carries it: hidden, of one length whatever stands in it, and
//! good for nobody else and no other search.

use countersign_directory::id::MAX_BYTES;
use countersign_directory::{Revision, ServerId};

use crate::app::House;

/// Bytes of a hash of the request.
const HASH: usize = 32;

/// Where a search goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Continued {
    /// In which world.
    pub revision: Revision,
    /// The hash of all that was asked.
    pub request: [u8; HASH],
    /// Behind which identifier of ours.
    pub after: String,
}

impl House {
    /// A place in a search of `server`, for it to carry.
    pub fn told_page(&self, server: &ServerId, place: &Continued) -> String {
        self.carried('p', &purpose(server), &place.to_bytes())
    }

    /// Reads what [`House::told_page`] wrote for the same server.
    pub fn read_page(&self, server: &ServerId, text: &str) -> Option<Continued> {
        let plain = self.read_carried('p', &purpose(server), text)?;
        Continued::of_bytes(&plain)
    }
}

fn purpose(server: &ServerId) -> String {
    format!("search {server}")
}

impl Continued {
    /// As many bytes for every place: how long an identifier is would tell of what may be hidden.
    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.revision.to_be_bytes().to_vec();
        bytes.extend(self.request);
        bytes.push(self.after.len() as u8);
        bytes.extend(self.after.as_bytes());
        bytes.resize(size_of::<Revision>() + HASH + 1 + MAX_BYTES, 0);
        bytes
    }

    fn of_bytes(bytes: &[u8]) -> Option<Self> {
        let (revision, rest) = bytes.split_first_chunk()?;
        let (request, rest) = rest.split_first_chunk()?;
        let (length, rest) = rest.split_first()?;
        let after = rest.get(..usize::from(*length))?;
        Some(Self {
            revision: Revision::from_be_bytes(*revision),
            request: *request,
            after: String::from_utf8(after.to_vec()).ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_written_and_always_as_long() {
        let place = |after: String| Continued {
            revision: 42,
            request: [7; HASH],
            after,
        };
        let sizes = ["", "a", &"x".repeat(MAX_BYTES)].map(|after| {
            let place = place(after.to_owned());
            let bytes = place.to_bytes();
            assert_eq!(Continued::of_bytes(&bytes), Some(place));
            bytes.len()
        });
        assert!(sizes.iter().all(|size| *size == sizes[0]));
        assert_eq!(Continued::of_bytes(&[0; 40]), None);
    }
}
