// SPDX-License-Identifier: Apache-2.0
//! Somebody who came from a source and has no account here: she gets one, waits for somebody's word, or stays
//! outside, as the source's record says. Nobody gets a name that another has or had, or that looks like it.

use authn::Happened;
use authn::upstream::Claimed;
use authn::upstream::link::Made;
use chrono::{DateTime, Utc};
use countersign_authn as authn;
use countersign_directory::amend::{AmendError, Amendment, UpstreamLink};
use countersign_directory::operation::admission::{self, Asked};
use countersign_directory::operation::amend::AmendFault;
use countersign_directory::source::apply::{Barrier, Entry, Tie};
use countersign_directory::source::name::{Names, named};
use countersign_directory::source::{Create, Source, Sourced};
use countersign_directory::store::{StoreError, proposals};
use countersign_directory::{Actor, PersonId};
use sqlx::AnyConnection;

use super::names::{NameSeen, still_free};
use super::person::{Whose, Why};
use crate::app::House;
use crate::http::fault::Fault;
use crate::record;

impl House {
    /// What becomes of somebody new, of whose name `seen` was seen. What it returns must be committed.
    #[expect(
        clippy::too_many_arguments,
        reason = "who, what was seen of her name, and the ambient things"
    )]
    pub(super) async fn newcomer(
        &self,
        source: &Source,
        claimed: &Claimed,
        seen: NameSeen,
        sourced: &Sourced,
        now: DateTime<Utc>,
        log: &mut Happened,
        db: &mut AnyConnection,
    ) -> Result<Whose, Fault> {
        if source.linking.create == Create::No {
            return Ok(Whose::Nobody(Why::Unlinked));
        }
        let id = match named(sourced.username.as_deref()) {
            Ok(id) => id,
            Err(fault) => {
                tracing::warn!(source = %source.id, error = %fault, "somebody new has no name that can be used");
                return Ok(Whose::Nobody(Why::Mapping));
            }
        };
        let address = sourced.email.as_deref();
        let has_address = address.is_some_and(|address| self.snapshot().person_at(address).is_some());
        if has_address || !still_free(&id, seen, &mut *db).await? {
            return Ok(Whose::Nobody(Why::Taken));
        }
        match source.linking.create {
            Create::Yes => self.created(source, claimed, id, sourced, now, log, db).await,
            Create::No | Create::WithApproval => {
                let why = self.asks(source, claimed, &id, sourced, now, db).await?;
                Ok(Whose::Nobody(why))
            }
        }
    }

    /// A new account, as far as the source's cap goes.
    #[expect(
        clippy::too_many_arguments,
        reason = "who, by which name, and the ambient things"
    )]
    async fn created(
        &self,
        source: &Source,
        claimed: &Claimed,
        id: PersonId,
        sourced: &Sourced,
        now: DateTime<Utc>,
        log: &mut Happened,
        db: &mut AnyConnection,
    ) -> Result<Whose, Fault> {
        let entry = Entry {
            person: id.clone(),
            tie: Tie::New,
            said: sourced.clone(),
        };
        let applied = self.applied(source, entry, now, log, db).await?;
        if applied.created.contains(&id) {
            return self
                .linked(source, claimed, &id, sourced, Made::Creation, now, log, db)
                .await;
        }
        // Somebody got the name between our look and now, or the cap does not reach to her.
        let refused = applied.refused.get(&id).into_iter().flatten();
        let is_taken = refused
            .map(|refused| refused.cap)
            .any(|cap| matches!(cap, Barrier::Gone | Barrier::Mistaken));
        Ok(Whose::Nobody(if is_taken { Why::Taken } else { Why::Beyond }))
    }

    /// She asks for an account, through the source.
    async fn asks(
        &self,
        source: &Source,
        claimed: &Claimed,
        id: &PersonId,
        sourced: &Sourced,
        now: DateTime<Utc>,
        db: &mut AnyConnection,
    ) -> Result<Why, Fault> {
        let link = UpstreamLink {
            source: claimed.source.clone(),
            issuer: claimed.issuer.clone(),
            subject: claimed.subject.clone(),
        };
        if looks_like_one_who_waits(id, &link, now, &mut *db).await? {
            return Ok(Why::Taken);
        }
        let rng = &mut self.rng();
        match admission::ask(id, &link, sourced, now, rng, &mut *db).await {
            Ok(Asked::Filed(outcome)) => {
                let actor = Actor::Source(source.id.clone());
                record::append(&actor, &outcome.events, now, db).await?;
                Ok(Why::WaitsForApproval)
            }
            Ok(Asked::Waits) => Ok(Why::WaitsForApproval),
            Ok(Asked::TooMany) => {
                tracing::warn!(source = %source.id, "too many people of a source wait for an account: nothing is filed");
                Ok(Why::Busy)
            }
            Ok(Asked::Rejected) => Ok(Why::Rejected),
            Err(AmendFault::Gone(_) | AmendFault::Amend(AmendError::Exists(_))) => Ok(Why::Taken),
            Err(AmendFault::Store(cause)) => Err(cause.into()),
            Err(fault) => {
                tracing::warn!(source = %source.id, error = %fault, "somebody cannot be brought in");
                Ok(Why::Beyond)
            }
        }
    }
}

/// Whether somebody else waits for an account by this name, or by one that looks like it: an officer who looks at one
/// of the two does not see the other.
async fn looks_like_one_who_waits(
    id: &PersonId,
    own: &UpstreamLink,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<bool, StoreError> {
    let mut names = Names::default();
    for (_, held) in proposals::open(now, db).await? {
        if let Amendment::PersonAdmit { id, link, .. } = &held.act
            && link != own
        {
            names.add(id.as_str());
        }
    }
    Ok(names.has_like(id.as_str()))
}
