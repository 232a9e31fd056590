// SPDX-License-Identifier: Apache-2.0
//! What a frozen request needs next: a code, a sign-in, or an error. Asked anew at every step, also
//! when a session is reused silently, so that no client's least level is ever skipped.

use chrono::{DateTime, Utc};

use super::{Prompt, Request};
use crate::assurance::{Level, Requirement, Unmet};
use crate::oidc::client::Client;
use crate::oidc::error::{Code, Error};
use crate::session::Session;

/// What happens next.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// The session is enough: issue a code.
    Enough,
    /// Ask the person to sign in, or to step up.
    SignIn(Requirement),
    /// Tell the client.
    Error(Error),
}

/// Judges `request` with the session at hand and her `sub`. `required` is the least level that
/// policy asks of this person at this client's server; it comes from outside this room.
/// `asked` is the level that a sign-in which has just been done was to reach: asking for no more than that
/// again would bring nothing better. What a person needs may be known only once she has said who she is.
pub fn judge(
    request: &Request,
    client: &Client,
    session: Option<(&Session, &str)>,
    required: Level,
    asked: Option<Level>,
    now: DateTime<Utc>,
) -> Verdict {
    let need = requirement(request, client, required);
    let is_silent = request.prompt.contains(&Prompt::None);
    let expected = request.expected_sub.as_deref();
    let Some((session, sub)) = session else {
        let error = Error::new(Code::LoginRequired, "nobody is signed in");
        return if is_silent {
            Verdict::Error(error)
        } else {
            Verdict::SignIn(need)
        };
    };
    if expected.is_some_and(|expected| expected != sub) {
        let error = Error::new(Code::LoginRequired, "another person is signed in");
        let is_final = is_silent || asked.is_some();
        return if is_final {
            Verdict::Error(error)
        } else {
            Verdict::SignIn(anew(need, request))
        };
    }
    match session.unmet(&need, now) {
        None => Verdict::Enough,
        Some(Unmet::Age) if is_silent => {
            Verdict::Error(Error::new(Code::LoginRequired, "the sign-in is too old"))
        }
        Some(Unmet::Level) if is_silent => Verdict::Error(Error::new(
            Code::InteractionRequired,
            "a stronger sign-in is needed",
        )),
        Some(Unmet::Level) if asked >= Some(need.level) => Verdict::Error(Error::new(
            Code::UnmetAuthenticationRequirements,
            "the sign-in did not reach the assurance that is needed",
        )),
        Some(Unmet::Age | Unmet::Level) => Verdict::SignIn(need),
    }
}

fn requirement(request: &Request, client: &Client, required: Level) -> Requirement {
    let level = required.max(client.record.level);
    let level = request.level.map_or(level, |asked| asked.max(level));
    let need = Requirement {
        level,
        max_age: request.max_age,
        after: None,
    };
    let wants_new = request.prompt.contains(&Prompt::Login)
        || request.prompt.contains(&Prompt::SelectAccount)
        || request.max_age == Some(0);
    // A sign-in that came after the request satisfies it, however slowly the person types.
    if wants_new {
        Requirement {
            max_age: None,
            ..anew(need, request)
        }
    } else {
        need
    }
}

fn anew(need: Requirement, request: &Request) -> Requirement {
    Requirement {
        after: Some(request.received_at),
        ..need
    }
}
