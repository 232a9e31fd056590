// SPDX-License-Identifier: Apache-2.0
//! Which policies hold for a case.
//!
//! Cedar says so. Since it walks every policy and builds its own values for each question, the
//! conditions are compiled once ([`super::compile`]), sorted by what their scope names
//! ([`super::scope`]), and asked on the facts directly. Cedar is asked instead wherever that form
//! has no answer, and beside it in every debug build and once in [`CHECKED_EVERY`] questions
//! otherwise: should the two ever differ, Cedar's word counts and the compiled form is used no more.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use cedar_policy::{Authorizer, Effect, Policy, PolicyId, PolicySet, Schema};

use super::frame::Frame;
use super::policies::Checked;
use super::request::{Asking, Types, Unbuildable, asking};
use super::scope::Scopes;

/// How many questions there are to one that Cedar answers beside the compiled form.
const CHECKED_EVERY: u64 = if cfg!(debug_assertions) { 1 } else { 1024 };

/// Asks the policies of one revision.
pub(crate) struct Judge {
    schema: Schema,
    types: Types,
    all: PolicySet,
    scopes: Scopes,
    authorizer: Authorizer,
    asked: AtomicU64,
    differed: AtomicBool,
}

/// The policies that hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Holding {
    /// Every forbid that does, by id.
    pub(crate) forbids: Vec<PolicyId>,
    /// Every permit that does, by id. Left out where a forbid holds, unless permits alone were asked.
    pub(crate) permits: Vec<PolicyId>,
}

/// Whose word is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Of {
    /// Every policy's.
    All,
    /// The permits' alone: what would be if no forbid held.
    Permits,
}

impl Judge {
    /// Makes checked policies ready.
    pub(crate) fn new(schema: Schema, types: Types, checked: &Checked) -> Result<Self, Unbuildable> {
        Ok(Self {
            scopes: Scopes::new(checked, &schema)?,
            all: checked.policies.clone(),
            schema,
            types,
            authorizer: Authorizer::new(),
            asked: AtomicU64::new(0),
            differed: AtomicBool::new(false),
        })
    }

    /// The policies that hold; none when one of them cannot be evaluated.
    pub(crate) fn holding(&self, frame: &Frame<'_>, of: Of) -> Option<Holding> {
        if self.differed.load(Ordering::Relaxed) {
            frame.flips(0);
            return self.by_cedar(frame, of, &self.all);
        }
        let Some(quick) = self.compiled(frame, of) else {
            // When time alone changes what Cedar says is not known.
            frame.flips(0);
            let candidates = self.scopes.candidates(frame).map(|ready| ready.policy.clone());
            return self.by_cedar(frame, of, &PolicySet::from_policies(candidates).ok()?);
        };
        if !self
            .asked
            .fetch_add(1, Ordering::Relaxed)
            .is_multiple_of(CHECKED_EVERY)
        {
            return Some(quick);
        }
        let judged = self.by_cedar(frame, of, &self.all);
        if judged.as_ref() != Some(&quick) {
            frame.flips(0);
            self.differed.store(true, Ordering::Relaxed);
        }
        debug_assert_eq!(judged, Some(quick), "the compiled policies differ from Cedar");
        judged
    }

    /// A case as Cedar's own request, to evaluate parts of policies on.
    pub(crate) fn asking(&self, frame: &Frame<'_>) -> Result<Asking, Unbuildable> {
        asking(frame, &self.types, &self.schema)
    }

    /// Whether the compiled form was ever found to differ from Cedar, and is used no more.
    pub(crate) fn has_differed(&self) -> bool {
        self.differed.load(Ordering::Relaxed)
    }

    /// What the compiled conditions say; none where one of them has no answer.
    fn compiled(&self, frame: &Frame<'_>, of: Of) -> Option<Holding> {
        let candidates = self.scopes.candidates(frame);
        let holding = |effect| {
            let mut ids = Vec::new();
            for ready in candidates.clone().filter(|ready| ready.effect == effect) {
                if ready.condition.as_ref()?.holds(frame).ok()? {
                    ids.push(ready.policy.id().clone());
                }
            }
            ids.sort();
            Some(ids)
        };
        let forbids = match of {
            Of::All => holding(Effect::Forbid)?,
            Of::Permits => Vec::new(),
        };
        let permits = if forbids.is_empty() {
            holding(Effect::Permit)?
        } else if candidates
            .clone()
            .any(|ready| ready.effect == Effect::Permit && ready.condition.is_none())
        {
            // It might err, and an error is told before any forbid.
            return None;
        } else {
            Vec::new()
        };
        Some(Holding { forbids, permits })
    }

    fn by_cedar(&self, frame: &Frame<'_>, of: Of, policies: &PolicySet) -> Option<Holding> {
        let asking = asking(frame, &self.types, &self.schema).ok()?;
        let permits;
        let policies = match of {
            Of::All => policies,
            Of::Permits => {
                let effect = |policy: &&Policy| policy.effect() == Effect::Permit;
                permits = PolicySet::from_policies(policies.policies().filter(effect).cloned()).ok()?;
                &permits
            }
        };
        let answer = self
            .authorizer
            .is_authorized(&asking.request, policies, &asking.entities);
        if answer.diagnostics().errors().next().is_some() {
            return None;
        }
        let mut found = Holding::default();
        for id in answer.diagnostics().reason() {
            match self.all.policy(id)?.effect() {
                Effect::Forbid => found.forbids.push(id.clone()),
                Effect::Permit => found.permits.push(id.clone()),
            }
        }
        found.forbids.sort();
        found.permits.sort();
        Some(found)
    }
}
