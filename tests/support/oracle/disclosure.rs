// SPDX-License-Identifier: Apache-2.0
//! What leaves the house: the true code goes out where every channel concerned is listed, or the person alone
//! would pass `channel.discover` there. Where there is no channel yet, or none at all, it goes out when she is
//! cleared for the label herself.

use super::Read;
use super::clearance::{Setting, uncleared};
use super::guards::failing;
use super::likeness::{Act, Case};
use super::need::Channel;
use super::world::flag;

/// The guard that stands for a stronger sign-in: the person alone has no session.
const ASSURANCE: u8 = 38;

/// Whether the true code may go out.
pub(super) fn disclosed(case: &Case<'_>) -> Read<bool> {
    if matches!(case.act, Act::Create | Act::DirectMessage) {
        let setting = Setting {
            world: case.world,
            now: case.now,
            emergency_in: None,
        };
        return match &case.stake {
            Some(label) => Ok(uncleared(setting, case.subject, label)?.is_empty()),
            None => Ok(true),
        };
    }
    let quoted = case.quotes.iter().map(|item| &item.channel);
    for channel in case.channel.iter().chain(&case.to).chain(quoted) {
        if !flag(channel.entry, "listed") && !discovers(case, channel)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether the person alone would discover a channel.
fn discovers<'a>(case: &Case<'a>, channel: &Channel<'a>) -> Read<bool> {
    let alone = Case {
        act: Act::Discover,
        resource_id: channel.id,
        channel: Some(channel.clone()),
        stake: Some(channel.label.clone()),
        item: None,
        sent: None,
        quotes: Vec::new(),
        recipients: Vec::new(),
        to: None,
        target: None,
        node: None,
        approver: None,
        requester: None,
        session: None,
        device: None,
        location: None,
        record: true,
        ..case.clone()
    };
    Ok(failing(&alone)?.iter().all(|number| *number == ASSURANCE))
}
