// SPDX-License-Identifier: Apache-2.0
//! Products that sign people in by SAML 2.0.

use super::{House, Installation, Product, ProductFile, Profile, Setting, Tested, settings};

const PROTOCOL: &str = "SAML 2.0, begun by the service provider, answers by HTTP-POST";
const PERSISTENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";

/// Mattermost.
pub(super) fn mattermost(house: &House, there: &Installation) -> Profile {
    let (entity, site) = (&house.entity, there.site());
    let mut notes = vec![
        "make the key pair of Mattermost's side first (System console, Authentication, SAML 2.0): its metadata holds \
         the public half"
            .to_owned(),
        "it asks for a mail address of every account".to_owned(),
    ];
    notes.extend(there.stand_in());
    Profile {
        commands: import(Product::Mattermost, &format!("{site}/api/v4/saml/metadata")),
        settings: settings([
            ("SamlSettings.Enable", "true".to_owned()),
            ("SamlSettings.IdpMetadataURL", entity.id.clone()),
            ("SamlSettings.IdpURL", entity.sso.clone()),
            ("SamlSettings.IdpDescriptorURL", entity.id.clone()),
            (
                "SamlSettings.ServiceProviderIdentifier",
                format!("{site}/login/sso/saml"),
            ),
            (
                "SamlSettings.AssertionConsumerServiceURL",
                format!("{site}/login/sso/saml"),
            ),
            ("SamlSettings.Verify", "true".to_owned()),
            ("SamlSettings.Encrypt", "true".to_owned()),
            ("SamlSettings.SignRequest", "true".to_owned()),
            ("SamlSettings.SignatureAlgorithm", "RSAwithSHA256".to_owned()),
            ("SamlSettings.CanonicalAlgorithm", "Canonical1.0".to_owned()),
            ("SamlSettings.IdAttribute", "id".to_owned()),
            ("SamlSettings.UsernameAttribute", "username".to_owned()),
            ("SamlSettings.EmailAttribute", "email".to_owned()),
            ("SamlSettings.NicknameAttribute", "nickname".to_owned()),
        ]),
        notes,
        ..profile(
            Product::Mattermost,
            "a paid edition, or Entry; Team Edition signs in by password only since 11.0",
            "docs/connect/mattermost.md",
        )
    }
}

/// Rocket.Chat.
pub(super) fn rocket_chat(house: &House, there: &Installation) -> Profile {
    let (entity, site) = (&house.entity, there.site());
    Profile {
        commands: import(
            Product::RocketChatSaml,
            &format!("{site}/_saml/metadata/countersign"),
        ),
        settings: settings([
            ("SAML_Custom_Default", "true".to_owned()),
            ("SAML_Custom_Default_provider", "countersign".to_owned()),
            ("SAML_Custom_Default_entry_point", entity.sso.clone()),
            ("SAML_Custom_Default_idp_slo_redirect_url", entity.slo.clone()),
            (
                "SAML_Custom_Default_issuer",
                format!("{site}/_saml/metadata/countersign"),
            ),
            (
                "SAML_Custom_Default_cert",
                format!("the text of the first `X509Certificate` in {}", entity.id),
            ),
            ("SAML_Custom_Default_signature_validation_type", "All".to_owned()),
            ("SAML_Custom_Default_identifier_format", PERSISTENT.to_owned()),
            ("SAML_Custom_Default_immutable_property", "Username".to_owned()),
            (
                "SAML_Custom_Default_user_data_fieldmap",
                r#"{"username":"username","email":"email","name":"name"}"#.to_owned(),
            ),
            ("SAML_Custom_Default_allow_clock_drift", "60000".to_owned()),
        ]),
        notes: there.stand_in().into_iter().collect(),
        ..profile(
            Product::RocketChatSaml,
            "free up to 8, with a warning from 8.8; a plan from 9.0",
            "docs/connect/rocket-chat.md",
        )
    }
}

/// Matrix Synapse.
pub(super) fn synapse(house: &House, there: &Installation) -> Profile {
    let (entity, site) = (&house.entity, there.site());
    // What is asked of responses stands under `service.sp`: elsewhere pysaml2 does not see it.
    let text = format!(
        r#"saml2_config:
  sp_config:
    metadata:
      remote:
        - url: "{}"
    service:
      sp:
        want_response_signed: true
  user_mapping_provider:
    config:
      mxid_source_attribute: uid
      mxid_mapping: dotreplace

password_config:
  enabled: false
"#,
        entity.id
    );
    Profile {
        commands: import(
            Product::SynapseSaml,
            &format!("{site}/_synapse/client/saml2/metadata.xml"),
        ),
        files: vec![ProductFile {
            name: "homeserver.yaml",
            text,
        }],
        notes: there.stand_in().into_iter().collect(),
        ..profile(
            Product::SynapseSaml,
            "free; needs the extra `saml2` and the program xmlsec1",
            "docs/connect/synapse.md",
        )
    }
}

/// Whatever else speaks SAML.
pub(super) fn generic(house: &House) -> Profile {
    let product = Product::GenericSaml;
    Profile {
        commands: vec![from_file(product)],
        settings: settings_of_any(house).collect(),
        notes: vec![metadata_by_hand(product)],
        ..profile(
            product,
            "whatever the product says of single sign-on",
            "docs/connect/generic.md",
        )
    }
}

/// What every product asks for that speaks SAML.
pub(super) fn settings_of_any(house: &House) -> impl Iterator<Item = Setting> {
    let entity = &house.entity;
    settings([
        ("SAML: identity provider's metadata", entity.id.clone()),
        ("SAML: entity id, issuer", entity.id.clone()),
        (
            "SAML: single sign-on address (HTTP-Redirect and HTTP-POST)",
            entity.sso.clone(),
        ),
        (
            "SAML: single logout address (HTTP-Redirect and HTTP-POST)",
            entity.slo.clone(),
        ),
        (
            "SAML: signatures",
            "response and assertion, RSA-SHA256".to_owned(),
        ),
        ("SAML: NameID", PERSISTENT.to_owned()),
        (
            "SAML: attributes",
            "uid, mail and displayName by their object identifiers; clearance and compartments".to_owned(),
        ),
    ])
    .into_iter()
}

/// The command that registers a product by metadata in a file.
pub(super) fn from_file(product: Product) -> String {
    let name = product.name();
    format!("countersign client saml --metadata {name}.xml --product {name}")
}

/// Where that file comes from.
pub(super) fn metadata_by_hand(product: Product) -> String {
    let name = product.name();
    format!(
        "{name}.xml is the product's metadata. Where it has none, docs/connect/generic.md says what to write"
    )
}

fn import(product: Product, metadata: &str) -> Vec<String> {
    let fetched = format!("curl -fsS -o {}.xml '{metadata}'", product.name());
    vec![fetched, from_file(product)]
}

fn profile(product: Product, editions: &'static str, page: &'static str) -> Profile {
    Profile {
        product,
        protocol: PROTOCOL,
        tested: Tested::PublishedContract,
        editions,
        clients: Vec::new(),
        commands: Vec::new(),
        files: Vec::new(),
        settings: Vec::new(),
        notes: Vec::new(),
        page,
    }
}
