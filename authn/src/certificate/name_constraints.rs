// SPDX-License-Identifier: Apache-2.0
//! Which names may follow an authority (RFC 5280, section 4.2.1.10): within every set of permitted
//! subtrees, outside all excluded ones. A form that cannot be judged refuses as soon as a
//! certificate has a name of it.

use super::extensions::{NameConstraints, Subtree};
use super::name::{DistinguishedName, GeneralName};
use super::parsed::Certificate;

/// The constraints of all authorities so far.
#[derive(Debug, Default)]
pub(super) struct Constraints<'a> {
    all: Vec<&'a NameConstraints>,
}

/// How a name stands to a subtree.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Fit {
    /// The subtree is of another form.
    Apart,
    /// It lies within.
    Inside,
    /// Same form, and it lies elsewhere.
    Outside,
    /// Same form, and nobody can say.
    Unclear,
}

impl<'a> Constraints<'a> {
    /// 6.1.4 (g): those of the next authority come on top.
    pub(super) fn add(&mut self, more: &'a NameConstraints) {
        self.all.push(more);
    }

    /// 6.1.3 (b), (c): whether every name of `certificate` may follow.
    pub(super) fn allow(&self, certificate: &Certificate) -> bool {
        if self.all.is_empty() {
            return true;
        }
        let names = &certificate.extensions.names;
        let subject = certificate.subject();
        let directory = (!subject.is_empty()).then(|| GeneralName::Directory(subject.clone()));
        let has_mail = names.iter().any(|name| matches!(name, GeneralName::Mail(_)));
        let mut mailboxes = Vec::new();
        if !has_mail {
            mailboxes.extend(subject.mailboxes().map(|mail| GeneralName::Mail(mail.to_owned())));
        }
        let mut all = names.iter().chain(&directory).chain(&mailboxes);
        all.all(|name| self.all.iter().all(|constraints| allows(constraints, name)))
    }
}

fn allows(constraints: &NameConstraints, name: &GeneralName) -> bool {
    let fits = |subtrees: &[Subtree]| -> Vec<Fit> { subtrees.iter().map(|tree| fit(tree, name)).collect() };
    let excluded = fits(&constraints.excluded);
    if excluded
        .iter()
        .any(|fit| matches!(fit, Fit::Inside | Fit::Unclear))
    {
        return false;
    }
    let permitted = fits(&constraints.permitted);
    permitted.iter().all(|fit| *fit == Fit::Apart) || permitted.contains(&Fit::Inside)
}

fn fit(subtree: &Subtree, name: &GeneralName) -> Fit {
    let fit = match (&subtree.base, name) {
        (GeneralName::Directory(base), GeneralName::Directory(name)) => directory(base, name),
        (GeneralName::Dns(base), GeneralName::Dns(name)) => said(is_below(name, base)),
        (GeneralName::Mail(base), GeneralName::Mail(name)) => mail(base, name),
        (GeneralName::Uri(base), GeneralName::Uri(name)) => uri(base, name),
        (GeneralName::Ip(base), GeneralName::Ip(name)) => ip(base, name),
        (GeneralName::Registered(_), GeneralName::Registered(_)) => Fit::Unclear,
        (GeneralName::Other(base, _), GeneralName::Other(name, _)) if base == name => Fit::Unclear,
        (GeneralName::Unread(base, _), GeneralName::Unread(name, _)) if base == name => Fit::Unclear,
        _ => Fit::Apart,
    };
    if subtree.is_odd && fit != Fit::Apart {
        Fit::Unclear
    } else {
        fit
    }
}

fn said(inside: bool) -> Fit {
    if inside { Fit::Inside } else { Fit::Outside }
}

fn directory(base: &DistinguishedName, name: &DistinguishedName) -> Fit {
    said(name.is_within(base))
}

/// `name` is `base` or has more labels in front. A base with a dot in front wants more labels.
fn is_below(name: &str, base: &str) -> bool {
    let (name, base) = (name.to_ascii_lowercase(), base.to_ascii_lowercase());
    if base.is_empty() {
        return true;
    }
    if base.starts_with('.') {
        return name.len() > base.len() && name.ends_with(&base);
    }
    name == base || name.strip_suffix(&base).is_some_and(|front| front.ends_with('.'))
}

fn mail(base: &str, name: &str) -> Fit {
    let Some((local, host)) = name.rsplit_once('@') else {
        return Fit::Unclear;
    };
    said(match base.rsplit_once('@') {
        // The local part is somebody else's business: it is compared as it is.
        Some((base_local, base_host)) => local == base_local && host.eq_ignore_ascii_case(base_host),
        None if base.starts_with('.') => is_below(host, base),
        None => host.eq_ignore_ascii_case(base),
    })
}

fn uri(base: &str, name: &str) -> Fit {
    let Some((_, rest)) = name.split_once("://") else {
        return Fit::Unclear;
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = host.split_once(':').map_or(host, |(host, _)| host);
    let is_address = host.starts_with('[') || host.parse::<std::net::Ipv4Addr>().is_ok();
    if host.is_empty() || is_address {
        return Fit::Unclear;
    }
    if base.starts_with('.') {
        said(is_below(host, base))
    } else {
        said(host.eq_ignore_ascii_case(base))
    }
}

fn ip(base: &[u8], name: &[u8]) -> Fit {
    if base.len() != name.len() * 2 {
        return if base.len() == 8 || base.len() == 32 {
            Fit::Outside
        } else {
            Fit::Unclear
        };
    }
    let (network, mask) = base.split_at(name.len());
    let mut bytes = name.iter().zip(network).zip(mask);
    said(bytes.all(|((name, network), mask)| (name & mask) == (network & mask)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_that_only_ends_alike_is_not_below() {
        assert!(is_below("a.example.com", "example.com"));
        assert!(is_below("example.com", "EXAMPLE.com"));
        assert!(!is_below("badexample.com", "example.com"));
        assert!(!is_below("example.com", ".example.com"));
        assert!(is_below("a.example.com", ".example.com"));
    }

    #[test]
    fn an_address_is_judged_by_its_mask() {
        let base = [192, 0, 2, 0, 255, 255, 255, 0];
        assert_eq!(ip(&base, &[192, 0, 2, 77]), Fit::Inside);
        assert_eq!(ip(&base, &[192, 0, 3, 77]), Fit::Outside);
        assert_eq!(ip(&base, &[0; 16]), Fit::Outside);
        assert_eq!(ip(&[192, 0, 2], &[192, 0, 2, 77]), Fit::Unclear);
    }

    #[test]
    fn an_address_without_a_host_refuses_where_hosts_are_constrained() {
        assert_eq!(uri("host.example", "https://host.example:8443/x"), Fit::Inside);
        assert_eq!(uri(".example", "https://user@a.example/"), Fit::Inside);
        assert_eq!(uri("host.example", "urn:uuid:0"), Fit::Unclear);
        assert_eq!(uri("host.example", "https://192.0.2.1/"), Fit::Unclear);
    }
}
