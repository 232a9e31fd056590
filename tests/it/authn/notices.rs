// SPDX-License-Identifier: Apache-2.0
//! People are told by mail what was done in their name.

use chrono::TimeDelta;
use countersign_authn::assurance::Level;
use countersign_directory::store::{People, Shelf as _, changes};
use countersign_directory::{Change, Noun, Person, PersonId};
use countersign_tests::house::{TestHouse, open_house_configured};
use http::{Method, StatusCode};

use super::desk::{Tab, passkey};
use super::devices::enrolled;

/// A house that writes messages into a folder, and the folder.
pub(super) async fn house() -> (TestHouse, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let mut mail = toml::Table::new();
    mail.insert("spool".into(), folder.path().display().to_string().into());
    let mut sections = toml::Table::new();
    sections.insert("mail".into(), mail.into());
    let house = open_house_configured(sections).await;
    (house, folder)
}

/// Gives somebody a mail address.
pub(super) async fn with_address(house: &TestHouse, person: &str, address: &str) {
    let snapshot = house.app.snapshot();
    let mut entry = Person::clone(snapshot.person(person).unwrap());
    entry.email = Some(address.into());
    let mut db = house.app.database.begin_write().await.unwrap();
    let id: PersonId = person.parse().unwrap();
    People::put(&[(&id, &entry)], &mut db).await.unwrap();
    let change = Change::put(Noun::Person, person);
    changes::record(&[change], house.app.now(), &mut db)
        .await
        .unwrap();
    house.app.commit(db).await.unwrap();
}

pub(super) fn messages(folder: &tempfile::TempDir) -> Vec<String> {
    let files = std::fs::read_dir(folder.path()).unwrap();
    let mut texts: Vec<String> = files
        .map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap())
        .collect();
    texts.sort();
    texts
}

#[tokio::test]
async fn adding_a_passkey_is_told_once_without_a_secret() {
    let (house, folder) = house().await;
    with_address(&house, "dave", "dave@agency.example").await;
    let mut key = passkey(&house, "dave").await;
    for _ in 0..2 {
        house.app.send_notices().await.unwrap();
    }
    let told = messages(&folder);
    assert_eq!(
        told.len(),
        2,
        "the link that was used, and the passkey: {told:#?}"
    );
    let all = told.join("\n");
    assert!(
        all.contains("To: dave@agency.example") && all.contains("A passkey was added"),
        "{all}"
    );
    assert!(!all.contains("/enrol/") && !all.contains("http"), "{all}");

    let mut tab = Tab::new(&house);
    tab.sign_in("/signin", &mut key).await;
    house.app.send_notices().await.unwrap();
    assert_eq!(messages(&folder).len(), 2, "the first browser is no news");
}

#[tokio::test]
async fn whoever_enrolled_a_device_is_told_of_that_and_of_its_loss() {
    let (house, folder) = house().await;
    with_address(&house, "alice", "alice@agency.example").await;
    let (key, _tab, _) = enrolled(&house, "alice").await;
    let judy = house.browser("judy", Level::Aal2, None).await;
    let path = format!("/api/v1/devices/{}/lost", key.device());
    let lost = house.as_person(&judy, Method::POST, &path, None).await;
    assert_eq!(lost.status, StatusCode::OK, "{}", lost.text);
    // A device of nobody in particular: nobody is told.
    let lost = house
        .as_person(&judy, Method::POST, "/api/v1/devices/ns/lost", None)
        .await;
    assert_eq!(lost.status, StatusCode::OK, "{}", lost.text);
    house.app.send_notices().await.unwrap();
    let told = messages(&folder);
    let about = |words: &str| told.iter().filter(|one| one.contains(words)).count();
    assert_eq!(about("A device was put on file for you"), 1, "{told:#?}");
    assert_eq!(about("One of your devices was reported as lost"), 1, "{told:#?}");
    assert!(
        told.iter().all(|one| one.contains("To: alice@agency.example")),
        "{told:#?}"
    );
}

#[tokio::test]
async fn a_message_that_could_not_be_written_is_tried_again() {
    let (house, folder) = house().await;
    with_address(&house, "dave", "dave@agency.example").await;
    passkey(&house, "dave").await;
    let path = folder.path().to_owned();
    drop(folder);
    std::fs::write(&path, "in the way").unwrap();
    house.app.send_notices().await.unwrap();
    std::fs::remove_file(&path).unwrap();
    house.app.send_notices().await.unwrap();
    assert!(!path.exists(), "not before its turn");
    house.advance(TimeDelta::minutes(1)).await;
    house.app.send_notices().await.unwrap();
    assert_eq!(std::fs::read_dir(&path).unwrap().count(), 2);
    std::fs::remove_dir_all(&path).unwrap();
}

#[tokio::test]
async fn who_has_no_address_is_given_up_on() {
    let (house, folder) = house().await;
    with_address(&house, "dave", "no address at all").await;
    passkey(&house, "dave").await;
    for _ in 0..2 {
        house.app.send_notices().await.unwrap();
        house.advance(TimeDelta::minutes(10)).await;
    }
    assert!(messages(&folder).is_empty());
}
