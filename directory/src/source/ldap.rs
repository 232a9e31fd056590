// SPDX-License-Identifier: Apache-2.0
//! How a directory is spoken to.

use serde::{Deserialize, Serialize};

use super::Sealed;
use super::fault::Checks;
use crate::Set;

/// A directory that is read, and against which passwords are checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ldap {
    /// Its servers, tried in this order: `ldaps://host[:port]`, or `ldap://host[:port]` with `starttls`.
    pub urls: Vec<String>,
    /// The connection turns to TLS before anything else is said.
    #[serde(default)]
    pub starttls: bool,
    /// The authorities to which its TLS certificate leads, PEM.
    pub authorities: String,
    /// What sort of directory: which attribute never changes, how accounts are closed, how changes are found.
    #[serde(default)]
    pub flavour: Flavour,
    /// As whom it is read; absent, as nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bind_dn: Option<String>,
    /// The password of `bind_dn`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<Sealed>,
    /// Below what people are.
    pub base: String,
    /// How far below.
    #[serde(default)]
    pub scope: Scope,
    /// Which entries are people (RFC 4515).
    #[serde(default = "people")]
    pub filter: String,
    /// The attributes of which one must be what she typed, when she signs in with her password there.
    #[serde(default)]
    pub login: Set<String>,
    /// The attribute that names an entry for good; absent, the one of its flavour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Attributes that are read besides those that the mapping names.
    #[serde(default)]
    pub attributes: Set<String>,
    /// Its groups, where they count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub groups: Option<Groups>,
    /// How its people are brought in; absent, each is read when she signs in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sync: Option<Sync>,
    /// After how many seconds an answer is no longer waited for.
    #[serde(default = "ten")]
    pub timeout_seconds: u16,
    /// The most connections at once.
    #[serde(default = "four")]
    pub connections: u16,
}

/// What sort of directory.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Flavour {
    /// Microsoft's, and Samba's.
    #[serde(rename = "active_directory")]
    ActiveDirectory,
    /// 389 Directory Server.
    #[serde(rename = "389ds")]
    Ds389,
    /// OpenLDAP.
    #[default]
    #[serde(rename = "openldap")]
    OpenLdap,
}

impl Flavour {
    /// The attribute that names an entry for good.
    pub fn id(self) -> &'static str {
        match self {
            Self::ActiveDirectory => "objectGUID",
            Self::Ds389 => "nsUniqueId",
            Self::OpenLdap => "entryUUID",
        }
    }
}

/// How far below the base.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// One level.
    One,
    /// All the way down.
    #[default]
    Subtree,
}

/// The groups of a directory. Their names reach the mapping as the attribute `as_attribute`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Groups {
    /// Below what they are.
    pub base: String,
    /// Which entries are groups (RFC 4515).
    #[serde(default = "groups")]
    pub filter: String,
    /// The attribute that names a group.
    #[serde(default = "cn")]
    pub name: String,
    /// The attribute that names its members by their DN.
    #[serde(default = "member")]
    pub member: String,
    /// Groups in groups count.
    #[serde(default)]
    pub nested: bool,
    /// Under which name the mapping sees them.
    #[serde(default = "as_groups")]
    pub as_attribute: String,
}

/// How people are brought in from a directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sync {
    /// How often it is asked what changed, in seconds.
    pub every_seconds: u32,
    /// How often all of it is read, in seconds. Clearances from it run out unless they are read again.
    pub full_every_seconds: u32,
    /// How changes are found.
    pub changes: Changes,
    /// Entries in one page.
    pub page: u16,
    /// The most people, in percent, that may vanish in one pass; above, it stops and alarms.
    pub most_gone_percent: u8,
    /// What becomes of people whose entry is gone.
    pub gone: Gone,
}

impl Default for Sync {
    fn default() -> Self {
        Self {
            every_seconds: 300,
            full_every_seconds: 86_400,
            changes: Changes::default(),
            page: 500,
            most_gone_percent: 5,
            gone: Gone::default(),
        }
    }
}

/// How changes are found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Changes {
    /// By the number or moment of each entry's last change; what is gone is found when all of it is read.
    #[default]
    Marks,
    /// Not at all: each pass reads everything.
    None,
    /// By the directory's own protocol: syncrepl (RFC 4533), or DirSync with Active Directory.
    Protocol,
}

/// What becomes of people whose entry is gone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gone {
    /// They are disabled.
    #[default]
    Disable,
    /// They lose what the source gave, and stay.
    Keep,
}

impl Ldap {
    /// The attribute that names an entry for good.
    pub fn id_attribute(&self) -> &str {
        self.id.as_deref().unwrap_or_else(|| self.flavour.id())
    }

    pub(super) fn check(&self, at: &Checks<'_>) {
        let urls = at.member("urls");
        if self.urls.is_empty() || self.urls.len() > 8 {
            urls.fault("1 to 8 are needed");
        }
        for (index, url) in self.urls.iter().enumerate() {
            urls.element(index).directory(url, self.starttls);
        }
        at.member("authorities").authorities(Some(&self.authorities));
        match (&self.bind_dn, &self.password) {
            (Some(dn), Some(_)) => at.member("bind_dn").text(dn),
            (None, None) => {}
            (None, Some(_)) => at.member("bind_dn").fault("is missing: `password` is given"),
            (Some(_), None) => at.member("password").fault(
                "is missing: `bind_dn` needs one (give it anew when `urls`, `starttls`, `authorities` or `bind_dn` \
                 change)",
            ),
        }
        at.member("base").text(&self.base);
        at.member("filter").filter(&self.filter);
        at.member("login").attributes(&self.login);
        at.member("attributes").attributes(&self.attributes);
        if let Some(id) = &self.id {
            at.member("id").attribute(id);
        }
        if let Some(groups) = &self.groups {
            let at = at.member("groups");
            at.member("base").text(&groups.base);
            at.member("filter").filter(&groups.filter);
            at.member("name").attribute(&groups.name);
            at.member("member").attribute(&groups.member);
            at.member("as_attribute").attribute(&groups.as_attribute);
        }
        if let Some(sync) = &self.sync {
            let at = at.member("sync");
            at.member("every_seconds").within(sync.every_seconds, 10, 86_400);
            at.member("full_every_seconds")
                .within(sync.full_every_seconds, 60, 7 * 86_400);
            at.member("page").within(u32::from(sync.page), 10, 5_000);
            at.member("most_gone_percent")
                .within(u32::from(sync.most_gone_percent), 0, 100);
        }
        at.member("timeout_seconds")
            .within(u32::from(self.timeout_seconds), 1, 60);
        at.member("connections")
            .within(u32::from(self.connections), 1, 64);
    }
}

fn people() -> String {
    "(objectClass=person)".to_owned()
}

fn groups() -> String {
    "(|(objectClass=groupOfNames)(objectClass=group))".to_owned()
}

fn cn() -> String {
    "cn".to_owned()
}

fn member() -> String {
    "member".to_owned()
}

fn as_groups() -> String {
    "groups".to_owned()
}

fn ten() -> u16 {
    10
}

fn four() -> u16 {
    4
}
