// SPDX-License-Identifier: Apache-2.0
//! The file as a whole: an object of maps, read entry by entry.

use std::collections::{BTreeMap, BTreeSet};

use countersign_labels::Schemes;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

use super::entry::Reader;
use super::fault::{Fault, Path, quoted};
use super::tree::{Faults, Tree};
use super::{World, references};

/// The largest file that is read.
pub const MAX_BYTES: usize = 2 * 1024 * 1024 * 1024;
/// The deepest nesting that is read.
pub const MAX_DEPTH: usize = 16;
/// How many faults are listed; the rest are counted.
pub const MAX_FAULTS: usize = 1_000;

/// Reads a world that stands alone: every reference finds its thing in the same file.
pub fn parse(bytes: &[u8]) -> Result<World, Vec<Fault>> {
    let world = read(bytes)?;
    let dangling: Vec<Fault> = references(&world)
        .filter(|reference| !reference.found_in(&world))
        .map(|reference| reference.fault())
        .collect();
    if dangling.is_empty() {
        Ok(world)
    } else {
        Err(dangling)
    }
}

/// Reads a world whose references may be to things that are elsewhere. The import checks them
/// against the store.
pub fn read(bytes: &[u8]) -> Result<World, Vec<Fault>> {
    let mut faults = Faults::up_to(MAX_FAULTS);
    let world = read_with(
        Reader {
            schemes: Schemes::builtin(),
            lenient: false,
        },
        bytes,
        &mut faults,
    );
    if faults.is_empty() {
        Ok(world)
    } else {
        Err(faults.into_vec())
    }
}

/// Reads what can be read of `bytes`.
pub(super) fn read_with(reader: Reader<'_>, bytes: &[u8], faults: &mut Faults) -> World {
    let mut world = World::default();
    if bytes.len() > MAX_BYTES {
        faults.push(Path::Root.fault(format_args!("the file is larger than {MAX_BYTES} bytes")));
        return world;
    }
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let file = File {
        reader,
        world: &mut world,
        faults: &mut *faults,
    };
    if let Err(error) = json.deserialize_map(file).and_then(|()| json.end()) {
        faults.push(Path::Root.fault(error));
    }
    world
}

/// Reads the outermost object.
pub(super) struct File<'a> {
    pub(super) reader: Reader<'a>,
    pub(super) world: &'a mut World,
    pub(super) faults: &'a mut Faults,
}

impl<'de> Visitor<'de> for File<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object of maps")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self {
            reader,
            world,
            faults,
        } = self;
        let mut seen = BTreeSet::new();
        while let Some(name) = map.next_key::<String>()? {
            let path = Path::Member(&Path::Root, &name);
            if !seen.insert(name.clone()) {
                faults.push(Path::Root.fault(format_args!("member {} occurs twice", quoted(&name))));
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            macro_rules! entries {
                ($field:ident, $read:ident) => {{
                    let read =
                        |value, path: &Path<'_>, faults: &mut Faults| reader.$read(value, path, faults);
                    map.next_value_seed(Entries {
                        into: &mut world.$field,
                        path: &path,
                        faults: &mut *faults,
                        read,
                    })?
                }};
            }
            match name.as_str() {
                "agencies" => entries!(agencies, agency),
                "agreements" => entries!(agreements, agreement),
                "channels" => entries!(channels, channel),
                "devices" => entries!(devices, device),
                "files" => entries!(files, item),
                "messages" => entries!(messages, item),
                "missions" => entries!(missions, mission),
                "nodes" => entries!(nodes, node),
                "settings" => {
                    let value = map.next_value_seed(tree(&path, faults))?;
                    world.settings = reader.settings(value, &path, faults);
                }
                "users" => entries!(people, person),
                _ => {
                    faults.push(path.fault("unknown key"));
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

/// Reads one map of entries.
struct Entries<'a, Id, T, R> {
    into: &'a mut BTreeMap<Id, T>,
    path: &'a Path<'a>,
    faults: &'a mut Faults,
    read: R,
}

impl<'de, Id, T, R> DeserializeSeed<'de> for Entries<'_, Id, T, R>
where
    Id: std::str::FromStr<Err = crate::IdError> + Ord,
    R: Fn(Value, &Path<'_>, &mut Faults) -> Option<T>,
{
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de, Id, T, R> Visitor<'de> for Entries<'_, Id, T, R>
where
    Id: std::str::FromStr<Err = crate::IdError> + Ord,
    R: Fn(Value, &Path<'_>, &mut Faults) -> Option<T>,
{
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object keyed by id")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut seen = BTreeSet::new();
        while let Some(name) = map.next_key::<String>()? {
            let path = Path::Member(self.path, &name);
            let value = map.next_value_seed(tree(&path, self.faults))?;
            let entry = (self.read)(value, &path, self.faults);
            let id = match name.parse::<Id>() {
                Ok(id) => id,
                Err(error) => {
                    self.faults.push(path.fault(error));
                    continue;
                }
            };
            if !seen.insert(name.clone()) {
                self.faults.push(
                    self.path
                        .fault(format_args!("member {} occurs twice", quoted(&name))),
                );
            } else if let Some(entry) = entry {
                self.into.insert(id, entry);
            }
        }
        Ok(())
    }
}

fn tree<'a>(path: &'a Path<'a>, faults: &'a mut Faults) -> Tree<'a> {
    Tree {
        path,
        faults,
        depth_left: MAX_DEPTH,
    }
}
