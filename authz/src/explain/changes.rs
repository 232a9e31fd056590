// SPDX-License-Identifier: Apache-2.0
//! What would have to change for a permit: per failing guard, in concrete words, as far as the reader
//! may know them. A guard that several policies share says of each of them what would satisfy that one.

use countersign_labels::{Label, RawLabel};

use super::grants::moment;
use super::{Pen, WITHHELD};
use crate::action::Kind;
use crate::resolve::{Asked, Case, Place};
use crate::{Reason, Snapshot, Whom};

/// A policy that spoke, for the reason that is explained.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spoken<'d> {
    pub(super) policy: &'d str,
    pub(super) guardrail: bool,
}

/// What would satisfy the guard of `reason`, for which these policies spoke. None did where it is not a
/// policy that forbids, but none that permits.
pub(super) fn of(
    reason: Reason,
    spoken: &[Spoken<'_>],
    case: Option<&Case<'_>>,
    snapshot: &Snapshot,
    pen: &mut Pen<'_>,
) -> Vec<String> {
    let Some(case) = case else {
        return vec![
            "name people, channels and items that exist, and a label that can be understood".to_owned(),
        ];
    };
    let mut list = List {
        case,
        snapshot,
        pen,
        changes: Vec::new(),
    };
    let (guardrails, agency): (Vec<&Spoken<'_>>, Vec<_>) = spoken.iter().partition(|spoken| spoken.guardrail);
    if !guardrails.is_empty() || agency.is_empty() {
        list.of(reason);
    }
    for spoken in guardrails {
        list.of_policy(reason, spoken.policy);
    }
    if !agency.is_empty() {
        list.say("what the agency's own policy asks");
    }
    list.changes.dedup();
    list.changes
}

struct List<'l, 'p> {
    case: &'l Case<'l>,
    snapshot: &'l Snapshot,
    pen: &'l mut Pen<'p>,
    changes: Vec<String>,
}

impl List<'_, '_> {
    fn say(&mut self, change: impl Into<String>) {
        self.changes.push(change.into());
    }

    fn of(&mut self, reason: Reason) {
        match reason {
            Reason::PdpInput => self.say("a question that the policies can judge without an error"),
            Reason::AuditUnavailable => self.say("the record can be written again"),
            Reason::SessionRevoked | Reason::SessionExpired => self.say("sign in again"),
            Reason::SodNoContent => self.say("a person without the office of sysadmin or archiver"),
            Reason::RoleRequired => self.office(),
            Reason::SelfApproval => self.say("an approval, or an act, by another person"),
            Reason::ChannelClosed => self.say("an open channel, without a label report that awaits review"),
            Reason::ExternalsNotAllowed => self.say("a channel that takes externals"),
            Reason::NoAgreement => self.say("an agreement with the node"),
            Reason::NodeCeiling | Reason::CallCap => {
                let level = self.case.place.as_ref().map(|place| self.level(&place.label));
                self.say(format!(
                    "a node accredited for {} or above",
                    level.unwrap_or_else(|| "the channel's level".to_owned())
                ));
            }
            Reason::SponsorMissing => self.say("an active sponsor for the guest"),
            Reason::AttestationInvalid => self.say("an attestation of the guest that holds"),
            Reason::GuestAction => self.say("a person who is no guest"),
            Reason::LabelInvalid => {
                self.say("a label of the channel's scheme that keeps that scheme's constraints");
            }
            Reason::LabelExceedsChannel => self.within("a label no higher than"),
            Reason::WriteDown => self.within("a place whose label takes in the item's; here it is"),
            Reason::OriginatorConsent => self.originators(),
            Reason::IndustryNotAllowed => {
                self.say(if self.snapshot.settings().rules.industry_contract {
                    "a channel that takes industry, and a contract of theirs that is in force; or a person of another kind"
                } else {
                    "a channel that takes industry, or a person of another kind"
                });
            }
            Reason::NeedToKnow => self.need_to_know(),
            Reason::MembersNotCleared => self.say("every active member of the channel, and everybody named to receive it, cleared for the label and concerned"),
            Reason::DeviceCap => self.device(),
            Reason::DevicePosture => self.say("a posture report of the device that is at most 7 days old"),
            Reason::Location => self.say("a location that is not blocked"),
            Reason::ExportDenied => self.say("a managed device, and a person who is no guest"),
            Reason::AalStepUp => self.assurance(),
            // Guards 3, 9 and 21 to 29 depend on who is meant: see below.
            _ => {}
        }
    }

    /// What depends on the policy that spoke: guards 3, 9 and 21 to 29.
    fn of_policy(&mut self, reason: Reason, policy: &str) {
        let case = self.case;
        match (Whom::of_guardrail(policy, case.action.kind), reason) {
            (Whom::Target, Reason::AccountInactive) => self.say("an active account of the target"),
            (_, Reason::AccountInactive) => self.say("an active account"),
            (Whom::Owner, Reason::DualControl) => {
                self.say("an owner of the channel it goes to, who forwards it");
            }
            (_, Reason::DualControl) => self.say("an approval by another active security officer"),
            (_, Reason::NoEquivalence) if policy == "foreign-scheme" => self.foreign(),
            (Whom::Node, _) => self.of_node(reason),
            (Whom::Target, _) => self.of_person(reason, "the target: ", case.target_asked.as_ref()),
            (_, _) => self.of_person(reason, "", case.asked.as_ref()),
        }
    }

    /// Items of schemes that no agreement brings into that of the place they are moved to.
    fn foreign(&mut self) {
        let case = self.case;
        let (items, into): (Vec<&Label>, _) = match case.action.kind {
            Kind::Forward => (case.stake.as_deref().into_iter().collect(), &case.to),
            _ => (
                case.quotes.iter().map(|item| item.label().as_ref()).collect(),
                &case.place,
            ),
        };
        let Some(into) = into else { return };
        let into = self.scheme(&into.label);
        for item in items
            .into_iter()
            .filter(|item| case.load.foreign.iter().any(|scheme| scheme == item.scheme()))
        {
            let from = self.scheme(item);
            let change = format!("an agreement in force from {from} to {into} that covers labels");
            if !self.changes.contains(&change) {
                self.say(change);
            }
        }
    }

    /// Guards 21 to 29, of a person.
    fn of_person(&mut self, reason: Reason, who: &str, asked: Option<&Asked<'_>>) {
        let Some(asked) = asked else { return };
        let label = &asked.label;
        let change = match reason {
            Reason::ClearanceSuspended if asked.suspended.is_some() => {
                format!(
                    "the suspended clearance active again, or {}",
                    self.clearance(label)
                )
            }
            Reason::ClearanceExpired if asked.lapsed.is_some() => {
                format!(
                    "the clearance renewed so that it is valid now: {}",
                    self.clearance(label)
                )
            }
            Reason::NoEquivalence => self.equivalence(asked),
            Reason::ClearanceLevel => self.clearance(label),
            Reason::BriefingMissing => self.briefing(asked),
            Reason::CompartmentMissing => self.compartments(asked),
            Reason::NationalOnly => self.audience("every nationality among", label),
            Reason::NotReleasable => self.audience("a nationality among", label),
            Reason::Embargo => match label.not_before().filter(|_| self.sees(label)) {
                Some(from) => format!("not before {}", moment(from)),
                None => "a later moment".to_owned(),
            },
            _ => return,
        };
        let change = format!("{who}{change}");
        if !self.changes.contains(&change) {
            self.say(change);
        }
    }

    fn of_node(&mut self, reason: Reason) {
        let change = match reason {
            Reason::CompartmentMissing => "a node accredited for the channel's compartments",
            Reason::NationalOnly => "a channel that is not reserved to nationals",
            Reason::NotReleasable => "a node of a community that the channel is releasable to",
            _ => return,
        };
        if !self.changes.iter().any(|said| said == change) {
            self.say(change);
        }
    }

    fn sees(&self, label: &Label) -> bool {
        self.pen.shows(&label.to_raw())
    }

    /// `NS`, or the level of a label by its pseudonym.
    fn level(&mut self, label: &Label) -> String {
        let raw = self.pen.asked(&label.to_raw());
        if raw.scheme == WITHHELD {
            format!("the level of {}", raw.level)
        } else {
            format!("{} {}", raw.scheme, raw.level)
        }
    }

    /// `NATO`, or the scheme of a label by its pseudonym.
    fn scheme(&mut self, label: &Label) -> String {
        let raw = self.pen.asked(&label.to_raw());
        if raw.scheme == WITHHELD {
            format!("the scheme of {}", raw.level)
        } else {
            raw.scheme
        }
    }

    fn clearance(&mut self, label: &Label) -> String {
        let raw = self.pen.asked(&label.to_raw());
        if raw.scheme == WITHHELD {
            format!("a clearance that reaches {}, valid now", raw.level)
        } else {
            format!(
                "a clearance of {} or above in {} valid now",
                raw.level, raw.scheme
            )
        }
    }

    fn equivalence(&mut self, asked: &Asked<'_>) -> String {
        let mut held: Vec<&str> = asked
            .person
            .clearances
            .iter()
            .map(|clearance| clearance.scheme.as_str())
            .collect();
        held.sort_unstable();
        held.dedup();
        let into = self.scheme(&asked.label);
        format!(
            "{}, or an agreement in force that brings {} clearances into {into}",
            self.clearance(&asked.label),
            held.join(" or ")
        )
    }

    fn briefing(&mut self, asked: &Asked<'_>) -> String {
        let raw = self.pen.asked(&asked.label.to_raw());
        if raw.scheme == WITHHELD {
            format!("the briefing that goes with {}", raw.level)
        } else {
            let accepted: Vec<&str> = asked.briefings_accepted().collect();
            format!("briefing {}", accepted.join(" or "))
        }
    }

    fn compartments(&mut self, asked: &Asked<'_>) -> String {
        let label = &asked.label;
        if !self.sees(label) {
            let name = self.pen.asked(&label.to_raw()).level;
            return format!("the compartments of {name} on clearances that reach it");
        }
        let missing: Vec<String> = label
            .by_clearance()
            .filter(|tag| !asked.compartments.contains(tag))
            .map(|tag| self.pen.compartment(tag))
            .collect();
        format!(
            "compartment {} on a clearance that reaches {}",
            missing.join(" and "),
            self.level(label)
        )
    }

    fn audience(&mut self, what: &str, label: &Label) -> String {
        let nations = label.audience().nations().filter(|_| self.sees(label));
        match nations {
            Some(nations) => {
                let nations: Vec<&str> = nations.iter().map(String::as_str).collect();
                format!("{what} {}", nations.join(", "))
            }
            None => format!("{what} those that the label is releasable to"),
        }
    }

    fn within(&mut self, what: &str) {
        let place = self.case.to.as_ref().or(self.case.place.as_ref());
        let label = place.map(|place| place.label.to_raw());
        let text = label.map(|label: RawLabel| self.pen.label_text(&label));
        self.say(format!(
            "{what} {}",
            text.unwrap_or_else(|| "the channel's".to_owned())
        ));
    }

    fn originators(&mut self) {
        let case = self.case;
        let known = case.stake.as_ref().is_some_and(|stake| self.sees(stake));
        if known && !case.load.originators.is_empty() {
            self.say(format!("consent of {}", case.load.originators.join(", ")));
        } else {
            self.say("consent of the item's originator");
        }
    }

    fn office(&mut self) {
        let office = match (self.case.action.kind, self.case.action.name) {
            (_, "audit.read") => "the office of auditor",
            (_, "console.read") => "the office of security officer, sysadmin or auditor",
            (_, "decision.simulate") => "the office of security officer or auditor",
            (_, "server.manage") => "the office of sysadmin",
            (_, "source.try") => "the office of security officer or sysadmin",
            (_, "call.record") => "be an owner of the channel",
            (Kind::Administration, _) => "the office of security officer",
            _ => "be an owner of the channel, or a security officer",
        };
        self.say(office);
    }

    fn need_to_know(&mut self) {
        let case = self.case;
        let before = self.changes.len();
        if case.action.kind == Kind::Administration {
            return;
        }
        let joining = matches!(case.action.kind, Kind::Join | Kind::Create);
        if let Some(place) = &case.place {
            let inviting = matches!(case.action.kind, Kind::Invite | Kind::Guest);
            let person = if inviting {
                case.target.unwrap_or(case.subject)
            } else {
                case.subject
            };
            self.place(place, person, !joining && !inviting);
        }
        if let Some(to) = &case.to {
            self.place(to, case.subject, true);
        }
        if self.changes.len() == before {
            self.say("a policy of the agency that permits it");
        }
    }

    fn place(&mut self, place: &Place<'_>, person: crate::resolve::Named<'_>, membership: bool) {
        let channel = &place.channel;
        let here = place.here(person.id);
        let known = self.pen.shows(&place.label.to_raw());
        let shares = channel.missions.is_empty()
            || channel
                .missions
                .iter()
                .any(|mission| person.person.missions.contains(mission));
        if !shares && known {
            let missions: Vec<String> = channel
                .missions
                .iter()
                .map(|mission| self.pen.mission(mission.as_str()))
                .collect();
            self.say(format!("one of the missions {}", missions.join(", ")));
        } else if !shares {
            self.say("one of the channel's missions");
        }
        let named_only = channel.recipients.is_some() || !place.label.by_recipients().is_empty();
        if named_only && !here.recipient {
            self.say("be named among the channel's recipients");
        }
        if membership && !here.member {
            let name = self.pen.channel(place.id);
            self.say(format!("be a member of {name}"));
        }
        if person.person.roles.contains(&countersign_directory::Role::Guest) {
            if !crate::resolve::is_sponsored(person.person, self.snapshot) {
                self.say("an active sponsor for the guest");
            }
            if !channel.externals_allowed {
                self.say("a channel that takes externals");
            }
        }
    }

    fn device(&mut self) {
        let case = self.case;
        match &case.stake {
            Some(stake) => {
                let level = self.level(stake);
                self.say(format!("a device accredited for {level} or above"));
            }
            None => self.say("a managed device"),
        }
    }

    fn assurance(&mut self) {
        let needed = self.case.step_up(self.snapshot);
        let fresh = match needed.max_age {
            Some(seconds) => format!(", at most {} minutes ago", seconds / 60),
            None => String::new(),
        };
        let known = match &self.case.stake {
            Some(stake) => self.sees(stake),
            None => true,
        };
        if known {
            self.say(format!("sign in at AAL{}{fresh}", needed.aal));
        } else {
            self.say(format!("sign in more strongly{fresh}"));
        }
    }
}
