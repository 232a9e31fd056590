// SPDX-License-Identifier: Apache-2.0
//! Whom a refusal is about, so that its words speak of the right one. A code alone does not say it: who
//! invites somebody whose clearance is suspended hears of that person's clearance, not of her own.
//!
//! The words follow from the policy that spoke and the kind of action, which is what the code follows from
//! too: whoever may hear the code learns nothing more from them.

use crate::Reason;
use crate::action::Kind;

/// Whom, or what, a refusal is about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Whom {
    /// Whoever asks.
    #[default]
    Subject,
    /// The person who is invited, added or written to.
    Target,
    /// The node that a channel is federated to.
    Node,
    /// The chat server through which it was asked.
    Server,
    /// Everybody whom a direct message names to receive it.
    Recipients,
    /// Who owns the channel that something is forwarded into.
    Owner,
    /// One of several, and an agency's own policy does not say which.
    Unsaid,
}

impl Whom {
    /// Whom a guardrail speaks of. Its name says so.
    pub(crate) fn of_guardrail(policy: &str, kind: Kind) -> Self {
        let mut parts = policy.split('-');
        match policy {
            "owner-accepts-forward" => Self::Owner,
            "members-not-cleared" if kind == Kind::Direct => Self::Recipients,
            _ if policy.starts_with("federate-") => Self::Node,
            _ if policy.starts_with("server-") => Self::Server,
            _ if parts.any(|part| part == "target") => Self::Target,
            _ => Self::Subject,
        }
    }

    /// Whom an agency's own policy speaks of: where more than one is concerned, it may be any of them.
    pub(crate) fn of_agency(kind: Kind) -> Self {
        match kind {
            Kind::Direct | Kind::Federate | Kind::Guest | Kind::Invite => Self::Unsaid,
            _ => Self::Subject,
        }
    }

    /// What the person who asked is told. It names no label, channel, compartment or count.
    pub fn user_text(self, reason: Reason) -> &'static str {
        let own = match (self, reason) {
            (Self::Target, _) => of_target(reason),
            (Self::Node, _) => of_node(reason),
            (Self::Unsaid, _) => of_somebody(reason),
            (Self::Server, Reason::NodeCeiling) => {
                Some("The server that you are using is not approved for this.")
            }
            (Self::Recipients, Reason::MembersNotCleared) => {
                Some("Not everybody who is named may receive this.")
            }
            (Self::Owner, Reason::DualControl) => {
                Some("Only an owner of the channel that it goes to may forward this.")
            }
            _ => None,
        };
        own.unwrap_or_else(|| reason.user_text())
    }

    /// What an administrator is told.
    pub fn admin_text(self, reason: Reason) -> &'static str {
        match (self, reason) {
            (Self::Owner, Reason::DualControl) => "An owner of the channel that it goes to must forward it.",
            _ => reason.admin_text(),
        }
    }
}

fn of_target(reason: Reason) -> Option<&'static str> {
    Some(match reason {
        Reason::AccountInactive => "That person's account is not active.",
        Reason::ClearanceSuspended => "That person's clearance is suspended.",
        Reason::ClearanceExpired => "That person's clearance is not valid at this time.",
        Reason::NoEquivalence => "No agreement covers that person's clearance.",
        Reason::ClearanceLevel => "That person's clearance does not reach this.",
        Reason::BriefingMissing => "That person needs a briefing first.",
        Reason::CompartmentMissing => "That person does not hold what this needs.",
        Reason::NationalOnly => "This is reserved to nationals, and that person does not count as one.",
        Reason::NotReleasable => "This is not releasable to that person's nation.",
        Reason::IndustryNotAllowed => "That person is a contractor whom this channel does not take.",
        Reason::NeedToKnow => "That person has no need-to-know here.",
        _ => return None,
    })
}

fn of_node(reason: Reason) -> Option<&'static str> {
    Some(match reason {
        Reason::CompartmentMissing => "That server does not hold what this needs.",
        Reason::NationalOnly => "This is reserved to nationals and not shared with other servers.",
        Reason::NotReleasable => "This is not releasable to the nations of that server.",
        _ => return None,
    })
}

fn of_somebody(reason: Reason) -> Option<&'static str> {
    Some(match reason {
        Reason::AccountInactive => "An account is not active.",
        Reason::ClearanceSuspended => "A clearance is suspended.",
        Reason::ClearanceExpired => "A clearance is not valid at this time.",
        Reason::ClearanceLevel => "A clearance does not reach this.",
        Reason::CompartmentMissing => "What this needs is not held.",
        Reason::NotReleasable => "This is not releasable to every nation concerned.",
        Reason::NeedToKnow => "There is no need-to-know here.",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Policies;
    use crate::cedar::schema;

    /// Whom a guardrail reads about is whom it speaks of, so that a new one is not forgotten here.
    #[test]
    fn a_guardrail_that_reads_of_the_target_speaks_of_the_target() {
        let policies = Policies::builtin();
        let checked = policies.check(&schema().unwrap()).unwrap();
        let mut targets = 0;
        for (id, note) in checked.notes.iter().filter(|(_, note)| note.guardrail) {
            let policy = checked.policies.policy(id).unwrap().to_string();
            let about = Whom::of_guardrail(id.as_ref(), Kind::Invite);
            let reason = note.reason.unwrap();
            if of_target(reason).is_some() {
                let reads = policy.contains("context.target");
                assert_eq!(about == Whom::Target, reads, "{id}");
                targets += usize::from(reads);
            }
            if of_node(reason).is_some() {
                let federates = policy.contains("channel.federate");
                assert_eq!(about == Whom::Node, federates, "{id}");
            }
        }
        assert_eq!(targets, 12);
    }

    #[test]
    fn what_is_about_another_person_says_nothing_of_who_asks() {
        let about_people = |reason: &Reason| matches!(reason.number(), 3 | 21..=31);
        for reason in Reason::all().filter(about_people) {
            for whom in [Whom::Target, Whom::Unsaid] {
                let text = whom.user_text(reason);
                let hers = text.to_lowercase().contains("you");
                assert!(!hers && text.ends_with('.'), "{whom:?} {reason}: {text}");
            }
        }
    }
}
