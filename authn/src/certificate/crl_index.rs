// SPDX-License-Identifier: Apache-2.0
//! The serial numbers of a revocation list: 24 bytes each, sorted, found by halving. A list of a
//! million entries takes 24 MB and is parsed once.

use std::collections::BTreeMap;

use super::name::DistinguishedName;

const LONGEST: usize = 20;
const RECORD: usize = 2 + 1 + LONGEST + 1;

/// Who is on a list, and why.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    issuers: Vec<DistinguishedName>,
    records: Vec<[u8; RECORD]>,
    /// Serial numbers that are longer than anybody should make them.
    long: BTreeMap<(u16, Vec<u8>), u8>,
}

impl Index {
    /// The number under which an issuer's entries are kept; `None` when there are too many.
    pub(super) fn issuer(&mut self, issuer: &DistinguishedName) -> Option<u16> {
        if let Some(found) = self.issuers.iter().position(|one| one == issuer) {
            return u16::try_from(found).ok();
        }
        let number = u16::try_from(self.issuers.len()).ok().filter(|n| *n < 1024)?;
        self.issuers.push(issuer.clone());
        Some(number)
    }

    pub(super) fn add(&mut self, issuer: u16, serial: &[u8], reason: u8) {
        match record(issuer, serial, reason) {
            Some(record) => self.records.push(record),
            None => {
                self.long.insert((issuer, serial.to_vec()), reason);
            }
        }
    }

    pub(super) fn sort(&mut self) {
        self.records.sort_unstable();
        self.records.shrink_to_fit();
    }

    /// Why this certificate is on the list, if it is.
    pub(super) fn reason(&self, issuer: &DistinguishedName, serial: &[u8]) -> Option<u8> {
        let number = self.issuers.iter().position(|one| one == issuer)?;
        let number = u16::try_from(number).ok()?;
        let Some(wanted) = record(number, serial, 0) else {
            return self.long.get(&(number, serial.to_vec())).copied();
        };
        let at = self.records.partition_point(|record| *record < wanted);
        let found = self.records.get(at)?;
        let [.., reason] = *found;
        (found.get(..RECORD - 1) == wanted.get(..RECORD - 1)).then_some(reason)
    }

    pub(super) fn len(&self) -> usize {
        self.records.len() + self.long.len()
    }

    /// Bytes of memory, about.
    pub(super) fn bytes(&self) -> usize {
        self.records.capacity() * RECORD + self.long.len() * 128
    }
}

fn record(issuer: u16, serial: &[u8], reason: u8) -> Option<[u8; RECORD]> {
    let mut record = [0; RECORD];
    let (head, rest) = record.split_first_chunk_mut::<3>()?;
    let [high, low] = issuer.to_be_bytes();
    *head = [high, low, u8::try_from(serial.len()).ok()?];
    let (space, last) = rest.split_at_mut_checked(LONGEST)?;
    space.get_mut(..serial.len())?.copy_from_slice(serial);
    *last.first_mut()? = reason;
    Some(record)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_serial_number_is_found_whatever_its_length_and_never_by_its_beginning() {
        let name = DistinguishedName::from_der(&[0x30, 0]).unwrap();
        let mut index = Index::default();
        let issuer = index.issuer(&name).unwrap();
        for (serial, reason) in [(vec![1], 1), (vec![1, 2], 4), (vec![7; 20], 5), (vec![7; 40], 6)] {
            index.add(issuer, &serial, reason);
        }
        index.sort();
        assert_eq!(index.reason(&name, &[1]), Some(1));
        assert_eq!(index.reason(&name, &[1, 2]), Some(4));
        assert_eq!(index.reason(&name, &[7; 20]), Some(5));
        assert_eq!(index.reason(&name, &[7; 40]), Some(6));
        for absent in [&[0_u8][..], &[2], &[1, 2, 0], &[7; 19], &[7; 21], &[7; 41]] {
            assert_eq!(index.reason(&name, absent), None);
        }
    }
}
