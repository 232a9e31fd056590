// SPDX-License-Identifier: Apache-2.0
//! The world in memory at one revision. Persistent: the next revision shares all that did not
//! change, so a change costs its own size and readers never wait.

mod addresses;
mod candidates;
mod items;
mod load;
mod register;
mod roll;
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
use addresses::Addresses;
use items::Items;
use register::{Number, Register};

pub use candidates::Found;
pub use load::{Census, Rolls};
pub use roll::Roll;

/// The members of a channel.
pub type Members<'a> = Roll<'a, PersonId, Person>;

/// The channels that somebody is in.
pub type Memberships<'a> = Roll<'a, ChannelId, Channel<()>>;

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
    /// The channels, each tied to its members.
    channels: Register<ChannelId, Channel<()>>,
    devices: HashMap<DeviceId, Arc<Device>>,
    files: Items,
    messages: Items,
    missions: OrdMap<MissionId, Arc<Mission>>,
    nodes: OrdMap<NodeId, Arc<Node>>,
    /// The people, each tied to the channels that she is in.
    people: Register<PersonId, Person>,
    addresses: Addresses,
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
    pub fn new(mut world: World, revision: Revision) -> Self {
        let mut census = Census::default();
        for (id, person) in std::mem::take(&mut world.people) {
            census.add(id, person);
        }
        let mut rolls = census.closed();
        for (id, channel) in std::mem::take(&mut world.channels) {
            let (channel, members) = channel.exchange(());
            // INVARIANT: these names were identifiers before.
            let _as_before = rolls.add(id, channel, members.iter().map(PersonId::as_str));
        }
        rolls.complete(world, revision)
    }

    /// Takes in what there is beside people and channels.
    fn take_in(&mut self, world: World) {
        self.agencies = arcs(world.agencies);
        self.missions = arcs(world.missions);
        self.servers = arcs(world.servers);
        self.server_ids = arcs(world.server_ids);
        let devices = world.devices.into_iter();
        self.devices = devices.map(|(id, device)| (id, Arc::new(device))).collect();
        for (id, agreement) in world.agreements {
            self.put_agreement(id, &agreement);
        }
        for (id, item) in world.files {
            self.learn_of(&item);
            self.files.insert(id, Arc::new(item));
        }
        for (id, item) in world.messages {
            self.learn_of(&item);
            self.messages.insert(id, Arc::new(item));
        }
        for (id, node) in world.nodes {
            self.put_node(id, node);
        }
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
        /// A channel, without its members.
        channel: channels -> Channel<()>;
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

    /// The members of a channel; nobody is in one that is not on file.
    pub fn members(&self, channel: &str) -> Members<'_> {
        self.channels.tied(channel, &self.people)
    }

    /// The members of a channel that is not yet.
    pub(crate) fn nobody(&self) -> Members<'_> {
        Roll::new(&self.people, &[])
    }

    /// The person with this mail address, whatever its case; none where two have it.
    pub fn person_at(&self, address: &str) -> Option<&PersonId> {
        let address = address.to_lowercase();
        let holders = self.addresses.holders(&address);
        let mut found = holders.filter_map(|number| {
            let entry = self.people.at(number)?;
            let held = entry.thing.as_ref()?.email.as_ref()?;
            (held.to_lowercase() == address).then_some(&entry.id)
        });
        found.next().filter(|_| found.next().is_none())
    }

    /// A channel and who is in it.
    pub(crate) fn channel_and_members(&self, id: &str) -> Option<(&Channel<()>, Members<'_>)> {
        let (channel, members) = self.channels.get_tied(id, &self.people)?;
        Some((channel.as_ref(), members))
    }

    /// A channel with its members, as the store has it.
    pub fn channel_with_members(&self, id: &str) -> Option<Channel> {
        let (channel, members) = self.channel_and_members(id)?;
        let members = members.iter().cloned().collect();
        Some(channel.clone().exchange(members).0)
    }

    /// All channels by id.
    pub fn channels(&self) -> impl Iterator<Item = (&ChannelId, &Arc<Channel<()>>)> {
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
    pub fn memberships(&self, person: &str) -> Memberships<'_> {
        self.people.tied(person, &self.channels)
    }

    fn apply(&mut self, change: Changed) {
        match (change.noun, change.entity) {
            (Noun::Member, entity) => {
                if let Some((channel, person)) = parse_member_id(&change.id) {
                    self.put_member(&channel, &person, entity.is_some());
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
                    self.put_channel(&id, channel);
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
            Entity::Member(channel, person) => self.put_member(&channel, &person, true),
            Entity::Mission(mission) => put!(missions, mission),
            Entity::Node(node) => {
                if let Ok(id) = id.parse() {
                    self.put_node(id, node);
                }
            }
            Entity::Person(person) => {
                if let Ok(id) = id.parse() {
                    self.put_person(&id, person);
                }
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
                if let Some(channel) = self.channels.remove(id) {
                    self.put_members(channel, Set::default());
                }
            }
            Noun::Device => drop(self.devices.remove(id)),
            Noun::File => self.files.remove(id),
            Noun::Message => self.messages.remove(id),
            Noun::Mission => drop(self.missions.remove(id)),
            Noun::Node => drop(self.nodes.remove(id)),
            Noun::Person => {
                self.services.remove(id);
                let held = self.people.get(id).and_then(|person| person.email.clone());
                if let Some(person) = self.people.remove(id) {
                    self.addresses.change(person, held.as_deref(), None);
                }
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

    fn put_person(&mut self, id: &PersonId, person: Person) {
        if person.kind == PersonKind::Service {
            self.services.insert(id.clone());
        } else {
            self.services.remove(id);
        }
        let held = self.people.get(id.as_str()).cloned();
        let person = Arc::new(person);
        let number = self.people.put(id, Arc::clone(&person));
        let before = held.as_ref().and_then(|held| held.email.as_deref());
        self.addresses.change(number, before, person.email.as_deref());
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

    fn put_channel(&mut self, id: &ChannelId, channel: Channel) {
        self.learn(&channel.label);
        let (channel, members) = channel.exchange(());
        let number = self.channels.put(id, Arc::new(channel));
        let members = members.iter().map(|person| self.people.name(person)).collect();
        self.put_members(number, members);
    }

    /// Puts these people in a channel and nobody else.
    fn put_members(&mut self, channel: Number, members: Set<Number>) {
        let before = self.channels.retie(channel, members.clone());
        for person in before.iter().filter(|person| !members.contains(*person)) {
            self.people.untie(*person, channel);
        }
        for person in members.iter().filter(|person| !before.contains(*person)) {
            self.people.tie(*person, channel);
        }
    }

    fn put_member(&mut self, channel: &ChannelId, person: &PersonId, is_member: bool) {
        if self.channel(channel.as_str()).is_none() {
            return;
        }
        let (channel, person) = (self.channels.name(channel), self.people.name(person));
        if is_member {
            self.channels.tie(channel, person);
            self.people.tie(person, channel);
        } else {
            self.channels.untie(channel, person);
            self.people.untie(person, channel);
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
