// SPDX-License-Identifier: Apache-2.0
//! Which policies a path is valid for: the policy graph of RFC 9618, which gives the verdicts of the
//! tree of RFC 5280, section 6.1 without its exponential growth.

use std::collections::{BTreeMap, BTreeSet};

use super::Oid;
use super::extensions::ANY_POLICY;

/// The graph, level by level; `None` inside once no policy is left.
#[derive(Debug)]
pub(super) struct Graph {
    levels: Vec<BTreeMap<Oid, Node>>,
}

#[derive(Clone, Debug, Default)]
struct Node {
    expected: BTreeSet<Oid>,
    parents: BTreeSet<Oid>,
}

/// The policies that the path holds for, in the words of the one who asks.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Policies {
    /// Any.
    Any,
    /// These.
    These(BTreeSet<Oid>),
}

impl Policies {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::These(these) if these.is_empty())
    }
}

impl Graph {
    /// Before the first certificate: any policy.
    pub(super) fn new() -> Self {
        let root = Node {
            expected: [ANY_POLICY].into(),
            parents: BTreeSet::new(),
        };
        Self {
            levels: vec![[(ANY_POLICY, root)].into()],
        }
    }

    /// 6.1.3 (d): the next certificate states `policies`; `any_counts` when anyPolicy may be used.
    pub(super) fn state(mut self, policies: &BTreeSet<Oid>, any_counts: bool) -> Option<Self> {
        let above = self.levels.last()?;
        let parents_of = |policy: &Oid| -> BTreeSet<Oid> {
            let expecting = above.iter().filter(|(_, node)| node.expected.contains(policy));
            expecting.map(|(id, _)| *id).collect()
        };
        let mut level = BTreeMap::new();
        for policy in policies.iter().filter(|policy| **policy != ANY_POLICY) {
            let mut parents = parents_of(policy);
            if parents.is_empty() && above.contains_key(&ANY_POLICY) {
                parents.insert(ANY_POLICY);
            }
            if !parents.is_empty() {
                level.insert(*policy, Node::of(*policy, parents));
            }
        }
        if policies.contains(&ANY_POLICY) && any_counts {
            let expected: BTreeSet<Oid> = above.values().flat_map(|node| &node.expected).copied().collect();
            for policy in expected {
                level
                    .entry(policy)
                    .or_insert_with(|| Node::of(policy, parents_of(&policy)));
            }
        }
        self.levels.push(level);
        self.pruned()
    }

    /// 6.1.4 (b): the certificate maps policies; `may` when mapping is not inhibited.
    pub(super) fn map(mut self, mappings: &[(Oid, Oid)], may: bool) -> Option<Self> {
        let level = self.levels.last_mut()?;
        let mut by_issuer: BTreeMap<Oid, BTreeSet<Oid>> = BTreeMap::new();
        for (issuer, subject) in mappings {
            by_issuer.entry(*issuer).or_default().insert(*subject);
        }
        for (issuer, subjects) in by_issuer {
            if !may {
                level.remove(&issuer);
            } else if let Some(node) = level.get_mut(&issuer) {
                node.expected = subjects;
            } else if level.contains_key(&ANY_POLICY) {
                let node = Node {
                    expected: subjects,
                    parents: [ANY_POLICY].into(),
                };
                level.insert(issuer, node);
            }
        }
        self.pruned()
    }

    /// 6.1.5 (g): what is left of it for someone who accepts `initial` (`None`: anything).
    pub(super) fn outcome(&self, initial: Option<&BTreeSet<Oid>>) -> Policies {
        let authority = self.authority();
        match (authority, initial) {
            (authority, None) => authority,
            (Policies::Any, Some(initial)) if initial.contains(&ANY_POLICY) => Policies::Any,
            (Policies::Any, Some(initial)) => Policies::These(initial.clone()),
            (these, Some(initial)) if initial.contains(&ANY_POLICY) => these,
            (Policies::These(these), Some(initial)) => {
                Policies::These(these.intersection(initial).copied().collect())
            }
        }
    }

    fn authority(&self) -> Policies {
        if self
            .levels
            .last()
            .is_some_and(|last| last.contains_key(&ANY_POLICY))
        {
            return Policies::Any;
        }
        let below_any = self
            .levels
            .iter()
            .flatten()
            .filter(|(id, node)| **id != ANY_POLICY && node.parents.contains(&ANY_POLICY));
        Policies::These(below_any.map(|(id, _)| *id).collect())
    }

    /// 6.1.3 (d)(3): without nodes that lead nowhere.
    fn pruned(mut self) -> Option<Self> {
        let mut needed: Option<BTreeSet<Oid>> = None;
        for level in self.levels.iter_mut().rev() {
            if let Some(needed) = needed {
                level.retain(|id, _| needed.contains(id));
            }
            needed = Some(level.values().flat_map(|node| &node.parents).copied().collect());
        }
        let is_alive = self.levels.last().is_some_and(|last| !last.is_empty());
        is_alive.then_some(self)
    }
}

impl Node {
    fn of(policy: Oid, parents: BTreeSet<Oid>) -> Self {
        Self {
            expected: [policy].into(),
            parents,
        }
    }
}
