// SPDX-License-Identifier: Apache-2.0
//! Whose password a directory judges: that of a person who is linked to an entry of it, and that of a name that nobody has
//! here. Somebody with an account of her own and no entry there is never judged by a directory, whatever
//! names are in it.

use std::sync::Arc;

use authn::flow::{Flow, Judged, Stage, may_ask};
use authn::store::{passwords, upstream_links};
use authn::upstream::Claimed;
use countersign_authn as authn;
use countersign_directory::PersonId;
use countersign_directory::ldap::sync::OnFile;
use countersign_directory::source::Source;
use secrecy::SecretString;

use super::sign_in::Verdict;
use crate::app::House;
use crate::http::fault::Fault;

/// What directories say to a name and a password.
#[derive(Debug)]
pub enum Word {
    /// It is she. Whose account that opens is another question.
    Claimed(Box<Proven>),
    /// It is none of their business.
    None,
    /// It is not, or she may not.
    Refused(Judged),
}

/// Somebody who proved herself to a directory.
#[derive(Debug)]
pub struct Proven {
    /// Which one.
    pub source: Source,
    /// Who she is there.
    pub claimed: Claimed,
    /// What her entry came to when it was read for it.
    pub on_file: OnFile,
}

impl House {
    /// What a directory says to the password of `flow`.
    pub async fn asked_directories(&self, flow: &Flow, password: &SecretString) -> Result<Word, Fault> {
        let Stage::Password { name, person } = &flow.stage else {
            return Ok(Word::None);
        };
        let sources = self.directory_sources().await?;
        let sources: Vec<Source> = sources
            .into_iter()
            .filter(|source| source.trust.identity && has_login(source))
            .collect();
        if sources.is_empty() {
            return Ok(Word::None);
        }
        let entry = match person {
            Some(person) => self.entry_of(person, &sources).await?,
            None => None,
        };
        if person.is_some() && entry.is_none() {
            return Ok(Word::None);
        }
        if !self.may_ask_directory(flow).await? {
            return Ok(refused(None, "too many failures"));
        }
        if let Some((source, subject)) = entry {
            return self.asked(source, Ask::Linked(&subject), password).await;
        }
        let mut last = refused(None, "nobody has this name");
        for source in self.asked_about(name, &sources) {
            // The first directory in which it is hers decides. One that does not answer keeps out nobody but its own.
            match self.asked(source, Ask::Name(name), password).await? {
                Word::Claimed(proven) => return Ok(Word::Claimed(proven)),
                said => last = said,
            }
        }
        Ok(last)
    }

    /// Whether the password of this person is one that a directory judges.
    pub(crate) async fn is_in_a_directory(&self, person: &PersonId) -> Result<bool, Fault> {
        let sources = self.directory_sources().await?;
        let sources: Vec<Source> = sources
            .into_iter()
            .filter(|source| source.trust.identity && has_login(source))
            .collect();
        Ok(!sources.is_empty() && self.entry_of(person, &sources).await?.is_some())
    }

    /// The directories that hear a password for this name, which nobody has here. An address of a domain that a
    /// source says is its own is that source's alone, and nobody's where two say so: passwords of one agency
    /// are not for another.
    fn asked_about<'a>(&self, name: &str, sources: &'a [Source]) -> Vec<&'a Source> {
        let claiming: Vec<Arc<Source>> = self.upstream.claiming(name);
        match claiming.as_slice() {
            [] => sources.iter().collect(),
            [one] => sources.iter().filter(|source| source.id == one.id).collect(),
            [_, _, ..] => {
                tracing::warn!("two sources say that the mail domain of a name is theirs: neither is asked");
                Vec::new()
            }
        }
    }

    /// The entry by which a person came, in a directory at which people sign in. Who has a password of her own
    /// here uses that one.
    async fn entry_of<'a>(
        &self,
        person: &PersonId,
        sources: &'a [Source],
    ) -> Result<Option<(&'a Source, String)>, Fault> {
        let mut db = self.database.pool.acquire().await?;
        if passwords::hash(person, &mut db).await?.is_some() {
            return Ok(None);
        }
        let links = upstream_links::of_person(person, &mut db).await?;
        Ok(links.into_iter().find_map(|link| {
            let source = sources.iter().find(|source| source.id == link.identity.source)?;
            Some((source, link.identity.subject))
        }))
    }

    async fn may_ask_directory(&self, flow: &Flow) -> Result<bool, Fault> {
        let mut transaction = self.database.begin_write().await?;
        let may = may_ask(flow, self.now(), &mut transaction).await?;
        transaction.rollback().await?;
        Ok(may)
    }

    async fn asked(&self, source: &Source, ask: Ask<'_>, password: &SecretString) -> Result<Word, Fault> {
        let asked = async {
            let desk = self.directory(source)?;
            match ask {
                Ask::Linked(subject) => {
                    desk.sign_in_linked(&source.id, subject, password, self.now())
                        .await
                }
                Ask::Name(name) => desk.sign_in(&source.id, name, password, self.now()).await,
            }
        };
        match asked.await {
            Ok(Verdict::Claimed(claimed, on_file)) => Ok(Word::Claimed(Box::new(Proven {
                source: source.clone(),
                claimed: *claimed,
                on_file,
            }))),
            Ok(Verdict::Refused(reason)) => Ok(refused(Some(source), &reason)),
            Err(fault) => {
                // Said, and counted, as a wrong password is: else whoever guesses while a directory is down would
                // learn from each answer whether a name is one of ours or of that directory.
                tracing::error!(source = %source.id, error = %fault, "a directory cannot judge a sign-in");
                Ok(refused(Some(source), "the directory cannot judge it now"))
            }
        }
    }
}

#[derive(Clone, Copy)]
enum Ask<'a> {
    Linked(&'a str),
    Name(&'a str),
}

fn refused(source: Option<&Source>, reason: &str) -> Word {
    Word::Refused(Judged::Wrong {
        source: source.map(|source| source.id.clone()),
        reason: reason.to_owned(),
    })
}

fn has_login(source: &Source) -> bool {
    source.ldap().is_some_and(|ldap| !ldap.login.is_empty())
}
