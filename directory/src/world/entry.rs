// SPDX-License-Identifier: Apache-2.0
//! One reader per kind of entry. Each takes its object apart field by field, checks what can be
//! checked within the entry (types, schemes, levels, labels), and gives the entity or only faults.

use countersign_labels::{RawLabel, Schemes};
use serde_json::Value;

use super::fault::{Path, quoted};
use super::fields::{Fields, typed};
use super::tree::Faults;
use crate::entity::Administration;
use crate::{
    Accreditation, Agency, Agreement, Channel, Clearance, ClearanceKind, Contract, Device, Item, Mission,
    Node, Person, Set, Settings,
};

/// What the readers of entries know besides the entry.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    pub(super) schemes: &'a Schemes,
    /// Leave alone what a decision can meet: labels that cannot be understood, levels that no
    /// scheme has, clearances that cannot be read.
    pub(super) lenient: bool,
}

impl Reader<'_> {
    #[expect(clippy::unused_self, reason = "one shape for all readers")]
    pub(super) fn agency(self, value: Value, path: &Path<'_>, faults: &mut Faults) -> Option<Agency> {
        let mut fields = Fields::of(value, path, faults)?;
        let country = fields.required("country");
        fields.finish();
        Some(Agency { country: country? })
    }

    #[expect(clippy::unused_self, reason = "one shape for all readers")]
    pub(super) fn mission(self, value: Value, path: &Path<'_>, faults: &mut Faults) -> Option<Mission> {
        let mut fields = Fields::of(value, path, faults)?;
        let state = fields.required_with("state", line);
        fields.finish();
        Some(Mission { state: state? })
    }

    pub(super) fn agreement(self, value: Value, path: &Path<'_>, faults: &mut Faults) -> Option<Agreement> {
        let mut fields = Fields::of(value, path, faults)?;
        let from = fields.required::<String>("from");
        let to = fields.required::<String>("to");
        let valid_from = fields.required_with("valid_from", moment(crate::time::start));
        let valid_until = fields.required_with("valid_until", moment(crate::time::end));
        let covers = fields.optional_set("covers");
        let carries = fields.set("carries");
        let levels = fields.optional::<std::collections::BTreeMap<String, String>>("levels");
        if let (Some(from), Some(to), Some(levels)) = (&from, &to, &levels) {
            self.scheme(&mut fields, "from", from);
            self.scheme(&mut fields, "to", to);
            for (theirs, ours) in levels.iter().flatten() {
                self.level(&mut fields, "levels", from, theirs);
                self.level(&mut fields, "levels", to, ours);
            }
        }
        fields.finish();
        Some(Agreement {
            from: from?,
            to: to?,
            valid_from: valid_from?,
            valid_until: valid_until?,
            covers: covers?.unwrap_or_else(crate::entity::clearances_alone),
            carries: carries?,
            levels: levels?,
        })
    }

    pub(super) fn person(self, value: Value, path: &Path<'_>, faults: &mut Faults) -> Option<Person> {
        let mut fields = Fields::of(value, path, faults)?;
        let kind = fields.required("kind");
        let status = fields.required("status");
        let nationalities = fields.set("nationalities");
        let agency = fields.optional("agency");
        let roles = fields.set("roles");
        let missions = fields.set("missions");
        let briefings = fields.set("briefings");
        let sponsor = fields.optional("sponsor");
        let contract = fields.optional_with("contract", contract);
        let clearances = if self.lenient {
            let readable =
                |value, path: &Path<'_>, faults: &mut Faults| Some(self.clearance(value, path, faults));
            fields
                .each("clearances", readable)
                .map(|read| read.into_iter().flatten().collect())
        } else {
            fields.each("clearances", |value, path, faults| {
                self.clearance(value, path, faults)
            })
        };
        let display_name = fields.optional_with("display_name", line);
        let email = fields.optional_with("email", line);
        fields.finish();
        Some(Person {
            kind: kind?,
            status: status?,
            nationalities: nationalities?,
            agency: agency?,
            roles: roles?,
            missions: missions?,
            briefings: briefings?,
            sponsor: sponsor?,
            contract: contract?.map(Box::new),
            clearances: clearances?,
            display_name: display_name?,
            email: email?,
        })
    }

    fn clearance(self, value: Value, path: &Path<'_>, faults: &mut Faults) -> Option<Clearance> {
        let mut fields = Fields::of(value, path, faults)?;
        let scheme = fields.required::<String>("scheme");
        let level = fields.required::<String>("level");
        let compartments = fields.set("compartments");
        let kind = fields.required("kind");
        let state = fields.required("state");
        let valid_from = fields.required_with("valid_from", moment(crate::time::start));
        let valid_until = fields.required_with("valid_until", moment(crate::time::end));
        let attestation = fields.optional("attestation");
        let channel = fields.optional("channel");
        if let (Some(scheme), Some(level)) = (&scheme, &level) {
            self.level(&mut fields, "level", scheme, level);
        }
        if !self.lenient && kind == Some(ClearanceKind::Emergency) && channel == Some(None) {
            fields.fault("channel", "an emergency clearance names its one channel");
        }
        fields.finish();
        Some(Clearance {
            scheme: scheme?,
            level: level?,
            compartments: compartments?,
            kind: kind?,
            state: state?,
            valid_from: valid_from?,
            valid_until: valid_until?,
            attestation: attestation?,
            channel: channel?,
        })
    }

    pub(super) fn device(self, value: Value, path: &Path<'_>, faults: &mut Faults) -> Option<Device> {
        let mut fields = Fields::of(value, path, faults)?;
        let managed = fields.or_default("managed");
        let accreditation = fields.optional_with("accreditation", |value, path, faults| {
            self.accreditation(value, path, faults)
        });
        let posture_reported_at = fields.optional_with("posture_reported_at", moment(crate::time::start));
        let key = fields.optional("key");
        let owner = fields.optional("owner");
        let lost = fields.or_default("lost");
        fields.finish();
        Some(Device {
            managed: managed?,
            accreditation: accreditation?,
            posture_reported_at: posture_reported_at?,
            key: key?,
            owner: owner?,
            lost: lost?,
        })
    }

    pub(super) fn channel(self, value: Value, path: &Path<'_>, faults: &mut Faults) -> Option<Channel> {
        let mut fields = Fields::of(value, path, faults)?;
        let label = fields.required_with("label", |value, path, faults| self.label(value, path, faults));
        let members = fields.set("members");
        let owners = fields.optional_set("owners");
        let agency = fields.optional("agency");
        let missions = fields.set("missions");
        let recipients = fields.optional_set("recipients");
        let externals_allowed = fields.or_default("externals_allowed");
        let industry_allowed = fields.or_default("industry_allowed");
        let state = fields.or_default("state");
        let label_mode = fields.or_default("label_mode");
        let listed = fields.or_default("listed");
        let name = fields.optional_with("name", line);
        let server = fields.optional("server");
        let label_drift = fields.or_default("label_drift");
        fields.finish();
        Some(Channel {
            label: label?,
            members: members?,
            owners: owners?,
            agency: agency?,
            missions: missions?,
            recipients: recipients?,
            externals_allowed: externals_allowed?,
            industry_allowed: industry_allowed?,
            state: state?,
            label_mode: label_mode?,
            listed: listed?,
            name: name?,
            server: server?,
            label_drift: label_drift?,
        })
    }

    pub(super) fn item(self, value: Value, path: &Path<'_>, faults: &mut Faults) -> Option<Item> {
        let mut fields = Fields::of(value, path, faults)?;
        let channel = fields.required("channel");
        let label = fields.optional_with("label", |value, path, faults| self.label(value, path, faults));
        fields.finish();
        Some(Item {
            channel: channel?,
            label: label?,
        })
    }

    pub(super) fn node(self, value: Value, path: &Path<'_>, faults: &mut Faults) -> Option<Node> {
        let mut fields = Fields::of(value, path, faults)?;
        let accreditation = fields.optional_with("accreditation", |value, path, faults| {
            self.accreditation(value, path, faults)
        });
        let agreement = fields.or_default("agreement");
        let communities = fields.set("communities");
        fields.finish();
        Some(Node {
            accreditation: accreditation?,
            agreement: agreement?,
            communities: communities?,
        })
    }

    pub(super) fn settings(self, value: Value, path: &Path<'_>, faults: &mut Faults) -> Option<Settings> {
        let mut fields = Fields::of(value, path, faults)?;
        let blocked_locations = fields.set("blocked_locations");
        let administration = fields.optional_with("administration", administration);
        let accreditation = fields.optional_with("accreditation", |value, path, faults| {
            self.accreditation(value, path, faults)
        });
        let default_scheme = fields.optional::<String>("default_scheme");
        if let Some(Some(scheme)) = &default_scheme {
            self.scheme(&mut fields, "default_scheme", scheme);
        }
        let browser_key_rank = fields.optional("browser_key_rank");
        let communities = fields.or_default("communities");
        let rules = fields.or_default("rules");
        fields.finish();
        let settings = Settings {
            blocked_locations: blocked_locations?,
            administration: administration?.unwrap_or_default(),
            accreditation: accreditation?,
            default_scheme: default_scheme?,
            browser_key_rank: browser_key_rank?,
            communities: communities?,
            rules: rules?,
        };
        if let Some(fault) = settings.fault() {
            faults.push(path.fault(fault));
            return None;
        }
        Some(settings)
    }

    fn accreditation(self, value: Value, path: &Path<'_>, faults: &mut Faults) -> Option<Accreditation> {
        let mut fields = Fields::of(value, path, faults)?;
        let scheme = fields.required::<String>("scheme");
        let level = fields.required::<String>("level");
        let compartments: Option<Set<String>> = fields.set("compartments");
        if let (Some(scheme), Some(level)) = (&scheme, &level) {
            self.level(&mut fields, "level", scheme, level);
        }
        fields.finish();
        Some(Accreditation {
            scheme: scheme?,
            level: level?,
            compartments: compartments?,
        })
    }

    fn label(self, value: Value, path: &Path<'_>, faults: &mut Faults) -> Option<RawLabel> {
        if self.lenient {
            return Some(serde_json::from_value(value).unwrap_or_else(|_| unreadable()));
        }
        let label: RawLabel = typed(value, path, faults)?;
        if let Err(error) = self.schemes.label(&label) {
            faults.push(path.fault(error));
            return None;
        }
        Some(label)
    }

    fn scheme(self, fields: &mut Fields<'_>, field: &str, scheme: &str) {
        if !self.lenient && self.schemes.scheme(scheme).is_none() {
            fields.fault(field, format_args!("unknown scheme {}", quoted(scheme)));
        }
    }

    /// Faults an unknown scheme at `scheme`, and a level that it lacks at `field`.
    fn level(self, fields: &mut Fields<'_>, field: &str, scheme: &str, level: &str) {
        if self.lenient {
            return;
        }
        let Some(known) = self.schemes.scheme(scheme) else {
            if field == "level" {
                fields.fault("scheme", format_args!("unknown scheme {}", quoted(scheme)));
            }
            return;
        };
        if known.level(level).is_none() {
            fields.fault(
                field,
                format_args!("scheme {} has no level {}", quoted(scheme), quoted(level)),
            );
        }
    }
}

fn administration(value: Value, path: &Path<'_>, faults: &mut Faults) -> Option<Administration> {
    let read: Administration = typed(value, path, faults)?;
    if !(1..=3).contains(&read.aal) {
        faults.push(Path::Member(path, "aal").fault("an assurance level is 1, 2 or 3"));
        return None;
    }
    Some(read)
}

/// The longest text that people read on one line.
const LONGEST_LINE: usize = 1_000;

/// A text that people read on one line.
fn line(value: Value, path: &Path<'_>, faults: &mut Faults) -> Option<String> {
    let text: String = typed(value, path, faults)?;
    if text.len() > LONGEST_LINE || text.chars().any(char::is_control) {
        faults.push(path.fault(format_args!(
            "at most {LONGEST_LINE} bytes, without control characters"
        )));
        return None;
    }
    Some(text)
}

/// A contract, whose reference people read on one line.
fn contract(value: Value, path: &Path<'_>, faults: &mut Faults) -> Option<Contract> {
    let contract: Contract = typed(value, path, faults)?;
    let reference = Value::String(contract.reference);
    Some(Contract {
        reference: line(reference, &Path::Member(path, "reference"), faults)?,
        until: contract.until,
    })
}

fn moment(
    read: impl Fn(&str) -> Result<chrono::DateTime<chrono::Utc>, &'static str>,
) -> impl Fn(Value, &Path<'_>, &mut Faults) -> Option<chrono::DateTime<chrono::Utc>> {
    move |value, path, faults| {
        let text: String = typed(value, path, faults)?;
        read(&text).map_err(|wrong| faults.push(path.fault(wrong))).ok()
    }
}

/// A label that no scheme understands, in place of one that is none at all.
fn unreadable() -> RawLabel {
    RawLabel::new("", "")
}
