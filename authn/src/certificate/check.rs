// SPDX-License-Identifier: Apache-2.0
//! The whole question about a leaf: a path to the anchor that holds, and nobody on it revoked.

use std::ops::ControlFlow;

use super::build::{Budget, Store, paths};
use super::crl::CrlSet;
use super::extensions::DistributionPoint;
use super::ocsp::Answers;
use super::parsed::Certificate;
use super::path::{PathError, Policies, Settings, validate};
use super::revocation::{Ask, Judge, Standing, Trust};

/// A leaf whose path holds.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The policies that it holds for.
    pub policies: Policies,
    /// Whether all of the path is known not to be revoked. False: nobody can say, and whether that
    /// is enough is for the anchor's settings to decide.
    pub is_determined: bool,
    /// What a responder could be asked.
    pub asks: Vec<Ask>,
    /// Addresses of the lists that speak about the path.
    pub lists: Vec<String>,
}

/// Why there is none.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// The leaf was revoked, or one above it.
    #[error("the certificate or one above it was revoked (reason {0})")]
    Revoked(u8),
    /// A path was found, and it does not hold.
    #[error(transparent)]
    Path(#[from] PathError),
    /// No path leads to the anchor.
    #[error("no path leads to a trusted issuer")]
    Untrusted,
}

/// Judges `leaf`. Certificates that came with it are used to find a way and trusted in nothing.
pub fn check(
    leaf: &Certificate,
    sent: &Store,
    trust: &Trust,
    lists: &CrlSet,
    answers: &dyn Answers,
    settings: &Settings,
) -> Result<Checked, Refusal> {
    let judge = Judge::new(trust, sent, lists, answers, settings.clone());
    let budget = Budget::new();
    let mut best = Err(Refusal::Untrusted);
    let stores = [&trust.store, sent];
    let _enough = paths(leaf, &trust.anchor, &stores, &budget, &mut |path| {
        let found = validate(&trust.anchor, path, settings).map_err(Refusal::from);
        let found = found.and_then(|policies| match judge.standing(path) {
            Standing::Revoked(reason) => Err(Refusal::Revoked(reason)),
            standing => Ok(Checked {
                policies,
                is_determined: standing == Standing::Good,
                asks: Vec::new(),
                lists: addresses(path),
            }),
        });
        let is_enough = found.as_ref().is_ok_and(|checked| checked.is_determined);
        if is_enough || best.is_err() && found.is_ok() || matches!(best, Err(Refusal::Untrusted)) {
            best = found;
        }
        if is_enough {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    let asks = judge.asks();
    best.map(|checked| Checked { asks, ..checked })
}

fn addresses(path: &[&Certificate]) -> Vec<String> {
    let points = path
        .iter()
        .filter_map(|one| one.extensions.points.as_ref())
        .flatten();
    points
        .flat_map(DistributionPoint::addresses)
        .map(str::to_owned)
        .collect()
}
