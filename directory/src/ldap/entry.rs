// SPDX-License-Identifier: Apache-2.0
//! An entry as a directory sent it becomes attributes of text, within bounds. A value that is no text
//! is left out and reported; an entry without a lasting name, or outside the branch, is not read.

use std::collections::BTreeMap;

use aws_lc_rs::digest;

use super::account::Standing;
use super::subject::{SubjectError, SubjectKind};
use super::{Dn, Rules, dn::DnError, groups::Group, settings::Groups};
use crate::source::Attributes;

/// The most attributes of one entry.
pub const MOST_ATTRIBUTES: usize = 256;
/// The most values of one attribute.
pub const MOST_VALUES: usize = 2_000;
/// The longest value that is read.
pub const LONGEST_VALUE: usize = 16 * 1024;
/// The most bytes of values in one entry.
pub const MOST_BYTES: usize = 512 * 1024;

/// An entry as it came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Raw {
    /// Its name.
    pub dn: String,
    /// Its attributes in the order sent.
    pub attributes: Vec<(String, Vec<Vec<u8>>)>,
}

impl Raw {
    /// About how many bytes of memory it takes, however short its values are.
    pub fn cost(&self) -> usize {
        const EACH: usize = size_of::<Vec<u8>>();
        let attributes = self.attributes.iter().map(|(name, values)| {
            let values: usize = values.iter().map(|value| EACH + value.len()).sum();
            2 * EACH + name.len() + values
        });
        2 * EACH + self.dn.len() + attributes.sum::<usize>()
    }

    /// The values of an attribute, whatever the case of its name; options such as `;binary` are part
    /// of a name.
    pub fn values(&self, name: &str) -> Option<&[Vec<u8>]> {
        self.attributes
            .iter()
            .find(|(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, values)| values.as_slice())
    }

    /// The first value of an attribute, if it is text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.values(name)?
            .first()
            .and_then(|value| std::str::from_utf8(value).ok())
    }

    /// The names that an attribute holds. One that is no name is an error: a group that is not
    /// understood could be one that takes something away.
    pub fn names(&self, name: &str) -> Result<Vec<Dn>, Bad> {
        match self.names_among(name)? {
            (names, 0) => Ok(names),
            _ => Err(Bad::Names(name.to_owned())),
        }
    }

    /// As [`Raw::names`], and how many values are no name: for where such a value stands for nobody that could
    /// be met under it.
    pub fn names_among(&self, name: &str) -> Result<(Vec<Dn>, usize), Bad> {
        let ranged = self.attributes.iter().any(|(other, _)| {
            let (base, options) = other.split_once(';').unwrap_or((other, ""));
            base.eq_ignore_ascii_case(name) && options.to_ascii_lowercase().starts_with("range=")
        });
        if ranged {
            return Err(Bad::Ranged(name.to_owned()));
        }
        let values = self.values(name).unwrap_or_default();
        let names: Vec<Dn> = values.iter().filter_map(|value| dn(value)).collect();
        let others = values.len() - names.len();
        Ok((names, others))
    }
}

fn dn(value: &[u8]) -> Option<Dn> {
    std::str::from_utf8(value).ok()?.parse().ok()
}

/// An entry, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its name, for the present.
    pub dn: Dn,
    /// Its name for good.
    pub subject: String,
    /// What it says.
    pub attributes: Attributes,
    /// What was left out.
    pub dropped: Vec<Dropped>,
}

impl Entry {
    /// About how many bytes of memory it takes.
    pub fn cost(&self) -> usize {
        const EACH: usize = size_of::<String>();
        let attributes = self.attributes.iter().map(|(name, values)| {
            let values: usize = values.iter().map(|value| EACH + value.len()).sum();
            2 * EACH + name.len() + values
        });
        2 * EACH + self.dn.as_str().len() + attributes.sum::<usize>()
    }
}

/// A value that was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dropped {
    /// Of which attribute.
    pub attribute: String,
    /// Why.
    pub why: Why,
}

/// Why a value was left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Longer than [`LONGEST_VALUE`].
    Long,
    /// More than [`MOST_VALUES`] of one attribute.
    Many,
    /// No UTF-8, or with control characters.
    NotText,
}

impl std::fmt::Display for Dropped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let why = match self.why {
            Why::Long => "a value is too long",
            Why::Many => "there are too many values",
            Why::NotText => "a value is no text",
        };
        write!(f, "`{}`: {why}", self.attribute)
    }
}

/// Why an entry is not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Bad {
    /// Its name is none.
    #[error(transparent)]
    Dn(#[from] DnError),
    /// More than [`MOST_ATTRIBUTES`].
    #[error("more than {MOST_ATTRIBUTES} attributes")]
    Attributes,
    /// More than [`MOST_BYTES`].
    #[error("more than {MOST_BYTES} bytes of values")]
    Bytes,
    /// It is not below the branch that was searched.
    #[error("it is not below the branch that was searched")]
    Outside,
    /// It has no lasting name.
    #[error(transparent)]
    Subject(#[from] SubjectError),
    /// An attribute that holds names holds something else.
    #[error("`{0}` holds something that is no distinguished name")]
    Names(String),
    /// The directory sent a part of the values.
    #[error("`{0}` has more values than the directory sends at once")]
    Ranged(String),
    /// It is in more groups than are followed.
    #[error("more than {} groups", super::groups::MOST)]
    Groups,
}

/// How entries of a source are read.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    /// The branch of people.
    pub base: &'a Dn,
    /// Which attribute names an entry for good.
    pub subject: SubjectKind,
    /// The attributes that are kept, spelled as the mapping spells them.
    pub wanted: &'a [String],
    /// Under which names the mapping sees groups; `None`: it does not.
    pub groups: Option<&'a Groups>,
}

impl Reader<'_> {
    /// Reads an entry; `groups` are those it is in.
    pub fn read(&self, raw: &Raw, groups: &[Group]) -> Result<Entry, Bad> {
        if raw.attributes.len() > MOST_ATTRIBUTES {
            return Err(Bad::Attributes);
        }
        let bytes: usize = raw
            .attributes
            .iter()
            .flat_map(|(_, values)| values)
            .map(Vec::len)
            .sum();
        if bytes > MOST_BYTES {
            return Err(Bad::Bytes);
        }
        let dn: Dn = raw.dn.parse()?;
        if !dn.is_within(self.base) {
            return Err(Bad::Outside);
        }
        let lasting = raw.values(self.subject.attribute()).unwrap_or_default();
        let subject = self.subject.read(lasting)?;
        let mut dropped = Vec::new();
        let mut attributes = Attributes::new();
        for wanted in self.wanted {
            if let Some(values) = raw.values(wanted) {
                let kept = kept(wanted, values, &mut dropped);
                attributes.insert(wanted.clone(), kept);
            }
        }
        if let Some(seen) = self.groups {
            let names = groups.iter().filter_map(|group| group.name.clone()).collect();
            attributes.insert(seen.as_attribute.clone(), names);
            let dns = groups.iter().map(|group| group.dn.to_string()).collect();
            attributes.insert(seen.as_dn_attribute(), dns);
        }
        Ok(Entry {
            dn,
            subject,
            attributes,
            dropped,
        })
    }
}

fn kept(name: &str, values: &[Vec<u8>], dropped: &mut Vec<Dropped>) -> Vec<String> {
    let mut kept = Vec::new();
    let mut drop = |why| {
        let attribute = name.to_owned();
        let this = Dropped { attribute, why };
        if !dropped.contains(&this) {
            dropped.push(this);
        }
    };
    if values.len() > MOST_VALUES {
        drop(Why::Many);
    }
    for value in values.iter().take(MOST_VALUES) {
        if value.len() > LONGEST_VALUE {
            drop(Why::Long);
            continue;
        }
        match std::str::from_utf8(value) {
            Ok(text) if !text.chars().any(char::is_control) => kept.push(text.to_owned()),
            _ => drop(Why::NotText),
        }
    }
    kept
}

/// What an entry comes to by the rules of its source: equal as long as neither these changed nor anything of it
/// that we read. The order in which a directory sends values says nothing and changes nothing.
pub fn digest(entry: &Entry, standing: Standing, rules: &Rules) -> [u8; 32] {
    let mut sorted: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, values) in &entry.attributes {
        let mut values: Vec<&str> = values.iter().map(String::as_str).collect();
        values.sort_unstable();
        sorted.insert(name, values);
    }
    let mut context = digest::Context::new(&digest::SHA256);
    let mut part = |bytes: &[u8]| {
        context.update(&(bytes.len() as u64).to_be_bytes());
        context.update(bytes);
    };
    part(&rules.outcome);
    part(entry.dn.as_str().as_bytes());
    part(&[u8::from(standing.is_active())]);
    for (name, values) in sorted {
        part(name.as_bytes());
        part(&(values.len() as u64).to_be_bytes());
        for value in values {
            part(value.as_bytes());
        }
    }
    let mut hash = [0; 32];
    hash.copy_from_slice(context.finish().as_ref());
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    const UUID: &[u8] = b"9f2b1c3e-0000-1000-8000-00805f9b34fb";

    fn raw(attributes: &[(&str, &[&[u8]])]) -> Raw {
        Raw {
            dn: "uid=alice,ou=people,dc=x".into(),
            attributes: attributes
                .iter()
                .map(|(name, values)| {
                    (
                        (*name).to_owned(),
                        values.iter().map(|value| value.to_vec()).collect(),
                    )
                })
                .collect(),
        }
    }

    fn read(raw: &Raw, groups: &[Group]) -> Result<Entry, Bad> {
        let base = "ou=people,dc=x".parse().unwrap();
        let wanted = ["mail".to_owned(), "displayName".to_owned()];
        let settings = Groups {
            base: "dc=x".parse().unwrap(),
            filter: "(cn=*)".parse().unwrap(),
            name: "cn".into(),
            member: "member".into(),
            nested: true,
            as_attribute: "groups".into(),
        };
        let reader = Reader {
            base: &base,
            subject: SubjectKind::EntryUuid,
            wanted: &wanted,
            groups: Some(&settings),
        };
        reader.read(raw, groups)
    }

    #[test]
    fn what_is_wanted_is_read_and_what_is_no_text_is_left_out() {
        let raw = raw(&[
            ("entryUUID", &[UUID]),
            ("MAIL", &[b"a@x", b"\xff\xfe", b"b@x\0"]),
            ("userPassword", &[b"secret"]),
        ]);
        let group = |dn: &str, name: Option<&str>| Group {
            dn: dn.parse().unwrap(),
            name: name.map(str::to_owned),
        };
        let groups = [group("cn=g,dc=x", Some("g")), group("ou=h,dc=x", None)];
        let entry = read(&raw, &groups).unwrap();
        assert_eq!(entry.attributes["mail"], ["a@x"]);
        assert_eq!(entry.attributes["groups"], ["g"]);
        assert_eq!(entry.attributes["groupsDn"], ["cn=g,dc=x", "ou=h,dc=x"]);
        assert_eq!(entry.attributes.len(), 3);
        assert_eq!(entry.dropped.len(), 1);
        assert_eq!(entry.dropped[0].to_string(), "`mail`: a value is no text");
    }

    #[test]
    fn entries_out_of_bounds_are_not_read() {
        let mut other = raw(&[("entryUUID", &[UUID])]);
        other.dn = "uid=alice,ou=guests,dc=x".into();
        assert_eq!(read(&other, &[]), Err(Bad::Outside));
        assert!(matches!(read(&raw(&[]), &[]), Err(Bad::Subject(_))));
        let large = vec![7; MOST_BYTES + 1];
        assert_eq!(
            read(&raw(&[("entryUUID", &[UUID]), ("x", &[&large])]), &[]),
            Err(Bad::Bytes)
        );
        let ranged = raw(&[("memberOf;range=0-1499", &[b"cn=g,dc=x"])]);
        assert!(matches!(ranged.names("memberOf"), Err(Bad::Ranged(_))));
        let mixed = raw(&[("memberOf", &[b"\xff", b"cn=g,dc=x", b"g"])]);
        assert!(mixed.names("memberof").is_err());
        let (names, others) = mixed.names_among("memberof").unwrap();
        assert_eq!((names.len(), others), (1, 2));
    }

    #[test]
    fn the_digest_follows_what_is_said_and_not_the_order() {
        let active = Standing::Active {
            until: None,
            must_change_password: false,
        };
        let of = |values: &[&[u8]]| {
            digest(
                &read(&raw(&[("entryUUID", &[UUID]), ("mail", values)]), &[]).unwrap(),
                active,
                &Rules::default(),
            )
        };
        assert_eq!(of(&[b"a@x", b"b@x"]), of(&[b"b@x", b"a@x"]));
        assert_ne!(of(&[b"a@x"]), of(&[b"a@y"]));
        assert_ne!(of(&[b"a@x"]), of(&[b"a@", b"x"]));
        let entry = read(&raw(&[("entryUUID", &[UUID])]), &[]).unwrap();
        let closed = Standing::Closed(crate::ldap::account::Why::Locked);
        let rules = Rules::default();
        assert_ne!(digest(&entry, active, &rules), digest(&entry, closed, &rules));
        let others = Rules {
            outcome: [1; 32],
            ..rules
        };
        assert_ne!(digest(&entry, active, &rules), digest(&entry, active, &others));
    }
}
