// SPDX-License-Identifier: Apache-2.0
//! Somebody came back from a source, whatever its protocol: whose account it is, what the source's word is
//! worth, and what is still missing.

use authn::Happened;
use authn::account;
use authn::assurance::Requirement;
use authn::flow::{Arrived, Flow, Judged, SourceStep, Step, Then, give_directory_password, give_source};
use authn::store::clients;
use authn::store::upstream_sessions::CameFrom;
use authn::upstream::Claimed;
use authn::upstream::assurance;
use authn::upstream::link::Link;
use axum::response::Response;
use chrono::TimeDelta;
use countersign_authn as authn;
use countersign_directory::source::Source;
use countersign_directory::store::source_entries::{self, Applied};
use http::HeaderMap;
use sqlx::AnyConnection;

use super::pages::{self, Trouble};
use crate::app::House;
use crate::http::authn::signin::outcome;
use crate::http::fault::Fault;
use crate::http::oauth2::admission;
use crate::ldap::password::Proven;
use crate::upstream::names::NameSeen;
use crate::upstream::person::{Whose, Why};

/// Takes somebody who came back in a sign-in under way. `skew_seconds` is by how much the source's clock may
/// differ, `need` what it was asked for.
pub async fn arrived(
    house: &House,
    headers: &HeaderMap,
    source: &Source,
    mut flow: Flow,
    claimed: Claimed,
    need: Requirement,
    skew_seconds: u16,
) -> Result<Response, Fault> {
    let now = house.now();
    let back = pages::sign_in_again(&flow.id);
    let skew = TimeDelta::seconds(skew_seconds.into());
    let judged = match assurance::judge(&claimed, &source.trust, skew, &need, now) {
        Ok(judged) => judged,
        Err(fault) => return pages::trouble(house, source, &Trouble::Refused, &fault, back).await,
    };
    if judged.is_over(&house.config.sessions.lifetimes(), now) {
        let back = pages::source_anew(&flow.id, source);
        return pages::trouble(
            house,
            source,
            &Trouble::TooOld,
            &"the sign-in there is too old",
            back,
        )
        .await;
    }
    let mut log = Happened::new();
    let seen = house.name_seen(source, &claimed).await?;
    let mut transaction = house.database.begin_write().await?;
    let link = match hers(house, source, &claimed, seen, &mut log, &mut transaction).await? {
        Ok(link) => link,
        Err(trouble) => {
            return pages::nobody(house, source, &trouble, &claimed, log, transaction, back).await;
        }
    };
    raise(house, &mut flow, &link, &mut transaction).await?;
    let arrived = Arrived {
        judged,
        from: CameFrom {
            identity: claimed.identity(),
            upstream: claimed.session.clone(),
            id_token: claimed.id_token.clone(),
        },
    };
    match give_source(flow, &link, arrived, now, &mut log, &mut transaction).await? {
        SourceStep::Step(Step::Proven(proven)) => {
            outcome::arrived(house, headers, *proven, log, transaction).await
        }
        SourceStep::Step(step) => outcome::answer(house, headers, step, log, transaction).await,
        SourceStep::Inactive(_) => {
            let trouble = Trouble::Inactive;
            pages::nobody(house, source, &trouble, &claimed, log, transaction, back).await
        }
    }
}

/// Takes somebody who gave the password that she has in a directory. Her account and what is on file of her come
/// about as with any other source; her entry is noted as read, so that the next synchronisation knows what was
/// applied last.
pub(crate) async fn by_directory(
    house: &House,
    headers: &HeaderMap,
    flow: Flow,
    proven: Proven,
) -> Result<Response, Fault> {
    let Proven {
        source,
        claimed,
        on_file,
    } = proven;
    let now = house.now();
    let back = pages::sign_in_again(&flow.id);
    let mut log = Happened::new();
    let seen = house.name_seen(&source, &claimed).await?;
    let mut transaction = house.database.begin_write().await?;
    let link = match hers(house, &source, &claimed, seen, &mut log, &mut transaction).await? {
        Ok(link) => link,
        Err(trouble) => {
            return pages::nobody(house, &source, &trouble, &claimed, log, transaction, back).await;
        }
    };
    if account::active(&link.person, &mut transaction).await?.is_none() {
        let trouble = Trouble::Inactive;
        return pages::nobody(house, &source, &trouble, &claimed, log, transaction, back).await;
    }
    if source.trust.attributes {
        let applied = Applied {
            person: link.person.clone(),
            on_file,
        };
        let read = [(claimed.subject.as_str(), applied)];
        source_entries::put(&source.id, &read, &mut transaction).await?;
    }
    let judged = Judged::Right(link);
    let step = give_directory_password(flow, judged, now, &mut log, &mut transaction).await?;
    outcome::answer(house, headers, step, log, transaction).await
}

/// Her link, with what the source says of her taken over; or why there is none.
async fn hers(
    house: &House,
    source: &Source,
    claimed: &Claimed,
    seen: NameSeen,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<Result<Box<Link>, Trouble>, Fault> {
    let now = house.now();
    let link = match house.whose(source, claimed, seen, now, log, &mut *db).await? {
        Whose::Linked(link) => link,
        Whose::Nobody(why) => return Ok(Err(why.into())),
    };
    let is_enough = house
        .refreshed(source, claimed, &link.person, now, log, db)
        .await?;
    Ok(if is_enough {
        Ok(link)
    } else {
        Err(Trouble::Incomplete)
    })
}

/// What this person needs there, which nobody could know before she said who she is.
async fn raise(house: &House, flow: &mut Flow, link: &Link, db: &mut AnyConnection) -> Result<(), Fault> {
    let client = match &flow.purpose.then {
        Then::Authorize(request) => &request.client,
        Then::Saml(request) => &request.client,
        Then::Page(_) => return Ok(()),
    };
    let client = clients::by_id(client, &mut *db).await?;
    let person = account::active(&link.person, db).await?;
    if let (Some(client), Some(person)) = (client, person) {
        let level = admission::required_of(house, &client.record, &link.person, &person);
        flow.purpose.requirement = flow.purpose.requirement.clone().at_least(level);
    }
    Ok(())
}

impl From<Why> for Trouble {
    fn from(why: Why) -> Self {
        match why {
            Why::Beyond => Self::Beyond,
            Why::Busy => Self::Busy,
            Why::Mapping => Self::Incomplete,
            Why::Rejected => Self::Rejected,
            Why::Taken => Self::Taken,
            Why::Unlinked => Self::Unlinked,
            Why::WaitsForApproval => Self::WaitsForApproval,
            Why::WaitsForWord => Self::WaitsForWord,
        }
    }
}
