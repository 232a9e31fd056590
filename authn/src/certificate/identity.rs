// SPDX-License-Identifier: Apache-2.0
//! What a leaf says about its holder, as far as an account can rest on it: always inside one issuer,
//! never a common name or a mailbox alone.

use super::Oid;
use super::cursor::Cursor;
use super::extensions::KeyUsage;
use super::name::{GeneralName, text};
use super::parsed::Certificate;

const CLIENT_AUTHENTICATION: Oid = Oid::new_unwrap("1.3.6.1.5.5.7.3.2");
const UPN: Oid = Oid::new_unwrap("1.3.6.1.4.1.311.20.2.3");

impl Certificate {
    /// The user principal name, if there is exactly one.
    pub fn upn(&self) -> Option<String> {
        let mut found = self.extensions.names.iter().filter_map(|name| match name {
            GeneralName::Other(kind, value) if *kind == UPN => {
                let mut inside = Cursor::over(value).ok()?;
                let upn = text(inside.next().ok()?)?;
                inside.end().ok()?;
                Some(upn)
            }
            _ => None,
        });
        match (found.next(), found.next()) {
            (Some(upn), None) if is_plain(&upn) => Some(upn),
            _ => None,
        }
    }

    /// The host's name, if there is exactly one.
    pub fn only_dns_name(&self) -> Option<&str> {
        self.only(|name| match name {
            GeneralName::Dns(name) => Some(name.as_str()),
            _ => None,
        })
    }

    /// The URI, if there is exactly one.
    pub fn only_uri(&self) -> Option<&str> {
        self.only(|name| match name {
            GeneralName::Uri(uri) => Some(uri.as_str()),
            _ => None,
        })
    }

    fn only<'a>(&'a self, is_one: impl Fn(&'a GeneralName) -> Option<&'a str>) -> Option<&'a str> {
        let mut found = self.extensions.names.iter().filter_map(is_one);
        found.next().filter(|_| found.next().is_none())
    }

    /// The ten digits of a US defence identifier, from a principal name in that domain.
    pub fn edipi(&self) -> Option<String> {
        let upn = self.upn()?;
        let (digits, domain) = upn.split_once('@')?;
        let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
        let is_known = matches!(digits.len(), 10 | 16) && domain.eq_ignore_ascii_case("mil");
        (is_number && is_known).then(|| digits.chars().take(10).collect())
    }

    /// The identifier of its key, as its issuer wrote it.
    pub fn subject_key_id(&self) -> Option<&[u8]> {
        self.extensions.subject_key.as_deref()
    }

    /// Whether it may prove who somebody is by signing.
    pub fn may_sign(&self) -> bool {
        self.extensions.usage.is_some_and(KeyUsage::digital_signature)
    }

    /// Whether it may prove a program to a server: what it says about its uses, if it says anything, allows that.
    pub fn may_prove_programs(&self) -> bool {
        let signs = self.extensions.usage.is_none_or(KeyUsage::digital_signature);
        let stated = self.extensions.extended_usage.as_deref();
        signs && !self.is_ca() && stated.is_none_or(|uses| uses.contains(&CLIENT_AUTHENTICATION))
    }

    /// Whether one of its names is this DNS name. A wildcard is no name of anybody.
    pub fn has_dns_name(&self, name: &str) -> bool {
        let is_it =
            |one: &GeneralName| matches!(one, GeneralName::Dns(dns) if dns.eq_ignore_ascii_case(name));
        !name.contains('*') && self.extensions.names.iter().any(is_it)
    }

    /// Whether its extended use is among these.
    pub fn is_for_one_of(&self, uses: &[Oid]) -> bool {
        let stated = self.extensions.extended_usage.as_deref().unwrap_or_default();
        stated.iter().any(|one| uses.contains(one))
    }

    /// Whether it states a policy itself.
    pub fn states_policy(&self, policy: &Oid) -> bool {
        self.extensions
            .policies
            .as_ref()
            .is_some_and(|all| all.contains(policy))
    }
}

fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.len() <= 255 && !name.chars().any(|c| c.is_control() || c.is_whitespace())
}
