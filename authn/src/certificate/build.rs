// SPDX-License-Identifier: Apache-2.0
//! The search for paths from a leaf to an anchor through what is at hand. Issuers are found by name
//! and tried by their signature; the search has a budget, so that crafted chains cost little.

use std::cell::Cell;
use std::collections::HashMap;
use std::ops::ControlFlow;

use super::DEEPEST_PATH;
use super::name::DistinguishedName;
use super::parsed::Certificate;

/// Signatures that may be tried for one question.
const BUDGET: u32 = 500;

/// Certificates by the name of their subject.
#[derive(Clone, Debug, Default)]
pub struct Store {
    by_subject: HashMap<Vec<u8>, Vec<Certificate>>,
}

impl Store {
    /// Of these.
    pub fn of(certificates: impl IntoIterator<Item = Certificate>) -> Self {
        let mut by_subject: HashMap<Vec<u8>, Vec<Certificate>> = HashMap::new();
        for certificate in certificates {
            let same = by_subject.entry(certificate.subject().key()).or_default();
            if !same.iter().any(|one| one.der() == certificate.der()) {
                same.push(certificate);
            }
        }
        Self { by_subject }
    }

    /// Those of a subject.
    pub(super) fn of_subject(&self, subject: &DistinguishedName) -> &[Certificate] {
        self.by_subject
            .get(&subject.key())
            .map(Vec::as_slice)
            .unwrap_or_default()
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &Certificate> {
        self.by_subject.values().flatten()
    }
}

/// What may be spent on one question.
#[derive(Debug)]
pub(super) struct Budget(Cell<u32>);

impl Budget {
    pub(super) fn new() -> Self {
        Self(Cell::new(BUDGET))
    }

    /// Takes a piece of it; false when nothing is left.
    pub(super) fn spend(&self) -> bool {
        let left = self.0.get();
        self.0.set(left.saturating_sub(1));
        left > 0
    }
}

/// Shows `visit` each path from `leaf` to `anchor`, the one the anchor issued first, until it has
/// seen enough.
pub(super) fn paths<'a>(
    leaf: &'a Certificate,
    anchor: &'a Certificate,
    stores: &[&'a Store],
    budget: &Budget,
    visit: &mut dyn FnMut(&[&'a Certificate]) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let mut up = vec![leaf];
    climb(&mut up, anchor, stores, budget, visit)
}

fn climb<'a>(
    up: &mut Vec<&'a Certificate>,
    anchor: &'a Certificate,
    stores: &[&'a Store],
    budget: &Budget,
    visit: &mut dyn FnMut(&[&'a Certificate]) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let Some(current) = up.last().copied() else {
        return ControlFlow::Continue(());
    };
    if current.issuer() == anchor.subject() && budget.spend() && current.is_signed_by(anchor) {
        let down: Vec<&Certificate> = up.iter().rev().copied().collect();
        visit(&down)?;
    }
    if up.len() + 2 > DEEPEST_PATH {
        return ControlFlow::Continue(());
    }
    for issuer in stores.iter().flat_map(|store| store.of_subject(current.issuer())) {
        let is_known = up.iter().any(|one| one.der() == issuer.der()) || issuer.der() == anchor.der();
        if !is_known && budget.spend() && current.is_signed_by(issuer) {
            up.push(issuer);
            let flow = climb(up, anchor, stores, budget, visit);
            up.pop();
            flow?;
        }
    }
    ControlFlow::Continue(())
}
