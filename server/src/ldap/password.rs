// SPDX-License-Identifier: Apache-2.0
//! Whose password a directory judges: that of a person who is linked to an entry of it, and that of a name that nobody has
//! here. Somebody with an account of her own and no entry there is never judged by a directory, whatever
//! names are in it.

use authn::flow::{Flow, Judged, Stage, may_ask};
use authn::store::{passwords, upstream_links};
use authn::upstream::link;
use countersign_authn as authn;
use countersign_directory::PersonId;
use countersign_directory::source::Source;
use secrecy::SecretString;

use super::sign_in::Verdict;
use crate::app::House;
use crate::http::fault::Fault;

impl House {
    /// What a directory says to the password of `flow`. `None`: it is none of a directory's business.
    pub async fn judged_by_directory(
        &self,
        flow: &Flow,
        password: &SecretString,
    ) -> Result<Option<Judged>, Fault> {
        let Stage::Password { name, person } = &flow.stage else {
            return Ok(None);
        };
        let sources = self.directory_sources().await.map_err(|cause| {
            tracing::error!(error = %cause, "the directories cannot be told");
            Fault::Ours
        })?;
        let sources: Vec<Source> = sources
            .into_iter()
            .filter(|source| source.trust.identity && has_login(source))
            .collect();
        if sources.is_empty() {
            return Ok(None);
        }
        let entry = match person {
            Some(person) => self.entry_of(person, &sources).await?,
            None => None,
        };
        if person.is_some() && entry.is_none() {
            return Ok(None);
        }
        if !self.may_ask_directory(flow).await? {
            let reason = "too many failures".to_owned();
            return Ok(Some(Judged::Wrong { source: None, reason }));
        }
        if let (Some(person), Some((source, subject))) = (person, entry) {
            let verdict = self.asked(source, Ask::Linked(&subject), password).await?;
            return Ok(Some(match verdict {
                Verdict::Claimed(_) => Judged::Right {
                    person: person.clone(),
                    source: source.id.clone(),
                },
                Verdict::Refused(reason) => Judged::Wrong {
                    source: Some(source.id.clone()),
                    reason,
                },
            }));
        }
        self.by_name(&sources, name, password).await.map(Some)
    }

    /// A name that nobody has here: she may go by another there. The first directory in which it is hers decides.
    async fn by_name(
        &self,
        sources: &[Source],
        name: &str,
        password: &SecretString,
    ) -> Result<Judged, Fault> {
        let mut last = Judged::Wrong {
            source: None,
            reason: "nobody has this name".to_owned(),
        };
        for source in sources {
            match self.asked(source, Ask::Name(name), password).await? {
                Verdict::Claimed(claimed) => {
                    let mut db = self.database.pool.acquire().await?;
                    let link = link::holder(&claimed.identity(), &mut db).await?;
                    let source = source.id.clone();
                    return Ok(match link {
                        Some(link) => Judged::Right {
                            person: link.person,
                            source,
                        },
                        None => Judged::Wrong {
                            source: Some(source),
                            reason: "she has no account here".to_owned(),
                        },
                    });
                }
                Verdict::Refused(reason) => {
                    last = Judged::Wrong {
                        source: Some(source.id.clone()),
                        reason,
                    };
                }
            }
        }
        Ok(last)
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

    async fn asked(&self, source: &Source, ask: Ask<'_>, password: &SecretString) -> Result<Verdict, Fault> {
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
        asked.await.map_err(|fault| {
            tracing::error!(source = %source.id, error = %fault, "a directory cannot judge a sign-in");
            Fault::Ours
        })
    }
}

#[derive(Clone, Copy)]
enum Ask<'a> {
    Linked(&'a str),
    Name(&'a str),
}

fn has_login(source: &Source) -> bool {
    source.ldap().is_some_and(|ldap| !ldap.login.is_empty())
}
