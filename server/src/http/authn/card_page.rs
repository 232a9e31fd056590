// SPDX-License-Identifier: Apache-2.0
//! What the pages of cards share: the way to the card host and back, and the page for each trouble.

use askama::Template;
use authn::factor::card::{Outcome, Refused};
use authn::store::ceremonies::{self, Kind};
use axum::response::Response;
use chrono::{DateTime, TimeDelta, Utc};
use countersign_authn as authn;
use http::StatusCode;
use rand::Rng as _;
use serde::{Deserialize, Serialize};

use crate::app::House;
use crate::http::authn::words;
use crate::http::fault::Fault;
use crate::http::page::{Frame, render};

/// How long the way to the card host is open.
const PATIENCE: TimeDelta = TimeDelta::minutes(5);

/// Where a browser goes once its card was judged.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Back {
    /// A path of ours.
    pub path: String,
}

/// What became of a card, and how to find it in the log.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Verdict {
    /// The verdict.
    pub outcome: Outcome,
    /// What the person can quote.
    pub reference: String,
}

#[derive(Template)]
#[template(path = "card.html")]
struct Start {
    frame: Frame,
    issuers: String,
    address: String,
    other: (String, &'static str),
}

#[derive(Template)]
#[template(path = "card_problem.html")]
struct Trouble {
    frame: Frame,
    title: &'static str,
    text: String,
    reference: Option<String>,
    again: Option<String>,
    link: Option<(String, &'static str)>,
}

/// The page before the browser asks for a card. `bound_to` is what the verdict will be for.
pub async fn start(
    house: &House,
    bound_to: &str,
    back: &str,
    other: (String, &'static str),
) -> Result<Response, Fault> {
    let (Some(config), Some(desk)) = (&house.config.cards, &house.cards) else {
        return Err(Fault::Gone);
    };
    let mut rng = house.rng();
    let nonce = authn::secret::random_id(&mut rng);
    let state = serde_json::to_string(&Back {
        path: back.to_owned(),
    })
    .map_err(|_| Fault::Ours)?;
    let until = house.now() + PATIENCE;
    let mut transaction = house.database.begin_write().await?;
    ceremonies::put(&nonce, Kind::Card, bound_to, &state, until, &mut transaction).await?;
    transaction.commit().await?;
    let mut fresh = [0_u8; 8];
    rng.fill_bytes(&mut fresh);
    let host = config.url.replace("{random}", &hex::encode(fresh));
    let page = Start {
        frame: Frame::of(house),
        issuers: issuers(desk),
        address: format!("{host}/card/{nonce}"),
        other,
    };
    Ok(render(StatusCode::OK, &page))
}

/// Takes the verdict that a browser came back with. Works once, for what it was made for.
pub async fn take(house: &House, result: &str, bound_to: &str) -> Result<Verdict, Fault> {
    let mut transaction = house.database.begin_write().await?;
    let now = house.now();
    let state = ceremonies::take(result, Kind::CardResult, bound_to, now, &mut transaction).await?;
    transaction.commit().await?;
    serde_json::from_str(&state.ok_or(Fault::Gone)?).map_err(|_| Fault::Ours)
}

/// The page for a card that was refused.
pub fn refused(
    house: &House,
    refused: &Refused,
    reference: String,
    again: String,
    other: (String, &'static str),
) -> Response {
    let frame = Frame::of(house);
    let desk = if frame.help.is_empty() {
        "the help desk".to_owned()
    } else {
        frame.help.clone()
    };
    let known = house.cards.as_ref().map(issuers).unwrap_or_default();
    let mut reference = Some(reference);
    let (title, text) = match refused {
        Refused::Missing => {
            reference = None;
            (
                "No card was presented",
                "We didn't get a certificate from your browser. Insert your card, then try again. If no list \
                 appeared, close the browser and reopen it."
                    .to_owned(),
            )
        }
        Refused::Wrong { subject } => (
            "That is not the right certificate",
            format!("You chose {subject}. Choose the one issued by {known} for authentication."),
        ),
        Refused::Expired { at, subject } => (
            "This certificate has expired",
            format!("{subject}: this certificate expired on {}. Contact {desk} for a new card.", day(*at)),
        ),
        Refused::NotYet { at, subject } => (
            "This certificate is not valid yet",
            format!(
                "{subject}: this certificate is valid from {} on. Until then, use your previous card or another way to \
                 sign in. If it should be valid already, contact {desk}: the date of this site or of the card is wrong.",
                words::moment(*at)
            ),
        ),
        Refused::Untrusted { issuer } => (
            "This card is not accepted here",
            format!("This site doesn't accept cards issued by {issuer}."),
        ),
        Refused::Revoked { subject } => (
            "This card has been cancelled",
            format!("{subject}: this card has been cancelled. Contact your security officer."),
        ),
        Refused::Undetermined => (
            "We can't check your card right now",
            "We can't check your card right now. This is a temporary problem. Try again later, or use another way."
                .to_owned(),
        ),
        Refused::Nameless { subject } => (
            "This card does not say whose it is",
            format!("{subject}: the certificate has no name that this site goes by. Contact {desk}."),
        ),
        Refused::Unreadable => (
            "This certificate cannot be read",
            format!("The certificate that your browser sent cannot be read. Contact {desk}."),
        ),
    };
    trouble(house, title, text, reference, Some(again), Some(other))
}

/// A page that says what is wrong with a card.
pub fn trouble(
    house: &House,
    title: &'static str,
    text: String,
    reference: Option<String>,
    again: Option<String>,
    link: Option<(String, &'static str)>,
) -> Response {
    let page = Trouble {
        frame: Frame::of(house),
        title,
        text,
        reference,
        again,
        link,
    };
    render(StatusCode::FORBIDDEN, &page)
}

/// A day, as people write it.
pub fn day(at: DateTime<Utc>) -> String {
    at.format("%-d %b %Y").to_string()
}

/// Who issues cards that are accepted: the lowest authorities that are known.
fn issuers(desk: &crate::cards::Desk) -> String {
    let names = desk.cards.issuers.iter().flat_map(|issuer| {
        let below: Vec<_> = issuer.trust.store.all().collect();
        let all = if below.is_empty() {
            vec![&issuer.trust.anchor]
        } else {
            below
        };
        all.into_iter()
            .filter_map(|one| one.subject().common_name().map(str::to_owned))
    });
    let mut names: Vec<String> = names.take(8).collect();
    names.sort();
    names.dedup();
    names.join(" or ")
}
