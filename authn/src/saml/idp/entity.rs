// SPDX-License-Identifier: Apache-2.0
//! Our own names and addresses as an identity provider, all made from the issuer.

/// The addresses of our identity provider.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Entity {
    /// Our entity id, which is also where our metadata is.
    pub id: String,
    /// Where requests to sign in are taken.
    pub sso: String,
    /// Where logout messages are taken.
    pub slo: String,
}

impl Entity {
    /// Those of the house whose public address is `issuer`.
    pub fn of(issuer: &str) -> Self {
        let base = issuer.trim_end_matches('/');
        Self {
            id: format!("{base}/saml/metadata"),
            sso: format!("{base}/saml/sso"),
            slo: format!("{base}/saml/slo"),
        }
    }
}
