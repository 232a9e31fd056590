// SPDX-License-Identifier: Apache-2.0
//! Products of which no maker says how they sign people in: all that they may speak, and nothing that
//! anybody has tried.

use super::{House, Installation, Product, Profile, Setting, Tested, filing, openid, saml, settings};

pub(super) fn profile(product: Product, house: &House, there: &Installation) -> Profile {
    let record = openid::any(product, there);
    let mut notes = vec![
        "nothing technical is published of it and nothing of this was tried: take OpenID Connect where it has that, \
         else SAML, and LDAP only where it has neither"
            .to_owned(),
        saml::metadata_by_hand(product),
        "by LDAP Countersign takes no part in a sign-in there: its assurance, sessions and revocations do not reach \
         the product, and only who is closed in the directory is out"
            .to_owned(),
    ];
    notes.extend(openid::unknown_redirect(
        record.is_none(),
        "where it speaks OpenID Connect, it says where people come back to",
    ));
    let mut commands = vec![saml::from_file(product)];
    commands.extend(record.is_some().then(|| filing(product.name())));
    Profile {
        product,
        protocol: "not published: OpenID Connect, SAML 2.0 or LDAP",
        tested: Tested::Untested,
        editions: "whatever its maker says",
        clients: record.into_iter().collect(),
        commands,
        files: Vec::new(),
        settings: openid::settings_of_any(house, product)
            .chain(saml::settings_of_any(house))
            .chain(directory())
            .collect(),
        notes,
        page: "docs/connect/generic.md",
    }
}

/// Countersign speaks LDAP to directories and answers none itself: the product is pointed to the same one.
fn directory() -> impl Iterator<Item = Setting> {
    let as_in = |key: &str| format!("`{key}` of the directory's source here (docs/connect/ldap.md)");
    settings([
        ("LDAP: server, by ldaps or StartTLS", as_in("urls")),
        ("LDAP: authority of its certificate", as_in("authorities")),
        (
            "LDAP: account that reads",
            "one of its own, that reads people and nothing else".to_owned(),
        ),
        ("LDAP: base of people", as_in("base")),
        ("LDAP: filter of people", as_in("filter")),
        ("LDAP: login attribute", as_in("login")),
        (
            "LDAP: username",
            "the attribute that the source's mapping makes `username` of, so that one person has one name"
                .to_owned(),
        ),
    ])
    .into_iter()
}
