// SPDX-License-Identifier: Apache-2.0
//! What somebody may use at a chat server, as facts that the server is told of her at sign-in: as
//! far as its own node is accredited, and never more. A client that is no connected server's learns
//! nothing of clearances.

use std::collections::BTreeMap;

use countersign_authz::{Facts, Snapshot};
use countersign_directory::{ConnectedServer, PersonId, ServerId};
use countersign_labels::RawLabel;

use super::entitlements::worn;
use crate::app::House;

/// What somebody may use somewhere.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Usable {
    /// The highest level of each scheme, `SCHEME:LEVEL`.
    pub levels: Vec<String>,
    /// Compartments, `SCHEME:COMPARTMENT`.
    pub compartments: Vec<String>,
}

impl House {
    /// What `person` may use at `server`; nothing where there is no such server, or no fresh word of
    /// the store.
    pub fn usable_at(&self, server: Option<&ServerId>, person: &PersonId) -> Usable {
        let snapshot = self.snapshot();
        let now = self.now();
        let server = server.and_then(|id| snapshot.server(id.as_str()));
        let Some(server) = server.filter(|server| server.sees_person(person) && self.tail.is_fresh(now))
        else {
            return Usable::default();
        };
        let facts = standing_at(server, true);
        let levels = self.engine.usable_labels(&snapshot, person, &facts, now);
        let mut highest: BTreeMap<String, String> = BTreeMap::new();
        // Lowest first in each scheme: the last stays.
        for label in &levels {
            highest.insert(label.scheme.clone(), label.level.clone());
        }
        let closer = closer(&snapshot, server, &levels, now);
        let closer = self
            .engine
            .usable(&snapshot, closer.into_iter(), person, &facts, now);
        let mut compartments: Vec<String> = closer
            .iter()
            .flat_map(|label| {
                label
                    .compartments
                    .iter()
                    .map(|tag| format!("{}:{tag}", label.scheme))
            })
            .collect();
        compartments.sort_unstable();
        compartments.dedup();
        let levels = highest
            .into_iter()
            .map(|(scheme, level)| format!("{scheme}:{level}"))
            .collect();
        Usable { levels, compartments }
    }
}

/// The facts of a question about a person alone, asked for `server`.
pub(super) fn standing_at(server: &ConnectedServer, audit_available: bool) -> Facts {
    Facts {
        audit_available,
        server_node: server.node.clone(),
        supported_obligations: Some(server.supported_obligations.iter().cloned().collect()),
        ..Facts::standing()
    }
}

/// `levels` with each compartment that their schemes know, or that a channel which `server` knows
/// bears.
pub(super) fn closer(
    snapshot: &Snapshot,
    server: &ConnectedServer,
    levels: &[RawLabel],
    now: chrono::DateTime<chrono::Utc>,
) -> Vec<RawLabel> {
    let schemes = snapshot.schemes(now);
    let worn = worn(snapshot, server);
    let of = |level: &RawLabel| {
        let own = schemes
            .scheme(&level.scheme)
            .into_iter()
            .flat_map(|scheme| scheme.tags.iter().map(|tag| tag.id.clone()));
        let worn = worn
            .iter()
            .filter(|(scheme, _)| *scheme == level.scheme)
            .map(|(_, tag)| tag.clone());
        own.chain(worn).collect::<Vec<String>>()
    };
    levels
        .iter()
        .flat_map(|level| {
            of(level).into_iter().map(|tag| RawLabel {
                compartments: [tag].into(),
                ..level.clone()
            })
        })
        .collect()
}
