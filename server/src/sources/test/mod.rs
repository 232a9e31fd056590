// SPDX-License-Identifier: Apache-2.0
//! A source is tested from end to end, and each step says what it found and what mends it: its record, the
//! way there, TLS, the protocol, and what would come of one of its people. Nothing is changed, and nobody is
//! signed in.

mod oidc;
mod oidc_supported;
pub mod outcome;
mod protocol;
mod reach;
mod saml;
mod saml_response;

use countersign_authz::explain::{Horizon, Pen, Pseudonyms};
use countersign_directory::source::mapping::Target;
use countersign_directory::source::{Attributes, Protocol, Source};
use countersign_directory::store::{People, load};
use countersign_directory::{Clearance, PersonId};
use serde_json::Value;

use self::outcome::{Outcome, of_sample};
use crate::app::House;
use crate::asking::check::{Line, State as Found};
use crate::sources::health;

/// Of whom something is to be said.
#[derive(Clone, Copy, Default)]
pub struct Asked<'a> {
    /// A name as she signs in with it at the source.
    pub person: Option<&'a str>,
    /// What a SAML provider said of her: XML, or the field as a browser posted it.
    pub response: Option<&'a str>,
}

impl std::fmt::Debug for Asked<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // What was said of somebody stays out of logs.
        f.debug_struct("Asked").finish_non_exhaustive()
    }
}

/// What the steps of a protocol found.
#[derive(Debug, Default)]
pub struct Probed {
    /// A line each.
    pub lines: Vec<Line>,
    /// The name by which the source speaks of her.
    pub name: Option<String>,
    /// What the source says of the person who was asked about.
    pub attributes: Option<Attributes>,
    /// Who she is here, where a link says so.
    pub person: Option<PersonId>,
}

/// Looks at everything, as far as one thing does not need another that fails. `reader` sees of people what she may;
/// without one, it is the operator, from whom nothing is kept.
pub async fn test(house: &House, source: &Source, asked: Asked<'_>, reader: Option<&PersonId>) -> Vec<Line> {
    let mut lines = vec![health::record(source)];
    let (reached, is_reached) = reach::look(source, house.now()).await;
    lines.extend(reached);
    if !is_reached {
        return lines;
    }
    let probed = protocol::look(house, source, asked).await;
    let has_failed = probed.lines.iter().any(|line| line.state == Found::Fail);
    lines.extend(probed.lines);
    let name = asked.person.map(str::to_owned).or(probed.name);
    match (name, probed.attributes) {
        (Some(name), Some(attributes)) => {
            lines.extend(of_person(house, source, &name, probed.person, &attributes, reader).await);
        }
        (Some(name), None) if !has_failed => lines.push(Line::warn(
            "person",
            format!(
                "`{name}` cannot be looked up: {} says of people only when they sign in",
                source.protocol.name()
            ),
            match source.protocol {
                Protocol::Saml(_) => "give a response of hers, as her browser posted it: `--response FILE`",
                _ => {
                    "sign in as her by this source, or try the mapping on a sample: `countersign source map`"
                }
            },
        )),
        _ => {}
    }
    lines
}

/// What would come of somebody: mapping, attributes, cap, clearance, as far as `reader` may know.
pub async fn of_person(
    house: &House,
    source: &Source,
    name: &str,
    linked: Option<PersonId>,
    attributes: &Attributes,
    reader: Option<&PersonId>,
) -> Vec<Line> {
    let found = async {
        let mut db = house
            .database
            .pool
            .acquire()
            .await
            .map_err(|fault| fault.to_string())?;
        // Without a link, somebody of that very name is as good a guess as any: it is only a look.
        let known = match (linked, name.parse::<PersonId>()) {
            (Some(linked), _) => Some(linked),
            (None, Ok(id)) => load::<People>(id.as_str(), &mut db)
                .await
                .map_err(|fault| fault.to_string())?
                .map(|_| id),
            (None, Err(_)) => None,
        };
        let outcome = of_sample(source, attributes, known.as_ref(), house.now(), &mut db).await;
        outcome
            .map(|outcome| (known, outcome))
            .map_err(|fault| fault.to_string())
    };
    match found.await {
        Ok((known, outcome)) => {
            let snapshot = house.snapshot();
            let horizon = match reader {
                Some(reader) => Horizon::of(reader.as_str(), &snapshot, house.now()),
                None => Horizon::everything(&snapshot, house.now()),
            };
            let mut names = Pseudonyms::default();
            let outcome = outcome.shown(&mut Pen::new(horizon, &mut names));
            told(source, known.as_ref(), &outcome, attributes)
        }
        Err(fault) => vec![Line::fail("mapping", fault, "see `countersign doctor`")],
    }
}

/// What came of it, a line each.
fn told(source: &Source, known: Option<&PersonId>, outcome: &Outcome, attributes: &Attributes) -> Vec<Line> {
    let mut lines = Vec::new();
    let there: Vec<&str> = attributes.keys().map(String::as_str).collect();
    let missing: Vec<&str> = source
        .mapping
        .names()
        .into_iter()
        .filter(|name| !attributes.contains_key(*name))
        .collect();
    if let Some(fault) = &outcome.fault {
        lines.push(Line::fail(
            "mapping",
            format!(
                "{} for `{}`{}: {}",
                fault.rule,
                fault.to,
                from(&fault.from),
                fault.message
            ),
            mend_missing(&fault.from, &there),
        ));
        return lines;
    }
    if source.mapping.rules.is_empty() {
        lines.push(Line::warn(
            "mapping",
            "there are no rules: nothing is taken but who she is",
            "add rules to `mapping.rules`; docs/sources.md has examples",
        ));
    } else if outcome.notes.is_empty() && missing.is_empty() {
        lines.push(Line::ok(
            "mapping",
            format!("{} rules read what they name", source.mapping.rules.len()),
        ));
    }
    if !missing.is_empty() {
        let names: Vec<String> = missing.iter().map(|name| (*name).to_owned()).collect();
        lines.push(Line::warn(
            "mapping",
            format!("the source does not say `{}`", missing.join("`, `")),
            mend_missing(&names, &there),
        ));
    }
    for note in &outcome.notes {
        lines.push(Line::warn(
            "mapping",
            format!(
                "{} for `{}`{}: {}",
                note.rule,
                note.to,
                from(&note.from),
                note.message
            ),
            "change that rule, or the value at the source; what cannot be read is not taken",
        ));
    }
    lines.push(attributes_line(known, outcome));
    for refused in &outcome.refused {
        lines.push(refusal(refused));
    }
    lines.push(clearance(source, outcome));
    lines
}

/// Which attributes a rule reads, where it reads some.
fn from(names: &[String]) -> String {
    if names.is_empty() {
        return String::new();
    }
    format!(" from `{}`", names.join("`, `"))
}

fn mend_missing(wanted: &[String], there: &[&str]) -> String {
    let alike = wanted.iter().find_map(|name| {
        let same = |other: &&&str| other.eq_ignore_ascii_case(name);
        there.iter().find(same).map(|other| (name, other))
    });
    if let Some((name, other)) = alike {
        return format!(
            "it says `{other}`: names are compared as they are written, so write that in place of `{name}`"
        );
    }
    let mut shown: Vec<&str> = there.iter().take(20).copied().collect();
    if there.len() > shown.len() {
        shown.push("…");
    }
    if shown.is_empty() {
        return "it says nothing of her: see that its reader may read people's attributes".to_owned();
    }
    format!(
        "it says: {}. Name one of these, or ask the source to release it",
        shown.join(", ")
    )
}

fn attributes_line(known: Option<&PersonId>, outcome: &Outcome) -> Line {
    let mut parts = Vec::new();
    let members = outcome.sourced.as_ref().and_then(Value::as_object);
    for (name, value) in members.into_iter().flatten() {
        // Clearances have a line of their own.
        let is_said =
            !value.is_null() && name != "clearances" && name != "withdrawn" && name != "email_verified";
        if is_said {
            parts.push(format!("{name} = {}", short(value)));
        }
    }
    let whom = known.map_or_else(|| "somebody new".to_owned(), |id| format!("`{id}`"));
    if parts.is_empty() {
        return Line::warn("attributes", format!("nothing of {whom}"), "as for `mapping`");
    }
    Line::ok("attributes", format!("{whom}: {}", parts.join(", ")))
}

fn short(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(short).collect();
            format!("[{}]", items.join(" "))
        }
        value => value.to_string(),
    }
}

fn refusal(refused: &Value) -> Line {
    let word = |name: &str| refused.get(name).and_then(Value::as_str).unwrap_or_default();
    let (part, cap, value) = (word("part"), word("cap"), word("value"));
    let (why, mend) = why(cap);
    Line::warn("cap", format!("{part} `{value}` is not taken: {why}"), mend)
}

/// In words of an operator.
fn why(cap: &str) -> (&'static str, &'static str) {
    match cap {
        "create" => (
            "this source brings nobody in, or not without approval",
            "set `linking.create`, or create the person and link her",
        ),
        "domains" => (
            "the address is of no domain that this source answers for",
            "two people add the domain to `trust.domains`, if the source runs it",
        ),
        "inactive" => (
            "the source itself says that she is disabled",
            "enable her at the source",
        ),
        "gone" | "mistaken" | "unfit" => ("it does not fit what is on file", "look at the person on file"),
        "officers" => (
            "that is for security officers, or one of them said otherwise",
            "a security officer grants it by hand",
        ),
        "others" => (
            "another source or an administrator has said otherwise",
            "let it stand, or set `linking.adopt`",
        ),
        "over" => ("it is over", "renew it at the source"),
        "taken" => (
            "somebody else has that address",
            "look who has it; one address is one person's",
        ),
        "unknown" => (
            "there is no such thing on file",
            "create the agency or mission first",
        ),
        _ => (
            "it is beyond the cap",
            "two people raise that part of `cap`, if the source may give it",
        ),
    }
}

fn clearance(source: &Source, outcome: &Outcome) -> Line {
    if !outcome.is_active {
        return Line::fail(
            "clearance",
            "she would not get in",
            "see the lines above; disabled people stay out whatever their clearance",
        );
    }
    let held: Vec<Clearance> = outcome
        .clearances
        .iter()
        .filter_map(|held| serde_json::from_value(held.clone()).ok())
        .collect();
    if held.is_empty() {
        let mend = if source.mapping.speaks_of(Target::Clearances) {
            "see the lines above: its rules for `clearances` give none that `cap` lets pass; or grant one by hand"
        } else {
            "map `clearances` and set `cap.levels` and `cap.clearance_days`, or grant one by hand"
        };
        return Line::warn(
            "clearance",
            "none: she may read what bears no classification",
            mend,
        );
    }
    let told: Vec<String> = held
        .iter()
        .map(|held| {
            // Which compartments there are is not for everybody who may test.
            let opened = match held.compartments.len() {
                0 => String::new(),
                1 => " with 1 compartment".to_owned(),
                many => format!(" with {many} compartments"),
            };
            format!(
                "{} {}{opened} until {}",
                held.scheme,
                held.level,
                held.valid_until.format("%Y-%m-%d")
            )
        })
        .collect();
    Line::ok("clearance", told.join("; "))
}
