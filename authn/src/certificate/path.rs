// SPDX-License-Identifier: Apache-2.0
//! Whether a path holds (RFC 5280, section 6.1; policies by RFC 9618). A path is given from the
//! certificate that the anchor issued to the leaf; the anchor is a name and a key.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::Oid;
use super::extensions::ANY_POLICY;
use super::name_constraints::Constraints;
use super::parsed::Certificate;
use super::policy::Graph;
pub use super::policy::Policies;

/// What is asked of a path (6.1.1).
#[derive(Clone, Debug)]
pub struct Settings {
    /// The moment.
    pub now: DateTime<Utc>,
    /// Policies that are accepted; `None`: any.
    pub policies: Option<BTreeSet<Oid>>,
    /// A policy must be stated.
    pub explicit_policy: bool,
    /// Policies are not mapped.
    pub inhibit_mapping: bool,
    /// anyPolicy counts for nothing.
    pub inhibit_any: bool,
}

impl Settings {
    /// Any policy will do, or none.
    pub fn at(now: DateTime<Utc>) -> Self {
        Self {
            now,
            policies: None,
            explicit_policy: false,
            inhibit_mapping: false,
            inhibit_any: false,
        }
    }
}

/// Why a path does not hold.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PathError {
    /// A certificate was issued by somebody else.
    #[error("a certificate's issuer is not the one before it")]
    Chain,
    /// A critical extension is not understood.
    #[error("a certificate has a critical extension that is not understood")]
    Critical,
    /// The path is deeper than may be.
    #[error("the path is too long")]
    Depth,
    /// The leaf has ended.
    #[error("the certificate has expired")]
    Expired,
    /// An authority on the path has ended, or is not valid yet.
    #[error("an authority's certificate is not valid at this time")]
    AuthorityTime,
    /// A key of a kind that is not accepted.
    #[error("a key is too short or of a kind that is not accepted")]
    Key,
    /// A name that its authority may not give.
    #[error("a name lies outside of what its authority may name")]
    Name,
    /// A certificate in between is no authority's.
    #[error("a certificate in between may not issue others")]
    NoAuthority,
    /// The leaf is not valid yet.
    #[error("the certificate is not valid yet")]
    NotYet,
    /// No policy that is accepted.
    #[error("the path is not valid for any policy that is accepted")]
    Policy,
    /// A signature is wrong.
    #[error("a signature does not verify")]
    Signature,
}

/// Judges a path. Answers the policies that it holds for.
pub fn validate(
    anchor: &Certificate,
    path: &[&Certificate],
    settings: &Settings,
) -> Result<Policies, PathError> {
    let count = path.len();
    let mut walk = Walk {
        graph: Some(Graph::new()),
        constraints: Constraints::default(),
        explicit: if settings.explicit_policy { 0 } else { count + 1 },
        mapping: if settings.inhibit_mapping { 0 } else { count + 1 },
        any: if settings.inhibit_any { 0 } else { count + 1 },
        deepest: count,
    };
    let mut issuer = anchor;
    for (index, certificate) in path.iter().enumerate() {
        let is_last = index + 1 == count;
        walk.check(certificate, issuer, is_last, settings.now)?;
        if !is_last {
            walk.prepare(certificate)?;
        }
        issuer = certificate;
    }
    let leaf = path.last().ok_or(PathError::Chain)?;
    walk.end(leaf, settings)
}

/// The state of 6.1.2.
#[derive(Debug)]
struct Walk<'a> {
    graph: Option<Graph>,
    constraints: Constraints<'a>,
    explicit: usize,
    mapping: usize,
    any: usize,
    deepest: usize,
}

impl<'a> Walk<'a> {
    /// 6.1.3.
    fn check(
        &mut self,
        certificate: &'a Certificate,
        issuer: &Certificate,
        is_last: bool,
        now: DateTime<Utc>,
    ) -> Result<(), PathError> {
        if !certificate.is_signed_by(issuer) {
            return Err(PathError::Signature);
        }
        if !certificate.is_valid_at(now) {
            return Err(match (is_last, now < certificate.not_before()) {
                (true, true) => PathError::NotYet,
                (true, false) => PathError::Expired,
                (false, _) => PathError::AuthorityTime,
            });
        }
        if certificate.issuer() != issuer.subject() {
            return Err(PathError::Chain);
        }
        let is_between = !is_last && certificate.is_self_issued();
        if !is_between && !self.constraints.allow(certificate) {
            return Err(PathError::Name);
        }
        self.graph = match (self.graph.take(), &certificate.extensions.policies) {
            (Some(graph), Some(policies)) => graph.state(policies, self.any > 0 || is_between),
            _ => None,
        };
        if self.explicit == 0 && self.graph.is_none() {
            return Err(PathError::Policy);
        }
        Ok(())
    }

    /// 6.1.4.
    fn prepare(&mut self, certificate: &'a Certificate) -> Result<(), PathError> {
        let known = &certificate.extensions;
        if known
            .mappings
            .iter()
            .any(|(from, to)| *from == ANY_POLICY || *to == ANY_POLICY)
        {
            return Err(PathError::Policy);
        }
        if !known.mappings.is_empty() {
            let may = self.mapping > 0;
            self.graph = self
                .graph
                .take()
                .and_then(|graph| graph.map(&known.mappings, may));
        }
        if let Some(constraints) = &known.constraints {
            self.constraints.add(constraints);
        }
        let is_self_issued = certificate.is_self_issued();
        if !is_self_issued {
            self.explicit = self.explicit.saturating_sub(1);
            self.mapping = self.mapping.saturating_sub(1);
            self.any = self.any.saturating_sub(1);
        }
        self.explicit = least(self.explicit, known.require_explicit);
        self.mapping = least(self.mapping, known.inhibit_mapping);
        self.any = least(self.any, known.inhibit_any);
        if certificate.version() != 3 || !certificate.is_ca() {
            return Err(PathError::NoAuthority);
        }
        if !is_self_issued {
            self.deepest = self.deepest.checked_sub(1).ok_or(PathError::Depth)?;
        }
        self.deepest = least(self.deepest, known.basic.and_then(|basic| basic.path_length));
        if known.usage.is_some_and(|usage| !usage.cert_sign()) {
            return Err(PathError::NoAuthority);
        }
        no_critical(certificate)
    }

    /// 6.1.5.
    fn end(mut self, leaf: &Certificate, settings: &Settings) -> Result<Policies, PathError> {
        self.explicit = self.explicit.saturating_sub(1);
        if leaf.extensions.require_explicit == Some(0) {
            self.explicit = 0;
        }
        no_critical(leaf)?;
        if !leaf.key().is_usable() {
            return Err(PathError::Key);
        }
        let policies = match &self.graph {
            Some(graph) => graph.outcome(settings.policies.as_ref()),
            None => Policies::These(BTreeSet::new()),
        };
        if self.explicit == 0 && policies.is_empty() {
            return Err(PathError::Policy);
        }
        Ok(policies)
    }
}

fn no_critical(certificate: &Certificate) -> Result<(), PathError> {
    match certificate.extensions.unknown_critical {
        None => Ok(()),
        Some(_) => Err(PathError::Critical),
    }
}

fn least(now: usize, stated: Option<u32>) -> usize {
    stated.map_or(now, |stated| {
        now.min(usize::try_from(stated).unwrap_or(usize::MAX))
    })
}
