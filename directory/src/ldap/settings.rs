// SPDX-License-Identifier: Apache-2.0
//! How a directory is spoken to and read, parsed: nothing here can still be wrong in its form.

use super::subject::SubjectKind;
use super::{Dn, Filter, Rules};

/// A directory's settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Its servers, in the order of preference.
    pub servers: Vec<Server>,
    /// The authorities to which their certificates lead, PEM.
    pub authorities: String,
    /// As whom it is read; `None`: as nobody.
    pub bind_dn: Option<String>,
    /// What sort of directory.
    pub flavour: Flavour,
    /// Below what people are.
    pub base: Dn,
    /// Whether only one level below counts.
    pub one_level: bool,
    /// Which entries are people.
    pub people: Filter,
    /// Which person somebody is who typed `{name}`; `None`: nobody signs in with her password there.
    pub login: Option<Filter>,
    /// Which attribute names an entry for good.
    pub subject: SubjectKind,
    /// The attributes that are kept, spelled as the mapping spells them.
    pub wanted: Vec<String>,
    /// Its groups, where they count.
    pub groups: Option<Groups>,
    /// After how many seconds an answer is no longer waited for.
    pub timeout_seconds: u16,
    /// The most connections at once.
    pub connections: u16,
    /// Entries in one page.
    pub page: u16,
    /// What the rules of the source come to.
    pub rules: Rules,
}

/// A server of a directory.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Server {
    /// Its host name or address, as its certificate names it.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// The connection begins in the open and turns to TLS before anything else is said. Otherwise it
    /// is TLS from the first byte. There is no third way.
    pub starttls: bool,
}

/// What sort of directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flavour {
    /// Microsoft's, and Samba's.
    ActiveDirectory,
    /// 389 Directory Server.
    Ds389,
    /// OpenLDAP.
    OpenLdap,
}

/// The groups of a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Groups {
    /// Below what they are. Others do not count.
    pub base: Dn,
    /// Which entries are groups.
    pub filter: Filter,
    /// The attribute that names a group.
    pub name: String,
    /// The attribute of a group that names its members.
    pub member: String,
    /// Groups in groups count.
    pub nested: bool,
    /// Under which name the mapping sees the names of her groups; their distinguished names stand
    /// under the same with `Dn` behind it.
    pub as_attribute: String,
}

impl Groups {
    /// The attribute under which the distinguished names stand.
    pub fn as_dn_attribute(&self) -> String {
        format!("{}Dn", self.as_attribute)
    }
}

impl Flavour {
    /// Where an entry says in which groups it is. The members of a large group come in parts from Active
    /// Directory, so there the question is asked of the member and not of the group.
    pub fn member_of(self) -> Option<&'static str> {
        match self {
            Self::ActiveDirectory => Some("memberOf"),
            Self::Ds389 | Self::OpenLdap => None,
        }
    }

    /// The attributes by which a change of an entry is seen.
    pub fn marks(self) -> &'static [&'static str] {
        match self {
            Self::ActiveDirectory => &["uSNChanged"],
            Self::OpenLdap => &["entryCSN", "modifyTimestamp"],
            Self::Ds389 => &["modifyTimestamp"],
        }
    }
}

impl std::fmt::Display for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}
