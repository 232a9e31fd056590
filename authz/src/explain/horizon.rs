// SPDX-License-Identifier: Apache-2.0
//! What a reader dominates: she alone, without session and device, asked as for any label. In doubt
//! something is above her.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use countersign_directory::{Accreditation, Attestation, ClearanceState, Person};
use countersign_labels::{Label, Rank, RawLabel, Satisfied, Schemes};

use crate::Snapshot;
use crate::resolve::{Asked, Where, ask};

/// One reader's horizon over one world at one moment.
#[derive(Debug, Clone, Copy)]
pub struct Horizon<'a> {
    snapshot: &'a Snapshot,
    schemes: &'a Schemes,
    now: DateTime<Utc>,
    reader: Reader<'a>,
    /// A second one, who must be able to know it too.
    also: Option<Reader<'a>>,
}

#[derive(Debug, Clone, Copy)]
enum Reader<'a> {
    /// The record itself: nothing is above it.
    Everything,
    /// Nobody that is known: everything from rank 1 up is above.
    Nobody,
    Person(&'a Person),
}

impl<'a> Horizon<'a> {
    /// The horizon of the person of that id.
    pub fn of(reader: &str, snapshot: &'a Snapshot, now: DateTime<Utc>) -> Self {
        let reader = snapshot
            .person(reader)
            .map_or(Reader::Nobody, |person| Reader::Person(person));
        Self {
            snapshot,
            schemes: snapshot.schemes(now),
            now,
            reader,
            also: None,
        }
    }

    /// Nothing is cut.
    pub fn everything(snapshot: &'a Snapshot, now: DateTime<Utc>) -> Self {
        Self {
            snapshot,
            schemes: snapshot.schemes(now),
            now,
            reader: Reader::Everything,
            also: None,
        }
    }

    /// What both this reader and the person of that id may know.
    #[must_use]
    pub fn and(self, person: &str) -> Self {
        let other = Self::of(person, self.snapshot, self.now);
        Self {
            also: Some(other.reader),
            ..self
        }
    }

    fn everybody(&self, may: impl Fn(Reader<'a>) -> bool) -> bool {
        may(self.reader) && self.also.is_none_or(may)
    }

    /// Whether nothing is above the reader.
    pub(super) fn is_everything(&self) -> bool {
        self.everybody(|reader| matches!(reader, Reader::Everything))
    }

    /// Whether she is cleared for all that a label says.
    pub fn label(&self, raw: &RawLabel) -> bool {
        self.clears(raw, None, |asked| asked.denied(self.now).is_none())
    }

    /// Whether she may know of a channel: it is listed, or she is cleared for its label.
    pub fn channel(&self, id: &str) -> bool {
        self.is_everything()
            || self
                .snapshot
                .channel(id)
                .is_some_and(|channel| channel.listed || self.reads_in(id, &channel.label))
    }

    /// Whether no channel of that id is on file.
    pub(super) fn is_new(&self, id: &str) -> bool {
        self.snapshot.channel(id).is_none()
    }

    /// Whether she may know of a message or file by its name: it is registered, and she is cleared
    /// for its channel and its label; or it is judged by a channel that she may know of.
    pub fn item(&self, kind: &str, id: &str, channel: Option<&str>) -> bool {
        if self.is_everything() {
            return true;
        }
        let registered = match kind {
            "message" => self.snapshot.message(id),
            _ => self.snapshot.file(id),
        };
        match registered {
            None => channel.is_some_and(|channel| self.channel(channel)),
            Some(item) => {
                let at = item.channel.as_str();
                let own = item.label.as_ref();
                self.snapshot.channel(at).is_some_and(|channel| {
                    self.reads_in(at, &channel.label) && own.is_none_or(|own| self.reads_in(at, own))
                })
            }
        }
    }

    /// Whether she is cleared for a level as such.
    pub fn level(&self, scheme: &str, level: &str) -> bool {
        self.clears(&RawLabel::new(scheme, level), None, |asked| {
            asked.denied_by_clearance().is_none()
        })
    }

    /// Whether a rank of the shared axis is one that she reaches in any scheme.
    pub fn rank(&self, rank: Rank) -> bool {
        let levels = self
            .schemes
            .iter()
            .flat_map(|scheme| scheme.levels.iter().map(move |level| (scheme, level)));
        let mut reached = levels.filter(|(_, level)| level.rank >= rank);
        reached.any(|(scheme, level)| self.level(&scheme.id, &level.id))
    }

    /// Whether she holds a compartment, now, on a clearance of any level. Those that recipients
    /// satisfy are no secret.
    pub fn compartment(&self, tag: &str) -> bool {
        let by_recipients = self
            .schemes
            .iter()
            .any(|scheme| scheme.satisfied(tag) == Satisfied::Recipients);
        let holds = |reader: Reader<'a>| match reader {
            Reader::Everything => true,
            Reader::Nobody => false,
            Reader::Person(person) => person.clearances.iter().any(|held| {
                held.state == ClearanceState::Active
                    && held.valid_from <= self.now
                    && self.now <= held.valid_until
                    && held.attestation != Some(Attestation::Rejected)
                    && held.compartments.contains(tag)
            }),
        };
        by_recipients || self.everybody(holds)
    }

    /// Whether a device may be told by its name, which may say what it is accredited for.
    pub fn device(&self, id: &str) -> bool {
        self.accredited(
            self.snapshot
                .device(id)
                .and_then(|device| device.accreditation.as_ref()),
        )
    }

    /// Whether a node may, likewise.
    pub fn node(&self, id: &str) -> bool {
        self.accredited(
            self.snapshot
                .node(id)
                .and_then(|node| node.accreditation.as_ref()),
        )
    }

    fn accredited(&self, held: Option<&Accreditation>) -> bool {
        held.is_none_or(|held| {
            self.level(&held.scheme, &held.level) && held.compartments.iter().all(|tag| self.compartment(tag))
        })
    }

    /// Whether she may know of a briefing: a scheme asks for it at rank 1, she holds it, or it bears the
    /// name of a compartment that is hers.
    pub fn briefing(&self, name: &str) -> bool {
        let at_rank_1 = self.schemes.iter().any(|scheme| {
            let briefing = &scheme.briefing;
            briefing.name == name || briefing.accepted_of_nationals.values().any(|held| held == name)
        });
        let hers = |reader: Reader<'a>| match reader {
            Reader::Everything => true,
            Reader::Nobody => false,
            Reader::Person(person) => person.briefings.contains(name),
        };
        at_rank_1 || self.everybody(hers) || self.compartment(name)
    }

    /// Whether she may know of a mission: it is hers, or a channel that she may know of has it.
    pub fn mission(&self, id: &str) -> bool {
        let hers = |reader: Reader<'a>| match reader {
            Reader::Everything => true,
            Reader::Nobody => false,
            Reader::Person(person) => person.missions.contains(id),
        };
        id == "*"
            || self.everybody(hers)
            || self
                .snapshot
                .channels()
                .any(|(channel, held)| held.missions.contains(id) && self.channel(channel.as_str()))
    }

    fn reads_in(&self, place: &str, raw: &RawLabel) -> bool {
        self.clears(raw, Some(place), |asked| asked.denied(self.now).is_none())
    }

    fn clears(&self, raw: &RawLabel, place: Option<&str>, passes: impl Fn(&Asked<'_>) -> bool) -> bool {
        let Ok(label) = self.schemes.label(raw) else {
            return self.is_everything();
        };
        let label: Arc<Label> = Arc::new(label);
        self.everybody(|reader| match reader {
            Reader::Everything => true,
            Reader::Nobody => label.rank() == 0 && label.compartments().is_empty(),
            Reader::Person(person) => {
                let at = Where {
                    place,
                    emergency: place.is_some(),
                };
                ask(person, &label, at, self.snapshot, self.schemes, self.now)
                    .is_ok_and(|asked| passes(&asked))
            }
        })
    }
}
