// SPDX-License-Identifier: Apache-2.0
//! XMPP servers, which people's programs show an access token.

use serde_json::{Value, json};

use super::{House, Product, ProductFile, Profile, Tested, filing};

const PAGE: &str = "docs/connect/xmpp.md";
/// The client of people's programs.
const PROGRAMS: &str = "xmpp";

/// ejabberd, by the script in `connectors/ejabberd`.
pub(super) fn ejabberd(house: &House) -> Profile {
    let issuer = &house.issuer;
    let script = "ejabberd";
    Profile {
        product: Product::Ejabberd,
        protocol: "an access token as password, looked up by the script of connectors/ejabberd",
        tested: Tested::Product,
        editions: "free",
        clients: vec![
            programs(),
            json!({
                "id": script,
                "name": "ejabberd",
                "grants": ["client_credentials"],
                "introspects": [PROGRAMS],
            }),
        ],
        commands: vec![filing(PROGRAMS), filing(script)],
        // The test of tests/it/authn/ejabberd.rs runs an ejabberd on these very texts.
        files: vec![
            ProductFile {
                name: "ejabberd.yml",
                text: r#"auth_method: external
extauth_program: "/opt/countersign/countersign_extauth.py /etc/ejabberd/countersign.json"
# A token is looked up each time: what was true of one a minute ago is not.
auth_use_cache: false
# ejabberd's own tokens are none of here.
disable_sasl_mechanisms: ["X-OAUTH2"]
"#
                .to_owned(),
            },
            ProductFile {
                name: "/etc/ejabberd/countersign.json",
                text: format!(
                    r#"{{
  "issuer": "{issuer}",
  "client_id": "{script}",
  "client_secret_file": "/etc/ejabberd/countersign.secret",
  "programs": ["{PROGRAMS}"],
  "people_file": "/var/lib/ejabberd/countersign.people"
}}
"#
                ),
            },
        ],
        settings: Vec::new(),
        notes: vec![
            "there, /opt/countersign/countersign_extauth.py is a copy of connectors/ejabberd/countersign_extauth.py, \
             executable"
                .to_owned(),
            "the secret that is printed for `ejabberd` is what /etc/ejabberd/countersign.secret holds, readable by \
             ejabberd alone"
                .to_owned(),
            "ejabberd must take passwords over TLS alone (`starttls_required: true`), for a token is one".to_owned(),
            "a token is looked at when a stream is opened: end a revoked person's streams (`ejabberdctl kick_user`)"
                .to_owned(),
        ],
        page: PAGE,
    }
}

/// Prosody, by a module of its community.
pub(super) fn prosody(house: &House) -> Profile {
    let issuer = &house.issuer;
    Profile {
        product: Product::Prosody,
        protocol: "SASL OAUTHBEARER, tokens checked by userinfo",
        tested: Tested::PublishedContract,
        editions: "free; a Prosody newer than 0.12 with mod_auth_oauth_external of prosody-modules",
        clients: vec![programs()],
        commands: vec![filing(PROGRAMS)],
        files: vec![ProductFile {
            name: "prosody.cfg.lua",
            text: format!(
                r#"authentication = "oauth_external"
oauth_external_issuer = "{issuer}"
oauth_external_discovery_url = "{issuer}/.well-known/openid-configuration"
oauth_external_validation_endpoint = "{issuer}/oauth2/userinfo"
oauth_external_username_field = "preferred_username"
oauth_external_resource_owner_password = false
"#
            ),
        }],
        settings: Vec::new(),
        notes: vec![
            "the module does not ask for which client a token was made: whoever is given a token of a person by any \
             application of this house can sign in as her. Register no application here that you would not trust with that"
                .to_owned(),
            "a token is looked at when a stream is opened: end a revoked person's streams (mod_admin_shell, \
             `user:logout`)"
                .to_owned(),
        ],
        page: PAGE,
    }
}

fn programs() -> Value {
    json!({
        "id": PROGRAMS,
        "name": "XMPP",
        "redirect_uris": ["http://127.0.0.1/callback"],
        "grants": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_method": "none",
    })
}
