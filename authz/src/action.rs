// SPDX-License-Identifier: Apache-2.0
//! Everything that can be asked about. Any other action cannot be used.

/// An action of the table, by what it needs to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An act of administration.
    Administration,
    /// Break-glass, asked for.
    Ask,
    Call,
    /// A channel's label is changed.
    Classify,
    Create,
    Direct,
    Discover,
    Download,
    Federate,
    Forward,
    /// A guest is added.
    Guest,
    Invite,
    Join,
    /// A member is removed, or the channel archived.
    Keep,
    Leave,
    Post,
    Read,
    Upload,
}

/// An action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Action {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
}

const ACTIONS: [(&str, Kind); 35] = [
    ("archive.read", Kind::Read),
    ("audit.read", Kind::Administration),
    ("break_glass.approve", Kind::Administration),
    ("break_glass.request", Kind::Ask),
    ("call.join", Kind::Call),
    ("call.record", Kind::Call),
    ("channel.add_guest", Kind::Guest),
    ("channel.archive", Kind::Keep),
    ("channel.create", Kind::Create),
    ("channel.discover", Kind::Discover),
    ("channel.federate", Kind::Federate),
    ("channel.invite", Kind::Invite),
    ("channel.join", Kind::Join),
    ("channel.leave", Kind::Leave),
    ("channel.reclassify", Kind::Classify),
    ("channel.remove_member", Kind::Keep),
    ("channel.set_label", Kind::Classify),
    ("clearance.grant", Kind::Administration),
    ("clearance.import", Kind::Administration),
    ("console.read", Kind::Administration),
    ("decision.simulate", Kind::Administration),
    ("file.download", Kind::Download),
    ("file.upload", Kind::Upload),
    ("message.edit", Kind::Post),
    ("message.forward", Kind::Forward),
    ("message.post", Kind::Post),
    ("message.react", Kind::Post),
    ("message.read", Kind::Read),
    ("person.manage", Kind::Administration),
    ("policy.publish", Kind::Administration),
    ("server.manage", Kind::Administration),
    ("session.end", Kind::Administration),
    ("source.try", Kind::Administration),
    ("user.direct_message", Kind::Direct),
    ("user.revoke", Kind::Administration),
];

impl Action {
    /// The action of that name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        ACTIONS
            .iter()
            .find(|(known, _)| *known == name)
            .map(|&(name, kind)| Self { name, kind })
    }

    /// Whether an emergency clearance helps.
    pub(crate) fn takes_emergency(self) -> bool {
        matches!(self.kind, Kind::Discover | Kind::Join | Kind::Post | Kind::Read)
    }
}

/// The names of all actions.
pub fn actions() -> impl Iterator<Item = &'static str> {
    ACTIONS.iter().map(|(name, _)| *name)
}

/// The place of an action among [`actions`].
pub fn action_place(name: &str) -> Option<usize> {
    ACTIONS.binary_search_by_key(&name, |(known, _)| known).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_of_the_table_is_known_and_no_other() {
        assert!(actions().all(|name| Action::named(name).is_some()));
        assert!(actions().is_sorted());
        assert!(
            actions()
                .enumerate()
                .all(|(place, name)| action_place(name) == Some(place))
        );
        assert_eq!(Action::named("message.delete"), None);
    }
}
