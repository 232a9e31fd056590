// SPDX-License-Identifier: Apache-2.0
//! From where a directory tells what changed: asked for before a full reading, so that what changes while we read
//! is told again.

use chrono::{DateTime, Utc};
use countersign_directory::ldap::entry::Raw;
use countersign_directory::ldap::settings::Flavour;
use ldap3::Scope;
use serde::{Deserialize, Serialize};

use super::connection::{LdapFault, Search};
use super::reading::Pass;

/// From where changes are told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Since {
    /// A cookie of RFC 4533, in hexadecimal.
    Cookie(String),
    /// A number of Active Directory, good at one server as it was set up at one time.
    Number {
        /// Which server, by its `invocationId` or, where that cannot be read, its `dsServiceName`.
        server: String,
        /// `highestCommittedUSN` before the reading.
        highest: i64,
    },
    /// The newest `modifyTimestamp` that was met.
    Moment(DateTime<Utc>),
}

impl Pass<'_> {
    /// From where changes will be told after this reading.
    pub(super) async fn begin(&mut self) -> Result<Option<Since>, LdapFault> {
        match self.settings.flavour {
            Flavour::ActiveDirectory => self.number().await,
            Flavour::OpenLdap if self.how.by_protocol => self.cookie().await,
            Flavour::OpenLdap | Flavour::Ds389 => Ok(None),
        }
    }

    pub(super) async fn number(&mut self) -> Result<Option<Since>, LdapFault> {
        let Some(root) = self.root_entry(&["highestCommittedUSN", "dsServiceName"]).await? else {
            return Ok(None);
        };
        let highest = root
            .text("highestCommittedUSN")
            .and_then(|number| number.parse().ok());
        let (Some(highest), Some(service)) = (highest, root.text("dsServiceName")) else {
            return Ok(None);
        };
        let server = self
            .invocation(service)
            .await?
            .unwrap_or_else(|| service.to_owned());
        Ok(Some(Since::Number { server, highest }))
    }

    /// Changes when a server is set up anew from a copy: its numbers then begin elsewhere.
    async fn invocation(&mut self, service: &str) -> Result<Option<String>, LdapFault> {
        let search = Search {
            base: service,
            scope: Scope::Base,
            filter: "(objectClass=*)",
            attributes: &["invocationId"],
        };
        match self.connection.few(&search, 1).await {
            Ok(found) => Ok(found
                .first()
                .and_then(|raw| raw.values("invocationId")?.first().map(hex::encode))),
            Err(LdapFault::Refused { .. }) => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    /// A cookie for what holds now: the state of the database that holds the branch (`contextCSN`).
    async fn cookie(&mut self) -> Result<Option<Since>, LdapFault> {
        let Some(root) = self.root_entry(&["namingContexts"]).await? else {
            return Ok(None);
        };
        let contexts = root.names("namingContexts").unwrap_or_default();
        let mut holding: Vec<_> = contexts
            .iter()
            .filter(|context| self.settings.base.is_within(context))
            .collect();
        holding.sort_by_key(|context| context.key().len());
        let Some(context) = holding.pop() else {
            return Ok(None);
        };
        let search = Search {
            base: context.as_str(),
            scope: Scope::Base,
            filter: "(objectClass=*)",
            attributes: &["contextCSN"],
        };
        let found = match self.connection.few(&search, 1).await {
            Ok(found) => found,
            Err(LdapFault::Refused { .. }) => return Ok(None),
            Err(fault) => return Err(fault),
        };
        let stamps = found
            .first()
            .and_then(|raw| raw.values("contextCSN"))
            .unwrap_or_default();
        let stamps: Vec<&str> = stamps
            .iter()
            .filter_map(|stamp| std::str::from_utf8(stamp).ok())
            .collect();
        if stamps.is_empty() {
            return Ok(None);
        }
        let cookie = format!("rid=000,csn={}", stamps.join(";"));
        Ok(Some(Since::Cookie(hex::encode(cookie))))
    }

    pub(super) async fn root_entry(&mut self, attributes: &[&str]) -> Result<Option<Raw>, LdapFault> {
        let search = Search {
            base: "",
            scope: Scope::Base,
            filter: "(objectClass=*)",
            attributes,
        };
        Ok(self.connection.few(&search, 1).await?.pop())
    }
}

/// When an entry last changed, where it says so.
pub(super) fn moment_of(raw: &Raw) -> Option<DateTime<Utc>> {
    let text = raw.text("modifyTimestamp")?;
    let seconds = text.split(['.', 'Z', '+', '-']).next()?;
    chrono::NaiveDateTime::parse_from_str(seconds, "%Y%m%d%H%M%S")
        .ok()
        .map(|moment| moment.and_utc())
}
