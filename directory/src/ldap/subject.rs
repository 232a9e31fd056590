// SPDX-License-Identifier: Apache-2.0
//! The name of an entry that never changes. A distinguished name moves with a person, a login name is
//! given to the next one; what the directory made up for the entry stays.

use serde::{Deserialize, Serialize};

/// Which attribute names an entry for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SubjectKind {
    /// `entryUUID` (RFC 4530): OpenLDAP and most others.
    #[serde(rename = "entryUUID")]
    EntryUuid,
    /// `objectGUID`: Active Directory and Samba.
    #[serde(rename = "objectGUID")]
    ObjectGuid,
    /// `nsUniqueId`: 389 Directory Server.
    #[serde(rename = "nsUniqueId")]
    NsUniqueId,
}

/// Why an entry has no lasting name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SubjectError {
    /// The attribute is not there, or nobody may read it.
    #[error("`{0}` is missing")]
    Missing(&'static str),
    /// It has several values.
    #[error("`{0}` has several values")]
    Several(&'static str),
    /// It is not of its form.
    #[error("`{0}` is not of its form")]
    Form(&'static str),
}

impl SubjectKind {
    /// The attribute.
    pub fn attribute(self) -> &'static str {
        match self {
            Self::EntryUuid => "entryUUID",
            Self::ObjectGuid => "objectGUID",
            Self::NsUniqueId => "nsUniqueId",
        }
    }

    /// Reads the one value; its canonical text.
    pub fn read(self, values: &[Vec<u8>]) -> Result<String, SubjectError> {
        let name = self.attribute();
        let value = match values {
            [] => return Err(SubjectError::Missing(name)),
            [value] => value.as_slice(),
            _ => return Err(SubjectError::Several(name)),
        };
        let read = match self {
            Self::EntryUuid => grouped(value, &[8, 4, 4, 4, 12]),
            Self::NsUniqueId => grouped(value, &[8, 8, 8, 8]),
            Self::ObjectGuid => <[u8; 16]>::try_from(value).ok().map(guid),
        };
        read.ok_or(SubjectError::Form(name))
    }

    /// A filter for the entry of this name, as [`SubjectKind::read`] wrote it.
    pub fn filter(self, subject: &str) -> Option<String> {
        let name = self.attribute();
        match self {
            Self::EntryUuid => {
                grouped(subject.as_bytes(), &[8, 4, 4, 4, 12]).map(|id| format!("({name}={id})"))
            }
            Self::NsUniqueId => grouped(subject.as_bytes(), &[8, 8, 8, 8]).map(|id| format!("({name}={id})")),
            Self::ObjectGuid => {
                let digits: String = subject.chars().filter(|character| *character != '-').collect();
                let bytes = <[u8; 16]>::try_from(hex::decode(digits).ok()?).ok()?;
                Some(format!("({name}={})", super::filter::escape_bytes(&mixed(bytes))))
            }
        }
    }
}

/// A UUID in network order (RFC 4533 sends them so) as `entryUUID` writes it.
pub fn uuid(bytes: [u8; 16]) -> String {
    let digits = hex::encode(bytes);
    let mut rest = digits.as_str();
    let mut groups = Vec::with_capacity(5);
    for length in [8, 4, 4, 4, 12] {
        let (group, more) = rest.split_at_checked(length).unwrap_or((rest, ""));
        groups.push(group);
        rest = more;
    }
    groups.join("-")
}

/// An `objectGUID`: its first three groups are little-endian.
fn guid(bytes: [u8; 16]) -> String {
    uuid(mixed(bytes))
}

/// From mixed-endian to network order, and back.
fn mixed(mut bytes: [u8; 16]) -> [u8; 16] {
    let (first, rest) = bytes.split_at_mut(4);
    let (second, rest) = rest.split_at_mut(2);
    let (third, _) = rest.split_at_mut(2);
    first.reverse();
    second.reverse();
    third.reverse();
    bytes
}

/// Hexadecimal groups joined by hyphens, in lower case.
fn grouped(value: &[u8], lengths: &[usize]) -> Option<String> {
    let text = std::str::from_utf8(value).ok()?;
    let groups: Vec<&str> = text.split('-').collect();
    let fit = groups.len() == lengths.len()
        && groups.iter().zip(lengths).all(|(group, length)| {
            group.len() == *length && group.bytes().all(|byte| byte.is_ascii_hexdigit())
        });
    fit.then(|| text.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_guid_is_read_as_active_directory_shows_it() {
        let bytes = hex::decode("33221100554477668899aabbccddeeff").unwrap();
        let subject = SubjectKind::ObjectGuid.read(&[bytes]).unwrap();
        assert_eq!(subject, "00112233-4455-6677-8899-aabbccddeeff");
        assert_eq!(
            SubjectKind::ObjectGuid.filter(&subject).unwrap(),
            "(objectGUID=\\33\\22\\11\\00\\55\\44\\77\\66\\88\\99\\aa\\bb\\cc\\dd\\ee\\ff)"
        );
    }

    #[test]
    fn one_value_of_the_right_form_is_a_name() {
        let kind = SubjectKind::EntryUuid;
        let good = b"9F2B1C3E-0000-1000-8000-00805F9B34FB".to_vec();
        assert_eq!(
            kind.read(std::slice::from_ref(&good)).unwrap(),
            "9f2b1c3e-0000-1000-8000-00805f9b34fb"
        );
        assert_eq!(kind.read(&[]), Err(SubjectError::Missing("entryUUID")));
        assert_eq!(
            kind.read(&[good.clone(), good]),
            Err(SubjectError::Several("entryUUID"))
        );
        assert_eq!(kind.read(&[b"*".to_vec()]), Err(SubjectError::Form("entryUUID")));
        assert_eq!(kind.filter("*)(uid=*"), None);
        let kind = SubjectKind::NsUniqueId;
        assert!(
            kind.read(&[b"66446001-1dd211b2-80dba21d-ae8a6b9d".to_vec()])
                .is_ok()
        );
        assert!(SubjectKind::ObjectGuid.read(&[vec![1; 15]]).is_err());
    }
}
