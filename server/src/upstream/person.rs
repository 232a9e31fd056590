// SPDX-License-Identifier: Apache-2.0
//! Whose account somebody who came from a source opens, whatever its protocol: the one she is linked to, the one
//! that a source authoritative for her mail domain names, or a new one. A name or an address alone opens nothing.

use authn::Happened;
use authn::session::end;
use authn::upstream::Claimed;
use authn::upstream::link::{self, Link, LinkRefusal, Made};
use chrono::{DateTime, Utc};
use countersign_authn as authn;
use countersign_directory::source::apply::{Applied, Entry, Tie, apply};
use countersign_directory::source::mapping::{MappingError, Whom};
use countersign_directory::source::{Source, Sourced};
use countersign_directory::{Permit, PersonId};
use sqlx::AnyConnection;

use super::names::NameSeen;
use crate::app::House;
use crate::http::fault::Fault;
use crate::record;

/// Whose account it is.
#[derive(Debug)]
pub enum Whose {
    /// Hers, by this link.
    Linked(Box<Link>),
    /// Nobody's, for this reason.
    Nobody(Why),
}

/// Why somebody who is known at a source opens no account here.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Why {
    /// The source may not bring in somebody like her.
    Beyond,
    /// Too many people of it wait for an account.
    Busy,
    /// What the source says of her lacks something, or cannot be read.
    Mapping,
    /// An officer has turned her away.
    Rejected,
    /// An account with her name or address is here, and nobody has linked it.
    Taken,
    /// She has no account, and this source makes none.
    Unlinked,
    /// She has none yet: somebody has to approve it.
    WaitsForApproval,
    /// One with her name or address is here: somebody has to say whether it is hers.
    WaitsForWord,
}

impl House {
    /// Whose account `claimed` opens, of whose name `seen` was seen. What it returns must be committed.
    pub async fn whose(
        &self,
        source: &Source,
        claimed: &Claimed,
        seen: NameSeen,
        now: DateTime<Utc>,
        log: &mut Happened,
        db: &mut AnyConnection,
    ) -> Result<Whose, Fault> {
        let identity = claimed.identity();
        if !identity.fits() {
            return Ok(Whose::Nobody(Why::Mapping));
        }
        if let Some(link) = link::holder(&identity, db).await? {
            return Ok(Whose::Linked(Box::new(link)));
        }
        let sourced = match mapped(source, claimed, Whom::New) {
            Ok(sourced) => sourced,
            Err(_logged) => return Ok(Whose::Nobody(Why::Mapping)),
        };
        if let Some(why) = self.asks_whose(source, claimed, &sourced, now, &mut *db).await? {
            return Ok(Whose::Nobody(why));
        }
        let answered = sourced
            .email
            .as_deref()
            .filter(|email| sourced.email_verified && source.trust.answers_for(email));
        if let Some(person) = answered.and_then(|email| self.snapshot().person_at(email).cloned()) {
            return self
                .linked(source, claimed, &person, &sourced, Made::Domain, now, log, db)
                .await;
        }
        self.newcomer(source, claimed, seen, &sourced, now, log, db).await
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "whom to whom, why, and the ambient things"
    )]
    pub(super) async fn linked(
        &self,
        source: &Source,
        claimed: &Claimed,
        person: &PersonId,
        sourced: &Sourced,
        made: Made,
        now: DateTime<Utc>,
        log: &mut Happened,
        db: &mut AnyConnection,
    ) -> Result<Whose, Fault> {
        let label = label(sourced, &claimed.subject);
        let rule = source.linking.conflict;
        let rng = &mut self.rng();
        let made = link::make(claimed.identity(), person, &label, made, rule, now, rng, log, db).await?;
        Ok(match made {
            Ok(link) => Whose::Linked(Box::new(link)),
            Err(LinkRefusal::Unfit) => Whose::Nobody(Why::Mapping),
            Err(LinkRefusal::Another | LinkRefusal::HasOne | LinkRefusal::Taken) => Whose::Nobody(Why::Taken),
        })
    }

    /// Takes over what the source says of somebody who is linked to it. `false`: it does not say enough.
    pub async fn refreshed(
        &self,
        source: &Source,
        claimed: &Claimed,
        person: &PersonId,
        now: DateTime<Utc>,
        log: &mut Happened,
        db: &mut AnyConnection,
    ) -> Result<bool, Fault> {
        let Ok(said) = mapped(source, claimed, Whom::Known) else {
            return Ok(false);
        };
        let entry = Entry {
            person: person.clone(),
            tie: Tie::Linked,
            said,
        };
        let applied = self.applied(source, entry, now, log, db).await?;
        if !applied.refused.is_empty() {
            tracing::info!(source = %source.id, "not all that a source says of somebody is within its cap");
        }
        Ok(true)
    }

    pub(super) async fn applied(
        &self,
        source: &Source,
        entry: Entry,
        now: DateTime<Utc>,
        log: &mut Happened,
        db: &mut AnyConnection,
    ) -> Result<Applied, Fault> {
        let permit = Permit::source(source.id.clone(), None);
        let applied = apply(&source.id, &[entry], &permit, now, &mut *db).await?;
        for person in &applied.disabled {
            let rng = &mut self.rng();
            end::end_all(person, None, end::Reason::Revoked, now, rng, log, &mut *db).await?;
        }
        record::append(permit.by(), &applied.outcome.events, now, db).await?;
        Ok(applied)
    }
}

fn mapped(source: &Source, claimed: &Claimed, whom: Whom) -> Result<Sourced, MappingError> {
    match source.mapping.apply(&claimed.attributes, whom) {
        Ok(mapped) => {
            let mut said = mapped.sourced;
            // A directory that lets her in says with it that her account there is good.
            if source.ldap().is_some() && said.is_active.is_none() {
                said.is_active = Some(true);
            }
            Ok(said)
        }
        Err(fault) => {
            tracing::warn!(source = %source.id, error = %fault, "what a source says cannot be mapped");
            Err(fault)
        }
    }
}

/// What she is called there, for lists.
pub fn label(sourced: &Sourced, subject: &str) -> String {
    let names = [&sourced.display_name, &sourced.email, &sourced.username];
    names
        .into_iter()
        .flatten()
        .next()
        .cloned()
        .unwrap_or_else(|| subject.to_owned())
}
