// SPDX-License-Identifier: Apache-2.0
//! What a file would change: compared entry by entry with the store.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use sqlx::AnyConnection;

use super::{Counts, MOST, Wider};
use crate::amend::{After, difference, widening};
use crate::store::shelf::{ids, known};
use crate::store::{
    Agencies, Agreements, Channels, Devices, Files, Messages, Missions, Nodes, People, Servers, Shelf,
    StoreError, changes, channels, people, person_sources, settings, tombstones,
};
use crate::world::{Reference, references};
use crate::{
    Change, ChangeKind, Channel, ChannelId, Device, DeviceId, Entity, Fault, Noun, Person, PersonId,
    Revision, Status, World,
};

/// Above this many changes the feed says `world` once: whoever tails it loads the world again,
/// which is then cheaper than entry by entry.
const RELOAD_ABOVE: usize = 10_000;
/// How many of those that go are looked at together.
const REMOVALS_AT_ONCE: usize = 10_000;

/// What is to be done.
pub(super) struct Plan {
    pub(super) counts: Vec<(&'static str, Counts)>,
    pub(super) faults: Vec<Fault>,
    /// What may let somebody do more than before, at most [`MOST`], and how many such things there are.
    pub(super) wider: Vec<Wider>,
    pub(super) wider_in_all: usize,
    now: DateTime<Utc>,
    was_empty: bool,
    changed: BTreeSet<(Noun, String)>,
    removed: Vec<(Noun, String)>,
    told: Vec<Change>,
    settings: bool,
}

impl Plan {
    /// Compares `world` with the store. Channels and devices keep what is not for a file to say: the
    /// server that registered them, and their drift; the key that was proven, and the loss.
    pub(super) async fn of(
        world: &mut World,
        replace: bool,
        now: DateTime<Utc>,
        db: &mut AnyConnection,
    ) -> Result<Self, StoreError> {
        let mut plan = Self {
            counts: Vec::new(),
            faults: Vec::new(),
            wider: Vec::new(),
            wider_in_all: 0,
            now,
            // Before there are people, there is nobody to ask.
            was_empty: people::is_empty(db).await?,
            changed: BTreeSet::new(),
            removed: Vec::new(),
            told: Vec::new(),
            settings: false,
        };
        plan.shelf::<Agencies>("agencies", &world.agencies, replace, db)
            .await?;
        plan.shelf::<Missions>("missions", &world.missions, replace, db)
            .await?;
        plan.shelf::<Agreements>("agreements", &world.agreements, replace, db)
            .await?;
        let people = plan.shelf::<People>("users", &world.people, replace, db).await?;
        for (id, person) in &world.people {
            plan.person(id, person, people.get(id));
        }
        let ids: Vec<&str> = world.devices.keys().map(DeviceId::as_str).collect();
        let devices = Devices::among(&ids, db).await?;
        keep_what_devices_proved(&mut world.devices, &devices);
        plan.compare::<Devices>("devices", &world.devices, &devices, replace, db)
            .await?;
        let ids: Vec<&str> = world.channels.keys().map(ChannelId::as_str).collect();
        let channels = Channels::among(&ids, db).await?;
        keep_what_is_not_spoken_of(&mut world.channels, &channels);
        plan.compare::<Channels>("channels", &world.channels, &channels, replace, db)
            .await?;
        for (id, channel) in &world.channels {
            plan.channel(id, channel, channels.get(id));
        }
        plan.shelf::<Messages>("messages", &world.messages, replace, db)
            .await?;
        plan.shelf::<Files>("files", &world.files, replace, db).await?;
        plan.shelf::<Nodes>("nodes", &world.nodes, replace, db).await?;
        plan.settings(world, db).await?;
        plan.dangling(world, replace, db).await?;
        Ok(plan)
    }

    /// The first of what changes and of what goes, by map and identifier.
    pub(super) fn named(&self, most: usize) -> (Vec<String>, Vec<String>) {
        let name = |noun: Noun, id: &str| format!("{noun}:{id}");
        let changed = self.changed.iter().map(|(noun, id)| name(*noun, id));
        let settings = self.settings.then(|| Noun::Settings.to_string()).into_iter();
        let removed = self.removed.iter().map(|(noun, id)| name(*noun, id));
        (
            settings.chain(changed).take(most).collect(),
            removed.take(most).collect(),
        )
    }

    /// Writes what differs, and records it.
    pub(super) async fn carry_out(
        self,
        world: &World,
        now: DateTime<Utc>,
        db: &mut AnyConnection,
    ) -> Result<Revision, StoreError> {
        let Self {
            changed,
            removed,
            mut told,
            ..
        } = self;
        macro_rules! write {
            ($($shelf:ident: $field:ident;)+) => {$(
                write::<$shelf>(&world.$field, &changed, &removed, now, db).await?;
            )+};
        }
        let people = changed
            .iter()
            .chain(&removed)
            .filter(|(noun, _)| *noun == Noun::Person);
        let people: Vec<&str> = people.map(|(_, id)| id.as_str()).collect();
        person_sources::forget_all(&people, db).await?;
        write! {
            Agencies: agencies;
            Missions: missions;
            Agreements: agreements;
            People: people;
            Devices: devices;
            Channels: channels;
            Messages: messages;
            Files: files;
            Nodes: nodes;
        }
        if let (true, Some(new)) = (self.settings, &world.settings) {
            settings::put(new, db).await?;
            told.push(Change::put(Noun::Settings, "settings"));
        }
        let spoken: BTreeSet<(Noun, String)> = told
            .iter()
            .map(|change| (change.noun, change.id.clone()))
            .collect();
        if changed.len() + removed.len() > RELOAD_ABOVE {
            told.push(Change::put(Noun::World, "*"));
        } else {
            told.extend(
                changed
                    .difference(&spoken)
                    .map(|(noun, id)| Change::put(*noun, id.as_str())),
            );
            told.extend(
                removed
                    .iter()
                    .map(|(noun, id)| Change::removed(*noun, id.as_str())),
            );
        }
        changes::record(&told, now, db).await
    }

    async fn shelf<S: Shelf>(
        &mut self,
        map: &'static str,
        entries: &BTreeMap<S::Id, S::Thing>,
        replace: bool,
        db: &mut AnyConnection,
    ) -> Result<BTreeMap<S::Id, S::Thing>, StoreError> {
        let ids: Vec<&str> = entries.keys().map(AsRef::as_ref).collect();
        let stored = S::among(&ids, db).await?;
        self.compare::<S>(map, entries, &stored, replace, db).await?;
        Ok(stored)
    }

    async fn compare<S: Shelf>(
        &mut self,
        map: &'static str,
        entries: &BTreeMap<S::Id, S::Thing>,
        stored: &BTreeMap<S::Id, S::Thing>,
        replace: bool,
        db: &mut AnyConnection,
    ) -> Result<(), StoreError> {
        let mut counts = Counts::default();
        let mut created = Vec::new();
        for (id, entry) in entries {
            let held = stored.get(id);
            match held {
                None => {
                    counts.created += 1;
                    created.push(id.as_ref());
                }
                Some(held) if held == entry => {
                    counts.unchanged += 1;
                    continue;
                }
                Some(_) => counts.updated += 1,
            }
            self.changed.insert((S::NOUN, id.as_ref().to_owned()));
            if !self.was_empty {
                let after = After::Is(Box::new(S::entity(entry.clone())));
                self.weigh(map, id.as_ref(), held.cloned().map(S::entity), &after);
            }
        }
        for gone in tombstones::among(S::NOUN, &created, db).await? {
            let message = "it was removed, and identifiers are never given again".to_owned();
            self.faults.push(Fault {
                path: format!("{map}.{gone}"),
                message,
            });
        }
        if replace {
            let kept = if S::NOUN == Noun::Channel {
                channels::of_servers(db).await?
            } else {
                BTreeSet::new()
            };
            let gone: Vec<S::Id> = ids::<S>(db)
                .await?
                .into_iter()
                .filter(|id| !entries.contains_key(id) && !kept.contains(id.as_ref()))
                .collect();
            counts.removed = gone.len();
            self.weigh_removals::<S>(map, &gone, db).await?;
            self.removed
                .extend(gone.iter().map(|id| (S::NOUN, id.as_ref().to_owned())));
        }
        self.counts.push((map, counts));
        Ok(())
    }

    async fn weigh_removals<S: Shelf>(
        &mut self,
        map: &'static str,
        gone: &[S::Id],
        db: &mut AnyConnection,
    ) -> Result<(), StoreError> {
        if self.was_empty {
            return Ok(());
        }
        for batch in gone.chunks(REMOVALS_AT_ONCE) {
            let names: Vec<&str> = batch.iter().map(AsRef::as_ref).collect();
            for (id, held) in S::among(&names, db).await? {
                self.weigh(map, id.as_ref(), Some(S::entity(held)), &After::Gone);
            }
        }
        Ok(())
    }

    /// Notes what may let somebody do more than before. Of a file that changes very much, the first things are
    /// kept and the rest are counted: nobody may approve that many.
    fn weigh(&mut self, map: &'static str, id: &str, old: Option<Entity>, after: &After) {
        let widens = widening(old.as_ref(), after, self.now);
        if widens.is_empty() {
            return;
        }
        self.wider_in_all += 1;
        if self.wider.len() < MOST {
            self.wider.push(Wider {
                map: map.to_owned(),
                id: id.to_owned(),
                parts: difference(old.as_ref(), after, &widens),
                widens: widens.into_iter().map(str::to_owned).collect(),
            });
        }
    }

    fn person(&mut self, id: &PersonId, new: &Person, old: Option<&Person>) {
        let kind = match (old.map(|old| old.status), new.status) {
            (Some(Status::Active), Status::Disabled) => ChangeKind::Ended,
            (Some(Status::Disabled), Status::Active) => ChangeKind::Active,
            _ => return,
        };
        self.told.push(Change::new(Noun::Person, id.as_str(), kind));
    }

    fn channel(&mut self, id: &ChannelId, new: &Channel, old: Option<&Channel>) {
        if old.is_some_and(|old| old.label != new.label) {
            self.told
                .push(Change::new(Noun::Channel, id.as_str(), ChangeKind::Label));
        }
    }

    async fn settings(&mut self, world: &World, db: &mut AnyConnection) -> Result<(), StoreError> {
        let Some(new) = &world.settings else { return Ok(()) };
        let old = settings::load(db).await?;
        let mut counts = Counts::default();
        match &old {
            None => counts.created = 1,
            Some(old) if old == new => counts.unchanged = 1,
            Some(_) => counts.updated = 1,
        }
        self.settings = counts.unchanged == 0;
        if self.settings && !self.was_empty {
            let after = After::Is(Box::new(Entity::Settings(new.clone())));
            self.weigh("settings", "settings", old.map(Entity::Settings), &after);
        }
        self.counts.push(("settings", counts));
        Ok(())
    }

    /// Faults every reference to what is neither in the file nor, unless it replaces all, on file.
    async fn dangling(
        &mut self,
        world: &World,
        replace: bool,
        db: &mut AnyConnection,
    ) -> Result<(), StoreError> {
        let missing: Vec<_> = references(world)
            .filter(|reference| !reference.found_in(world))
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        let mut on_file: BTreeSet<(Noun, String)> = BTreeSet::new();
        macro_rules! look_up {
            ($($shelf:ident)+) => {$(
                let wanted: BTreeSet<&str> =
                    missing.iter().filter(|reference| reference.noun == $shelf::NOUN).map(|found| found.id).collect();
                let wanted: Vec<&str> = wanted.into_iter().collect();
                on_file.extend(known::<$shelf>(&wanted, db).await?.into_iter().map(|id| ($shelf::NOUN, id)));
            )+};
        }
        look_up! { Agencies Channels Missions People Servers }
        if replace {
            for removed in &self.removed {
                on_file.remove(removed);
            }
        }
        let dangles = missing
            .iter()
            .filter(|found| !on_file.contains(&(found.noun, found.id.to_owned())));
        self.faults.extend(dangles.map(Reference::fault));
        Ok(())
    }
}

fn keep_what_is_not_spoken_of(new: &mut BTreeMap<ChannelId, Channel>, old: &BTreeMap<ChannelId, Channel>) {
    for (id, channel) in new {
        if let Some(held) = old.get(id) {
            channel.server = channel.server.take().or_else(|| held.server.clone());
            channel.name = channel.name.take().or_else(|| held.name.clone());
            channel.label_drift |= held.label_drift;
        }
    }
}

/// No file says by what a device on file proves itself, nor that a lost one may be used again.
fn keep_what_devices_proved(new: &mut BTreeMap<DeviceId, Device>, old: &BTreeMap<DeviceId, Device>) {
    for (id, device) in new {
        if let Some(held) = old.get(id) {
            device.key = held.key;
            device.owner.clone_from(&held.owner);
            if held.lost {
                *device = held.clone();
            }
        }
    }
}

async fn write<S: Shelf>(
    entries: &BTreeMap<S::Id, S::Thing>,
    changed: &BTreeSet<(Noun, String)>,
    removed: &[(Noun, String)],
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    let differs = |id: &S::Id| changed.contains(&(S::NOUN, id.as_ref().to_owned()));
    let differing: Vec<_> = entries.iter().filter(|(id, _)| differs(id)).collect();
    S::put(&differing, db).await?;
    let gone: Vec<&str> = removed
        .iter()
        .filter(|(noun, _)| *noun == S::NOUN)
        .map(|(_, id)| id.as_str())
        .collect();
    S::remove(&gone, db).await?;
    tombstones::put(S::NOUN, &gone, now, db).await
}
