// SPDX-License-Identifier: Apache-2.0
//! A response of one of a SAML provider's people, as it was pasted: each check, and how to mend what fails.
//! Nobody is signed in by it, and it stays as good as it was.

use authn::saml::keys::Keys;
use authn::saml::metadata::IdentityProvider;
use authn::saml::{Refused, post};
use authn::store::upstream_links;
use authn::upstream::link::Identity;
use authn::upstream::saml::arrival::Arrival;
use authn::upstream::saml::look::{Finding, Step, look as look_at};
use authn::upstream::saml::{Fault, Rules};
use countersign_authn as authn;
use countersign_directory::PersonId;
use countersign_directory::source::{Level, Source};
use serde_json::json;

use super::Probed;
use crate::app::House;
use crate::asking::check::Line;
use crate::saml::aside;

/// Looks at `text`, and leaves in `probed` what it says of her.
pub(super) async fn look(
    house: &House,
    source: &Source,
    rules: Rules,
    provider: IdentityProvider,
    ours: Keys,
    text: &str,
    probed: &mut Probed,
) {
    let message = match post::pasted(text) {
        Ok(message) => message,
        Err(fault) => {
            probed.lines.push(Line::fail(
                "response",
                fault.to_string(),
                "paste the XML, or the value of `SAMLResponse` as the browser posted it: its developer tools show it",
            ));
            return;
        }
    };
    let now = house.now();
    let agreed = rules.clone();
    let found = aside(move || look_at(&message, &rules, &provider, &ours.decrypting(), now)).await;
    let looked = match found {
        Ok(Ok(looked)) => looked,
        Ok(Err(fault)) => {
            probed.lines.push(Line::fail(
                "response",
                fault.to_string(),
                "paste the whole response",
            ));
            return;
        }
        Err(busy) => {
            probed
                .lines
                .push(Line::fail("response", busy.to_string(), "try again"));
            return;
        }
    };
    probed
        .lines
        .extend(looked.findings.iter().map(|finding| line(finding, &agreed)));
    let Some(arrival) = looked.arrival else { return };
    probed
        .lines
        .push(assurance(source, arrival.claimed.context.as_deref()));
    match linked(house, &arrival).await {
        Ok(person) => {
            probed.lines.push(account(source, &arrival, person.as_ref()));
            probed.person = person;
        }
        Err(fault) => probed
            .lines
            .push(Line::fail("account", fault, "see `countersign doctor`")),
    }
    probed.name = Some(arrival.claimed.subject.clone());
    probed.attributes = Some(arrival.claimed.attributes);
}

/// Whose account it opens.
async fn linked(house: &House, arrival: &Arrival) -> Result<Option<PersonId>, String> {
    let mut db = house
        .database
        .pool
        .acquire()
        .await
        .map_err(|cause| cause.to_string())?;
    let identity = Identity {
        source: arrival.claimed.source.clone(),
        issuer: arrival.claimed.issuer.clone(),
        subject: arrival.claimed.subject.clone(),
    };
    let link = upstream_links::of_identity(&identity, &mut db).await;
    Ok(link.map_err(|cause| cause.to_string())?.map(|link| link.person))
}

fn account(source: &Source, arrival: &Arrival, person: Option<&PersonId>) -> Line {
    match person {
        Some(person) => Line::ok("account", format!("it opens the account of `{person}`")),
        None => Line::warn(
            "account",
            format!("`{}` is linked to nobody here", arrival.claimed.subject),
            match source.linking.create {
                countersign_directory::source::Create::No => {
                    "link her: two people by `POST /api/v1/people/{id}/links`, or she herself on her account page"
                }
                _ => "nothing, if she is new: `linking.create` says what becomes of her",
            },
        ),
    }
}

fn assurance(source: &Source, word: Option<&str>) -> Line {
    let level = source.trust.level(word);
    let told = told(level);
    let Some(assurance) = &source.trust.assurance else {
        return Line::warn(
            "assurance",
            format!("counts as {told}: it is not trusted to say how people prove themselves"),
            "two people set `trust.assurance`, if its word is worth more",
        );
    };
    match word {
        Some(word) if assurance.contexts.contains_key(word) => {
            Line::ok("assurance", format!("`{word}` counts as {told}"))
        }
        Some(word) => Line::warn(
            "assurance",
            format!("`{word}` is not in the table, and counts as {told}"),
            "two people put it into `trust.assurance.contexts`, if it means more",
        ),
        None => Line::warn(
            "assurance",
            format!("it does not say how she proved herself, which counts as {told}"),
            "have the provider send an AuthnContextClassRef",
        ),
    }
}

fn told(level: Level) -> String {
    json!(level).as_str().unwrap_or_default().to_owned()
}

/// One check in words.
fn line(finding: &Finding, rules: &Rules) -> Line {
    let name = match finding.step {
        Step::Attributes => "released",
        Step::Audience => "audience",
        Step::Destination => "destination",
        Step::Form => "response",
        Step::Issuer => "issuer",
        Step::Name => "subject",
        Step::Recipient => "recipient",
        Step::Request => "answers",
        Step::SignIn => "sign-in",
        Step::Signature => "signature",
        Step::Status => "status",
        Step::Time => "time",
    };
    let Some(fault) = &finding.fault else {
        return Line::ok(name, good(finding));
    };
    let (text, mend) = bad(finding, fault, rules);
    // A recording is old, and that is no fault of the provider's.
    if *fault == Fault::Time("Conditions") {
        Line::warn(name, text, mend)
    } else {
        Line::fail(name, text, mend)
    }
}

fn good(finding: &Finding) -> String {
    let saw = &finding.saw;
    match finding.step {
        Step::Attributes if saw.is_empty() => "no attribute".to_owned(),
        Step::Form => "a SAML 2.0 response".to_owned(),
        Step::Name => format!("named for good, as {saw}"),
        Step::Request if saw.is_empty() => "no request: it may begin by itself".to_owned(),
        Step::Request => format!("the request `{saw}`; whether that was ours shows only in a browser"),
        Step::Signature => format!("holds, {saw}"),
        Step::SignIn | Step::Status | Step::Time | Step::Attributes => saw.clone(),
        Step::Audience | Step::Destination | Step::Issuer | Step::Recipient => format!("`{saw}`"),
    }
}

fn bad(finding: &Finding, fault: &Fault, rules: &Rules) -> (String, String) {
    let saw = if finding.saw.is_empty() {
        "nobody".to_owned()
    } else {
        format!("`{}`", finding.saw)
    };
    let at_the_provider = |what: &str| {
        format!(
            "{what}; our metadata for it, `/saml/sources/{}/metadata`, has it",
            rules.source
        )
    };
    match fault {
        Fault::Audience => (
            format!("it is for {saw}, and we are `{}`", rules.own_entity_id),
            "enter our entity id at the provider byte for byte, or set `own_entity_id` to what it uses".to_owned(),
        ),
        Fault::Destination => (
            format!("it was sent to {saw}, and we listen at `{}`", rules.consumer),
            at_the_provider("enter our address at the provider byte for byte"),
        ),
        Fault::Recipient => (
            format!("its bearer should go to {saw}, and we listen at `{}`", rules.consumer),
            at_the_provider("enter our address at the provider byte for byte"),
        ),
        Fault::Issuer => (
            format!("{saw} says so, and the record names `{}`", rules.entity_id),
            "it is another provider's response, or `entity_id` is not the provider's".to_owned(),
        ),
        Fault::Status(_) => (
            format!("the provider says `{}`", finding.saw),
            "its log says why; `NoAuthnContext`: it cannot give what is asked for; `RequestDenied`: it does not know us"
                .to_owned(),
        ),
        Fault::Time("Conditions") => (
            format!("good from {}, and that is over or has not come", finding.saw),
            "nothing, if it is a recording: the rest is judged as of when it was made. If it was made just now, a \
             clock is wrong"
                .to_owned(),
        ),
        Fault::InResponseTo if finding.saw.is_empty() => (
            "it answers no request, and this provider may not begin by itself".to_owned(),
            "begin at our sign-in page; or two people set `idp_initiated`".to_owned(),
        ),
        Fault::Name => (
            format!("`{}`: it names nobody for good", finding.saw),
            match &rules.subject_attribute {
                Some(attribute) => {
                    format!("have the provider release `{attribute}` with one value: it is the `subject_attribute`")
                }
                None => "have the provider send a persistent name id of its own for us, or set `subject_attribute`"
                    .to_owned(),
            },
        ),
        Fault::Refused(refused) if finding.step == Step::Signature => {
            (fault.to_string(), of_signature(refused).to_owned())
        }
        Fault::ResponseUnsigned => (
            fault.to_string(),
            "have the provider sign responses as a whole, or set `response_signed` to false".to_owned(),
        ),
        Fault::Encryption => (
            format!("it comes {}, and the record says otherwise", finding.saw),
            "change it at the provider, or `encryption` in the record".to_owned(),
        ),
        Fault::OneAssertion => (
            fault.to_string(),
            "have the provider send one assertion in each response".to_owned(),
        ),
        fault => (
            fault.to_string(),
            "whoever runs the provider has to change it: nothing here makes up for it".to_owned(),
        ),
    }
}

fn of_signature(refused: &Refused) -> &'static str {
    match refused {
        Refused::Unsigned => "have the provider sign assertions",
        Refused::Signature | Refused::NoKey => {
            "its key is not the one of its metadata: take newer metadata, and ask whether the key was changed"
        }
        Refused::Algorithm => "have the provider sign by RSA or ECDSA with SHA-256 or better, not SHA-1",
        Refused::Decryption => {
            "have the provider read our metadata again: it encrypts for another key, or by a method that is not taken"
        }
        _ => {
            "it may have been altered on the way here: paste the value of `SAMLResponse` in place of pretty XML"
        }
    }
}
