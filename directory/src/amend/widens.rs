// SPDX-License-Identifier: Apache-2.0
//! Which parts of a change may turn a deny into an allow. Sound, not sharp: a part is left out only
//! where the guards can but deny more for it. Each rule says why.

use chrono::{DateTime, Utc};
use countersign_labels::{Rank, RawLabel, Schemes};

use super::After;
use crate::operation::rises;
use crate::{
    Accreditation, Agreement, Attestation, Channel, ChannelState, Clearance, ClearanceState, Device, Entity,
    Item, Node, Person, Role, Rules, Set, Settings, Status,
};

/// The parts of a change that may widen; none, when it only narrows or changes nothing.
pub fn widening(old: Option<&Entity>, new: &After, now: DateTime<Utc>) -> Vec<&'static str> {
    let After::Is(new) = new else {
        // Without an agreement nothing crosses that did not cross before; without a source, or an application,
        // nobody gets in who did not before.
        return match old {
            Some(Entity::Agreement(_) | Entity::Client(_) | Entity::Source(_)) => Vec::new(),
            _ => vec!["removal"],
        };
    };
    if old == Some(&**new) {
        return Vec::new();
    }
    match (old, &**new) {
        (Some(Entity::Person(old)), Entity::Person(new)) => person(old, new),
        (Some(Entity::Channel(old)), Entity::Channel(new)) => channel(old, new, now),
        (Some(Entity::Agreement(old)), Entity::Agreement(new)) => agreement(old, new),
        (Some(Entity::Client(old)), Entity::Client(new)) => super::client::widening(old, new),
        (Some(Entity::Device(old)), Entity::Device(new)) => device(old, new),
        // An unknown device is unmanaged, of rank 0, and never reported.
        (None, Entity::Device(new)) => device(&Device::default(), new),
        (Some(Entity::Item(old)), Entity::Item(new)) => item(old, new, now),
        (Some(Entity::Node(old)), Entity::Node(new)) => node(old, new),
        (Some(Entity::Server(old)), Entity::Server(new)) => super::connected::widening(old, new),
        (Some(Entity::Settings(old)), Entity::Settings(new)) => settings(old, new),
        (None, Entity::Settings(new)) => settings(&Settings::default(), new),
        (Some(Entity::Source(old)), Entity::Source(new)) => crate::source::widening(old, new),
        (None, _) => vec!["new"],
        _ => vec!["everything"],
    }
}

fn person(old: &Person, new: &Person) -> Vec<&'static str> {
    let mut wider = Vec::new();
    let mut says = |part, widens: bool| {
        if widens {
            wider.push(part);
        }
    };
    // A kind exempts (services) and excludes (outsiders, industry).
    says("kind", old.kind != new.kind);
    says("status", old.status != new.status && new.status == Status::Active);
    // One more opens audiences; one less opens what is for nationals only.
    says("nationalities", old.nationalities != new.nationalities);
    // The originator's own agency is free of its control.
    says("agency", old.agency != new.agency);
    says("sponsor", old.sponsor != new.sponsor && new.sponsor.is_some());
    says("contract", !contract_narrows(old, new));
    says("roles", !roles_narrow(&old.roles, &new.roles));
    says("missions", !new.missions.is_subset(&old.missions));
    says("briefings", !new.briefings.is_subset(&old.briefings));
    says("clearances", !clearances_narrow(&old.clearances, &new.clearances));
    wider
}

/// Whether only offices were taken away that never forbid anything. A guest, an outsider, an archiver
/// and a sysadmin may less than others: without the role they may more.
fn roles_narrow(old: &Set<Role>, new: &Set<Role>) -> bool {
    let forbids_nothing = |role: &Role| {
        matches!(
            role,
            Role::Auditor | Role::Bot | Role::Member | Role::Owner | Role::SecurityOfficer
        )
    };
    new.is_subset(old) && old.iter().all(|role| new.contains(role) || forbids_nothing(role))
}

/// Whether a contract only lost time, or went.
fn contract_narrows(old: &Person, new: &Person) -> bool {
    match (&old.contract, &new.contract) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(old), Some(new)) => old.reference == new.reference && new.until <= old.until,
    }
}

fn clearances_narrow(old: &[Clearance], new: &[Clearance]) -> bool {
    old.len() == new.len()
        && old
            .iter()
            .zip(new)
            .all(|(old, new)| old == new || clearance_narrows(old, new))
}

/// Whether a clearance only lost: state or time. One that cannot be understood, or whose attestation
/// was refused, denies by being there; taking it away is no loss.
fn clearance_narrows(old: &Clearance, new: &Clearance) -> bool {
    let standing = |state| match state {
        ClearanceState::Active => 2,
        ClearanceState::Suspended => 1,
        ClearanceState::Revoked => 0,
    };
    let understood = Schemes::builtin()
        .scheme(&old.scheme)
        .is_some_and(|scheme| scheme.level(&old.level).is_some());
    let same = Clearance {
        state: old.state,
        valid_until: old.valid_until,
        ..new.clone()
    };
    // An emergency clearance that is too long counts for nothing: shorter, it would.
    let shortened = new.valid_until < old.valid_until;
    let emergency = old.kind == crate::ClearanceKind::Emergency;
    same == *old
        && understood
        && old.attestation != Some(Attestation::Rejected)
        && standing(new.state) <= standing(old.state)
        && new.valid_until <= old.valid_until
        && !(emergency && shortened && new.state != ClearanceState::Revoked)
}

/// The parts of a change to a channel that may widen.
pub(crate) fn channel(old: &Channel, new: &Channel, now: DateTime<Utc>) -> Vec<&'static str> {
    let mut wider = Vec::new();
    let mut says = |part, widens: bool| {
        if widens {
            wider.push(part);
        }
    };
    says("label", !label_rises(&old.label, &new.label, now));
    // Drift stops posting. Where it ends, posting begins.
    says("label_drift", old.label_drift && !new.label_drift);
    says("members", old.members != new.members);
    // A named owner needs no role, and no names mean everybody with the role.
    says(
        "owners",
        old.owners != new.owners
            && !matches!((&old.owners, &new.owners), (Some(old), Some(new)) if new.is_subset(old)),
    );
    says("agency", old.agency != new.agency);
    says("server", old.server != new.server);
    // No mission is everybody's: the first narrows, losing the last widens.
    says(
        "missions",
        old.missions != new.missions
            && !(old.missions.is_empty()
                || (!new.missions.is_empty() && new.missions.is_subset(&old.missions))),
    );
    says("recipients", !recipients_narrow(old, new));
    says(
        "externals_allowed",
        new.externals_allowed && !old.externals_allowed,
    );
    says("industry_allowed", new.industry_allowed && !old.industry_allowed);
    says("listed", new.listed && !old.listed);
    says(
        "state",
        old.state == ChannelState::Closed && new.state == ChannelState::Open,
    );
    // Under another mode an item is judged by another label, which may ask for less.
    says("label_mode", old.label_mode != new.label_mode);
    wider
}

/// Whether a list closes or gets shorter. Being named can stand for a compartment: there, a first list lets
/// somebody in.
fn recipients_narrow(old: &Channel, new: &Channel) -> bool {
    match (&old.recipients, &new.recipients) {
        (old, new) if old == new => true,
        (Some(old), Some(new)) => new.is_subset(old),
        (None, Some(_)) => Schemes::builtin()
            .label(&new.label)
            .is_ok_and(|label| label.by_recipients().is_empty()),
        _ => false,
    }
}

fn label_rises(old: &RawLabel, new: &RawLabel, now: DateTime<Utc>) -> bool {
    let schemes = Schemes::builtin();
    old == new
        || matches!(
            (schemes.label(old), schemes.label(new)),
            (Ok(old), Ok(new)) if rises(&old, &new, schemes, now)
        )
}

/// An item without a label of its own has the channel's, which may be a higher one.
fn item(old: &Item, new: &Item, now: DateTime<Utc>) -> Vec<&'static str> {
    let mut wider = Vec::new();
    if old.channel != new.channel {
        wider.push("channel");
    }
    let rises = match (&old.label, &new.label) {
        (Some(old), Some(new)) => label_rises(old, new, now),
        (old, new) => old == new,
    };
    if !rises {
        wider.push("label");
    }
    wider
}

fn agreement(old: &Agreement, new: &Agreement) -> Vec<&'static str> {
    let shorter = Agreement {
        valid_from: old.valid_from,
        valid_until: old.valid_until,
        covers: old.covers.clone(),
        carries: old.carries.clone(),
        ..new.clone()
    };
    let mut wider = Vec::new();
    if shorter != *old {
        wider.push("terms");
    }
    if new.valid_from < old.valid_from || new.valid_until > old.valid_until {
        wider.push("validity");
    }
    if !new.covers.is_subset(&old.covers) {
        wider.push("covers");
    }
    if !new.carries.is_subset(&old.carries) {
        wider.push("carries");
    }
    wider
}

fn device(old: &Device, new: &Device) -> Vec<&'static str> {
    let mut wider = Vec::new();
    if new.managed && !old.managed {
        wider.push("managed");
    }
    if !lowers(old.accreditation.as_ref(), new.accreditation.as_ref()) {
        wider.push("accreditation");
    }
    // A device that never reported is refused.
    if new.posture_reported_at.is_some() && new.posture_reported_at != old.posture_reported_at {
        wider.push("posture_reported_at");
    }
    if old.lost && !new.lost {
        wider.push("lost");
    }
    if new.key != old.key || new.owner != old.owner {
        wider.push("key");
    }
    wider
}

fn node(old: &Node, new: &Node) -> Vec<&'static str> {
    let mut wider = Vec::new();
    if new.agreement && !old.agreement {
        wider.push("agreement");
    }
    if !lowers(old.accreditation.as_ref(), new.accreditation.as_ref()) {
        wider.push("accreditation");
    }
    if !new.communities.is_subset(&old.communities) {
        wider.push("communities");
    }
    wider
}

fn settings(old: &Settings, new: &Settings) -> Vec<&'static str> {
    let mut wider = Vec::new();
    if !old.blocked_locations.is_subset(&new.blocked_locations) {
        wider.push("blocked_locations");
    }
    if new.administration.aal < old.administration.aal
        || (old.administration.managed_device && !new.administration.managed_device)
    {
        wider.push("administration");
    }
    // Absent, there is no limit.
    let lower = match (&old.accreditation, &new.accreditation) {
        (None, _) => true,
        (Some(_), None) => false,
        (old, new) => lowers(old.as_ref(), new.as_ref()),
    };
    if !lower {
        wider.push("accreditation");
    }
    if old.default_scheme != new.default_scheme {
        wider.push("default_scheme");
    }
    // A smaller audience of the one label can make way for what bears the other.
    if old.communities != new.communities {
        wider.push("communities");
    }
    if new.browser_key_rank() > old.browser_key_rank() {
        wider.push("browser_key_rank");
    }
    if loosens(old.rules, new.rules) {
        wider.push("rules");
    }
    wider
}

/// Whether some rule denies less than before. Where labels count instead of others, either may be.
fn loosens(old: Rules, new: Rules) -> bool {
    let begins = |old: bool, new: bool| new && !old;
    begins(old.any_nationality, new.any_nationality)
        || begins(old.emergency_membership, new.emergency_membership)
        || begins(new.deny_unrecorded, old.deny_unrecorded)
        || begins(new.industry_contract, old.industry_contract)
        || begins(new.owner_accepts_upward, old.owner_accepts_upward)
        || begins(new.own_briefing_only, old.own_briefing_only)
        || begins(new.same_scheme_devices, old.same_scheme_devices)
        || old.fixed_from != new.fixed_from
}

/// Whether an accreditation is the same or lower. Absent is rank 0 without compartments; one that
/// cannot be understood compares with nothing.
pub(super) fn lowers(old: Option<&Accreditation>, new: Option<&Accreditation>) -> bool {
    if old == new {
        return true;
    }
    let Some(held) = old else {
        return new.is_some_and(|new| new.compartments.is_empty() && rank(new) == Some(0));
    };
    let Some(reached) = rank(held) else { return false };
    new.is_none_or(|new| {
        new.compartments.is_subset(&held.compartments) && rank(new).is_some_and(|rank| rank <= reached)
    })
}

/// The rank of a known level.
pub(super) fn rank(accreditation: &Accreditation) -> Option<Rank> {
    let scheme = Schemes::builtin().scheme(&accreditation.scheme)?;
    Some(scheme.level(&accreditation.level)?.rank)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::amend::{AmendError, Amendment, DeviceTerms};
    use crate::{DeviceKey, PersonId};

    fn terms(managed: bool, lost: Option<bool>) -> Amendment {
        let device = DeviceTerms {
            managed,
            accreditation: None,
            lost,
        };
        let id = "laptop".parse().unwrap();
        Amendment::DevicePut { id, device }
    }

    fn lost() -> Device {
        let owner: PersonId = "alice".parse().unwrap();
        let device = Device {
            managed: true,
            key: Some(DeviceKey::Browser),
            owner: Some(owner),
            ..Device::default()
        };
        device.without_trust()
    }

    #[test]
    fn a_lost_device_is_taken_up_again_in_so_many_words_and_that_widens() {
        let now = DateTime::UNIX_EPOCH;
        let held = Entity::Device(lost());
        assert!(matches!(
            terms(true, None).on(Some(&held), now),
            Err(AmendError::WrongState(_))
        ));
        let still = terms(false, None).on(Some(&held), now).unwrap();
        assert_eq!(widening(Some(&held), &still, now), Vec::<&str>::new());
        let back = terms(false, Some(false)).on(Some(&held), now).unwrap();
        assert_eq!(widening(Some(&held), &back, now), ["lost"]);
        let After::Is(back) = back else { panic!() };
        let Entity::Device(back) = *back else { panic!() };
        // The key that it had, and whose it is, are not for an amendment to say.
        assert_eq!((back.key, back.owner), (lost().key, lost().owner));
    }

    #[test]
    fn nobody_loses_a_device_without_ending_its_sessions() {
        let now = DateTime::UNIX_EPOCH;
        let held = Entity::Device(Device::default());
        let refused = terms(false, Some(true)).on(Some(&held), now);
        assert!(matches!(refused, Err(AmendError::Invalid(_))));
    }
}
