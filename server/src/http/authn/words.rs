// SPDX-License-Identifier: Apache-2.0
//! The words that people read: levels, times and problems. What happened, and what to do next.

use authn::assurance::Level;
use authn::evidence::{AuthenticatorId, Evidence};
use authn::factor::attestation::Lack;
use authn::factor::card::Mapping;
use authn::flow::Problem;
use authn::session::Session;
use chrono::{DateTime, Utc};
use countersign_authn as authn;

use crate::app::House;

/// How strong a sign-in was, here or at a source.
pub fn strength(level: Level) -> &'static str {
    match level {
        Level::Aal1 => "one factor only",
        Level::Aal2 => "two factors",
        Level::Aal2PhishingResistant => "passkey",
        Level::Aal3 => "smartcard or attested security key",
    }
}

/// A moment, short and in UTC.
pub fn moment(at: DateTime<Utc>) -> String {
    at.format("%-d %b %Y, %H:%M UTC").to_string()
}

/// Said to each wrong password where some are kept in directories, whether or not these answer.
pub const DIRECTORY: &str = " If you are sure of both, the directory that keeps your password may not answer right now: \
                             try again later.";

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
        Problem::PasskeyNotAllowed(lack) => not_allowed(lack).to_owned(),
        Problem::PasskeyTooWeak { lack, would_do } => too_weak(lack, &would_do, desk),
        Problem::Password => "The username or the password isn't right. Try again.".to_owned(),
        Problem::Recovery => {
            "That recovery code isn't right, or was used before. Take another one from your list.".to_owned()
        }
        Problem::Stage => "That step was already done. Go on from here.".to_owned(),
        Problem::TooWeak { needed } => format!(
            "This needs a stronger sign-in: {}. Use that, or ask {desk} for an enrolment link.",
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
        Level::Aal2PhishingResistant => "a passkey or a smartcard",
        Level::Aal3 => "a smartcard or an attested security key",
    }
}

/// With what somebody is signed in, at that level.
pub fn signed_in_with(level: Level) -> &'static str {
    match level {
        Level::Aal1 => "one factor",
        Level::Aal2 => "two factors",
        Level::Aal2PhishingResistant => "a passkey",
        Level::Aal3 => "a smartcard or an attested security key",
    }
}

/// A level by its name in the standards, and what follows.
pub fn assurance(level: Level) -> &'static str {
    match level {
        Level::Aal1 => "That is assurance level AAL1.",
        Level::Aal2 => "That is assurance level AAL2.",
        Level::Aal2PhishingResistant => {
            "That is assurance level AAL2, phishing-resistant: a password or a security code will not do."
        }
        Level::Aal3 => {
            "That is assurance level AAL3, phishing-resistant and in hardware: a password or a security code will \
             not do."
        }
    }
}

/// A time that something may last.
pub fn span(seconds: i64) -> String {
    let (count, unit) = match seconds {
        s if s % 3600 == 0 => (s / 3600, "hour"),
        s if s % 60 == 0 => (s / 60, "minute"),
        s => (s, "second"),
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural}")
}

/// An act of the console that asks for more, by its name in the policies; `None` for what is none.
pub fn act(action: &str) -> Option<&'static str> {
    Some(match action {
        "audit.read" => "Reading the record",
        "break_glass.approve" => "Answering an emergency request",
        "break_glass.request" => "Asking for a channel in an emergency",
        "channel.reclassify" | "channel.set_label" => "Changing the label of a channel",
        "clearance.grant" => "Changing a clearance",
        "clearance.import" => "Importing clearances",
        "console.read" => "Reading in the console",
        "decision.simulate" => "Asking what would be decided",
        "person.manage" => "Changing people, channels or proposals",
        "policy.publish" => "Publishing a policy",
        "server.manage" => "Changing the installation",
        "session.end" => "Ending sessions",
        "source.try" => "Trying a source of people",
        "user.revoke" => "Ending somebody's access",
        _ => return None,
    })
}

/// What a page of ours is for.
pub fn page(path: &str) -> &'static str {
    match path.split('?').next().unwrap_or_default() {
        path if path.starts_with("/admin") => "What you want to do in the console",
        "/account/cards/add" => "Adding a smartcard",
        "/account/devices" => "Putting a device on file",
        path if path.starts_with("/account") => "Changing how you sign in",
        _ => "This",
    }
}

/// Why a kind of passkey is not taken, and what to do.
pub fn not_allowed(lack: Lack) -> &'static str {
    match lack {
        Lack::Late => {
            "New passkeys are not taken at the moment: the list of approved makes is out of date. Tell the \
             help desk."
        }
        Lack::Status => {
            "This make of passkey is reported as compromised and isn't taken any more. Use another \
             security key issued by your organisation, or another way, and tell the help desk."
        }
        _ => "This kind of passkey isn't allowed here. Use a security key issued by your organisation.",
    }
}

/// Why a passkey was good, but not for this, and which would do.
fn too_weak(lack: Lack, would_do: &[String], desk: &str) -> String {
    let why = match lack {
        Lack::Capped => "it was added from a weaker sign-in",
        Lack::Certification | Lack::Denied | Lack::Model | Lack::NotAllowed => {
            "its make is not approved for this"
        }
        Lack::Late => "the list of approved makes is out of date",
        Lack::Software => "it keeps its key in software",
        Lack::Status => "its make is reported as compromised",
        Lack::Suspect => "there may be a copy of it",
        Lack::Synced => "it can be copied to other devices",
        Lack::Unattested => "it didn't prove which make it is",
    };
    let which = match would_do {
        [] => "a smartcard, or an attested security key that your organisation issued".to_owned(),
        many => format!("a smartcard, or one of these security keys: {}", many.join(", ")),
    };
    let more = if lack == Lack::Capped {
        format!(" To use this one, ask {desk} for an enrolment link and add it with that.")
    } else {
        String::new()
    };
    format!("Your passkey works, but not for this: {why}. What you came from needs {which}.{more}")
}

/// What a person is told that happened to her account.
pub fn notice(kind: &str) -> &'static str {
    match kind {
        "authenticator.disabled" => "A way to sign in was closed after too many wrong attempts",
        "card.added" => "A smartcard was added",
        "card.expired" => "A smartcard that you signed in with has ended",
        "card.removed" => "A smartcard was removed",
        "card.revoked" => "A smartcard that you signed in with was cancelled by its issuer",
        "device.enrolled" => "A device was put on file for you",
        "device.lost" => "One of your devices was reported as lost",
        "enrolment.issued" => "A link to set up a new way to sign in was made for you",
        "enrolment.issued_alone" => "An operator alone gave you a new way to sign in",
        "enrolment.used" => "A link to set up a new way to sign in was used",
        "link.made" => "A sign-in with another organisation was linked to your account",
        "link.removed" => "The link to a sign-in with another organisation was removed",
        "passkey.added" => "A passkey was added",
        "passkey.counter_went_back" => "There may be a copy of one of your passkeys",
        "passkey.model_compromised" => "The make of one of your passkeys is reported as compromised",
        "passkey.removed" => "A passkey was removed",
        "password.changed" => "Your password was changed",
        "password.removed" => "Your password was removed",
        "password.set" => "Your password was set",
        "recovery_codes.made" => "New recovery codes were made",
        "recovery_codes.removed" => "Your recovery codes were made worthless",
        "recovery_codes.used" => "A recovery code was used",
        "signin.new_browser" => "You signed in with a browser that was not used before",
        "totp.added" => "An authenticator app was added",
        "totp.removed" => "An authenticator app was removed",
        _ => "Something about how you sign in changed",
    }
}

/// By which authenticators the latest sign-in of a session was, by their names.
pub fn signed_in_by(house: &House, session: &Session) -> String {
    let latest = session.evidence.iter().filter(|one| !one.superseded);
    let names: Vec<String> = latest.map(|one| authenticator(house, one)).collect();
    names.join(" and ")
}

fn authenticator(house: &House, evidence: &Evidence) -> String {
    let name = &evidence.name;
    match &evidence.by {
        AuthenticatorId::Card(_) => format!("the smartcard “{name}”"),
        AuthenticatorId::Link(_) => {
            let source = name.parse().ok().and_then(|id| house.upstream.source(&id));
            source.map_or_else(|| name.clone(), |source| source.name.clone())
        }
        AuthenticatorId::Passkey(_) => format!("the passkey “{name}”"),
        AuthenticatorId::Password => "the password".to_owned(),
        AuthenticatorId::Totp => "a security code".to_owned(),
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
