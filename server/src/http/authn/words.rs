// SPDX-License-Identifier: Apache-2.0
//! The words that people read: levels, times and problems. What happened, and what to do next.

use authn::assurance::Level;
use authn::factor::card::Mapping;
use authn::flow::Problem;
use chrono::{DateTime, Utc};
use countersign_authn as authn;

/// How strong a sign-in was.
pub fn strength(level: Level) -> &'static str {
    match level {
        Level::Aal1 => "password only",
        Level::Aal2 => "password and security code",
        Level::Aal2PhishingResistant => "passkey",
        Level::Aal3 => "smartcard or attested security key",
    }
}

/// A moment, short and in UTC.
pub fn moment(at: DateTime<Utc>) -> String {
    at.format("%-d %b %Y, %H:%M UTC").to_string()
}

/// What was wrong with a step, as the person may know it.
pub fn problem(problem: Problem, help: &str) -> String {
    let desk = if help.is_empty() { "the help desk" } else { help };
    match problem {
        Problem::Code => {
            "That code isn't right. Wait for the next code and try again. If it stays wrong, check the \
             clock of your device."
                .to_owned()
        }
        Problem::Disabled => {
            format!("Too many attempts. This way to sign in is closed; use another way, or call {desk}.")
        }
        Problem::Passkey => "No passkey was used. Try again, or use another way.".to_owned(),
        Problem::Password => "The username or the password isn't right. Try again.".to_owned(),
        Problem::Stage => "That step was already done. Go on from here.".to_owned(),
        Problem::TooWeak { needed } => format!(
            "This needs a stronger sign-in ({}). Use a passkey, or ask {desk} for an enrolment link.",
            needs(needed)
        ),
        Problem::Wait(until) => {
            format!(
                "Too many attempts. Try again at {}, or call {desk}.",
                until.format("%H:%M:%S UTC")
            )
        }
    }
}

/// What a level asks for.
pub fn needs(level: Level) -> &'static str {
    match level {
        Level::Aal1 => "a password",
        Level::Aal2 => "two factors",
        Level::Aal2PhishingResistant => "a passkey",
        Level::Aal3 => "a smartcard or an attested security key",
    }
}

/// By what a card is recognised.
pub fn mapping(mapping: Mapping) -> &'static str {
    match mapping {
        Mapping::Edipi => "your identification number",
        Mapping::IssuerSerial => "its issuer and serial number",
        Mapping::Key | Mapping::SubjectKeyId => "its key",
        Mapping::Upn => "your principal name",
    }
}
