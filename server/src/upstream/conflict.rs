// SPDX-License-Identifier: Apache-2.0
//! Somebody came from a source for the first time, and an account with her name or address is here. Under the rule
//! `ask` nobody guesses whether it is hers: the source asks, and a security officer says so or does not.

use authn::store::upstream_links;
use authn::upstream::Claimed;
use chrono::{DateTime, Utc};
use countersign_authn as authn;
use countersign_directory::amend::UpstreamLink;
use countersign_directory::operation::admission::Asked;
use countersign_directory::operation::amend::AmendFault;
use countersign_directory::operation::matching;
use countersign_directory::source::name::named;
use countersign_directory::source::{Conflict, Source, Sourced};
use countersign_directory::{Actor, PersonId};
use sqlx::AnyConnection;

use super::person::{Why, label};
use crate::app::House;
use crate::http::fault::Fault;
use crate::record;

/// The most characters of what she is called there, in the reason that officers read.
const LONGEST_LABEL: usize = 200;

/// The account that may be hers.
enum Found {
    /// Two: by her name one, by her address the other.
    Several,
    /// This one, by what stands here.
    One(PersonId, &'static str),
}

impl House {
    /// What becomes of somebody without a link whose name or address is another's here, where the source's rule is
    /// to ask; none where it is not, or where there is no such account. What it returns must be committed.
    pub(super) async fn asks_whose(
        &self,
        source: &Source,
        claimed: &Claimed,
        sourced: &Sourced,
        now: DateTime<Utc>,
        db: &mut AnyConnection,
    ) -> Result<Option<Why>, Fault> {
        if source.linking.conflict != Conflict::Ask {
            return Ok(None);
        }
        let (person, by_what) = match self.found(sourced) {
            None => return Ok(None),
            Some(Found::Several) => return Ok(Some(Why::Taken)),
            Some(Found::One(person, by_what)) => (person, by_what),
        };
        let may_be_asked = self
            .snapshot()
            .person(person.as_str())
            .is_some_and(|known| matching::may_be_asked_about(known));
        let links = upstream_links::of_person(&person, &mut *db).await?;
        let is_linked = links.iter().any(|link| link.identity.source == source.id);
        if !may_be_asked || is_linked {
            return Ok(Some(Why::Taken));
        }
        let link = UpstreamLink {
            source: claimed.source.clone(),
            issuer: claimed.issuer.clone(),
            subject: claimed.subject.clone(),
        };
        let called = label(sourced, &claimed.subject);
        let called = called.chars().filter(|c| !c.is_control());
        let called: String = called.take(LONGEST_LABEL).collect();
        let reason = format!("`{called}` signed in at `{}`, and {by_what}", source.id);
        let rng = &mut self.rng();
        match matching::ask(&person, &link, reason, now, rng, &mut *db).await {
            Ok(Asked::Filed(outcome)) => {
                let actor = Actor::Source(source.id.clone());
                record::append(&actor, &outcome.events, now, db).await?;
                Ok(Some(Why::WaitsForWord))
            }
            Ok(Asked::Waits) => Ok(Some(Why::WaitsForWord)),
            Ok(Asked::TooMany) => {
                tracing::warn!(source = %source.id, "too many people of a source wait for somebody's word: nothing is filed");
                Ok(Some(Why::Busy))
            }
            Ok(Asked::Rejected) => Ok(Some(Why::Rejected)),
            Err(AmendFault::Store(cause)) => Err(cause.into()),
            Err(fault) => {
                tracing::warn!(source = %source.id, error = %fault, "nobody can be asked whose account it is");
                Ok(Some(Why::Taken))
            }
        }
    }

    fn found(&self, sourced: &Sourced) -> Option<Found> {
        let snapshot = self.snapshot();
        let by_address = sourced
            .email
            .as_deref()
            .and_then(|address| snapshot.person_at(address).cloned());
        let by_name = named(sourced.username.as_deref())
            .ok()
            .filter(|id| snapshot.person(id.as_str()).is_some());
        match (by_address, by_name) {
            (None, None) => None,
            (Some(one), Some(other)) if one != other => Some(Found::Several),
            (Some(person), _) if sourced.email_verified => {
                let by = "the mail address that the source has verified is that of this account";
                Some(Found::One(person, by))
            }
            (Some(person), _) => {
                let by = "the mail address, which the source has not verified, is that of this account";
                Some(Found::One(person, by))
            }
            (None, Some(person)) => Some(Found::One(person, "the name there is that of this account")),
        }
    }
}
