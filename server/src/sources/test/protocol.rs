// SPDX-License-Identifier: Apache-2.0
//! Each protocol's own steps, from where TLS leaves off.

use countersign_directory::source::{Protocol, Source};

use super::{Asked, Probed, oidc, saml};
use crate::app::House;

/// Looks at what lies behind TLS, and at the person who is asked about where the source tells of people.
pub(super) async fn look(house: &House, source: &Source, asked: Asked<'_>) -> Probed {
    match &source.protocol {
        Protocol::Ldap(_) => crate::ldap::tester::look(house, source, asked.person).await,
        Protocol::Oidc(oidc) => Probed {
            lines: oidc::look(house, source, oidc).await,
            ..Probed::default()
        },
        Protocol::Saml(saml) => saml::look(house, source, saml, asked.response).await,
    }
}
