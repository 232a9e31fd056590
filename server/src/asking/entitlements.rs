// SPDX-License-Identifier: Apache-2.0
//! What somebody is entitled to, as names of OpenTDF attribute values: for a chat server that offers its
//! people the values that they may put on a room. It knows no order, so every level below hers is named too.
//!
//! It tells what asking about each label would tell, and so only a server is answered that may ask about
//! labels of its own, and whose record says so besides. Codewords are named only if a channel that the server
//! knows bears them.

use std::collections::BTreeSet;

use countersign_authz::Snapshot;
use countersign_directory::{ConnectedServer, OpenTdf, Owner, PersonId};
use countersign_labels::opentdf::{Attribute, plain};
use countersign_labels::{Format, RawLabel, Schemes, Scribe};

use super::clearance::{closer, standing_at};
use super::room_access::person;
use crate::app::House;
use crate::asking::server_question::Translation;
use crate::http::opentdf::wire::Entity;

/// The most codewords that are asked about.
const CODEWORDS: usize = 200;

impl House {
    /// The names of all attribute values that `entity` is entitled to; none of anybody else.
    pub fn entitlements(
        &self,
        snapshot: &Snapshot,
        server: &ConnectedServer,
        opentdf: &OpenTdf,
        entity: &Entity,
    ) -> BTreeSet<String> {
        if !opentdf.entitlements || server.labels_owner != Owner::Server {
            return BTreeSet::new();
        }
        let names = Translation::new(server, snapshot);
        let person = person(snapshot, &names, server, opentdf, entity);
        let Some(person) = person.and_then(|id| id.parse::<PersonId>().ok()) else {
            return BTreeSet::new();
        };
        let now = self.now();
        let schemes = snapshot.schemes(now);
        let facts = standing_at(server, self.tail.is_fresh(now));
        let levels = self.engine.usable_labels(snapshot, &person, &facts, now);
        let closer = closer(snapshot, server, &levels, now).into_iter();
        let closer = self.engine.usable(snapshot, closer, &person, &facts, now);
        let name = |scheme: &str, attribute, text: &str| plain(&opentdf.namespace, scheme, attribute, text);
        let mut found = BTreeSet::new();
        for level in &levels {
            found.insert(name(&level.scheme, Attribute::Level, &level.level));
            for recipient in communities(snapshot, &person, schemes) {
                found.insert(name(&level.scheme, Attribute::Release, &recipient));
            }
        }
        for label in &closer {
            for tag in &label.compartments {
                found.insert(name(&label.scheme, Attribute::Compartment, tag));
            }
        }
        let reader = reader(schemes, opentdf, &closer);
        found.retain(|name| can_be_read(&reader, name, &levels));
        found
    }
}

/// The compartments of the channels that the server knows, with their schemes.
pub(super) fn worn(snapshot: &Snapshot, server: &ConnectedServer) -> BTreeSet<(String, String)> {
    let known = snapshot
        .channels()
        .filter(|(id, channel)| server.sees_channel(id, channel));
    known
        .flat_map(|(_, channel)| {
            let label = &channel.label;
            label
                .compartments
                .iter()
                .map(|tag| (label.scheme.clone(), tag.clone()))
        })
        .take(CODEWORDS)
        .collect()
}

/// Her nationalities, and every community that contains one of them.
fn communities(snapshot: &Snapshot, person: &PersonId, schemes: &Schemes) -> BTreeSet<String> {
    let Some(person) = snapshot.person(person.as_str()) else {
        return BTreeSet::new();
    };
    let hers: BTreeSet<String> = person.nationalities.iter().map(ToString::to_string).collect();
    let communities = schemes.communities();
    let contains = |name: &&String| !communities.expand([name.as_str()]).is_disjoint(&hers);
    let around: BTreeSet<String> = communities.names().filter(contains).cloned().collect();
    hers.into_iter().chain(around).collect()
}

fn reader<'s>(schemes: &'s Schemes, opentdf: &OpenTdf, labels: &[RawLabel]) -> Scribe<'s> {
    let mut reader = Scribe::new(schemes);
    reader.namespace.clone_from(&opentdf.namespace);
    reader.codewords = labels
        .iter()
        .flat_map(|label| label.compartments.clone())
        .collect();
    reader
}

/// Whether a room with that value, at a level of hers, would be understood.
fn can_be_read(reader: &Scribe<'_>, name: &str, levels: &[RawLabel]) -> bool {
    levels.iter().any(|level| {
        let level = plain(&reader.namespace, &level.scheme, Attribute::Level, &level.level);
        reader.read(Format::OpenTdf, &format!("{level}\n{name}")).is_ok()
    })
}
