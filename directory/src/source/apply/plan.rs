// SPDX-License-Identifier: Apache-2.0
//! What becomes of one person when a source speaks of her: acts within its cap, and what was refused.
//! Nothing is read and nothing is written here.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::clearances;
use super::refused::{Barrier, Refused};
use crate::amend::{After, AmendError, Amendment, NewPerson, PersonPatch};
use crate::source::mapping::Target;
use crate::source::{Cap, Create, Source, Sourced, SourcedClearance};
use crate::store::person_sources::Given;
use crate::{AgencyId, Country, Entity, MissionId, Person, PersonId, Role, Set, Status};

/// What there is besides the person.
pub(super) struct Around<'a> {
    pub(super) source: &'a Source,
    /// Of the cap's agencies and missions, those that exist.
    pub(super) agencies: &'a BTreeSet<AgencyId>,
    pub(super) missions: &'a BTreeSet<MissionId>,
    /// Who has which mail address, in small letters.
    pub(super) addresses: &'a BTreeMap<String, BTreeSet<PersonId>>,
    /// A second person has approved that somebody new is created.
    pub(super) is_approved: bool,
    pub(super) now: DateTime<Utc>,
}

/// What is to be done about one person.
#[derive(Debug)]
pub(super) struct Plan {
    /// In order.
    pub(super) acts: Vec<Amendment>,
    /// She is no longer active.
    pub(super) disables: bool,
    /// She as she then is; none, when nothing changes.
    pub(super) after: Option<Person>,
    /// What the source has then given her.
    pub(super) given: Given,
    /// What it may not give.
    pub(super) refused: Vec<Refused>,
}

impl Plan {
    /// Nothing is done, and this is why.
    pub(super) fn nothing(given: Given, why: Refused) -> Self {
        Self {
            acts: Vec::new(),
            disables: false,
            after: None,
            given,
            refused: Vec::from([why]),
        }
    }
}

/// Plans what becomes of `id`.
pub(super) fn plan(
    id: &PersonId,
    old: Option<&Person>,
    given: Given,
    said: &Sourced,
    around: &Around<'_>,
) -> Result<Plan, AmendError> {
    let given_before = given.clone();
    let nothing = Cap::default();
    let mut planner = Planner {
        id,
        around,
        cap: &around.source.cap,
        given,
        refused: Vec::new(),
    };
    let (mut acts, mut disables) = (Vec::new(), false);
    let mut said = said.clone();
    match old {
        None => match planner.born(&said) {
            None => {
                return Ok(Plan {
                    acts,
                    disables,
                    after: None,
                    given: given_before,
                    refused: planner.refused,
                });
            }
            Some(person) => acts.push(Amendment::PersonCreate {
                id: id.clone(),
                person,
            }),
        },
        Some(old) => {
            // Whose agency is not its own gets nothing from it, and loses what it gave.
            if let Some(agency) = &old.agency
                && !planner.cap.agencies.contains(agency)
            {
                planner.refuse(Target::Agency, Barrier::Agencies, agency);
                planner.cap = &nothing;
            }
            said = planner.with_what_it_gives_no_more(old, said);
            let patch = planner.patch(old, &said);
            if patch != PersonPatch::default() {
                acts.push(Amendment::PersonPatch {
                    id: id.clone(),
                    patch,
                });
            }
            match (said.is_active, old.status) {
                (Some(false), Status::Active) if planner.may_disable() => disables = true,
                (Some(true), Status::Disabled) if planner.may_enable() => {
                    acts.push(Amendment::PersonEnable { id: id.clone() });
                }
                (Some(false), Status::Active) => {
                    planner.refuse(Target::IsActive, Barrier::Others, "false");
                }
                _ => {}
            }
        }
    }
    if let Some(wanted) = planner.clearances(&said) {
        let held = old.map(|old| old.clearances.as_slice()).unwrap_or_default();
        let vouched = clearances::Vouched {
            cap: planner.cap,
            now: around.now,
            given: &mut planner.given.parts.clearances,
            refused: &mut planner.refused,
        };
        acts.extend(vouched.acts(id, held, wanted));
    }
    let mut after = old.cloned();
    for act in &acts {
        let is = after.take().map(Entity::Person);
        if let After::Is(entity) = act.on(is.as_ref(), around.now)?
            && let Entity::Person(person) = *entity
        {
            after = Some(person);
        }
    }
    if disables {
        planner
            .given
            .parts
            .attributes
            .insert(Target::IsActive, around.now);
        after = after.map(|person| Person {
            status: Status::Disabled,
            ..person
        });
    }
    Ok(Plan {
        after: after.filter(|after| Some(after) != old),
        acts,
        disables,
        given: planner.given,
        refused: planner.refused,
    })
}

struct Planner<'a> {
    id: &'a PersonId,
    around: &'a Around<'a>,
    /// The source's cap, or an empty one for somebody whom it may not change.
    cap: &'a Cap,
    given: Given,
    refused: Vec<Refused>,
}

impl Planner<'_> {
    fn refuse(&mut self, part: Target, barrier: Barrier, value: impl ToString) {
        self.refused.push(Refused::new(part, barrier, &value.to_string()));
    }

    /// Somebody new, unless the source may not bring her in.
    fn born(&mut self, said: &Sourced) -> Option<NewPerson> {
        let source = self.around.source;
        let may_create = match source.linking.create {
            Create::No => false,
            Create::WithApproval => self.around.is_approved,
            Create::Yes => true,
        };
        if !may_create {
            self.refuse(Target::Username, Barrier::Create, self.id);
            return None;
        }
        if said.is_active == Some(false) {
            self.refuse(Target::IsActive, Barrier::Inactive, "false");
            return None;
        }
        let is_trusted = source.trust.attributes;
        let agency = said.agency.as_ref().filter(|_| is_trusted);
        if let Some(agency) = agency
            && !self.may_place(agency)
        {
            return None;
        }
        self.given.owns = true;
        let mut person = NewPerson {
            kind: source.linking.kind,
            nationalities: Set::default(),
            agency: agency.cloned(),
            roles: Set::default(),
            missions: Set::default(),
            briefings: Set::default(),
            sponsor: None,
            contract: None,
            display_name: said.display_name.clone(),
            email: None,
        };
        if is_trusted {
            let none = Set::default();
            let nationalities = said.nationalities.as_ref();
            person.nationalities = nationalities
                .and_then(|new| self.nationalities(&none, new))
                .unwrap_or_default();
            let roles = said.roles.as_ref();
            person.roles = roles
                .and_then(|new| self.roles(&Set::default(), new))
                .unwrap_or_default();
            let missions = said.missions.as_ref();
            person.missions = missions
                .map(|new| self.missions(&Set::default(), new))
                .unwrap_or_default();
            let briefings = said.briefings.as_ref();
            person.briefings = briefings.map(|new| self.briefings(new)).unwrap_or_default();
            person.email = said.email.as_ref().and_then(|address| self.address(address));
        }
        for (target, is_given) in [
            (Target::Agency, person.agency.is_some()),
            (Target::Briefings, !person.briefings.is_empty()),
            (Target::DisplayName, person.display_name.is_some()),
            (Target::Email, person.email.is_some()),
            (Target::Missions, !person.missions.is_empty()),
            (Target::Nationalities, !person.nationalities.is_empty()),
            (Target::Roles, !person.roles.is_empty()),
        ] {
            if is_given {
                self.given.parts.attributes.insert(target, self.around.now);
            }
        }
        Some(person)
    }

    /// What it says, and of what its mapping has no rule any more that there is none: what it once gave by such
    /// a rule opens doors, and nothing would take it back.
    fn with_what_it_gives_no_more(&self, old: &Person, mut said: Sourced) -> Sourced {
        let parts = &self.given.parts;
        let mapping = &self.around.source.mapping;
        let ceased = |target: Target| parts.attributes.contains_key(&target) && !mapping.speaks_of(target);
        if said.missions.is_none() && ceased(Target::Missions) {
            said.missions = Some(Set::default());
        }
        if said.briefings.is_none() && ceased(Target::Briefings) {
            said.briefings = Some(Set::default());
        }
        if said.roles.is_none() && ceased(Target::Roles) {
            // An office that forbids is no door.
            said.roles = Some(old.roles.iter().filter(|role| forbids(**role)).copied().collect());
        }
        if said.clearances.is_none() && !parts.clearances.is_empty() && !mapping.speaks_of(Target::Clearances)
        {
            said.clearances = Some(Vec::new());
        }
        said
    }

    /// What changes about somebody on file.
    fn patch(&mut self, old: &Person, said: &Sourced) -> PersonPatch {
        let mut patch = PersonPatch::default();
        if !self.around.source.trust.attributes {
            return patch;
        }
        let may_change = old
            .agency
            .as_ref()
            .is_none_or(|agency| self.around.source.cap.agencies.contains(agency));
        if may_change {
            self.named(old, said, &mut patch);
        }
        if let Some(new) = &said.nationalities
            && *new != old.nationalities
            && self.may_state(Target::Nationalities, old.nationalities.is_empty(), new.iter())
        {
            patch.nationalities = self
                .nationalities(&old.nationalities, new)
                .filter(|new| *new != old.nationalities);
        }
        if let Some(new) = &said.roles
            && *new != old.roles
            && self.may_state(
                Target::Roles,
                old.roles.is_empty(),
                new.iter().map(|role| role_word(*role)),
            )
        {
            patch.roles = self.roles(&old.roles, new).filter(|new| *new != old.roles);
        }
        if let Some(new) = &said.missions
            && *new != old.missions
            && self.may_state(Target::Missions, old.missions.is_empty(), new.iter())
        {
            patch.missions = Some(self.missions(&old.missions, new)).filter(|new| *new != old.missions);
        }
        if let Some(new) = &said.briefings
            && *new != old.briefings
            && self.may_state(Target::Briefings, old.briefings.is_empty(), new.iter())
        {
            patch.briefings = Some(self.briefings(new)).filter(|new| *new != old.briefings);
        }
        for (target, is_changed) in [
            (Target::Agency, patch.agency.is_some()),
            (Target::Briefings, patch.briefings.is_some()),
            (Target::DisplayName, patch.display_name.is_some()),
            (Target::Email, patch.email.is_some()),
            (Target::Missions, patch.missions.is_some()),
            (Target::Nationalities, patch.nationalities.is_some()),
            (Target::Roles, patch.roles.is_some()),
        ] {
            if is_changed {
                self.given.parts.attributes.insert(target, self.around.now);
            }
        }
        patch
    }

    /// Name, mail address and agency.
    fn named(&mut self, old: &Person, said: &Sourced, patch: &mut PersonPatch) {
        if let Some(new) = &said.display_name
            && old.display_name.as_ref() != Some(new)
            && self.may_state(Target::DisplayName, old.display_name.is_none(), [new])
        {
            patch.display_name = Some(Some(new.clone()));
        }
        if let Some(new) = &said.email
            && old.email.as_ref().map(|old| old.to_lowercase()) != Some(new.to_lowercase())
            && self.may_state(Target::Email, old.email.is_none(), [new])
        {
            patch.email = self.address(new).map(Some);
        }
        if let Some(new) = &said.agency
            && old.agency.as_ref() != Some(new)
            && self.may_state(Target::Agency, old.agency.is_none(), [new])
            && self.may_place(new)
        {
            patch.agency = Some(Some(new.clone()));
        }
        // What it states no more goes, if it came from there.
        let gone = |target: Target, is_there: bool| {
            is_there
                && said.withdrawn.contains(&target)
                && (self.given.parts.attributes.contains_key(&target) || self.around.source.linking.adopt)
        };
        if gone(Target::DisplayName, old.display_name.is_some()) {
            patch.display_name = Some(None);
        }
        if gone(Target::Email, old.email.is_some()) {
            patch.email = Some(None);
        }
        if gone(Target::Agency, old.agency.is_some()) {
            patch.agency = Some(None);
        }
    }

    /// Whether a part is its to state: it gave it, nobody has said anything, or it is to take over.
    fn may_state<T: ToString>(
        &mut self,
        target: Target,
        is_empty: bool,
        values: impl IntoIterator<Item = T>,
    ) -> bool {
        let is_its_own = self.given.parts.attributes.contains_key(&target);
        let may = is_its_own || is_empty || self.around.source.linking.adopt;
        if !may {
            let values: Vec<String> = values.into_iter().map(|value| value.to_string()).collect();
            self.refuse(target, Barrier::Others, values.join(" "));
        }
        may
    }

    fn may_disable(&self) -> bool {
        let is_its_own = self.given.owns || self.given.parts.attributes.contains_key(&Target::IsActive);
        self.around.source.trust.attributes && (is_its_own || self.around.source.linking.adopt)
    }

    /// Whom it disabled itself it may let back in; whom an officer disabled, never.
    fn may_enable(&mut self) -> bool {
        let by_itself = self.given.parts.attributes.contains_key(&Target::IsActive);
        if !by_itself {
            self.refuse(Target::IsActive, Barrier::Officers, "true");
        } else if *self.cap == Cap::default() && self.around.source.cap != Cap::default() {
            // Her agency is not its own.
            return false;
        }
        by_itself && self.around.source.trust.attributes
    }

    fn may_place(&mut self, agency: &AgencyId) -> bool {
        if !self.cap.agencies.contains(agency) {
            self.refuse(Target::Agency, Barrier::Agencies, agency);
        } else if self.around.agencies.contains(agency) {
            return true;
        } else {
            self.refuse(Target::Agency, Barrier::Unknown, agency);
        }
        false
    }

    /// The address, if it is the source's to give and nobody else's.
    fn address(&mut self, address: &str) -> Option<String> {
        let address = address.to_lowercase();
        if !self.around.source.trust.answers_for(&address) {
            self.refuse(Target::Email, Barrier::Domains, &address);
            return None;
        }
        let others = self.around.addresses.get(&address);
        if others.is_some_and(|people| people.iter().any(|other| other != self.id)) {
            self.refuse(Target::Email, Barrier::Taken, &address);
            return None;
        }
        Some(address)
    }

    /// All or nothing: with one nationality less, she may be let in where nationals alone are.
    fn nationalities(&mut self, old: &Set<Country>, new: &Set<Country>) -> Option<Set<Country>> {
        let differing = old.iter().filter(|one| !new.contains(*one));
        let differing = differing.chain(new.iter().filter(|one| !old.contains(*one)));
        let beyond: Vec<Country> = differing
            .filter(|one| !self.cap.nationalities.contains(*one))
            .copied()
            .collect();
        for country in &beyond {
            self.refuse(Target::Nationalities, Barrier::Nationalities, country);
        }
        beyond.is_empty().then(|| new.clone())
    }

    fn roles(&mut self, old: &Set<Role>, new: &Set<Role>) -> Option<Set<Role>> {
        let may = |role: &Role, cap: &Cap| *role != Role::SecurityOfficer && cap.roles.contains(role);
        let refused: Vec<Role> = new
            .iter()
            .filter(|role| !old.contains(*role) && !may(role, self.cap))
            .copied()
            .collect();
        for role in &refused {
            let barrier = if *role == Role::SecurityOfficer {
                Barrier::Officers
            } else {
                Barrier::Roles
            };
            self.refuse(Target::Roles, barrier, role_word(*role));
        }
        // Without an office that forbids she may more: then better none of it.
        if refused.iter().any(|role| forbids(*role)) {
            return None;
        }
        let mut roles: Vec<Role> = new.iter().filter(|role| may(role, self.cap)).copied().collect();
        for held in old {
            let stays = match held {
                Role::SecurityOfficer => true,
                held => forbids(*held) && !may(held, self.cap),
            };
            if stays {
                roles.push(*held);
            }
        }
        Some(roles.into_iter().collect())
    }

    fn missions(&mut self, old: &Set<MissionId>, new: &Set<MissionId>) -> Set<MissionId> {
        let mut missions = Vec::new();
        for mission in new {
            if mission.is_every() || !self.cap.missions.contains(mission) {
                self.refuse(Target::Missions, Barrier::Missions, mission);
            } else if old.contains(mission) || self.around.missions.contains(mission) {
                missions.push(mission.clone());
            } else {
                self.refuse(Target::Missions, Barrier::Unknown, mission);
            }
        }
        missions.into_iter().collect()
    }

    fn briefings(&mut self, new: &Set<String>) -> Set<String> {
        let (within, beyond): (Vec<&String>, Vec<&String>) = new
            .iter()
            .partition(|briefing| self.cap.briefings.contains(*briefing));
        for briefing in beyond {
            self.refuse(Target::Briefings, Barrier::Briefings, briefing);
        }
        within.into_iter().cloned().collect()
    }

    /// What it says of her clearances. One whose attributes are not taken any more says that there are none.
    fn clearances<'s>(&self, said: &'s Sourced) -> Option<&'s [SourcedClearance]> {
        if self.around.source.trust.attributes {
            said.clearances.as_deref()
        } else {
            Some(&[])
        }
    }
}

/// Whether an office makes its holder one who may less.
fn forbids(role: Role) -> bool {
    match role {
        Role::Archiver | Role::External | Role::Guest | Role::Sysadmin => true,
        Role::Auditor | Role::Bot | Role::Member | Role::Owner | Role::SecurityOfficer => false,
    }
}

fn role_word(role: Role) -> String {
    match serde_json::to_value(role) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}
