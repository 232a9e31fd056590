// SPDX-License-Identifier: Apache-2.0
//! Sign-in by search and bind: exactly one entry for the name, then its password on a connection of its
//! own. A name that nobody has, and one that several have, take the same steps and look the same.

use authn::upstream::Claimed;
use chrono::{DateTime, Utc};
use countersign_authn as authn;
use countersign_directory::SourceId;
use countersign_directory::ldap::account::{self, Standing};
use countersign_directory::ldap::bind::Outcome;
use countersign_directory::ldap::dn;
use countersign_directory::ldap::entry::{self, Bad, Entry, Raw, Reader};
use countersign_directory::ldap::settings::Settings;
use countersign_directory::ldap::sync::OnFile;
use ldap3::Scope;
use secrecy::{ExposeSecret as _, SecretString};

use super::connection::{Connection, LdapFault, Search};
use super::desk::Desk;
use super::group_tree;

/// The longest name that is looked for, in bytes.
const LONGEST_NAME: usize = 255;
/// The longest password that is sent, in bytes.
const LONGEST_PASSWORD: usize = 1_024;

/// What became of a name and a password.
#[derive(Debug)]
pub enum Verdict {
    /// It is she; and what her entry came to when it was read for it.
    Claimed(Box<Claimed>, OnFile),
    /// It is not, or she may not. Why is for the record alone.
    Refused(String),
}

impl Desk {
    /// Checks a name and a password against the directory.
    pub async fn sign_in(
        &self,
        source: &SourceId,
        name: &str,
        password: &SecretString,
        now: DateTime<Utc>,
    ) -> Result<Verdict, LdapFault> {
        if let Some(refusal) = unusable(name, password) {
            return Ok(Verdict::Refused(refusal.to_owned()));
        }
        let login = self.settings().login.as_ref();
        let login =
            login.ok_or_else(|| LdapFault::Settings("nobody signs in with a password there".into()))?;
        let Ok(filter) = login.with_name(name) else {
            return Ok(Verdict::Refused("the name is too long".into()));
        };
        self.judged(source, filter.as_str(), password, now).await
    }

    /// As [`Desk::sign_in`], of the entry that a link names: its login name may have changed.
    pub async fn sign_in_linked(
        &self,
        source: &SourceId,
        subject: &str,
        password: &SecretString,
        now: DateTime<Utc>,
    ) -> Result<Verdict, LdapFault> {
        if let Some(refusal) = unusable("-", password) {
            return Ok(Verdict::Refused(refusal.to_owned()));
        }
        let settings = self.settings();
        let of_subject = settings.subject.filter(subject);
        let filter = of_subject.and_then(|filter| settings.people.and(&filter).ok());
        let filter =
            filter.ok_or_else(|| LdapFault::Settings("a link names no entry of this directory".into()))?;
        self.judged(source, filter.as_str(), password, now).await
    }

    async fn judged(
        &self,
        source: &SourceId,
        filter: &str,
        password: &SecretString,
        now: DateTime<Utc>,
    ) -> Result<Verdict, LdapFault> {
        let mut found = self.found(filter).await?;
        let count = found.len();
        let only = found.pop().filter(|_| count == 1);
        // A name that nobody has is bound all the same, to an entry that is not there: from outside, it
        // costs what a wrong password costs.
        let decoy = format!("cn={},{}", dn::escape("nobody at all"), self.settings().base);
        let dn = only.as_ref().map_or(decoy.as_str(), |raw| raw.dn.as_str());
        let (outcome, _) = self.try_password(dn, password).await?;
        let Some(raw) = only else {
            let refusal = if count == 0 {
                "no entry has this name"
            } else {
                "several entries have this name"
            };
            return Ok(Verdict::Refused(refusal.into()));
        };
        match outcome {
            Outcome::Bound => {}
            Outcome::Refused(refusal) => return Ok(Verdict::Refused(refusal.to_string())),
            Outcome::Unavailable => {
                return Err(LdapFault::Settings(
                    "the directory cannot judge passwords now".into(),
                ));
            }
        }
        let standing = account::standing(&raw, now);
        let until = match standing {
            Standing::Closed(why) => return Ok(Verdict::Refused(why.to_string())),
            Standing::Active {
                must_change_password: true,
                ..
            } => {
                return Ok(Verdict::Refused("the password must be changed first".into()));
            }
            Standing::Active { until, .. } => until,
        };
        let entry = match self.read_entry(&raw).await? {
            Ok(entry) => entry,
            Err(bad) => return Ok(Verdict::Refused(format!("the entry cannot be used: {bad}"))),
        };
        for dropped in &entry.dropped {
            tracing::warn!(source = %source, subject = %entry.subject, "{dropped}");
        }
        let on_file = OnFile {
            hash: entry::digest(&entry, standing, &self.settings().rules),
            is_active: true,
            applied_at: now,
            until,
        };
        Ok(Verdict::Claimed(Box::new(claimed(source, entry, now)), on_file))
    }

    async fn found(&self, filter: &str) -> Result<Vec<Raw>, LdapFault> {
        let settings = self.settings();
        let attributes = wanted(settings);
        let search = people(settings, filter, &attributes);
        let mut lent = self.borrow().await?;
        let found = match lent.connection.few(&search, 2).await {
            // An idle connection may have been closed from the other end.
            Err(fault) if fault.is_of_this_server() => {
                drop(lent);
                lent = self.borrow_fresh().await?;
                lent.connection.few(&search, 2).await?
            }
            other => other?,
        };
        lent.give_back();
        Ok(found)
    }

    async fn read_entry(&self, raw: &Raw) -> Result<Result<Entry, Bad>, LdapFault> {
        let settings = self.settings();
        let mut lent = self.borrow().await?;
        let groups = group_tree::of_person(raw, settings, &mut lent.connection).await?;
        lent.give_back();
        Ok(groups.and_then(|groups| reader(settings).read(raw, &groups)))
    }
}

fn claimed(source: &SourceId, entry: Entry, now: DateTime<Utc>) -> Claimed {
    Claimed {
        source: source.clone(),
        issuer: source.to_string(),
        subject: entry.subject,
        attributes: entry.attributes,
        context: None,
        methods: vec!["pwd".into()],
        authenticated_at: Some(now),
        session_until: None,
        session: None,
        id_token: None,
    }
}

/// Why a name or a password is not even sent (A9).
fn unusable(name: &str, password: &SecretString) -> Option<&'static str> {
    let password = password.expose_secret();
    if name.is_empty() || name.len() > LONGEST_NAME || name.chars().any(char::is_control) {
        Some("no name of a person")
    } else if password.is_empty() {
        Some("an empty password proves nothing")
    } else if password.contains('\0') || password.len() > LONGEST_PASSWORD {
        Some("no password that a directory takes")
    } else {
        None
    }
}

/// How entries of people are read.
pub(crate) fn reader(settings: &Settings) -> Reader<'_> {
    Reader {
        base: &settings.base,
        subject: settings.subject,
        wanted: &settings.wanted,
        groups: settings.groups.as_ref(),
    }
}

/// All attributes that are asked for: what is mapped, what names the entry, what says whether its
/// account is good, and its groups where it names them itself.
pub(crate) fn wanted(settings: &Settings) -> Vec<&str> {
    let mut wanted: Vec<&str> = settings.wanted.iter().map(String::as_str).collect();
    wanted.push(settings.subject.attribute());
    wanted.extend(account::ATTRIBUTES);
    if settings.groups.is_some() {
        wanted.extend(settings.flavour.member_of());
    }
    wanted
}

/// A search for people.
pub(crate) fn people<'a>(settings: &'a Settings, filter: &'a str, attributes: &'a [&'a str]) -> Search<'a> {
    Search {
        base: settings.base.as_str(),
        scope: if settings.one_level {
            Scope::OneLevel
        } else {
            Scope::Subtree
        },
        filter,
        attributes,
    }
}

impl Connection {
    /// The people of a directory whom a filter finds, at most `most`.
    pub async fn people(
        &mut self,
        settings: &Settings,
        filter: &str,
        most: usize,
    ) -> Result<Vec<Raw>, LdapFault> {
        let attributes = wanted(settings);
        self.few(&people(settings, filter, &attributes), most).await
    }
}
