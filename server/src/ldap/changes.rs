// SPDX-License-Identifier: Apache-2.0
//! What a directory says to have changed, by its own means: content synchronisation (RFC 4533), numbers of Active
//! Directory, or moments of change.

use std::ops::ControlFlow;

use chrono::{DateTime, TimeDelta, Utc};
use countersign_directory::ldap::content_sync::{Done, Info, State};
use countersign_directory::ldap::entry::Raw;
use countersign_directory::ldap::settings::Settings;
use countersign_directory::ldap::subject;
use ldap3::Scope;

use super::connection::{LdapFault, Search, Told};
use super::paging::{MOST_ENTRIES, Pages};
use super::reading::Pass;
use super::sign_in::{people, wanted};
use super::since::{Since, moment_of};

/// Moments of change are asked for again from this much earlier: servers of one directory hear of
/// changes at different times.
const OVERLAP: TimeDelta = TimeDelta::minutes(10);
/// Above so many changed entries, or so much memory that they take, everything is read: then they come by the page.
const MOST_CHANGED: usize = 50_000;
const LARGEST_CHANGE: usize = 64 * 1024 * 1024;

/// What the directory says to have changed.
#[derive(Default)]
pub(super) struct Changed {
    /// Entries as they are now.
    pub(super) sent: Vec<Raw>,
    /// Those that are as they were.
    pub(super) present: Vec<String>,
    /// Those that are gone.
    pub(super) gone: Vec<String>,
    /// Whoever is in none of these is gone too (RFC 4533, 3.3.1).
    pub(super) is_whole: bool,
}

/// What is asked for of each entry: also when it changed.
pub(super) fn asked(settings: &Settings) -> Vec<&str> {
    let mut attributes = wanted(settings);
    attributes.push("modifyTimestamp");
    attributes
}

impl Pass<'_> {
    /// What changed, and from where it goes on. `None`: the directory cannot tell, or so much did that all is to be
    /// read.
    pub(super) async fn changed(&mut self, since: &Since) -> Result<Option<(Changed, Since)>, LdapFault> {
        match since {
            Since::Cookie(cookie) => self.by_cookie(cookie).await,
            Since::Number { server, highest } => self.by_number(server, *highest).await,
            Since::Moment(moment) => self.by_moment(*moment).await,
        }
    }

    async fn by_cookie(&mut self, cookie: &str) -> Result<Option<(Changed, Since)>, LdapFault> {
        let Ok(bytes) = hex::decode(cookie) else {
            return Ok(None);
        };
        let attributes = asked(self.settings);
        let search = people(self.settings, self.settings.people.as_str(), &attributes);
        let mut changed = Changed::default();
        let mut cost = 0_usize;
        let hear = |told: Told| {
            match told {
                Told::Entry(raw, state) => match state.state {
                    State::Sent => {
                        cost = cost.saturating_add(raw.cost());
                        changed.sent.push(raw);
                    }
                    State::Present => changed.present.push(subject::uuid(state.uuid)),
                    State::Deleted => changed.gone.push(subject::uuid(state.uuid)),
                },
                Told::Info(Info::Set { deletes, uuids }) => {
                    let uuids = uuids.into_iter().map(subject::uuid);
                    if deletes {
                        changed.gone.extend(uuids);
                    } else {
                        changed.is_whole = true;
                        changed.present.extend(uuids);
                    }
                }
                Told::Info(Info::Phase { .. } | Info::Cookie(_)) => {}
            }
            let is_too_much = changed.sent.len() > MOST_CHANGED
                || cost > LARGEST_CHANGE
                || changed.present.len() + changed.gone.len() > MOST_ENTRIES;
            if is_too_much {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        };
        let done = self.connection.changed(&search, Some(bytes), hear).await?;
        let Some(Done {
            cookie: next,
            deletes,
        }) = done
        else {
            return Ok(None);
        };
        // Without a phase of deletions, whatever was not mentioned is gone (RFC 4533, 3.3.1).
        changed.is_whole |= !deletes;
        let next = next.map_or_else(|| cookie.to_owned(), hex::encode);
        Ok(Some((changed, Since::Cookie(next))))
    }

    async fn by_number(&mut self, server: &str, highest: i64) -> Result<Option<(Changed, Since)>, LdapFault> {
        let Some(now) = self.number().await? else {
            return Ok(None);
        };
        let Since::Number { server: here, .. } = &now else {
            return Ok(None);
        };
        if here != server {
            // The numbers of two servers have nothing to do with each other.
            return Ok(None);
        }
        let after = highest.saturating_add(1);
        let Some(mut changed) = self.changed_where(&format!("(uSNChanged>={after})")).await? else {
            return Ok(None);
        };
        changed.gone.extend(self.tombstones(after).await?);
        Ok(Some((changed, now)))
    }

    async fn by_moment(&mut self, moment: DateTime<Utc>) -> Result<Option<(Changed, Since)>, LdapFault> {
        let from = (moment - OVERLAP).format("%Y%m%d%H%M%SZ");
        let Some(changed) = self.changed_where(&format!("(modifyTimestamp>={from})")).await? else {
            return Ok(None);
        };
        let newest = changed.sent.iter().filter_map(moment_of).max();
        let since = Since::Moment(newest.map_or(moment, |newest| newest.max(moment)));
        Ok(Some((changed, since)))
    }

    /// People who changed by a mark of theirs, and entries of their branch that changed and are no people, or are
    /// none any more. Who was moved out of the branch is not met: the next full reading finds out.
    async fn changed_where(&mut self, mark: &str) -> Result<Option<Changed>, LdapFault> {
        let people = self.settings.people.as_str();
        let attributes = asked(self.settings);
        let Some(sent) = self.some(&format!("(&{people}{mark})"), &attributes).await? else {
            return Ok(None);
        };
        let subject = [self.settings.subject.attribute()];
        let others = format!("(&(!{people}){mark})");
        let Some(others) = self.some(&others, &subject).await? else {
            return Ok(None);
        };
        Ok(Some(Changed {
            sent,
            gone: self.subjects(&others),
            ..Changed::default()
        }))
    }

    /// What a filter finds in the branch of people; none: too much to be held.
    async fn some(&mut self, filter: &str, attributes: &[&str]) -> Result<Option<Vec<Raw>>, LdapFault> {
        let mut pages = Pages::of(people(self.settings, filter, attributes), self.settings.page);
        let mut found = Vec::new();
        let mut cost = 0_usize;
        while let Some(page) = pages.next(self.connection).await? {
            cost = page
                .iter()
                .fold(cost, |cost, raw| cost.saturating_add(raw.cost()));
            found.extend(page);
            if found.len() > MOST_CHANGED || cost > LARGEST_CHANGE {
                return Ok(None);
            }
        }
        Ok(Some(found))
    }

    /// The lasting names of entries, as far as they can be read.
    fn subjects(&self, raws: &[Raw]) -> Vec<String> {
        let kind = self.settings.subject;
        let read = |raw: &Raw| kind.read(raw.values(kind.attribute()).unwrap_or_default()).ok();
        raws.iter().filter_map(read).collect()
    }

    /// Deleted entries of Active Directory, where we may see them. Where we may not, the next full
    /// reading finds out.
    async fn tombstones(&mut self, after: i64) -> Result<Vec<String>, LdapFault> {
        let Some(root) = self.root_entry(&["defaultNamingContext"]).await? else {
            return Ok(Vec::new());
        };
        let Some(context) = root.text("defaultNamingContext") else {
            return Ok(Vec::new());
        };
        let base = format!("CN=Deleted Objects,{context}");
        let filter = format!("(&(isDeleted=TRUE)(uSNChanged>={after}))");
        let attributes = [self.settings.subject.attribute()];
        let search = Search {
            base: &base,
            scope: Scope::OneLevel,
            filter: &filter,
            attributes: &attributes,
        };
        let mut gone = Vec::new();
        let mut pages = Pages::of_deleted(search, self.settings.page);
        loop {
            match pages.next(self.connection).await {
                Ok(Some(page)) => gone.extend(self.subjects(&page)),
                Ok(None) => return Ok(gone),
                Err(LdapFault::Refused { cause, .. }) => {
                    tracing::debug!(error = %cause, "deleted entries may not be seen");
                    return Ok(gone);
                }
                Err(fault) => return Err(fault),
            }
        }
    }
}
