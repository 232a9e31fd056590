// SPDX-License-Identifier: Apache-2.0
//! Whose account somebody who came from a source opens: the one she is linked to, the one that a source
//! authoritative for her mail domain names, or a new one. A name or an address alone opens nothing.

use authn::Happened;
use authn::session::end;
use authn::upstream::Claimed;
use authn::upstream::link::{self, Link, LinkRefusal, Made};
use chrono::{DateTime, Utc};
use countersign_authn as authn;
use countersign_directory::source::apply::{Applied, Entry, Tie, apply};
use countersign_directory::source::mapping::{MappingError, Whom};
use countersign_directory::source::{Create, Source, Sourced};
use countersign_directory::{Permit, PersonId};
use serde_json::json;
use sqlx::AnyConnection;

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
    /// What the source says of her lacks something, or cannot be read.
    Mapping,
    /// An account with her name or address is here, and nobody has linked it.
    Taken,
    /// She has no account, and this source makes none.
    Unlinked,
    /// She has none yet: somebody has to approve it.
    WaitsForApproval,
}

impl House {
    /// Whose account `claimed` opens. What it returns must be committed.
    pub async fn whose(
        &self,
        source: &Source,
        claimed: &Claimed,
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
        let answered = sourced
            .email
            .as_deref()
            .filter(|email| sourced.email_verified && source.trust.answers_for(email));
        if let Some(person) = answered.and_then(|email| self.snapshot().person_at(email).cloned()) {
            return self
                .linked(source, claimed, &person, &sourced, Made::Domain, now, log, db)
                .await;
        }
        match source.linking.create {
            Create::No => Ok(Whose::Nobody(Why::Unlinked)),
            Create::WithApproval => {
                let detail = json!({ "source": source.id, "issuer": claimed.issuer, "subject": claimed.subject,
                    "username": sourced.username });
                log.event("person.waits_for_approval", source.id.as_str(), detail);
                Ok(Whose::Nobody(Why::WaitsForApproval))
            }
            Create::Yes => self.created(source, claimed, &sourced, now, log, db).await,
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "whom to whom, why, and the ambient things"
    )]
    async fn linked(
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
        let label = label(sourced, claimed);
        let rule = source.linking.conflict;
        let rng = &mut self.rng();
        let made = link::make(claimed.identity(), person, &label, made, rule, now, rng, log, db).await?;
        Ok(match made {
            Ok(link) => Whose::Linked(Box::new(link)),
            Err(LinkRefusal::Unfit) => Whose::Nobody(Why::Mapping),
            Err(LinkRefusal::Another | LinkRefusal::HasOne | LinkRefusal::Taken) => Whose::Nobody(Why::Taken),
        })
    }

    /// A new account, as far as the source's cap goes.
    async fn created(
        &self,
        source: &Source,
        claimed: &Claimed,
        sourced: &Sourced,
        now: DateTime<Utc>,
        log: &mut Happened,
        db: &mut AnyConnection,
    ) -> Result<Whose, Fault> {
        let username = sourced.username.as_deref().map(|name| name.trim().to_lowercase());
        let Some(id) = username.and_then(|name| name.parse::<PersonId>().ok()) else {
            tracing::warn!(source = %source.id, "a source that makes accounts does not say what they are called");
            return Ok(Whose::Nobody(Why::Mapping));
        };
        let snapshot = self.snapshot();
        let is_taken = snapshot
            .people()
            .any(|(known, _)| known.as_str().to_lowercase() == id.as_str());
        let is_address_taken = sourced
            .email
            .as_deref()
            .is_some_and(|email| snapshot.person_at(email).is_some());
        if is_taken || is_address_taken {
            return Ok(Whose::Nobody(Why::Taken));
        }
        let entry = Entry {
            person: id.clone(),
            tie: Tie::New,
            said: sourced.clone(),
        };
        let applied = self.applied(source, entry, now, log, db).await?;
        if !applied.created.contains(&id) {
            return Ok(Whose::Nobody(Why::Taken));
        }
        self.linked(source, claimed, &id, sourced, Made::Creation, now, log, db)
            .await
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

    async fn applied(
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
        Ok(mapped) => Ok(mapped.sourced),
        Err(fault) => {
            tracing::warn!(source = %source.id, error = %fault, "what a source says cannot be mapped");
            Err(fault)
        }
    }
}

/// What she is called there, for lists.
pub fn label(sourced: &Sourced, claimed: &Claimed) -> String {
    let names = [&sourced.display_name, &sourced.email, &sourced.username];
    names
        .into_iter()
        .flatten()
        .next()
        .cloned()
        .unwrap_or_else(|| claimed.subject.clone())
}
