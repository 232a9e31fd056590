// SPDX-License-Identifier: Apache-2.0
//! What a frozen request needs next: an assertion, a sign-in, or a status. Asked anew at every step,
//! also when a session is reused silently, so that no least level is ever skipped.

use chrono::{DateTime, Utc};

use super::Request;
use super::context;
use super::status::Status;
use crate::assurance::{Level, Requirement};
use crate::oidc::client::ClientRecord;
use crate::session::Session;

/// What happens next.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// The session is enough, and is told as this AuthnContext.
    Enough(String),
    /// Ask the person to sign in, or to step up.
    SignIn(Requirement),
    /// Tell the service provider.
    Status(Status),
}

/// Judges `request` with the session at hand and her name there. `required` is the least level that
/// policy asks of this person at this client; it comes from outside this room. `asked` is the level that
/// a sign-in which has just been done was to reach: asking for no more than that again would bring nothing better.
pub fn judge(
    request: &Request,
    record: &ClientRecord,
    session: Option<(&Session, Option<&str>)>,
    required: Level,
    asked: Option<Level>,
    now: DateTime<Utc>,
) -> Verdict {
    let wished = match request.context.as_ref().map(|asked| asked.least(record)) {
        // No sign-in of ours would do, however strong.
        Some(None) => return Verdict::Status(Status::NoAuthnContext),
        Some(Some(level)) => level,
        None => Level::Aal1,
    };
    let need = Requirement {
        level: required.max(record.level).max(wished),
        max_age: if request.force { None } else { record.max_age },
        // A sign-in that came after the request satisfies it, however slowly the person types.
        after: request.force.then_some(request.received_at),
    };
    let anew = Requirement {
        after: Some(request.received_at),
        ..need.clone()
    };
    let ask = |need: Requirement, final_status: Status| {
        if request.is_passive {
            Verdict::Status(Status::NoPassive)
        } else if asked >= Some(need.level) {
            Verdict::Status(final_status)
        } else {
            Verdict::SignIn(need)
        }
    };
    let Some((session, name)) = session else {
        return ask(need, Status::AuthnFailed);
    };
    if request.expected.is_some() && request.expected.as_deref() != name {
        return ask(anew, Status::UnknownPrincipal);
    }
    if session.unmet(&need, now).is_some() {
        return ask(need, Status::NoAuthnContext);
    }
    match &request.context {
        None => Verdict::Enough(context::told(record, session.level)),
        Some(wished) => match wished.met(record, session.level, &session.methods) {
            Some(class) => Verdict::Enough(class),
            // Strong enough, but by another factor than the one that is asked for.
            None => ask(anew, Status::NoAuthnContext),
        },
    }
}
