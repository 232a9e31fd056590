// SPDX-License-Identifier: Apache-2.0
//! What is done with bytes from strangers, one function per parser. `fuzz/` feeds them random bytes
//! and the tests feed them the committed seeds, so both try the same thing.

use std::sync::OnceLock;

use chrono::DateTime;
use countersign_audit::NewLeaf;
use countersign_audit::checkpoint::Checkpoint;
use countersign_audit::checkpoint::cosignature::WitnessKey;
use countersign_audit::checkpoint::note::{Note, Signature, VerifierKey};
use countersign_audit::export::{Checker, Checks, Line};
use countersign_authn::certificate::ocsp::read as read_answer;
use countersign_authn::certificate::path::validate;
use countersign_authn::certificate::{Certificate, Crl, Settings};
use countersign_authn::factor::attestation::Metadata;
use countersign_authn::factor::attestation::metadata::Signer;
use countersign_authn::factor::device_key::{PublicKey, Purpose};
use countersign_authn::factor::passkey;
use countersign_authn::factor::recovery::Code;
use countersign_authn::matrix::event::Event;
use countersign_authn::matrix::key::{SigningKey, VerifyKey};
use countersign_authn::matrix::published::ServerKeys;
use countersign_authn::matrix::request::Claim;
use countersign_authn::matrix::resolve::{self, Step};
use countersign_authn::matrix::version::RoomVersion;
use countersign_authn::oidc::access_token::AccessToken;
use countersign_authn::oidc::authorize::{self, Came, Refusal};
use countersign_authn::oidc::client::{Client, ClientRecord};
use countersign_authn::oidc::jws;
use countersign_authn::oidc::keys::KeyRing;
use countersign_authn::oidc::parameters::Parameters;
use countersign_authn::oidc::refresh_token::RefreshToken;
use countersign_authn::oidc::token::assertion;
use countersign_authn::secret::Sealer;
use countersign_authz::scenario::{run_files, simulate};
use countersign_authz::{Engine, Snapshot};
use countersign_directory::Role;
use countersign_directory::ldap::content_sync::{self, Info};
use countersign_directory::ldap::entry::{self, Raw, Reader};
use countersign_directory::ldap::subject::SubjectKind;
use countersign_directory::ldap::{Dn, Filter, Rules, account, ber, bind, dn};
use countersign_directory::source::mapping::Whom;
use countersign_directory::source::{Attributes, Mapping};
use countersign_labels::{Format, RawLabel, Schemes, Scribe};
use countersign_server::config::Config;
use countersign_server::http::access::batch::{Batch, MOST};
use countersign_server::http::access::search::wire::PageRequest;
use countersign_server::http::access::wire::EvaluationRequest;
use countersign_server::http::opentdf::wire::{GetDecisionBulk, GetDecisions, GetEntitlements};
use countersign_server::http::strict_json::{self, StrictJson};
use countersign_server::proxies::headers::{CHAIN, LEAF, presented, proven, strip};
use http::{HeaderMap, HeaderValue};
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::fuzz_saml::{saml_call, saml_provider, saml_request, saml_sp_logout};
use crate::fuzz_saml_sources::{
    saml_encrypted, saml_logout, saml_metadata, saml_pasted, saml_redirect, saml_response,
};
use crate::fuzz_upstream::{discovery, id_token, logout_token, upstream_token, upstream_userinfo};

/// A parser under test.
pub type Target = fn(&[u8]);

/// Every target by name; the names are those of `fuzz/targets/` and `fuzz/seeds/`.
pub const TARGETS: [(&str, Target); 41] = [
    ("attestation", attestation),
    ("authorize", self::authorize),
    ("certificate", certificate),
    ("checkpoint", checkpoint),
    ("config", config),
    ("crl", crl),
    ("device_key", device_key),
    ("discovery", discovery),
    ("export", export),
    ("id_token", id_token),
    ("journal", journal),
    ("label", label),
    ("ldap_entry", ldap_entry),
    ("ldap_names", ldap_names),
    ("logout_token", logout_token),
    ("mapping", mapping),
    ("marking", marking),
    ("matrix", matrix),
    ("metadata", metadata),
    ("ocsp", ocsp),
    ("opentdf", opentdf),
    ("proxy", proxy),
    ("recovery_code", recovery_code),
    ("request", request),
    ("saml_call", saml_call),
    ("saml_encrypted", saml_encrypted),
    ("saml_logout", saml_logout),
    ("saml_metadata", saml_metadata),
    ("saml_pasted", saml_pasted),
    ("saml_provider", saml_provider),
    ("saml_redirect", saml_redirect),
    ("saml_request", saml_request),
    ("saml_response", saml_response),
    ("saml_sp_logout", saml_sp_logout),
    ("scenario", scenario),
    ("source", source),
    ("stanag4774", stanag4774),
    ("token", token),
    ("upstream_token", upstream_token),
    ("upstream_userinfo", upstream_userinfo),
    ("world", world),
];

/// A mapping is read or refused, and what comes of a sample is within its bounds. Read again from what it was
/// written as, it does the same.
pub fn mapping(bytes: &[u8]) {
    let Ok(both) = strict_json::parse(bytes) else {
        return;
    };
    let Ok(mapping) = Mapping::read(both["mapping"].clone()) else {
        return;
    };
    let Ok(attributes) = serde_json::from_value::<Attributes>(both["attributes"].clone()) else {
        return;
    };
    let again = Mapping::read(serde_json::to_value(&mapping).unwrap()).unwrap();
    for whom in [Whom::New, Whom::Known] {
        let told = mapping.apply(&attributes, whom);
        assert_eq!(told, again.apply(&attributes, whom));
        let Ok(told) = told else { continue };
        let said = told.sourced;
        let short = |text: &Option<String>| text.as_ref().is_none_or(|text| (1..=255).contains(&text.len()));
        assert!(short(&said.username) && short(&said.display_name) && short(&said.email));
        assert!(said.missions.iter().flatten().all(|mission| !mission.is_every()));
        assert!(said.clearances.iter().all(|held| held.len() <= 100));
    }
}

/// The record of a source is read or refused, and read again from what it was written as, it is the same. What
/// is shown of it shows no secret.
pub fn source(bytes: &[u8]) {
    let Ok(record) = strict_json::parse(bytes) else {
        return;
    };
    let Ok(source) = countersign_directory::source::read(record) else {
        return;
    };
    let mut written = serde_json::to_value(&source).unwrap();
    assert_eq!(
        countersign_directory::source::read(written.clone()).unwrap(),
        source
    );
    assert!(!source.cap.roles.contains(&Role::SecurityOfficer));
    countersign_directory::source::veil(&mut written);
    assert!(source.protocol.secret().is_none_or(|held| {
        !written.to_string().contains(&hex::encode(held.as_bytes())) || held.as_bytes().len() < 8
    }));
}

/// An attestation object tells its model or is refused.
pub fn attestation(bytes: &[u8]) {
    let _ = passkey::model_of(bytes);
}

/// A FIDO metadata file is refused unless a trusted service signed it, and a list that is read is kept
/// as it was read.
pub fn metadata(bytes: &[u8]) {
    let signer = Signer {
        roots: Vec::new(),
        name: "mds.fidoalliance.org".into(),
    };
    let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
    assert!(Metadata::read(bytes, &signer, now).is_err(), "nobody is trusted");
    if let Ok(list) = Metadata::of(bytes) {
        let kept = serde_json::to_string(&list).unwrap();
        assert_eq!(serde_json::from_str::<Metadata>(&kept).unwrap(), list);
    }
}

/// A device's key that is read is read again as it was written, and signs nothing by chance.
pub fn device_key(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let (key, signature) = text.split_once('\n').unwrap_or((text, ""));
    if let Ok(key) = PublicKey::read(key) {
        assert_eq!(key.point().len(), 65);
        assert!(key.device().is_ok());
        assert!(!key.signed(signature, Purpose::Prove, "https://id.example", "a challenge"));
    }
}

/// A recovery code that is read is read again as it is shown.
pub fn recovery_code(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Some(code) = Code::presented(text) {
        assert_eq!(Code::presented(&code.shown()), Some(code));
    }
}

/// A certificate is refused, or its names are of a size that can be shown and stored.
pub fn certificate(bytes: &[u8]) {
    if let Ok(certificate) = Certificate::from_der(bytes) {
        assert_eq!(certificate.der(), bytes);
        assert!(certificate.upn().is_none_or(|upn| upn.len() <= 255));
        assert!(!certificate.is_signed_by(&certificate) || certificate.key().is_usable());
        let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let path = validate(&certificate, &[&certificate], &Settings::at(now));
        assert!(path.is_err() || certificate.is_self_issued());
    }
}

/// A revocation list is refused, or its index is not larger than what it was read from.
pub fn crl(bytes: &[u8]) {
    if let Ok(list) = Crl::from_der(bytes) {
        assert!(list.len() <= bytes.len() / 15);
        assert!(!list.is_older_than(&list));
    }
}

/// A responder's answer is read or refused.
pub fn ocsp(bytes: &[u8]) {
    let _ = read_answer(bytes);
}

/// A proxy's headers are refused, or name a leaf and at most seven more.
pub fn proxy(bytes: &[u8]) {
    let mut headers = HeaderMap::new();
    for line in bytes.split(|byte| *byte == b'\n') {
        if let Ok(value) = HeaderValue::from_bytes(line) {
            let name = if headers.contains_key(LEAF) { CHAIN } else { LEAF };
            headers.append(name, value);
        }
    }
    if let Ok(presented) = presented(&headers) {
        assert!(presented.chain.len() <= 8);
    }
    let secret = SecretString::from("0123456789abcdef0123456789abcdef");
    assert!(proven(&headers, &secret).is_err());
    strip(&mut headers);
    assert!(headers.is_empty());
}

/// An authorization request is refused, or frozen with an address that is on file.
pub fn authorize(bytes: &[u8]) {
    let Ok(query) = std::str::from_utf8(bytes) else {
        return;
    };
    let parameters = Parameters::read(query);
    let client = client();
    let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
    let keys = KeyRing::default();
    let checked = authorize::check(&parameters, Some(client), Came::ByBrowser, &keys, ISSUER, now);
    let kept = Parameters::read(&parameters.text_without(&["client_secret"]));
    assert!(!kept.is_repeated() && kept.one("client_secret").is_none());
    match checked {
        Ok(request) => {
            assert!(client.record.redirect_uris.contains(&request.redirect_uri));
            assert!(request.challenge.is_some(), "a public client needs a challenge");
        }
        Err(Refusal::Page(_) | Refusal::Redirect(_)) => {}
    }
}

/// A signed note that is read is written as it was; so is a checkpoint, and a key.
pub fn checkpoint(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Ok(note) = Note::parse(text) {
        assert_eq!(Note::parse(&note.to_string()).unwrap(), note);
        let _ = Checkpoint::parse(note.text());
    }
    if let Ok(checkpoint) = Checkpoint::parse(text) {
        assert_eq!(Checkpoint::parse(&checkpoint.text()).unwrap(), checkpoint);
    }
    if let Ok(key) = text.parse::<VerifierKey>() {
        assert_eq!(key.to_string().parse(), Ok(key));
    }
    if let Ok(key) = text.parse::<WitnessKey>() {
        assert_eq!(key.to_string().parse(), Ok(key));
    }
    if let Some(signature) = Signature::parse(text) {
        assert_eq!(Signature::parse(&signature.to_string()), Some(signature));
    }
}

/// A configuration is typed and checked, or its first wrong key is named.
pub fn config(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let Ok(table) = text.parse::<toml::Table>() else {
        return;
    };
    let _ = Config::from_table(table);
}

/// An export verifies or its first fault is named; a line that is read is written as it means.
pub fn export(bytes: &[u8]) {
    let mut checker = Checker::new(Checks::default()).keeping_hashes();
    for line in bytes.split(|byte| *byte == b'\n') {
        if let Ok(read) = serde_json::from_slice::<Line>(line) {
            let written = read.written();
            assert_eq!(serde_json::from_str::<Line>(&written).unwrap(), read);
        }
        if checker.line(line).is_err() {
            return;
        }
    }
    if let Ok((report, hashes)) = checker.finish() {
        assert_eq!(report.leaves, hashes.len() as u64);
    }
}

/// A journal segment is read as far as it is whole; a frame's payload that is a leaf goes round.
pub fn journal(bytes: &[u8]) {
    countersign_audit::journal::read_segment(bytes);
    if let Some(leaf) = NewLeaf::decode(bytes) {
        assert_eq!(leaf.encode(), bytes);
        assert!(!leaf.record(0, None).is_empty());
    }
}

/// A label that is understood says the same again when it is written and read once more.
pub fn label(bytes: &[u8]) {
    let Ok(raw) = RawLabel::parse(bytes) else { return };
    let Ok(label) = Schemes::builtin().label(&raw) else {
        return;
    };
    let again = Schemes::builtin()
        .label(&label.to_raw())
        .expect("what we write we can read");
    assert_eq!(label, again);
}

/// What a directory sends is refused or read within bounds: messages, what is told of changes, entries.
pub fn ldap_entry(bytes: &[u8]) {
    if let Ok(Some(length)) = ber::message(bytes, 4096) {
        assert!(length <= bytes.len() && length <= 4096);
    }
    let _ = content_sync::entry_state(bytes);
    let _ = content_sync::done(bytes);
    let _ = content_sync::next_page(bytes);
    if let Ok(Info::Set { uuids, .. }) = content_sync::info(bytes) {
        assert!(uuids.len() <= bytes.len() / 18);
    }
    // A line is `name:value`; the first is the entry's name.
    let mut lines = bytes.split(|byte| *byte == b'\n');
    let dn = String::from_utf8_lossy(lines.next().unwrap_or_default()).into_owned();
    let mut raw = Raw {
        dn,
        attributes: Vec::new(),
    };
    for line in lines {
        let mut parts = line.splitn(2, |byte| *byte == b':');
        let name = String::from_utf8_lossy(parts.next().unwrap_or_default()).into_owned();
        let value = parts.next().unwrap_or_default().to_vec();
        match raw.attributes.iter_mut().find(|(other, _)| *other == name) {
            Some((_, values)) => values.push(value),
            None => raw.attributes.push((name, vec![value])),
        }
    }
    let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
    let standing = account::standing(&raw, now);
    let base: Dn = "dc=x".parse().unwrap();
    let wanted = ["mail".to_owned(), "cn".to_owned()];
    for subject in [
        SubjectKind::EntryUuid,
        SubjectKind::ObjectGuid,
        SubjectKind::NsUniqueId,
    ] {
        let reader = Reader {
            base: &base,
            subject,
            wanted: &wanted,
            groups: None,
        };
        if let Ok(entry) = reader.read(&raw, &[]) {
            assert!(entry.dn.is_within(&base));
            assert!(
                subject
                    .filter(&entry.subject)
                    .is_some_and(|filter| filter.parse::<Filter>().is_ok())
            );
            assert!(
                entry
                    .attributes
                    .values()
                    .flatten()
                    .all(|value| !value.contains(char::is_control))
            );
            let rules = Rules::default();
            assert_eq!(
                entry::digest(&entry, standing, &rules),
                entry::digest(&entry, standing, &rules)
            );
        }
    }
}

/// A filter, and a name, is read or refused; what is put into one stays a value.
pub fn ldap_names(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Ok(filter) = text.parse::<Filter>()
        && let Ok(filled) = filter.with_name("*)(uid=*")
    {
        assert_eq!(
            filled.as_str().matches('(').count(),
            filter.as_str().matches('(').count()
        );
    }
    let filter: Filter = "(&(objectClass=person)(uid={name}))".parse().unwrap();
    if let Ok(filled) = filter.with_name(text) {
        assert_eq!(filled.as_str().matches(['(', ')', '*']).count(), 6);
    }
    if let Ok(dn) = text.parse::<Dn>() {
        assert_eq!(dn.key().parse::<Dn>().expect("a key is a name"), dn);
        assert!(dn.is_within(&dn));
    }
    let written: Dn = format!("cn={},dc=x", dn::escape(text))
        .parse()
        .unwrap_or_else(|_| "dc=x".parse().unwrap());
    assert!(written.is_within(&"dc=x".parse().unwrap()));
    let _ = bind::Outcome::read(49, text);
}

/// A marking is read or refused; what is read and can be written is the same label when read again.
pub fn marking(bytes: &[u8]) {
    for format in Format::MARKINGS {
        goes_round(format, bytes);
    }
}

/// An `Authorization` between servers is read or not. An event that is read is read again once it is signed, and
/// its signature then fits.
pub fn matrix(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = Claim::read(text);
        if let Some(Step::Done(target)) = resolve::begin(text) {
            assert!(target.port > 0 && !target.host.contains(['/', '@', ' ', '[']));
        }
    }
    if let Some(Step::WellKnown(asked)) = resolve::begin("a.example") {
        let target = asked.found(Some(bytes));
        assert!(target.port > 0 && !target.host.contains(['/', '@', ' ', '[']));
    }
    let Ok(value) = strict_json::parse(bytes) else {
        return;
    };
    let _ = ServerKeys::read("a.example", &value);
    let key = SigningKey::from_seed("ed25519:fuzz", &[7; 32]).expect("a seed has 32 bytes");
    let public = VerifyKey::read(&key.public()).expect("a public key is one");
    for version in RoomVersion::ALL {
        let Ok(event) = Event::read(value.clone(), version) else {
            continue;
        };
        let Ok(signed) = event.signed("a.example", &key) else {
            continue;
        };
        // What is no object cannot hold a signature.
        let holds = signed["signatures"]["a.example"].is_object();
        if let Ok(again) = Event::read(signed, version) {
            assert!(!holds || again.is_signed_by("a.example", |id| (id == key.id()).then_some(&public)));
        }
    }
}

/// OpenTDF names are read or refused, and go round.
pub fn opentdf(bytes: &[u8]) {
    goes_round(Format::OpenTdf, bytes);
}

/// An XML label is read or refused, and goes round.
pub fn stanag4774(bytes: &[u8]) {
    goes_round(Format::Stanag4774, bytes);
}

fn goes_round(format: Format, bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let scribe = Scribe::new(Schemes::builtin());
    let label = match scribe.read(format, text) {
        Ok(label) => label,
        Err(refusal) => {
            assert_eq!(refusal.to_string().lines().count(), 1, "a refusal is one line");
            return;
        }
    };
    if let Ok(written) = scribe.write(format, &label) {
        let mut reader = scribe;
        reader.originator = label.originator_controlled_by().map(str::to_owned);
        let again = reader.read(format, &written).expect("what we write we can read");
        assert!(again.says_the_same(&label), "{written}");
    }
}

/// A request body that is taken means the same to a second reader; a question in it is read or
/// refused, and so is a list of them, or a page.
pub fn request(bytes: &[u8]) {
    let Ok(value) = strict_json::parse(bytes) else {
        return;
    };
    let usual: Value = serde_json::from_slice(bytes).expect("the usual reader takes it too");
    assert_eq!(value, usual);
    let _ = StrictJson(value.clone()).read::<EvaluationRequest>();
    if let Ok(asked) = StrictJson(value.clone()).read::<GetDecisions>() {
        let asked = asked.decision_requests.iter().enumerate();
        let _ = asked
            .filter(|(at, request)| request.questions(*at).is_ok())
            .count();
    }
    if let Ok(asked) = StrictJson(value.clone()).read::<GetDecisionBulk>() {
        let asked = asked.decision_requests.iter().enumerate();
        let _ = asked
            .filter(|(at, request)| request.questions(*at).is_ok())
            .count();
    }
    if let Ok(asked) = StrictJson(value.clone()).read::<GetEntitlements>() {
        let _ = asked.entity_identifier.only().is_ok();
    }
    let page = value.get("page").cloned();
    let _ = PageRequest::read(page);
    if let Ok(Batch::Many(many)) = Batch::read(StrictJson(value)) {
        assert!((1..=MOST).contains(&many.questions().count()));
    }
}

/// A scenario file is run or refused, over a world where nobody is, because reading one is slow; its
/// rows, or the text as one row, are simulated over the coalition. Whatever they say, an outcome
/// other than a permit has a reason.
pub fn scenario(bytes: &[u8]) {
    let (engine, snapshot) = coalition();
    let _ = run_files(engine, b"{}", &[("file".to_owned(), bytes.to_vec())]);
    let Ok(file) = serde_json::from_slice::<Value>(bytes) else {
        return;
    };
    let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
    let facts = file.get("defaults").unwrap_or(&Value::Null);
    let rows = file.get("scenarios").and_then(Value::as_array);
    for row in rows
        .map_or(std::slice::from_ref(&file), Vec::as_slice)
        .iter()
        .take(10)
    {
        if let Ok(simulated) = simulate(engine, snapshot, row, facts, now) {
            let decision = simulated.decision;
            assert_eq!(decision.allowed(), decision.reason.is_none());
        }
    }
}

/// No text is a token while there are no keys.
pub fn token(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    assert!(jws::verify(&KeyRing::default(), text).is_none());
    let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
    let sealer = Sealer::new(&[7; 32]).unwrap();
    assert!(AccessToken::open(text, &sealer, now).is_none());
    assert!(RefreshToken::open(text, &sealer).is_none());
    let _ = assertion::named(text);
    assert!(assertion::read(text, &client().record, ISSUER, now).is_none());
}

/// A world file is read, or its faults are named.
pub fn world(bytes: &[u8]) {
    if let Err(faults) = countersign_directory::world::parse(bytes) {
        assert!(!faults.is_empty(), "a refusal has a reason");
    }
}

fn client() -> &'static Client {
    static CLIENT: OnceLock<Client> = OnceLock::new();
    CLIENT.get_or_init(|| {
        let record: ClientRecord = serde_json::from_value(json!({
            "id": "chat",
            "name": "Chat",
            "redirect_uris": ["https://chat.example/callback"],
            "grants": ["authorization_code"],
            "jwks": {"keys": [{"kty": "OKP", "crv": "Ed25519",
                "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]},
        }))
        .expect("the record is one");
        Client {
            record,
            secret_hash: None,
        }
    })
}

fn coalition() -> &'static (Engine, Snapshot) {
    static COALITION: OnceLock<(Engine, Snapshot)> = OnceLock::new();
    COALITION.get_or_init(|| {
        let world = countersign_directory::world::parse(WORLD).expect("the world is one");
        (
            Engine::builtin().expect("the shipped policies are valid"),
            Snapshot::new(world, 0),
        )
    })
}

const ISSUER: &str = "https://id.example";
const WORLD: &[u8] = include_bytes!("../../policies/worlds/coalition.world.json");
