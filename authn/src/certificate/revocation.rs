// SPDX-License-Identifier: Apache-2.0
//! Whether a certificate was revoked (RFC 5280, section 6.3, with delta lists, indirect lists and
//! lists for some reasons; then RFC 6960 answers). Whoever signed a list must hold under the same
//! anchor. What nobody can say is undetermined, never good.

use std::cell::RefCell;
use std::ops::ControlFlow;
use std::sync::Arc;

use chrono::TimeDelta;

use super::build::{Budget, Store, paths};
use super::crl::{Crl, CrlSet};
use super::extensions::{DistributionPoint, KeyUsage};
use super::name::{DistinguishedName, GeneralName};
use super::ocsp::Answers;
use super::parsed::Certificate;
use super::path::{Settings, validate};
use super::scope::ALL_REASONS;

const REMOVED: u8 = 8;
/// Signers of signers of lists: deeper nobody goes.
const DEEPEST_SIGNER: usize = 4;

/// An anchor, and what it needs to judge by.
#[derive(Clone, Debug)]
pub struct Trust {
    /// The anchor.
    pub anchor: Certificate,
    /// Certificates that may lie between it and a leaf.
    pub store: Store,
    /// Issuers whose lists may speak about the certificates of others.
    pub indirect: Vec<DistinguishedName>,
    /// How long a list counts after its successor was due.
    pub grace: TimeDelta,
}

/// How a certificate stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Standing {
    /// Somebody who knows says that it was not revoked.
    Good,
    /// It was revoked or is on hold; the reason's number.
    Revoked(u8),
    /// Nobody can say at this time.
    Undetermined,
}

/// A question that only the issuer's responder can answer.
#[derive(Clone, Debug)]
pub struct Ask {
    /// About this certificate.
    pub certificate: Certificate,
    /// Issued by this one.
    pub issuer: Certificate,
}

/// Judges certificates under one anchor.
#[derive(Debug)]
pub(super) struct Judge<'a> {
    pub(super) trust: &'a Trust,
    pub(super) sent: &'a Store,
    pub(super) lists: &'a CrlSet,
    pub(super) answers: &'a dyn Answers,
    pub(super) settings: Settings,
    pub(super) budget: Budget,
    asks: RefCell<Vec<Ask>>,
    signers: RefCell<Vec<&'a [u8]>>,
}

impl<'a> Judge<'a> {
    pub(super) fn new(
        trust: &'a Trust,
        sent: &'a Store,
        lists: &'a CrlSet,
        answers: &'a dyn Answers,
        settings: Settings,
    ) -> Self {
        Self {
            trust,
            sent,
            lists,
            answers,
            settings,
            budget: Budget::new(),
            asks: RefCell::default(),
            signers: RefCell::default(),
        }
    }

    /// What a responder would have to be asked.
    pub(super) fn asks(self) -> Vec<Ask> {
        self.asks.into_inner()
    }

    /// How a whole path stands: as its worst certificate.
    pub(super) fn standing(&self, path: &[&'a Certificate]) -> Standing {
        let mut worst = Standing::Good;
        let mut issuer = &self.trust.anchor;
        for certificate in path {
            match self.one(certificate, issuer) {
                Standing::Good => {}
                Standing::Undetermined => worst = Standing::Undetermined,
                revoked @ Standing::Revoked(_) => return revoked,
            }
            issuer = certificate;
        }
        worst
    }

    fn one(&self, certificate: &'a Certificate, issuer: &'a Certificate) -> Standing {
        match self.by_lists(certificate, issuer) {
            Standing::Undetermined => {}
            known => return known,
        }
        let answer = self.answers.standing(certificate, issuer, self.settings.now);
        if answer == Standing::Undetermined {
            self.asks.borrow_mut().push(Ask {
                certificate: certificate.clone(),
                issuer: issuer.clone(),
            });
        }
        answer
    }

    fn by_lists(&self, certificate: &'a Certificate, issuer: &'a Certificate) -> Standing {
        let mut points = certificate.extensions.points.clone().unwrap_or_default();
        points.push(DistributionPoint::of_issuer(certificate));
        let mut told: u16 = 0;
        for point in &points {
            let lists = self.lists_of(certificate, point, issuer);
            for list in lists.iter().filter(|list| !list.is_delta()) {
                let reasons = list.scope.covers(list.issuer(), certificate, point);
                if reasons & !told == 0 {
                    continue;
                }
                let mut deltas = lists.iter();
                let delta = deltas.find(|delta| list.takes(delta) && self.is_fresh(delta));
                match reason(list, delta, certificate) {
                    Some(reason) => return Standing::Revoked(reason),
                    // Out of date, it may still accuse; it no longer acquits.
                    None if self.is_fresh(list) => told |= reasons,
                    None => {}
                }
            }
        }
        if told & ALL_REASONS == ALL_REASONS {
            Standing::Good
        } else {
            Standing::Undetermined
        }
    }

    /// The lists of those who may speak at this point, with a signer that holds, the newest of each
    /// series.
    fn lists_of(
        &self,
        certificate: &Certificate,
        point: &DistributionPoint,
        issuer: &'a Certificate,
    ) -> Vec<&'a Arc<Crl>> {
        let mut speakers = Vec::new();
        for name in &point.issuer {
            if let GeneralName::Directory(name) = name
                && (name == certificate.issuer() || self.trust.indirect.contains(name))
            {
                speakers.push(name);
            }
        }
        if point.issuer.is_empty() {
            speakers.push(certificate.issuer());
        }
        let mut newest: Vec<&'a Arc<Crl>> = Vec::new();
        for list in speakers.iter().flat_map(|name| self.lists.of_issuer(name)) {
            let speaks = list.this_update() <= self.settings.now
                && list.scope.covers(list.issuer(), certificate, point) != 0
                && self.is_signed(list, issuer);
            if !speaks {
                continue;
            }
            let series = list.series();
            let same = newest.iter().position(|one| one.series() == series);
            match same.and_then(|at| newest.get_mut(at)) {
                Some(known) if known.is_older_than(list) => *known = list,
                Some(known) if list.is_older_than(known) => {}
                _ => newest.push(list),
            }
        }
        newest
    }

    fn is_fresh(&self, list: &Crl) -> bool {
        self.settings.now <= list.next_update() + self.trust.grace
    }

    /// 6.3.3 (f), (g): whether somebody signed `list` who may, and who holds.
    fn is_signed(&self, list: &Crl, issuer: &'a Certificate) -> bool {
        let anchor = &self.trust.anchor;
        let may = |signer: &Certificate| {
            list.issuer() == signer.subject()
                && signer.extensions.usage.is_none_or(KeyUsage::crl_sign)
                && self.budget.spend()
                && list.is_signed_by(signer)
        };
        if may(issuer) || may(anchor) {
            return true;
        }
        let stores = [&self.trust.store, self.sent];
        let mut others = stores.iter().flat_map(|store| store.of_subject(list.issuer()));
        others.any(|signer| may(signer) && self.holds(signer))
    }

    /// Whether a signer of lists has a path to the anchor and was not revoked. A list may speak about
    /// its own signer: that is taken as given while it is being judged.
    fn holds(&self, signer: &'a Certificate) -> bool {
        if self.signers.borrow().contains(&signer.der()) {
            return true;
        }
        if self.signers.borrow().len() >= DEEPEST_SIGNER {
            return false;
        }
        self.signers.borrow_mut().push(signer.der());
        let settings = Settings::at(self.settings.now);
        let mut found = false;
        let stores = [&self.trust.store, self.sent];
        let _enough = paths(signer, &self.trust.anchor, &stores, &self.budget, &mut |path| {
            let holds = validate(&self.trust.anchor, path, &settings).is_ok();
            if holds && self.standing(path) == Standing::Good {
                found = true;
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
        });
        self.signers.borrow_mut().pop();
        found
    }
}

/// 6.3.3 (i) to (k).
fn reason(list: &Crl, delta: Option<&&Arc<Crl>>, certificate: &Certificate) -> Option<u8> {
    let reason = delta
        .and_then(|delta| delta.reason(certificate))
        .or_else(|| list.reason(certificate));
    reason.filter(|reason| *reason != REMOVED)
}
