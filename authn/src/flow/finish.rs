// SPDX-License-Identifier: Apache-2.0
//! The end of a sign-in: a session is born, or the one at hand is raised.

use chrono::{DateTime, Utc};
use rand::CryptoRng;
use serde_json::json;
use sqlx::AnyConnection;

use super::{Flow, Proven, Stage, keep};
use crate::devices;
use crate::happened::Happened;
use crate::secret::Secret;
use crate::session::end::{self, Reason};
use crate::session::open;
use crate::session::{Lifetimes, Place, Session};
use crate::store::{StoreError, browsers, upstream_sessions};

/// A finished sign-in.
#[derive(Debug)]
pub struct Finished {
    /// The session.
    pub session: Session,
    /// What its cookie carries from now on.
    pub secret: Secret,
    /// The flow, which remembers where to go.
    pub flow: Flow,
}

/// Opens a session for somebody who proved who she is. A session of hers in the same browser is
/// kept and gets the new assurance if that is no weaker; otherwise, and if it is somebody else's, it ends.
#[expect(
    clippy::too_many_arguments,
    reason = "who, where, how long, what was there, and the ambient things"
)]
pub async fn finish(
    proven: Proven,
    present: Option<Session>,
    place: Place,
    lifetimes: &Lifetimes,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<Finished, StoreError> {
    let Proven {
        mut flow,
        person,
        proof,
        arrived,
    } = proven;
    let bounded;
    let lifetimes = match &arrived {
        None => lifetimes,
        Some(arrived) => {
            bounded = arrived.judged.within(lifetimes, now);
            &bounded
        }
    };
    if let Some(agent) = &place.agent
        && browsers::is_new(&person, agent, now, db).await?
    {
        log.event("signin.new_browser", person.as_str(), json!({ "agent": agent }));
    }
    // A session is where its last sign-in was: one that proved no device names none.
    let place = Place {
        device: devices::of_flow(&flow, &person, log, db).await?,
        ..place
    };
    let mut renewed = None;
    if let Some(mut present) = present {
        present.place.device.clone_from(&place.device);
        if present.person != person {
            end::end(&present.id, Reason::Replaced, now, rng, log, db).await?;
        } else if proof.level < present.level {
            // A session is never lowered: what stood on the stronger sign-in ends with it.
            end::end(&present.id, Reason::Weaker, now, rng, log, db).await?;
        } else {
            renewed = open::renew(present, &proof, lifetimes, now, rng, log, db).await?;
        }
    }
    let (session, secret) = match renewed {
        Some(renewed) => renewed,
        None => open::open(&person, &proof, place, lifetimes, now, rng, log, db).await?,
    };
    flow.stage = Stage::Finished {
        session: session.id.clone(),
    };
    if let Some(arrived) = &arrived {
        upstream_sessions::put(&session.id, &arrived.from, db).await?;
        if let Some(unmet) = session.unmet(&flow.purpose.requirement, now) {
            flow.stage = Stage::StepUp {
                session: session.id.clone(),
                person: session.person.clone(),
                source: Some(arrived.from.identity.source.clone()),
                unmet,
            };
        }
    }
    keep(&flow, now, db).await?;
    Ok(Finished {
        session,
        secret,
        flow,
    })
}
