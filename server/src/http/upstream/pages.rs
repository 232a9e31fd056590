// SPDX-License-Identifier: Apache-2.0
//! What people read when a source could not let them in: what happened, what to do, and a reference.

use std::fmt::Display;

use authn::Happened;
use authn::upstream::Claimed;
use axum::response::Response;
use countersign_authn as authn;
use countersign_directory::Actor;
use countersign_directory::source::Source;
use serde_json::json;

use crate::app::House;
use crate::database::WriteTransaction;
use crate::http::authn::card_page;
use crate::http::fault::Fault;
use crate::http::page::Frame;

/// What is wrong, as far as she may know.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Trouble {
    /// It may not bring in somebody like her.
    Beyond,
    /// Too many people of that source wait for an account.
    Busy,
    /// She gave up there, or may not.
    GaveUp,
    /// Her account here is closed.
    Inactive,
    /// What it says of her lacks something.
    Incomplete,
    /// Its answer was refused.
    Refused,
    /// An officer has turned her away.
    Rejected,
    /// An account with her name or address is here.
    Taken,
    /// The sign-in there is too old to begin a session with.
    TooOld,
    /// She has no account here.
    Unlinked,
    /// It cannot do what was asked.
    Unmet,
    /// It did not answer.
    Unreachable,
    /// Her account waits for somebody's word.
    WaitsForApproval,
    /// Whether an account that is here is hers waits for somebody's word.
    WaitsForWord,
}

/// Where a page of trouble leads on: the same again, and another way.
#[derive(Clone, Debug)]
pub struct Back {
    again: Option<String>,
    other: (String, &'static str),
}

/// Back to a sign-in under way.
pub fn sign_in_again(flow: &str) -> Back {
    Back {
        again: None,
        other: (format!("/signin?flow={flow}"), "Sign in another way"),
    }
}

/// To the source once more, which is to ask her again.
pub fn source_anew(flow: &str, source: &Source) -> Back {
    Back {
        again: Some(format!(
            "/signin/source?flow={flow}&source={}&anew=yes",
            source.id
        )),
        other: (format!("/signin?flow={flow}"), "Sign in another way"),
    }
}

/// Back to her account.
pub fn account() -> Back {
    Back {
        again: None,
        other: ("/account".to_owned(), "Back to your account"),
    }
}

/// The page, with what is for the log only under its reference.
pub async fn trouble(
    house: &House,
    source: &Source,
    trouble: &Trouble,
    why: &(impl Display + Sync),
    back: Back,
) -> Result<Response, Fault> {
    let reference = reference(house);
    tracing::warn!(reference, source = %source.id, reason = %why, "a sign-in by a source was refused");
    put_on_record(house, source, why, &reference, None).await?;
    Ok(page(house, source, *trouble, reference, back))
}

/// The same for what anybody can send us in the source's name, whoever she is. Of those of one minute one goes on
/// record, and the number of the others.
pub async fn trouble_of_anybody(
    house: &House,
    source: &Source,
    trouble: &Trouble,
    why: &(impl Display + Sync),
    back: Back,
) -> Result<Response, Fault> {
    let reference = reference(house);
    tracing::warn!(reference, source = %source.id, reason = %why, "a message of a source was refused");
    if let Some(more) = house.upstream.refusals.note(&source.id, house.now()) {
        put_on_record(house, source, why, &reference, Some(more)).await?;
    }
    Ok(page(house, source, *trouble, reference, back))
}

/// `more`: for how many others of before it stands.
async fn put_on_record(
    house: &House,
    source: &Source,
    why: &(impl Display + Sync),
    reference: &str,
    more: Option<u64>,
) -> Result<(), Fault> {
    let mut log = Happened::new();
    let reason = why.to_string();
    let mut detail =
        json!({ "factor": "source", "source": source.id, "reason": reason, "reference": reference });
    if let (Some(more), Some(detail)) = (more.filter(|more| *more > 0), detail.as_object_mut()) {
        detail.insert("more".to_owned(), more.into());
    }
    log.event("signin.refused", "", detail);
    let transaction = house.database.begin_write().await?;
    house
        .settle(&Actor::Nobody, &log, house.now(), transaction)
        .await?;
    Ok(())
}

/// The page for somebody whom the source knows and who opens no account here.
pub async fn nobody(
    house: &House,
    source: &Source,
    trouble: &Trouble,
    claimed: &Claimed,
    mut log: Happened,
    transaction: WriteTransaction,
    back: Back,
) -> Result<Response, Fault> {
    let reference = reference(house);
    tracing::info!(reference, source = %source.id, reason = ?trouble, "a source's person has no account here");
    let detail = json!({
        "factor": "source",
        "source": source.id,
        "issuer": claimed.issuer,
        "subject": claimed.subject,
        "reason": format!("{trouble:?}"),
        "reference": reference,
    });
    log.event("signin.refused", "", detail);
    house
        .settle(&Actor::Nobody, &log, house.now(), transaction)
        .await?;
    Ok(page(house, source, *trouble, reference, back))
}

fn page(house: &House, source: &Source, trouble: Trouble, reference: String, back: Back) -> Response {
    let frame = Frame::of(house);
    let desk = if frame.help.is_empty() {
        "the help desk".to_owned()
    } else {
        frame.help
    };
    let name = &source.name;
    // Nobody is sent to a directory, so nobody links herself to one.
    let is_directory = source.ldap().is_some();
    let (title, text) = match trouble {
        Trouble::Beyond => (
            "We can't open an account for you",
            format!("{name} knows you, but may not open an account for you here. Contact {desk}."),
        ),
        Trouble::Busy => (
            "Too many are waiting already",
            format!(
                "{name} knows you, and a security officer here has to approve your account. So many wait already that \
                 yours could not be asked for. Try again later, or contact {desk}."
            ),
        ),
        Trouble::GaveUp => (
            "You didn't sign in",
            format!(
                "{name} didn't let you through, or you turned back there. Try again, or use another way."
            ),
        ),
        Trouble::Inactive => (
            "This account is closed",
            format!("{name} knows you, but your account here is closed. Contact {desk}."),
        ),
        Trouble::Incomplete => (
            "Something is missing",
            format!("{name} knows you, but doesn't say enough about you to let you in. Contact {desk}."),
        ),
        Trouble::Refused => (
            "That answer can't be used",
            format!(
                "We can't trust the answer that came from {name}. Start again; if it happens again, contact {desk}."
            ),
        ),
        Trouble::Rejected => (
            "Your account was not approved",
            format!(
                "{name} knows you, but a security officer here decided against an account for you, or that one is \
                 yours. If you think that this is a mistake, contact {desk}."
            ),
        ),
        Trouble::Taken if is_directory => (
            "There is an account already",
            format!(
                "An account with your name or address is here already, and it isn't linked to you in {name}. Contact \
                 {desk}: if it is yours, they can link it."
            ),
        ),
        Trouble::Taken => (
            "There is an account already",
            format!(
                "An account with your name or address is here already, and it isn't linked to you at {name}. If it is \
                 yours, sign in to it another way and link {name} in your account. If not, contact {desk}."
            ),
        ),
        Trouble::TooOld => (
            "It's been too long",
            format!("You signed in at {name} too long ago. Confirm there that it's you."),
        ),
        Trouble::Unlinked if is_directory => (
            "This opens no account",
            format!(
                "{name} knows you, but you aren't linked to an account here. Contact {desk}: if you have one, they can \
                 link it."
            ),
        ),
        Trouble::Unlinked => (
            "This opens no account",
            format!(
                "{name} knows you, but you aren't linked to an account here. If you have one, sign in to it another \
                 way once, and link {name} in your account. If not, contact {desk}."
            ),
        ),
        Trouble::Unmet => (
            "That was not possible there",
            format!("{name} can't sign you in as strongly as this needs. Use another way."),
        ),
        Trouble::Unreachable => (
            "We can't reach them right now",
            format!(
                "{name} doesn't answer. This is a temporary problem. Try again later, or use another way."
            ),
        ),
        Trouble::WaitsForApproval => (
            "Your account waits for approval",
            format!(
                "{name} knows you. A security officer here has to approve your account first, and has been asked to. \
                 Sign in again later; if it takes too long, contact {desk}."
            ),
        ),
        Trouble::WaitsForWord => (
            "Someone has to confirm that it's you",
            format!(
                "{name} knows you, and an account with your name or address is here already. A security officer here \
                 has to say whether it is yours, and has been asked to. Sign in again later; if it takes too long, \
                 contact {desk}. If you can sign in to that account another way, you can link {name} there yourself."
            ),
        ),
    };
    let Back { again, other } = back;
    card_page::trouble(house, title, text, Some(reference), again, Some(other))
}

fn reference(house: &House) -> String {
    let id = authn::secret::random_id(&mut house.rng());
    let letters: String = id.chars().filter(char::is_ascii_alphanumeric).take(6).collect();
    format!("S-{}", letters.to_ascii_uppercase())
}
