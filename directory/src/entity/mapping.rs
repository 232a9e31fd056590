// SPDX-License-Identifier: Apache-2.0
//! How a chat server's identifiers become ours and back. One to one, or not at all.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{ChannelId, PersonId};

/// How identifiers are mapped. Written `same`, `table` or `{"template": "@{id}:localhost"}`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mapping {
    /// Both sides use the same.
    #[default]
    Same,
    /// Pair by pair, in the store.
    Table,
    /// Theirs wraps ours.
    Template(Template),
}

/// A pattern with one `{id}` in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Template {
    before: String,
    after: String,
}

/// A text that is no pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a template has exactly one `{{id}}` in it, for example `@{{id}}:example.org`")]
pub struct TemplateError;

impl Template {
    /// Our identifier inside theirs.
    pub fn ours<'a>(&self, theirs: &'a str) -> Option<&'a str> {
        theirs
            .strip_prefix(&self.before)?
            .strip_suffix(&self.after)
            .filter(|id| !id.is_empty())
    }

    /// Their identifier around ours.
    pub fn theirs(&self, ours: &str) -> String {
        format!("{}{ours}{}", self.before, self.after)
    }
}

impl FromStr for Template {
    type Err = TemplateError;

    fn from_str(text: &str) -> Result<Self, TemplateError> {
        let (before, after) = text.split_once("{id}").ok_or(TemplateError)?;
        if after.contains("{id}") {
            return Err(TemplateError);
        }
        Ok(Self {
            before: before.to_owned(),
            after: after.to_owned(),
        })
    }
}

impl TryFrom<String> for Template {
    type Error = TemplateError;

    fn try_from(text: String) -> Result<Self, TemplateError> {
        text.parse()
    }
}

impl From<Template> for String {
    fn from(template: Template) -> Self {
        template.to_string()
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{{id}}{}", self.before, self.after)
    }
}

/// One server's identifier table, both ways.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServerIds {
    /// Its names of people to ours.
    pub people: BTreeMap<String, PersonId>,
    /// Its names of channels to ours.
    pub channels: BTreeMap<String, ChannelId>,
    /// Our names of people to its.
    pub people_theirs: BTreeMap<PersonId, String>,
    /// Our names of channels to its.
    pub channels_theirs: BTreeMap<ChannelId, String>,
}

impl Mapping {
    /// Our name of the person whom the server calls `theirs`.
    pub fn person(&self, theirs: &str, table: &ServerIds) -> Option<PersonId> {
        match self {
            Self::Same => theirs.parse().ok(),
            Self::Table => table.people.get(theirs).cloned(),
            Self::Template(template) => template.ours(theirs)?.parse().ok(),
        }
    }

    /// The server's name of `person`.
    pub fn person_theirs(&self, person: &PersonId, table: &ServerIds) -> Option<String> {
        match self {
            Self::Same => Some(person.to_string()),
            Self::Table => table.people_theirs.get(person).cloned(),
            Self::Template(template) => Some(template.theirs(person.as_str())),
        }
    }

    /// Our name of the channel that the server calls `theirs`.
    pub fn channel(&self, theirs: &str, table: &ServerIds) -> Option<ChannelId> {
        match self {
            Self::Same => theirs.parse().ok(),
            Self::Table => table.channels.get(theirs).cloned(),
            Self::Template(template) => template.ours(theirs)?.parse().ok(),
        }
    }

    /// The server's name of `channel`.
    pub fn channel_theirs(&self, channel: &ChannelId, table: &ServerIds) -> Option<String> {
        match self {
            Self::Same => Some(channel.to_string()),
            Self::Table => table.channels_theirs.get(channel).cloned(),
            Self::Template(template) => Some(template.theirs(channel.as_str())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_goes_there_and_back() {
        let template: Template = "@{id}:localhost".parse().unwrap();
        assert_eq!(template.theirs("alice"), "@alice:localhost");
        assert_eq!(template.ours("@alice:localhost"), Some("alice"));
        assert_eq!(template.ours("@alice:elsewhere"), None);
        assert_eq!(template.ours("@:localhost"), None);
        assert!("{id}{id}".parse::<Template>().is_err());
    }

    #[test]
    fn mappings_are_written_as_documented() {
        let read = |text| serde_json::from_str::<Mapping>(text).unwrap();
        assert_eq!(read("\"same\""), Mapping::Same);
        assert_eq!(
            read("{\"template\": \"@{id}:x\"}"),
            Mapping::Template("@{id}:x".parse().unwrap())
        );
    }
}
