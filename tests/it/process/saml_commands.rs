// SPDX-License-Identifier: Apache-2.0
//! Service providers on the command line: filed by their metadata, renewed by newer metadata, refused
//! where something would be weaker than it looks; and what to enter at a product.

use std::path::Path;
use std::process::Output;

use chrono::Utc;
use countersign_authn::saml::credential::{Credential, Kind};
use countersign_authn::saml::sign::{key_info, signed};
use countersign_authn::saml::write::{Element, Space};
use countersign_authn::saml::{HTTP_POST, HTTP_REDIRECT};
use countersign_tests::process::run;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use serde_json::Value;

const CBC: &str = "http://www.w3.org/2001/04/xmlenc#aes128-cbc";

fn key(seed: u64) -> Credential {
    let mut rng = StdRng::seed_from_u64(seed);
    Credential::generate(Kind::Rsa, "sp", Utc::now(), &mut rng).unwrap()
}

/// Metadata of `https://HOST` with these keys, and what it names as methods of encryption.
fn metadata(host: &str, keys: &[&Credential], method: Option<&str>, binding: &str) -> Element {
    let md = |name| Element::new(Space::Md, name);
    let described = keys.iter().map(|key| {
        let methods = method.map(|uri| md("EncryptionMethod").with("Algorithm", uri));
        md("KeyDescriptor").child(key_info(key)).children(methods)
    });
    let role = md("SPSSODescriptor")
        .with(
            "protocolSupportEnumeration",
            "urn:oasis:names:tc:SAML:2.0:protocol",
        )
        .children(described)
        .child(
            md("AssertionConsumerService")
                .with("Binding", binding)
                .with("Location", format!("https://{host}/acs"))
                .with("index", "0"),
        );
    md("EntityDescriptor")
        .with("ID", "m1")
        .with("entityID", format!("https://{host}/metadata"))
        .child(role)
}

fn file(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

fn register(folder: &Path, file: &str, more: &[&str]) -> Output {
    let data = folder.join("data").display().to_string();
    let command = ["client", "saml", "--metadata", file, "--data-dir", &data];
    run(&[&command, more].concat())
}

fn record(done: &Output) -> Value {
    let told = String::from_utf8_lossy(&done.stderr).into_owned();
    assert_eq!(done.status.code(), Some(0), "{told}");
    serde_json::from_slice(&done.stdout).unwrap()
}

fn refused(done: &Output, why: &str) {
    let told = String::from_utf8_lossy(&done.stderr).into_owned();
    assert_eq!(done.status.code(), Some(2), "{told}");
    assert!(told.contains(why), "`{why}` is not said: {told}");
}

#[test]
fn a_service_provider_is_filed_by_its_metadata_and_keeps_what_was_decided_when_that_changes() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let (old, new) = (key(1), key(2));
    let text = metadata("chat.example", &[&old], None, HTTP_POST).canonical();
    let first = file(folder, "first.xml", &text);
    let tried = record(&register(folder, &first, &["--dry-run"]));
    assert_eq!(tried["id"], "chat.example");
    let filed = record(&register(
        folder,
        &first,
        &[
            "--id",
            "chat",
            "--product",
            "mattermost",
            "--level",
            "aal3",
            "--requests-signed",
        ],
    ));
    assert_eq!(filed["level"], "aal3");
    assert_eq!(filed["saml"]["name_id"], "email");
    assert_eq!(filed["saml"]["attributes"][0]["name"], "id");
    assert_eq!(filed["saml"]["idp_initiated"], false);

    let text = metadata("chat.example", &[&old, &new], None, HTTP_POST).canonical();
    let second = file(folder, "second.xml", &text);
    let renewed = record(&register(folder, &second, &[]));
    assert_eq!(renewed["id"], "chat");
    assert_eq!(renewed["level"], "aal3");
    assert_eq!(renewed["saml"]["requests_signed"], true);
    assert_eq!(renewed["saml"]["attributes"], filed["saml"]["attributes"]);
    assert_eq!(renewed["saml"]["signing"].as_array().unwrap().len(), 2);

    let text = metadata("other.example", &[&old], None, HTTP_POST).canonical();
    let other = file(folder, "other.xml", &text);
    refused(
        &register(folder, &other, &["--id", "chat"]),
        "another service provider",
    );
    refused(
        &register(folder, &second, &["--id", "wiki"]),
        "is the client `chat` already",
    );
}

#[test]
fn metadata_that_is_unfit_unsigned_or_offers_only_weak_encryption_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let key = key(1);
    let plain = metadata("chat.example", &[&key], None, HTTP_POST);
    let at = file(folder, "plain.xml", &plain.canonical());
    let pem = file(folder, "us.pem", &pem(&key));
    refused(&register(folder, &at, &["--signed-by", &pem]), "not signed");
    let whole = file(folder, "signed.xml", &signed(plain, &key).unwrap().canonical());
    record(&register(folder, &whole, &["--signed-by", &pem, "--dry-run"]));
    let other = file(folder, "other.pem", &self::pem(&self::key(2)));
    refused(
        &register(folder, &whole, &["--signed-by", &other]),
        "does not hold",
    );

    let weak = metadata("chat.example", &[&key], Some(CBC), HTTP_POST).canonical();
    let weak = file(folder, "weak.xml", &weak);
    refused(&register(folder, &weak, &[]), "AES-GCM");
    let clear = record(&register(folder, &weak, &["--in-clear", "--dry-run"]));
    assert_eq!(clear["saml"]["encrypt"], "never");

    let artifact = metadata("chat.example", &[&key], None, HTTP_REDIRECT).canonical();
    refused(
        &register(folder, &file(folder, "artifact.xml", &artifact), &[]),
        "HTTP-POST",
    );
    refused(
        &register(folder, &file(folder, "none.xml", "<a/>"), &[]),
        "EntityDescriptor",
    );
    refused(
        &register(
            folder,
            &file(folder, "bomb.xml", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"),
            &[],
        ),
        "document type",
    );
}

#[test]
fn the_settings_of_a_product_are_printed_with_our_addresses() {
    let folder = tempfile::tempdir().unwrap();
    let config = file(
        folder.path(),
        "countersign.toml",
        "issuer = \"https://id.example\"\n[listen]\nbehind_tls_proxy = true\n",
    );
    let given = [
        "connect",
        "profile",
        "mattermost",
        "--site",
        "https://chat.example",
        "--config",
        &config,
    ];
    let done = run(&[&given[..], &["--json"]].concat());
    assert_eq!(
        done.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    let profile: Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(profile["tested"], "published_contract");
    let settings = profile["settings"].as_array().unwrap();
    let value = |name: &str| settings.iter().find(|one| one["name"] == name).unwrap()["value"].clone();
    assert_eq!(value("SamlSettings.IdpURL"), "https://id.example/saml/sso");
    assert_eq!(
        value("SamlSettings.AssertionConsumerServiceURL"),
        "https://chat.example/login/sso/saml"
    );
    let text = String::from_utf8(run(&given).stdout).unwrap();
    assert!(text.contains("tested: published contract"), "{text}");
    assert_eq!(run(&["connect", "profile", "unheard-of"]).status.code(), Some(2));
}

fn pem(key: &Credential) -> String {
    format!(
        "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
        key.certificate_text()
    )
}
