// SPDX-License-Identifier: Apache-2.0
//! Somebody came back from a source, whatever its protocol: whose account it is, what the source's word is
//! worth, and what is still missing.

use authn::Happened;
use authn::account;
use authn::assurance::Requirement;
use authn::flow::{Arrived, Flow, SourceStep, Step, Then, give_source};
use authn::session::Lifetimes;
use authn::store::clients;
use authn::store::upstream_sessions::CameFrom;
use authn::upstream::Claimed;
use authn::upstream::assurance;
use authn::upstream::link::Link;
use axum::response::Response;
use chrono::TimeDelta;
use countersign_authn as authn;
use countersign_directory::source::Source;
use http::HeaderMap;
use sqlx::AnyConnection;

use super::pages::{self, Trouble};
use crate::app::House;
use crate::http::authn::signin::outcome;
use crate::http::fault::Fault;
use crate::http::oauth2::admission;
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
    if judged.is_over(&Lifetimes::default(), now) {
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
    let mut transaction = house.database.begin_write().await?;
    let link = match house
        .whose(source, &claimed, now, &mut log, &mut transaction)
        .await?
    {
        Whose::Linked(link) => link,
        Whose::Nobody(why) => {
            let trouble = Trouble::from(why);
            return pages::nobody(house, source, &trouble, &claimed, log, transaction, back).await;
        }
    };
    if !house
        .refreshed(source, &claimed, &link.person, now, &mut log, &mut transaction)
        .await?
    {
        let trouble = Trouble::Incomplete;
        return pages::nobody(house, source, &trouble, &claimed, log, transaction, back).await;
    }
    raise(house, &mut flow, &link, &mut transaction).await?;
    let arrived = Arrived {
        judged,
        from: CameFrom {
            identity: claimed.identity(),
            upstream: claimed.session.clone(),
        },
    };
    match give_source(flow, &link, arrived, now, &mut log, &mut transaction).await? {
        SourceStep::Step(Step::Proven(proven)) => {
            outcome::arrived(house, headers, source, *proven, log, transaction).await
        }
        SourceStep::Step(step) => outcome::answer(house, headers, step, log, transaction).await,
        SourceStep::Inactive(_) => {
            let trouble = Trouble::Inactive;
            pages::nobody(house, source, &trouble, &claimed, log, transaction, back).await
        }
    }
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
            Why::Mapping => Self::Incomplete,
            Why::Taken => Self::Taken,
            Why::Unlinked => Self::Unlinked,
            Why::WaitsForApproval => Self::WaitsForApproval,
        }
    }
}
