// SPDX-License-Identifier: Apache-2.0
//! Products that sign people in by OpenID Connect.

use serde_json::{Value, json};

use super::{House, Installation, Product, ProductFile, Profile, Setting, Tested, filing, settings};

pub(super) const PROTOCOL: &str = "OpenID Connect, authorization code with PKCE";
/// Where a product's client id and secret come from.
const PRINTED: &str = "what `countersign client put` prints, this one time";

/// Matrix Synapse.
pub(super) fn synapse(house: &House, there: &Installation) -> Profile {
    let (issuer, site) = (&house.issuer, there.site());
    // tests/peers/synapse.py runs a Synapse on this very text.
    let text = format!(
        r#"oidc_providers:
  - idp_id: countersign
    idp_name: Countersign
    issuer: "{issuer}"
    client_id: "synapse"
    client_secret_path: "/etc/matrix-synapse/countersign.secret"
    scopes: ["openid", "profile"]
    pkce_method: always
    user_profile_method: userinfo_endpoint
    backchannel_logout_enabled: true
    # People take over accounts of their name that are there already.
    allow_existing_users: true
    user_mapping_provider:
      config:
        localpart_template: "{{{{ user.preferred_username }}}}"
        display_name_template: "{{{{ user.name }}}}"

password_config:
  enabled: false
"#
    );
    let mut notes = vec![
        "the secret that `countersign client put` prints is what /etc/matrix-synapse/countersign.secret holds".to_owned(),
        "where Synapse is to ask for decisions as well, file the client within the server's record, by \
         `countersign server add`"
            .to_owned(),
    ];
    notes.extend(there.stand_in());
    Profile {
        files: vec![ProductFile {
            name: "homeserver.yaml",
            text,
        }],
        notes,
        ..profile(
            Product::Synapse,
            Tested::Product,
            "free",
            Some(json!({
                "id": "synapse",
                "name": "Synapse",
                "redirect_uris": [format!("{site}/_synapse/client/oidc/callback")],
                "backchannel_logout_uri": format!("{site}/_synapse/client/oidc/backchannel_logout"),
                "grants": ["authorization_code"],
            })),
            "docs/connect/synapse.md",
        )
    }
}

/// Rocket.Chat's Custom OAuth.
pub(super) fn rocket_chat(house: &House, there: &Installation) -> Profile {
    let site = there.site();
    let mut notes = vec![
        "its Custom OAuth sends no PKCE challenge, so the record says `exempt`; and it hears of no ended session: \
         log a revoked person out there"
            .to_owned(),
        "`Token Sent Via` has to be `Payload`: what it sends in the header instead is no client authentication"
            .to_owned(),
    ];
    notes.extend(there.stand_in());
    Profile {
        protocol: "OpenID Connect, authorization code without PKCE",
        settings: settings([
            ("Custom OAuth: name", "Countersign".to_owned()),
            ("Enable", "true".to_owned()),
            ("URL", house.issuer.clone()),
            ("Token Path", "/oauth2/token".to_owned()),
            ("Token Sent Via", "Payload".to_owned()),
            ("Identity Path", "/oauth2/userinfo".to_owned()),
            ("Identity Token Sent Via", "Header".to_owned()),
            ("Authorize Path", "/oauth2/authorize".to_owned()),
            ("Scope", "openid profile email".to_owned()),
            ("Id", "rocket-chat".to_owned()),
            ("Secret", PRINTED.to_owned()),
            ("Username field", "preferred_username".to_owned()),
            ("Email field", "email".to_owned()),
            ("Name field", "name".to_owned()),
            ("Key Field", "username".to_owned()),
            (
                "Merge users",
                "off, unless every account there is one of here".to_owned(),
            ),
        ]),
        notes,
        ..profile(
            Product::RocketChat,
            Tested::PublishedContract,
            "every edition; mapping roles or groups needs a licence, and is not needed here",
            Some(json!({
                "id": "rocket-chat",
                "name": "Rocket.Chat",
                "redirect_uris": [format!("{site}/_oauth/countersign")],
                "grants": ["authorization_code"],
                "pkce": "exempt",
            })),
            "docs/connect/rocket-chat.md",
        )
    }
}

/// Wickr.
pub(super) fn wickr(house: &House, there: &Installation) -> Profile {
    let record = there.redirect().map(|redirect| {
        json!({
            "id": "wickr",
            "name": "Wickr",
            "redirect_uris": [redirect],
            "grants": ["authorization_code", "refresh_token"],
            "level": "aal2_phishing_resistant",
        })
    });
    let mut notes = unknown_redirect(record.is_none(), "Wickr's console shows its redirect address");
    notes.push("Wickr hears of no ended session: suspend a revoked person there, too".to_owned());
    Profile {
        settings: settings([
            ("Issuer", house.issuer.clone()),
            ("Scopes", "openid email profile".to_owned()),
            ("Client ID", "wickr".to_owned()),
            ("Client secret", PRINTED.to_owned()),
            ("Custom username", "email".to_owned()),
            (
                "Company ID",
                "a word of your choice, by which people find the network".to_owned(),
            ),
        ]),
        notes,
        ..profile(
            Product::Wickr,
            Tested::PublishedContract,
            "Enterprise, and AWS Wickr with the premium plan",
            record,
            "docs/connect/wickr.md",
        )
    }
}

/// Whatever else speaks OpenID Connect.
pub(super) fn generic(house: &House, there: &Installation) -> Profile {
    let product = Product::GenericOidc;
    let record = any(product, there);
    Profile {
        settings: settings_of_any(house, product).collect(),
        notes: unknown_redirect(record.is_none(), "the product says where people come back to"),
        ..profile(
            product,
            Tested::PublishedContract,
            "whatever the product says of OpenID Connect",
            record,
            "docs/connect/generic.md",
        )
    }
}

/// The record of a product of which no more is known than where people come back to.
pub(super) fn any(product: Product, there: &Installation) -> Option<Value> {
    there.redirect().map(|redirect| {
        json!({
            "id": product.name(),
            "name": product.name(),
            "redirect_uris": [redirect],
            "grants": ["authorization_code"],
        })
    })
}

/// What every product asks for that speaks OpenID Connect.
pub(super) fn settings_of_any(house: &House, product: Product) -> impl Iterator<Item = Setting> {
    let issuer = &house.issuer;
    settings([
        ("OpenID Connect: issuer", issuer.clone()),
        (
            "OpenID Connect: discovery document",
            format!("{issuer}/.well-known/openid-configuration"),
        ),
        ("OpenID Connect: client id", product.name().to_owned()),
        ("OpenID Connect: client secret", PRINTED.to_owned()),
        ("OpenID Connect: scopes", "openid profile email".to_owned()),
        ("OpenID Connect: username", "preferred_username".to_owned()),
        ("OpenID Connect: PKCE", "S256".to_owned()),
    ])
    .into_iter()
}

/// What to do where the redirect address is not known yet.
pub(super) fn unknown_redirect(is_unknown: bool, who_says: &str) -> Vec<String> {
    let note = || format!("{who_says}: name it with --redirect, and the client's record is printed");
    is_unknown.then(note).into_iter().collect()
}

fn profile(
    product: Product,
    tested: Tested,
    editions: &'static str,
    client: Option<Value>,
    page: &'static str,
) -> Profile {
    Profile {
        product,
        protocol: PROTOCOL,
        tested,
        editions,
        commands: client.iter().map(|_| filing(product.name())).collect(),
        clients: client.into_iter().collect(),
        files: Vec::new(),
        settings: Vec::new(),
        notes: Vec::new(),
        page,
    }
}
