// SPDX-License-Identifier: Apache-2.0
//! The authorization endpoint as an ordered list of small checks, one rule of the standard each.
//!
//! Until client and redirect address are known to be right, a fault ends on our own page; after
//! that it goes back to the client. What passes is frozen: [`Request`] is kept on the server, and
//! nothing that the browser sends later can change it.

mod acr;
mod challenge;
mod claims;
mod client;
mod hint;
mod max_age;
mod nonce;
mod prompt;
mod pushed;
mod redirect;
mod repeated;
mod request_object;
mod response;
mod response_mode;
mod response_type;
mod scope;
mod verdict;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::client::Client;
use super::error::Error;
use super::keys::KeyRing;
use super::parameters::Parameters;
use crate::assurance::Level;

pub use response::{Response, ResponseMode};
pub use verdict::{Verdict, judge};

/// What the client wants the page to do (OpenID Connect Core, section 3.1.2.1).
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Prompt {
    /// Ask for consent again.
    Consent,
    /// Ask for a new sign-in.
    Login,
    /// Ask nothing.
    None,
    /// Let the person choose an account.
    SelectAccount,
}

/// A checked authorization request, frozen.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// The client.
    pub client: String,
    /// Its name, for the page.
    pub client_name: String,
    /// Where the answer goes.
    pub redirect_uri: String,
    /// How it goes there.
    pub response_mode: ResponseMode,
    /// The client's state, returned as it came.
    pub state: Option<String>,
    /// The client's nonce.
    pub nonce: Option<String>,
    /// The scopes asked for and known.
    pub scope: String,
    /// The PKCE challenge, unless the client is exempt.
    pub challenge: Option<String>,
    /// What the page is to do.
    pub prompt: BTreeSet<Prompt>,
    /// The greatest age of the sign-in, in seconds.
    pub max_age: Option<i64>,
    /// The values of `acr` asked for, in the client's order.
    #[serde(default)]
    pub acr_values: Vec<String>,
    /// The least level that any of `acr_values` names.
    pub level: Option<Level>,
    /// Whether that level is essential: if it cannot be reached, the request fails.
    pub level_is_essential: bool,
    /// A name to fill in.
    pub login_hint: Option<String>,
    /// Languages that she reads, best first.
    #[serde(default)]
    pub ui_locales: Option<String>,
    /// The person that must be signed in, by `sub`.
    pub expected_sub: Option<String>,
    /// When the request came.
    pub received_at: DateTime<Utc>,
}

/// Why a request is not taken.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Refusal {
    /// The client or its address is wrong: show a page, redirect nowhere.
    Page(Error),
    /// The client hears of it.
    Redirect(Response),
}

/// The client that a request names, to be looked up before [`check`].
pub fn named_client(parameters: &Parameters) -> Option<&str> {
    parameters.one("client_id")
}

/// How a request reached us.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Came {
    /// Through the browser, where it can be changed.
    ByBrowser,
    /// From the client itself (RFC 9126).
    Pushed,
}

struct Checking<'a> {
    parameters: &'a Parameters,
    client: &'a Client,
    keys: &'a KeyRing,
    issuer: &'a str,
    came: Came,
    request: Request,
}

type Check = for<'a, 'b> fn(&'b mut Checking<'a>) -> Result<(), Error>;

/// Faults of these end on our page.
const BEFORE_REDIRECT: [Check; 2] = [client::check, redirect::check];

/// Faults of these go back to the client.
const AFTER_REDIRECT: [Check; 13] = [
    response_mode::check,
    repeated::check,
    pushed::check,
    request_object::check,
    response_type::check,
    scope::check,
    challenge::check,
    nonce::check,
    prompt::check,
    max_age::check,
    acr::check,
    claims::check,
    hint::check,
];

/// Checks a request of `client` (as found for [`named_client`]) and freezes it.
pub fn check(
    parameters: &Parameters,
    client: Option<&Client>,
    came: Came,
    keys: &KeyRing,
    issuer: &str,
    now: DateTime<Utc>,
) -> Result<Request, Refusal> {
    let Some(client) = client else {
        return Err(Refusal::Page(client::unknown()));
    };
    let mut checking = begin(parameters, client, came, keys, issuer, now);
    for check in BEFORE_REDIRECT {
        check(&mut checking).map_err(Refusal::Page)?;
    }
    for check in AFTER_REDIRECT {
        if let Err(error) = check(&mut checking) {
            let response = Response::error(&checking.request, &error, issuer);
            return Err(Refusal::Redirect(response));
        }
    }
    Ok(checking.request)
}

/// The same checks for a request that a client pushes: whatever is wrong goes back to it at once.
pub fn check_pushed(
    parameters: &Parameters,
    client: &Client,
    keys: &KeyRing,
    issuer: &str,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let mut checking = begin(parameters, client, Came::Pushed, keys, issuer, now);
    for check in BEFORE_REDIRECT.into_iter().chain(AFTER_REDIRECT) {
        check(&mut checking)?;
    }
    Ok(())
}

fn begin<'a>(
    parameters: &'a Parameters,
    client: &'a Client,
    came: Came,
    keys: &'a KeyRing,
    issuer: &'a str,
    now: DateTime<Utc>,
) -> Checking<'a> {
    let request = Request {
        client: client.record.id.clone(),
        client_name: client.record.name.clone(),
        redirect_uri: String::new(),
        response_mode: ResponseMode::Query,
        state: parameters.one("state").map(str::to_owned),
        nonce: None,
        scope: String::new(),
        challenge: None,
        prompt: BTreeSet::new(),
        max_age: None,
        acr_values: Vec::new(),
        level: None,
        level_is_essential: false,
        login_hint: parameters
            .one("login_hint")
            .filter(|hint| hint.len() <= 255)
            .map(str::to_owned),
        ui_locales: parameters
            .one("ui_locales")
            .filter(|locales| locales.len() <= 200)
            .map(str::to_owned),
        expected_sub: None,
        received_at: now,
    };
    Checking {
        parameters,
        client,
        keys,
        issuer,
        came,
        request,
    }
}

#[cfg(test)]
mod tests;
