// SPDX-License-Identifier: Apache-2.0
//! Groups within groups, followed upwards. A group that is met again is not followed again, so a
//! circle ends.

use std::collections::{HashMap, HashSet};

use super::Dn;
use super::entry::Bad;

/// The most groups of one person.
pub const MOST: usize = 2_000;
/// How many levels of groups are followed.
pub const DEPTH: usize = 32;

/// A group that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Which.
    pub dn: Dn,
    /// What people call it, where that can be read.
    pub name: Option<String>,
}

impl Group {
    /// What people are shown of it: its name, or where that cannot be read, its distinguished name.
    pub fn shown(&self) -> &str {
        self.name.as_deref().unwrap_or(self.dn.as_str())
    }
}

/// Who is in which group, as far as it is known.
#[derive(Debug, Clone, Default)]
pub struct Graph {
    /// By what is inside: the groups that hold it.
    holders: HashMap<String, Vec<Dn>>,
    names: HashMap<String, Option<String>>,
}

impl Graph {
    /// Notes a group that counts. Others are neither told nor followed.
    pub fn counts(&mut self, group: &Dn, name: Option<&str>) {
        self.names.insert(group.key(), name.map(str::to_owned));
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Of these, those that count.
    pub fn counting(&self, groups: &[Dn]) -> Vec<Dn> {
        groups
            .iter()
            .filter(|group| self.names.contains_key(&group.key()))
            .cloned()
            .collect()
    }

    /// These with their names; those that do not count are left out.
    pub fn named(&self, groups: &[Dn]) -> Vec<Group> {
        let named = |dn: &Dn| {
            let name = self.names.get(&dn.key())?.clone();
            Some(Group { dn: dn.clone(), name })
        };
        groups.iter().filter_map(named).collect()
    }

    /// Notes that `group` holds `member`.
    pub fn holds(&mut self, group: &Dn, member: &Dn) {
        self.holders.entry(member.key()).or_default().push(group.clone());
    }

    /// The groups that hold `member` directly.
    pub fn direct(&self, member: &Dn) -> &[Dn] {
        self.holders.get(&member.key()).map_or(&[], Vec::as_slice)
    }

    /// `direct` and every group above them, sorted, each once.
    pub fn above(&self, direct: &[Dn]) -> Result<Vec<Dn>, Bad> {
        let mut climb = Climb::from(direct);
        while let Some(level) = climb.next_level() {
            for group in &level {
                climb.found(&self.counting(self.direct(group)));
            }
        }
        climb.finish()
    }
}

/// The way up, one level at a time, for when the next level has to be asked for.
#[derive(Debug, Clone)]
pub struct Climb {
    met: HashSet<Dn>,
    found: Vec<Dn>,
    levels: usize,
}

impl From<&[Dn]> for Climb {
    fn from(direct: &[Dn]) -> Self {
        Self {
            met: HashSet::new(),
            found: direct.to_vec(),
            levels: 0,
        }
    }
}

impl Climb {
    /// The groups whose own groups are to be looked up now; none: done.
    pub fn next_level(&mut self) -> Option<Vec<Dn>> {
        let mut level = Vec::new();
        for group in std::mem::take(&mut self.found) {
            if self.met.len() <= MOST && self.met.insert(group.clone()) {
                level.push(group);
            }
        }
        self.levels += 1;
        (!level.is_empty() && self.levels <= DEPTH && self.met.len() <= MOST).then_some(level)
    }

    /// Groups that hold one of that level.
    pub fn found(&mut self, groups: &[Dn]) {
        self.found.extend_from_slice(groups);
    }

    /// All that were met. More than are followed is an error: it would be a guess which ones count.
    pub fn finish(mut self) -> Result<Vec<Dn>, Bad> {
        self.met.extend(self.found);
        if self.met.len() > MOST || self.levels > DEPTH {
            return Err(Bad::Groups);
        }
        let mut all: Vec<Dn> = self.met.into_iter().collect();
        all.sort_by_cached_key(Dn::key);
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dn(name: &str) -> Dn {
        format!("cn={name},dc=x").parse().unwrap()
    }

    #[test]
    fn a_circle_of_groups_ends_and_each_counts_once() {
        let mut graph = Graph::default();
        for name in ["a", "b", "c"] {
            graph.counts(&dn(name), Some(name));
        }
        graph.holds(&dn("elsewhere"), &dn("a"));
        graph.holds(&dn("b"), &dn("elsewhere"));
        graph.holds(&dn("a"), &dn("alice"));
        graph.holds(&dn("b"), &dn("A"));
        graph.holds(&dn("c"), &dn("b"));
        graph.holds(&dn("a"), &dn("c"));
        graph.holds(&dn("a"), &dn("a"));
        let all = graph.above(graph.direct(&dn("alice"))).unwrap();
        assert_eq!(all, [dn("a"), dn("b"), dn("c")]);
        assert_eq!(graph.named(&[dn("A"), dn("elsewhere")]).len(), 1);
        assert!(graph.above(graph.direct(&dn("bob"))).unwrap().is_empty());
    }

    #[test]
    fn too_deep_and_too_many_are_no_answer() {
        let mut graph = Graph::default();
        for level in 0..DEPTH + 2 {
            graph.counts(&dn(&format!("g{}", level + 1)), Some("g"));
            graph.holds(&dn(&format!("g{}", level + 1)), &dn(&format!("g{level}")));
        }
        assert_eq!(graph.above(&[dn("g0")]), Err(Bad::Groups));
        assert!(graph.above(&[dn("g10")]).is_ok());
        let many: Vec<Dn> = (0..=MOST).map(|number| dn(&number.to_string())).collect();
        assert_eq!(graph.above(&many), Err(Bad::Groups));
    }
}
