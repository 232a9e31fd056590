// SPDX-License-Identifier: Apache-2.0
//! Which passkeys reach AAL3: metadata, attestation, rules, and what becomes of keys when they change.

use std::sync::Arc;

use authn::Happened;
use authn::factor::attestation::metadata::{MetadataError, Signer};
use authn::metadata::{ImportError, Imported, import};
use authn::secret::Secret;
use authn::store::passkeys;
use chrono::TimeDelta;
use countersign_authn as authn;
use countersign_directory::Actor;
use countersign_server::{factors, record};
use countersign_tests::authenticator::{Authenticator, BE, BS, UP, UV};
use countersign_tests::fido::{Maker, SERVICE, Service};
use countersign_tests::house::{Answer, TestHouse, open_house_configured};
use http::StatusCode;
use tempfile::TempDir;

use super::desk::{ORIGIN, Tab, enrol, link, location};

const DUE: &str = "2026-12-31";

struct Desk {
    house: TestHouse,
    service: Service,
    maker: Arc<Maker>,
    _folder: TempDir,
}

/// A house that believes a service of ours, with more rules on passkeys.
async fn desk(rules: &str) -> Desk {
    let (service, maker) = (Service::new(SERVICE), Arc::new(Maker::new(1)));
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root.pem");
    std::fs::write(&root, &service.root).unwrap();
    let mut section: toml::Table = rules.parse().unwrap();
    section.insert("metadata_root".into(), root.display().to_string().into());
    let mut sections = toml::Table::new();
    sections.insert("passkeys".into(), section.into());
    let house = open_house_configured(sections).await;
    let desk = Desk {
        house,
        service,
        maker,
        _folder: folder,
    };
    let entries = [desk.maker.entry("Oak Key 5", &["FIDO_CERTIFIED_L1"])];
    desk.import(&desk.service.file(1, DUE, &entries)).await.unwrap();
    desk
}

impl Desk {
    async fn import(&self, file: &str) -> Result<Imported, ImportError> {
        let app = &self.house.app;
        let signer = factors::signer(&app.config).unwrap().unwrap();
        self.import_as(file, &signer).await
    }

    async fn import_as(&self, file: &str, signer: &Signer) -> Result<Imported, ImportError> {
        let app = &self.house.app;
        let now = app.now();
        let policy = app.factors.passkeys.trusted().policy.clone();
        let mut log = Happened::new();
        let mut db = app.database.begin_write().await.unwrap();
        let bytes = file.as_bytes();
        let taken = import(bytes, signer, &policy, now, &mut app.rng(), &mut log, &mut db).await?;
        record::happened(&Actor::Operator, &log, now, &mut db)
            .await
            .unwrap();
        app.commit(db).await.unwrap();
        app.follow_models().await.unwrap();
        Ok(taken)
    }

    fn key(&self, maker: &Arc<Maker>, name: &str) -> Authenticator {
        Authenticator::made_by(maker, ORIGIN, "localhost", name.as_bytes())
    }

    /// Enrols a key of the maker's with a link.
    async fn enrolled(&self, person: &str) -> Authenticator {
        let mut key = self.key(&self.maker, person);
        let link = link(&self.house, person).await;
        let answer = enrol(&self.house, &link, &mut key).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        key
    }

    /// The page after a sign-in that needs AAL3.
    async fn high(&self, key: &mut Authenticator) -> Answer {
        let mut tab = Tab::new(&self.house);
        let flow = tab.begin("/signin?acr_values=phrh").await;
        let challenge = tab.challenge(&flow).await;
        let credential = key.get(&challenge["options"]);
        let id = challenge["id"].as_str().unwrap();
        let fields = [
            ("flow", flow.as_str()),
            ("challenge", id),
            ("credential", &credential),
        ];
        tab.post("/signin/passkey", &fields).await
    }

    fn level(&self, person: &str) -> Option<&'static str> {
        let sessions = self
            .house
            .app
            .board
            .of_person(&person.parse().unwrap(), self.house.app.now());
        sessions.first().map(|session| session.level.acr())
    }
}

#[tokio::test]
async fn an_attested_key_that_stays_on_its_device_reaches_aal3() {
    let desk = desk("").await;
    let mut key = desk.enrolled("dave").await;
    let answer = desk.high(&mut key).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert_eq!(desk.level("dave"), Some("phrh"));
    let mut db = desk.house.app.database.pool.acquire().await.unwrap();
    let kept = passkeys::of_person(&"dave".parse().unwrap(), &mut db)
        .await
        .unwrap();
    assert_eq!(kept[0].aaguid.to_string(), desk.maker.model());
    assert_eq!(
        (kept[0].format.as_str(), kept[0].attestation.as_str()),
        ("packed", "basic")
    );
    assert!(kept[0].attested && kept[0].allowed && !kept[0].capped);
}

#[tokio::test]
async fn an_unattested_or_synced_passkey_is_refused_for_aal3_and_the_page_says_which_would_do() {
    let desk = desk("allow = [\"00000000-0000-0000-0000-000000000001\"]").await;
    let mut plain = super::desk::passkey(&desk.house, "dave").await;
    let answer = desk.high(&mut plain).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        answer.text.contains("it didn&#39;t prove which make it is"),
        "{}",
        answer.text
    );
    assert!(
        answer.text.contains("one of these security keys: Oak Key 5"),
        "{}",
        answer.text
    );
    assert_eq!(desk.level("dave"), None);

    let mut synced = desk.key(&desk.maker, "noah");
    synced.flags = UP | UV | BE | BS;
    let link = link(&desk.house, "noah").await;
    assert_eq!(
        enrol(&desk.house, &link, &mut synced).await.status,
        StatusCode::OK
    );
    let answer = desk.high(&mut synced).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        answer.text.contains("it can be copied to other devices"),
        "{}",
        answer.text
    );
    // For less it is good.
    let answer = Tab::new(&desk.house).sign_in("/signin", &mut synced).await;
    assert_eq!(location(&answer), "/account");
}

#[tokio::test]
async fn a_model_that_somebody_else_attests_is_not_attested() {
    let desk = desk("").await;
    let forger = Arc::new(Maker::new(1));
    let mut key = desk.key(&forger, "dave");
    let link = link(&desk.house, "dave").await;
    assert_eq!(enrol(&desk.house, &link, &mut key).await.status, StatusCode::OK);
    let answer = desk.high(&mut key).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn where_attested_keys_are_required_no_other_is_kept() {
    let desk = desk("groups = [{ role = \"security_officer\", require_attested = true }]").await;
    let plain = link(&desk.house, "judy").await;
    let mut key = Authenticator::new(ORIGIN, "localhost", b"plain");
    let answer = enrol(&desk.house, &plain, &mut key).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        answer
            .text
            .contains("Use a security key issued by your organisation"),
        "{}",
        answer.text
    );
    let mut key = desk.key(&desk.maker, "judy");
    assert_eq!(enrol(&desk.house, &plain, &mut key).await.status, StatusCode::OK);
    // Others are not held to it.
    let other = link(&desk.house, "dave").await;
    let mut key = Authenticator::new(ORIGIN, "localhost", b"other");
    assert_eq!(enrol(&desk.house, &other, &mut key).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_model_that_turns_bad_signs_its_holders_out_and_is_refused() {
    let desk = desk("").await;
    let mut key = desk.enrolled("dave").await;
    assert_eq!(desk.high(&mut key).await.status, StatusCode::OK);
    let entries = [desk
        .maker
        .entry("Oak Key 5", &["FIDO_CERTIFIED_L1", "USER_VERIFICATION_BYPASS"])];
    let taken = desk.import(&desk.service.file(2, DUE, &entries)).await.unwrap();
    assert!(taken.hit.iter().any(|person| person.as_str() == "dave"));
    assert_eq!(desk.level("dave"), None);
    let mut tab = Tab::new(&desk.house);
    let flow = tab.begin("/signin").await;
    let challenge = tab.challenge(&flow).await;
    let credential = key.get(&challenge["options"]);
    let id = challenge["id"].as_str().unwrap();
    let fields = [
        ("flow", flow.as_str()),
        ("challenge", id),
        ("credential", &credential),
    ];
    let answer = tab.post("/signin/passkey", &fields).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text.contains("reported as compromised"), "{}", answer.text);
}

#[tokio::test]
async fn only_the_trusted_service_is_believed_and_only_forward() {
    let desk = desk("").await;
    let entries = [desk.maker.entry("Oak Key 5", &[])];
    let older = desk.import(&desk.service.file(1, DUE, &entries)).await;
    assert!(matches!(
        older,
        Err(ImportError::NotNewer {
            offered: 1,
            in_force: 1
        })
    ));
    let stranger = Service::new(SERVICE).file(2, DUE, &entries);
    let refused = desk.import(&stranger).await;
    assert!(
        matches!(refused, Err(ImportError::File(MetadataError::Chain(_)))),
        "{refused:?}"
    );
    let good = desk.service.file(2, DUE, &entries);
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let other = desk.service.file(3, DUE, &entries);
    let (other, _) = other.rsplit_once('.').unwrap();
    for altered in [format!("{other}.{signature}"), format!("{signed}.AAAA")] {
        let refused = desk.import(&altered).await;
        assert!(
            matches!(refused, Err(ImportError::File(MetadataError::Signature))),
            "{refused:?}"
        );
    }
    // The same root signs for others.
    let mut signer = factors::signer(&desk.house.app.config).unwrap().unwrap();
    signer.name = "mds.example.org".into();
    let refused = desk.import_as(&good, &signer).await;
    assert!(
        matches!(refused, Err(ImportError::File(MetadataError::Chain(_)))),
        "{refused:?}"
    );
    for garbage in ["", ".", "..", "a.b.c", "e30.e30.e30"] {
        assert!(desk.import(garbage).await.is_err(), "{garbage}");
    }
    desk.import(&good).await.unwrap();
}

#[tokio::test]
async fn metadata_past_its_date_raises_an_alarm_once_and_a_newer_one_ends_it() {
    let desk = desk("").await;
    desk.house.advance(TimeDelta::days(38)).await;
    desk.house.app.follow_models().await.unwrap();
    let told = desk.house.app.alarms.told();
    assert!(told.is_empty(), "on its last day it is good: {told:?}");
    desk.house.advance(TimeDelta::days(1)).await;
    for _ in 0..2 {
        desk.house.app.follow_models().await.unwrap();
    }
    let ready = desk.house.anonymous(http::Method::GET, "/readyz", None).await;
    assert!(
        ready.text.contains("the passkey metadata is past its date"),
        "{}",
        ready.text
    );
    desk.import(&desk.service.file(2, "2027-02-01", &[]))
        .await
        .unwrap();
    assert!(desk.house.app.alarms.told().is_empty());
}

#[tokio::test]
async fn a_key_added_from_a_weaker_sign_in_does_not_lift_its_owner() {
    let desk = desk("").await;
    let mut plain = super::desk::passkey(&desk.house, "dave").await;
    let mut tab = Tab::new(&desk.house);
    tab.sign_in("/signin", &mut plain).await;
    let csrf = csrf(&mut tab).await;
    let challenge = tab
        .post("/account/passkeys/challenge", &[("csrf", &csrf)])
        .await
        .json();
    let mut key = desk.key(&desk.maker, "second");
    let credential = key.create(&challenge["options"]);
    let fields = [
        ("csrf", csrf.as_str()),
        ("challenge", challenge["id"].as_str().unwrap()),
        ("credential", &credential),
        ("name", ""),
    ];
    let answer = tab.post("/account/passkeys", &fields).await;
    assert!(answer.text.contains("The passkey was added"), "{}", answer.text);
    assert!(
        answer.text.contains("Oak Key 5"),
        "called by its make: {}",
        answer.text
    );
    let answer = desk.high(&mut key).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        answer.text.contains("added from a weaker sign-in"),
        "{}",
        answer.text
    );
}

#[tokio::test]
async fn a_passkey_is_renamed_by_its_owner_alone() {
    let desk = desk("").await;
    let mut key = desk.enrolled("dave").await;
    let mut tab = Tab::new(&desk.house);
    tab.sign_in("/signin", &mut key).await;
    let csrf = csrf(&mut tab).await;
    let mut db = desk.house.app.database.pool.acquire().await.unwrap();
    let id = passkeys::of_person(&"dave".parse().unwrap(), &mut db)
        .await
        .unwrap()[0]
        .id
        .clone();
    drop(db);
    let rename = |name: &'static str| {
        [
            ("csrf", csrf.clone()),
            ("passkey", id.clone()),
            ("name", name.to_owned()),
        ]
    };
    let fields = rename("On my keyring");
    let fields: Vec<_> = fields
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let answer = tab.post("/account/passkeys/rename", &fields).await;
    assert!(answer.text.contains("On my keyring"), "{}", answer.text);
    let mut other = desk.enrolled("noah").await;
    let mut theirs = Tab::new(&desk.house);
    theirs.sign_in("/signin", &mut other).await;
    let csrf = super::attestation::csrf(&mut theirs).await;
    let fields = [
        ("csrf", csrf.as_str()),
        ("passkey", id.as_str()),
        ("name", "mine now"),
    ];
    let answer = theirs.post("/account/passkeys/rename", &fields).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
}

/// The token in the account page's forms.
pub(crate) async fn csrf(tab: &mut Tab<'_>) -> String {
    let page = tab.get("/account").await.text;
    let token = page.split("name=\"csrf\" value=\"").nth(1).unwrap();
    let token = token.split('"').next().unwrap().to_owned();
    assert!(
        Secret::presented(&token).is_none(),
        "the cookie's secret is not on the page"
    );
    token
}
