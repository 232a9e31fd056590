// SPDX-License-Identifier: Apache-2.0
//! The world in memory at one revision. Persistent: the next revision shares all that did not
//! change, so a change costs its own size and readers never wait.

mod candidates;
mod items;
mod seen;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arc_swap::ArcSwap;
use chrono::{DateTime, Utc};
use countersign_directory as directory;
use countersign_directory::change::parse_member_id;
use countersign_directory::{
    Agency, AgencyId, Agreement, AgreementId, Channel, ChannelId, ConnectedServer, Coverage, Device,
    DeviceId, Entity, Item, Mission, MissionId, Node, NodeId, Noun, Person, PersonId, PersonKind, Revision,
    ServerId, ServerIds, Set, Settings, World,
};
use countersign_labels::{self as labels, Calendar, Label, RawLabel, Schemes};
use imbl::{HashMap, OrdMap, OrdSet};

use crate::remember::Memory;
use items::Items;

pub use candidates::Found;

/// An agreement as it is on file, and as the labels room understands it.
#[derive(Debug, Clone)]
struct Signed {
    on_file: Agreement,
    understood: Option<labels::Agreement>,
}

/// The world at one revision.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    revision: Revision,
    /// The revision at which it was read whole.
    loaded: Revision,
    /// The last revision that each connected server could notice, where that is a later one.
    seen: OrdMap<ServerId, Revision>,
    agencies: OrdMap<AgencyId, Arc<Agency>>,
    agreements: OrdMap<AgreementId, Arc<Signed>>,
    channels: OrdMap<ChannelId, Arc<Channel>>,
    devices: HashMap<DeviceId, Arc<Device>>,
    files: Items,
    memberships: HashMap<PersonId, Set<ChannelId>>,
    messages: Items,
    missions: OrdMap<MissionId, Arc<Mission>>,
    nodes: OrdMap<NodeId, Arc<Node>>,
    people: OrdMap<PersonId, Arc<Person>>,
    /// Who has which mail address, without regard to case.
    addresses: HashMap<String, Set<PersonId>>,
    servers: OrdMap<ServerId, Arc<ConnectedServer>>,
    /// The people who are services.
    services: OrdSet<PersonId>,
    server_ids: OrdMap<ServerId, Arc<ServerIds>>,
    settings: Arc<Settings>,
    /// Who belongs to which community when.
    calendar: Arc<Calendar>,
    unreadable: OrdSet<(Noun, String)>,
    /// The labels in use, each understood once for all that bear it, as they read after the calendar's last turn.
    labels: HashMap<RawLabel, Arc<Label>>,
    /// The nations of the nodes' communities, likewise.
    nations: HashMap<Set<String>, Arc<BTreeSet<String>>>,
    /// What was answered about this very world.
    memory: Arc<Memory>,
}

/// One entity after a change: what it is now, or that it is gone.
#[derive(Debug, Clone)]
pub struct Changed {
    /// What kind of thing.
    pub noun: Noun,
    /// Which one, as the change feed names it.
    pub id: String,
    /// What it is now.
    pub entity: Option<Entity>,
}

macro_rules! lookups {
    ($($(#[$doc:meta])* $name:ident: $map:ident -> $entity:ty;)+) => {$(
        $(#[$doc])*
        pub fn $name(&self, id: &str) -> Option<&Arc<$entity>> {
            self.$map.get(id)
        }
    )+};
}

impl Snapshot {
    /// The snapshot of a whole world.
    pub fn new(world: World, revision: Revision) -> Self {
        let settings = world.settings();
        let mut snapshot = Self {
            revision,
            loaded: revision,
            calendar: calendar(&settings),
            settings: Arc::new(settings),
            agencies: arcs(world.agencies),
            devices: world
                .devices
                .into_iter()
                .map(|(id, device)| (id, Arc::new(device)))
                .collect(),
            missions: arcs(world.missions),
            services: services(&world.people),
            addresses: addresses(&world.people),
            people: arcs(world.people),
            servers: arcs(world.servers),
            server_ids: arcs(world.server_ids),
            ..Self::default()
        };
        for (id, agreement) in world.agreements {
            snapshot.put_agreement(id, &agreement);
        }
        for (id, channel) in world.channels {
            snapshot.put_channel(id, channel);
        }
        for (id, item) in world.files {
            snapshot.learn_of(&item);
            snapshot.files.insert(id, Arc::new(item));
        }
        for (id, item) in world.messages {
            snapshot.learn_of(&item);
            snapshot.messages.insert(id, Arc::new(item));
        }
        for (id, node) in world.nodes {
            snapshot.put_node(id, node);
        }
        snapshot
    }

    /// The revision of the world that it shows.
    pub fn revision(&self) -> Revision {
        self.revision
    }

    /// The next snapshot, after changes. Nouns that are no part of the world are passed over.
    #[must_use]
    pub fn after(&self, changes: impl IntoIterator<Item = Changed>, revision: Revision) -> Self {
        let mut next = self.clone();
        next.revision = revision;
        next.memory = Arc::default();
        let mut touched = Vec::new();
        for change in changes {
            touched.push((change.noun, change.id.clone()));
            next.apply(change);
        }
        next.show(self, &touched);
        next
    }

    lookups! {
        /// An agency.
        agency: agencies -> Agency;
        /// A channel.
        channel: channels -> Channel;
        /// A device.
        device: devices -> Device;
        /// A registered file.
        file: files -> Item;
        /// A registered message.
        message: messages -> Item;
        /// A mission.
        mission: missions -> Mission;
        /// A node.
        node: nodes -> Node;
        /// A person.
        person: people -> Person;
        /// A connected server.
        server: servers -> ConnectedServer;
        /// The identifier table of a connected server.
        server_ids: server_ids -> ServerIds;
    }

    /// The settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The label of what bears none: rank 0 of the deployment's default scheme; of NATO where that has none.
    pub fn unmarked(&self, schemes: &Schemes) -> Option<RawLabel> {
        let lowest = |id: &str| {
            let level = schemes.scheme(id)?.level_down(0)?;
            Some(RawLabel::new(id, &level.id))
        };
        let chosen = self.settings.default_scheme.as_deref();
        chosen.and_then(lowest).or_else(|| lowest("NATO"))
    }

    /// The agreements between schemes.
    pub fn agreements(&self) -> impl Iterator<Item = &labels::Agreement> {
        self.agreements
            .values()
            .filter_map(|signed| signed.understood.as_ref())
    }

    /// Whether there is an agreement between two schemes that nobody can understand. Nothing may
    /// rest on it, nor on its absence.
    pub fn is_unclear_between(&self, from: &str, to: &str) -> bool {
        let unclear = |signed: &Arc<Signed>| {
            signed.understood.is_none() && signed.on_file.from == from && signed.on_file.to == to
        };
        self.unreadable.iter().any(|(noun, _)| *noun == Noun::Agreement)
            || self.agreements.values().any(unclear)
    }

    /// What was answered about this world before.
    pub(crate) fn memory(&self) -> &Memory {
        &self.memory
    }

    /// The schemes as they read at `now`.
    pub fn schemes(&self, now: DateTime<Utc>) -> &Schemes {
        self.calendar.at(now)
    }

    /// When audiences next change with who belongs to a community.
    pub(crate) fn turn_after(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.calendar.turn_after(now)
    }

    /// A label that something in this world bears, if it is kept as `schemes` understand it.
    pub(crate) fn label(&self, raw: &RawLabel, schemes: &Schemes) -> Option<&Arc<Label>> {
        self.keeps(schemes).then(|| self.labels.get(raw)).flatten()
    }

    /// The nations that a node's communities stand for, if they are kept as `schemes` understand them.
    pub(crate) fn nations(&self, communities: &Set<String>, schemes: &Schemes) -> Option<&BTreeSet<String>> {
        let kept = self.keeps(schemes).then(|| self.nations.get(communities));
        kept.flatten().map(AsRef::as_ref)
    }

    fn keeps(&self, schemes: &Schemes) -> bool {
        std::ptr::eq(Arc::as_ptr(self.calendar.last()), schemes)
    }

    /// Whether something stands on file that cannot be read. Only a scenario can plant that.
    pub fn is_unreadable(&self, noun: Noun, id: &str) -> bool {
        self.unreadable.iter().any(|(held, at)| *held == noun && at == id)
    }

    /// The same world in which something cannot be read.
    pub(crate) fn with_unreadable(mut self, noun: Noun, id: &str) -> Self {
        self.remove(noun, id);
        self.memory = Arc::default();
        self.unreadable.insert((noun, id.to_owned()));
        self
    }

    /// An agreement as it is on file.
    pub fn agreement(&self, id: &str) -> Option<&Agreement> {
        self.agreements.get(id).map(|signed| &signed.on_file)
    }

    /// The ids of all entities of one kind.
    pub(crate) fn ids(&self, noun: Noun) -> Vec<String> {
        match noun {
            Noun::Agency => self.agencies.keys().map(ToString::to_string).collect(),
            Noun::Agreement => self.agreements.keys().map(ToString::to_string).collect(),
            Noun::Channel => self.channels.keys().map(ToString::to_string).collect(),
            Noun::Device => self.devices.keys().map(ToString::to_string).collect(),
            Noun::File => self.files.keys().map(ToString::to_string).collect(),
            Noun::Message => self.messages.keys().map(ToString::to_string).collect(),
            Noun::Mission => self.missions.keys().map(ToString::to_string).collect(),
            Noun::Node => self.nodes.keys().map(ToString::to_string).collect(),
            Noun::Person => self.people.keys().map(ToString::to_string).collect(),
            _ => Vec::new(),
        }
    }

    /// All people by id.
    pub fn people(&self) -> impl Iterator<Item = (&PersonId, &Arc<Person>)> {
        self.people.iter()
    }

    /// The person with this mail address, whatever its case; none where two have it.
    pub fn person_at(&self, address: &str) -> Option<&PersonId> {
        match self.addresses.get(&address.to_lowercase())?.as_slice() {
            [one] => Some(one),
            _ => None,
        }
    }

    /// All channels by id.
    pub fn channels(&self) -> impl Iterator<Item = (&ChannelId, &Arc<Channel>)> {
        self.channels.iter()
    }

    /// All devices, in no order.
    pub fn devices(&self) -> impl Iterator<Item = (&DeviceId, &Arc<Device>)> {
        self.devices.iter()
    }

    /// All connected servers by id.
    pub fn servers(&self) -> impl Iterator<Item = (&ServerId, &Arc<ConnectedServer>)> {
        self.servers.iter()
    }

    /// The channels of which a person is a member.
    pub fn memberships(&self, person: &str) -> impl Iterator<Item = &ChannelId> {
        self.memberships.get(person).into_iter().flatten()
    }

    fn apply(&mut self, change: Changed) {
        match (change.noun, change.entity) {
            (Noun::Member, entity) => {
                if let Some((channel, person)) = parse_member_id(&change.id) {
                    self.put_member(&channel, person, entity.is_some());
                }
            }
            (_, Some(entity)) => self.put(change.noun, &change.id, entity),
            (noun, None) => self.remove(noun, &change.id),
        }
    }

    fn put(&mut self, noun: Noun, id: &str, entity: Entity) {
        macro_rules! put {
            ($map:ident, $entity:expr) => {
                if let Ok(id) = id.parse() {
                    self.$map.insert(id, Arc::new($entity));
                }
            };
        }
        match entity {
            Entity::Agency(agency) => put!(agencies, agency),
            Entity::Agreement(agreement) => {
                if let Ok(id) = id.parse() {
                    self.put_agreement(id, &agreement);
                }
            }
            // No decision rests on where people come from.
            Entity::Approval(_) | Entity::Client(_) | Entity::Source(_) => {}
            Entity::Channel(channel) => {
                if let Ok(id) = id.parse() {
                    self.put_channel(id, channel);
                }
            }
            Entity::Device(device) => put!(devices, device),
            Entity::Item(item) if noun == Noun::File => {
                self.learn_of(&item);
                put!(files, item);
            }
            Entity::Item(item) => {
                self.learn_of(&item);
                put!(messages, item);
            }
            Entity::Member(channel, person) => self.put_member(&channel, person, true),
            Entity::Mission(mission) => put!(missions, mission),
            Entity::Node(node) => {
                if let Ok(id) = id.parse() {
                    self.put_node(id, node);
                }
            }
            Entity::Person(person) => {
                self.services.remove(id);
                self.put_address(id, person.email.as_deref());
                if person.kind == PersonKind::Service {
                    self.services.extend(id.parse::<PersonId>());
                }
                put!(people, person);
            }
            Entity::Server(server) => put!(servers, server),
            Entity::ServerIds(ids) => put!(server_ids, ids),
            Entity::Settings(settings) => self.put_settings(settings),
        }
    }

    fn remove(&mut self, noun: Noun, id: &str) {
        match noun {
            Noun::Agency => drop(self.agencies.remove(id)),
            Noun::Agreement => drop(self.agreements.remove(id)),
            Noun::Channel => {
                if let Some((id, channel)) = self.channels.remove_with_key(id) {
                    for person in &channel.members {
                        self.unlink(&id, person);
                    }
                }
            }
            Noun::Device => drop(self.devices.remove(id)),
            Noun::File => self.files.remove(id),
            Noun::Message => self.messages.remove(id),
            Noun::Mission => drop(self.missions.remove(id)),
            Noun::Node => drop(self.nodes.remove(id)),
            Noun::Person => {
                self.services.remove(id);
                self.put_address(id, None);
                self.people.remove(id);
            }
            Noun::Server => drop(self.servers.remove(id)),
            Noun::ServerIds => drop(self.server_ids.remove(id)),
            Noun::Settings => self.put_settings(Settings::default()),
            Noun::Approval
            | Noun::Client
            | Noun::Member
            | Noun::Policy
            | Noun::Session
            | Noun::SigningKey
            | Noun::Source
            | Noun::World => {}
        }
    }

    /// Notes somebody's mail address in place of the one before.
    fn put_address(&mut self, id: &str, address: Option<&str>) {
        let Ok(id) = id.parse::<PersonId>() else { return };
        let old = self.people.get(&id).and_then(|person| person.email.clone());
        if old.as_deref() == address {
            return;
        }
        if let Some(old) = old.map(|old| old.to_lowercase())
            && let Some(people) = self.addresses.get_mut(&old)
        {
            *people = people.without(&id);
            if people.is_empty() {
                self.addresses.remove(&old);
            }
        }
        if let Some(address) = address {
            let people = self.addresses.entry(address.to_lowercase()).or_default();
            *people = people.with(id);
        }
    }

    /// Keeps what cannot be understood as such: what would cross by it is denied.
    fn put_agreement(&mut self, id: AgreementId, agreement: &Agreement) {
        let terms = labels::Terms {
            from: agreement.from.clone(),
            to: agreement.to.clone(),
            valid_from: agreement.valid_from,
            valid_until: agreement.valid_until,
            clearances: agreement.covers.contains(&Coverage::Clearances),
            labels: agreement.covers.contains(&Coverage::Labels),
            carries: agreement.carries.iter().cloned().collect(),
            levels: agreement.levels.clone(),
        };
        let understood = labels::Agreement::new(id.as_str(), terms, Schemes::builtin()).ok();
        self.agreements.insert(
            id,
            Arc::new(Signed {
                on_file: agreement.clone(),
                understood,
            }),
        );
    }

    /// Where communities are others, all labels are understood anew.
    fn put_settings(&mut self, settings: Settings) {
        if settings.communities != self.settings.communities {
            self.calendar = calendar(&settings);
            for raw in std::mem::take(&mut self.labels).keys() {
                self.learn(raw);
            }
            for communities in std::mem::take(&mut self.nations).keys() {
                self.expand(communities);
            }
        }
        self.settings = Arc::new(settings);
    }

    /// Keeps a label understood. One that cannot be is met when it is asked for.
    fn learn(&mut self, raw: &RawLabel) {
        if !self.labels.contains_key(raw)
            && let Ok(label) = self.calendar.last().label(raw)
        {
            self.labels.insert(raw.clone(), Arc::new(label));
        }
    }

    fn learn_of(&mut self, item: &Item) {
        if let Some(label) = &item.label {
            self.learn(label);
        }
    }

    fn put_node(&mut self, id: NodeId, node: Node) {
        self.expand(&node.communities);
        self.nodes.insert(id, Arc::new(node));
    }

    fn expand(&mut self, communities: &Set<String>) {
        if !self.nations.contains_key(communities) {
            let named = communities.iter().map(String::as_str);
            let nations = self.calendar.last().communities().expand(named);
            self.nations.insert(communities.clone(), Arc::new(nations));
        }
    }

    fn put_channel(&mut self, id: ChannelId, channel: Channel) {
        self.learn(&channel.label);
        let before = self
            .channels
            .get(&id)
            .map(|old| old.members.clone())
            .unwrap_or_default();
        for person in before.iter().filter(|person| !channel.members.contains(*person)) {
            self.unlink(&id, person);
        }
        let members: Set<PersonId> = channel.members.iter().map(|person| self.same(person)).collect();
        for person in members.iter().filter(|person| !before.contains(*person)) {
            self.link(&id, person);
        }
        self.channels.insert(id, Arc::new(Channel { members, ..channel }));
    }

    fn put_member(&mut self, channel: &ChannelId, person: PersonId, is_member: bool) {
        let person = self.same(&person);
        let Some(held) = self.channels.get_mut(channel) else {
            return;
        };
        let members = if is_member {
            held.members.with(person.clone())
        } else {
            held.members.without(&person)
        };
        Arc::make_mut(held).members = members;
        if is_member {
            self.link(channel, &person);
        } else {
            self.unlink(channel, &person);
        }
    }

    /// The identifier as the people hold it: ten million memberships share a million texts.
    fn same(&self, person: &PersonId) -> PersonId {
        let held = self.people.get_key_value(person);
        held.map_or(person, |(held, _)| held).clone()
    }

    fn link(&mut self, channel: &ChannelId, person: &PersonId) {
        let channels = self.memberships.entry(person.clone()).or_default();
        *channels = channels.with(channel.clone());
    }

    fn unlink(&mut self, channel: &ChannelId, person: &PersonId) {
        if let Some(channels) = self.memberships.get_mut(person) {
            *channels = channels.without(channel);
            if channels.is_empty() {
                self.memberships.remove(person);
            }
        }
    }
}

fn calendar(settings: &Settings) -> Arc<Calendar> {
    if settings.communities.is_empty() {
        Calendar::builtin()
    } else {
        Arc::new(Calendar::with(&settings.communities))
    }
}

fn services(people: &BTreeMap<PersonId, Person>) -> OrdSet<PersonId> {
    let services = people
        .iter()
        .filter(|(_, person)| person.kind == PersonKind::Service);
    services.map(|(id, _)| id.clone()).collect()
}

fn addresses(people: &BTreeMap<PersonId, Person>) -> HashMap<String, Set<PersonId>> {
    let mut addresses: HashMap<String, Set<PersonId>> = HashMap::new();
    for (id, person) in people {
        if let Some(address) = &person.email {
            let people = addresses.entry(address.to_lowercase()).or_default();
            *people = people.with(id.clone());
        }
    }
    addresses
}

fn arcs<K: Ord + Clone, V>(map: BTreeMap<K, V>) -> OrdMap<K, Arc<V>> {
    map.into_iter()
        .map(|(id, entity)| (id, Arc::new(entity)))
        .collect()
}

/// The current snapshot, shared: readers take it without a lock, the tail of the change feed
/// replaces it.
#[derive(Debug)]
pub struct Shared(ArcSwap<Snapshot>);

impl Shared {
    /// Shares a first snapshot.
    pub fn new(snapshot: Snapshot) -> Self {
        Self(ArcSwap::from_pointee(snapshot))
    }

    /// The snapshot as it is now. It stays as it is however long it is held.
    pub fn load(&self) -> Arc<Snapshot> {
        self.0.load_full()
    }

    /// Replaces it.
    pub fn store(&self, snapshot: Snapshot) {
        self.0.store(Arc::new(snapshot));
    }
}

/// Reads the bytes of a world file into a snapshot, or names its faults.
pub fn read(world: &[u8]) -> Result<Snapshot, Vec<directory::Fault>> {
    directory::world::parse(world).map(|world| Snapshot::new(world, 0))
}
