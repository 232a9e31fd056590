// SPDX-License-Identifier: Apache-2.0
//! Who and what is worth asking about. An index only leaves out what a guardrail stops for certain; who
//! remains is decided about like everybody else.

use countersign_directory::{ChannelId, PersonId, PersonKind};

use crate::Snapshot;
use crate::action::{Action, Kind};

/// Whether guardrail `member` stops everybody from doing `action` who is neither a member of the channel
/// nor a service. Where an emergency clearance makes her as a member, it does not stop everybody.
pub fn is_for_members(action: &str, snapshot: &Snapshot) -> bool {
    let open = snapshot.settings().rules.emergency_membership;
    Action::named(action).is_some_and(|action| match action.kind {
        Kind::Post | Kind::Read => !open,
        Kind::Call | Kind::Download | Kind::Forward | Kind::Upload => true,
        _ => false,
    })
}

/// Those behind `after` who could do in `channel` what is for members, in order.
pub fn members_and_services<'a>(
    snapshot: &'a Snapshot,
    channel: &str,
    after: &str,
) -> impl Iterator<Item = &'a PersonId> + use<'a> {
    let mut members = snapshot.members(channel).after(after).peekable();
    let mut services = snapshot.services_after(after).peekable();
    std::iter::from_fn(move || match (members.peek(), services.peek()) {
        (Some(member), Some(service)) if member > service => services.next(),
        (Some(member), Some(service)) => {
            if member == service {
                services.next();
            }
            members.next()
        }
        (Some(_), None) => members.next(),
        (None, _) => services.next(),
    })
}

/// The channels in which `person` could do what is for members; none where she is a service and it could
/// be any.
pub fn channels_of<'a>(
    snapshot: &'a Snapshot,
    person: &str,
) -> Option<impl Iterator<Item = &'a ChannelId> + use<'a>> {
    let known = snapshot.person(person);
    if known.is_some_and(|known| known.kind == PersonKind::Service) {
        return None;
    }
    Some(snapshot.memberships(person).iter())
}
