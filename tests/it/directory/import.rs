// SPDX-License-Identifier: Apache-2.0
mod weighed;

use std::io::{BufRead, BufReader};

use countersign_directory::operation::import::{ImportError, MOST, Options, Source, Wider, compare, import};
use countersign_directory::operation::proposal::{self, ProposalError};
use countersign_directory::store::{changes, proposals, tombstones};
use countersign_directory::{ApprovalId, Noun, Permit, World};
use countersign_tests::database::{TestDatabase, fresh};
use rand::SeedableRng;
use serde_json::{Value, json};
use sqlx::Connection;

use super::{COALITION, coalition, import_bytes, load, now, with_coalition};

fn counts(
    report: &countersign_directory::operation::import::Report,
    map: &str,
) -> (usize, usize, usize, usize) {
    let (_, found) = report.counts.iter().find(|(name, _)| *name == map).unwrap();
    (found.created, found.updated, found.unchanged, found.removed)
}

fn edited(edit: impl FnOnce(&mut Value)) -> Vec<u8> {
    let mut world = serde_json::from_str(COALITION).unwrap();
    edit(&mut world);
    serde_json::to_vec(&world).unwrap()
}

/// What filing a file for a second person comes to, as a person may see it at that moment.
async fn filed(bytes: &[u8], replace: bool, database: &TestDatabase) -> Result<ApprovalId, ProposalError> {
    let source = Source::read(bytes).unwrap();
    let mut db = database.pool.acquire().await.unwrap();
    let report = compare(&source, replace, now(), &mut db).await.unwrap();
    let act = report.act(source.hash, replace).unwrap();
    let [seed, ..] = source.hash.0;
    let mut rng = rand::rngs::StdRng::seed_from_u64(seed.into());
    let by = "judy".parse().unwrap();
    let (id, _) = proposal::file(&act, &by, "new arrivals", now(), &mut rng, &mut db).await?;
    Ok(id)
}

/// kara approves what she is shown.
async fn approved(id: &ApprovalId, database: &TestDatabase) -> Result<(), ProposalError> {
    let mut db = database.pool.acquire().await.unwrap();
    let held = proposals::load(id, &mut db).await.unwrap().unwrap();
    let by = "kara".parse().unwrap();
    let _ = proposal::approve(id, &by, held.approval.parameters, now(), &mut db).await?;
    Ok(())
}

/// judy files a file, kara approves it.
async fn approval_for(bytes: &[u8], replace: bool, database: &TestDatabase) -> ApprovalId {
    let id = filed(bytes, replace, database).await.unwrap();
    approved(&id, database).await.unwrap();
    id
}

fn with(approval: ApprovalId) -> Options {
    Options {
        approval: Some(approval),
        ..Options::default()
    }
}

fn replacing(approval: Option<ApprovalId>) -> Options {
    Options {
        replace: true,
        approval,
        ..Options::default()
    }
}

fn named(wider: &[Wider]) -> Vec<String> {
    wider.iter().map(Wider::to_string).collect()
}

#[tokio::test]
async fn the_coalition_is_loaded_back_equal() {
    let database = with_coalition().await;
    assert_eq!(load(&database).await, coalition());
}

#[tokio::test]
async fn a_second_import_changes_nothing() {
    let database = with_coalition().await;
    let mut db = database.pool.acquire().await.unwrap();
    let before = changes::head(&mut db).await.unwrap();
    let report = import_bytes(&database, COALITION.as_bytes(), &Options::default())
        .await
        .unwrap();
    assert!(!report.changes_anything());
    assert_eq!(counts(&report, "users"), (0, 0, 23, 0));
    assert!(report.events.is_empty());
    assert_eq!(changes::head(&mut db).await.unwrap(), before);
    assert_eq!(load(&database).await, coalition());
}

#[tokio::test]
async fn a_dry_run_counts_and_changes_nothing() {
    let database = fresh().await;
    let options = Options {
        dry_run: true,
        ..Options::default()
    };
    let report = import_bytes(&database, COALITION.as_bytes(), &options)
        .await
        .unwrap();
    assert_eq!(counts(&report, "channels"), (11, 0, 0, 0));
    assert_eq!(load(&database).await, World::default());
}

#[tokio::test]
async fn a_bad_file_changes_nothing_and_names_each_fault() {
    let database = with_coalition().await;
    let bytes = edited(|world| {
        world["users"]["alice"]["agency"] = json!("nowhere");
        world["channels"]["town"]["members"] = json!(["nobody"]);
        world["missions"]["NEW"] = json!({"state": "active"});
    });
    let Err(ImportError::Faults(faults)) = import_bytes(&database, &bytes, &Options::default()).await else {
        panic!("the file was taken");
    };
    let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(
        faults,
        [
            "users.alice.agency: no agency has the id \"nowhere\"",
            "channels.town.members: no person has the id \"nobody\"",
        ]
    );
    assert_eq!(load(&database).await, coalition());
}

#[tokio::test]
async fn a_file_may_refer_to_what_the_store_holds() {
    let database = with_coalition().await;
    let bytes = br#"{"users": {"wanda": {"kind": "government", "status": "active", "agency": "BMVg"}}}"#;
    let options = with(approval_for(bytes, false, &database).await);
    let report = import_bytes(&database, bytes, &options).await.unwrap();
    assert_eq!(counts(&report, "users"), (1, 0, 0, 0));
    let kinds: Vec<&str> = report.events.iter().map(|event| event.kind).collect();
    assert_eq!(kinds, ["approval.used", "directory.imported"]);
    assert_eq!(load(&database).await.people.len(), 24);
}

fn clearance() -> Value {
    json!({"scheme": "NATO", "level": "NS", "kind": "personnel", "state": "active",
        "valid_from": "2026-01-01T00:00:00Z", "valid_until": "2027-01-01T00:00:00Z"})
}

#[tokio::test]
async fn what_was_imported_is_on_record_by_name() {
    let database = with_coalition().await;
    let bytes = edited(|world| {
        world["users"]["noah"]["roles"] = json!(["member", "owner"]);
        world["users"]["olga"]["briefings"] = json!([]);
        world["settings"]["blocked_locations"] = json!(["RU"]);
    });
    let options = with(approval_for(&bytes, false, &database).await);
    let report = import_bytes(&database, &bytes, &options).await.unwrap();
    let event = report.events.last().unwrap();
    assert_eq!(event.kind, "directory.imported");
    assert_eq!(event.detail["approved_by"], "kara");
    assert_eq!(
        event.detail["changed"],
        json!(["settings", "person:noah", "person:olga"])
    );
    let wider = json!([{"map": "users", "id": "noah", "widens": ["roles"]}]);
    assert_eq!(
        (&event.detail["wider"], &event.detail["wider_in_all"]),
        (&wider, &json!(1))
    );
}

fn noah_is_cleared() -> Vec<u8> {
    edited(|world| world["users"]["noah"]["clearances"] = json!([clearance()]))
}

#[tokio::test]
async fn an_approval_is_for_one_file_in_one_way_and_used_once() {
    let database = with_coalition().await;
    let bytes = noah_is_cleared();
    let another = edited(|world| world["users"]["noah"]["missions"] = json!(["NUC"]));
    let other_file = with(approval_for(&another, false, &database).await);
    let refused = import_bytes(&database, &bytes, &other_file).await;
    assert!(matches!(refused, Err(ImportError::Changed(_))), "{refused:?}");

    let approval = approval_for(&bytes, false, &database).await;
    let to_replace = replacing(Some(approval.clone()));
    let refused = import_bytes(&database, &bytes, &to_replace).await;
    assert!(matches!(refused, Err(ImportError::Changed(_))), "{refused:?}");

    let options = with(approval);
    let report = import_bytes(&database, &bytes, &options).await.unwrap();
    assert_eq!(counts(&report, "users"), (0, 1, 22, 0));
    assert_eq!(load(&database).await.people["noah"].clearances.len(), 1);

    // Used once: taking the clearance away and giving it back needs a new one.
    let back = with(approval_for(COALITION.as_bytes(), false, &database).await);
    let _ = import_bytes(&database, COALITION.as_bytes(), &back)
        .await
        .unwrap();
    assert!(matches!(
        import_bytes(&database, &bytes, &options).await,
        Err(ImportError::Approval(_))
    ));
}

#[tokio::test]
async fn an_approval_is_for_what_the_file_changes_as_things_stood() {
    let database = with_coalition().await;
    let bytes = noah_is_cleared();
    let approval = approval_for(&bytes, false, &database).await;
    // Meanwhile alice loses a briefing: the file would give it back, and nobody has looked at that.
    let meanwhile = edited(|world| world["users"]["alice"]["briefings"] = json!(["NATO"]));
    let _ = import_bytes(&database, &meanwhile, &Options::default())
        .await
        .unwrap();
    let refused = import_bytes(&database, &bytes, &with(approval)).await;
    assert!(matches!(refused, Err(ImportError::Changed(_))), "{refused:?}");
    assert!(load(&database).await.people["noah"].clearances.is_empty());
}

#[tokio::test]
async fn who_gets_more_neither_files_nor_approves_and_a_word_can_be_taken_back() {
    let database = with_coalition().await;
    let more_for = |person: &'static str| {
        edited(move |world| world["users"][person]["clearances"] = json!([clearance()]))
    };
    let own = filed(&more_for("judy"), false, &database).await;
    assert!(matches!(own, Err(ProposalError::Own)), "{own:?}");
    let for_kara = filed(&more_for("kara"), false, &database).await.unwrap();
    let own = approved(&for_kara, &database).await;
    assert!(matches!(own, Err(ProposalError::Own)), "{own:?}");

    let bytes = noah_is_cleared();
    let approval = approval_for(&bytes, false, &database).await;
    let mut db = database.pool.acquire().await.unwrap();
    let by = "kara".parse().unwrap();
    let _ = proposal::end(&approval, &by, now(), &mut db).await.unwrap();
    drop(db);
    let refused = import_bytes(&database, &bytes, &with(approval)).await;
    assert!(matches!(refused, Err(ImportError::Approval(_))), "{refused:?}");
}

#[tokio::test]
async fn one_approval_is_for_no_more_than_anybody_can_look_at() {
    let database = with_coalition().await;
    let bytes = edited(|world| {
        for number in 0..=MOST {
            world["missions"][format!("M{number}")] = json!({"state": "active"});
        }
    });
    let source = Source::read(&bytes).unwrap();
    let mut db = database.pool.acquire().await.unwrap();
    let report = compare(&source, false, now(), &mut db).await.unwrap();
    assert_eq!((report.wider.len(), report.wider_in_all), (MOST, MOST + 1));
    let refused = report.act(source.hash, false);
    assert!(matches!(refused, Err(ImportError::TooMuch(_))));
}

#[tokio::test]
async fn replacing_removes_what_is_missing_and_never_gives_its_name_again() {
    let database = with_coalition().await;
    let without_town = edited(|world| {
        world["channels"].as_object_mut().unwrap().remove("town");
        world["files"].as_object_mut().unwrap().remove("f-nu");
    });
    let kept = import_bytes(&database, &without_town, &Options::default())
        .await
        .unwrap();
    assert!(!kept.changes_anything());

    let options = replacing(Some(approval_for(&without_town, true, &database).await));
    let report = import_bytes(&database, &without_town, &options).await.unwrap();
    assert_eq!(counts(&report, "channels"), (0, 0, 10, 1));
    assert_eq!(counts(&report, "files"), (0, 0, 1, 1));
    let world = load(&database).await;
    assert!(!world.channels.contains_key("town"));

    let Err(ImportError::Faults(faults)) =
        import_bytes(&database, COALITION.as_bytes(), &Options::default()).await
    else {
        panic!("a name was given again");
    };
    let paths: Vec<&str> = faults.iter().map(|fault| fault.path.as_str()).collect();
    assert_eq!(paths, ["channels.town", "files.f-nu"]);
    let mut db = database.pool.acquire().await.unwrap();
    assert_eq!(
        tombstones::among(Noun::Channel, &["town", "ops-ns"], &mut db)
            .await
            .unwrap(),
        ["town"]
    );
}

#[tokio::test]
async fn a_replacing_file_stands_alone() {
    let database = with_coalition().await;
    let options = Options {
        replace: true,
        ..Options::default()
    };
    let bytes = br#"{"users": {"wanda": {"kind": "government", "status": "active", "agency": "BMVg"}}}"#;
    assert!(matches!(
        import_bytes(&database, bytes, &options).await,
        Err(ImportError::Faults(_))
    ));
}

#[tokio::test]
async fn a_connection_lost_in_mid_import_leaves_nothing() {
    let database = fresh().await;
    let mut connection = sqlx::AnyConnection::connect(&database.url).await.unwrap();
    let mut tx = connection.begin().await.unwrap();
    let source = Source::read(COALITION.as_bytes()).unwrap();
    let _ = import(source, &Options::default(), &Permit::operator(), now(), &mut tx)
        .await
        .unwrap();
    std::mem::forget(tx);
    connection.close_hard().await.unwrap();
    assert_eq!(load(&database).await, World::default());
    let mut db = database.pool.acquire().await.unwrap();
    assert_eq!(changes::head(&mut db).await.unwrap(), 0);
}

/// Where the child of the next test finds the database.
const CHILD: &str = "COUNTERSIGN_TEST_IMPORT_CHILD";

#[tokio::test]
async fn a_process_killed_in_mid_import_leaves_nothing() {
    let database = fresh().await;
    let mut child = std::process::Command::new(std::env::current_exe().unwrap())
        .args([
            "--ignored",
            "--exact",
            "--nocapture",
            "directory::import::imports_and_waits_for_its_end",
        ])
        .env(CHILD, &database.url)
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let out = BufReader::new(child.stdout.take().unwrap());
    assert!(
        out.lines()
            .any(|line| line.unwrap().contains("imported, not committed"))
    );
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(load(&database).await, World::default());
    let _ = import_bytes(&database, COALITION.as_bytes(), &Options::default())
        .await
        .unwrap();
    assert_eq!(load(&database).await, coalition());
}

#[tokio::test]
#[ignore = "the child of the test above"]
async fn imports_and_waits_for_its_end() {
    let Ok(url) = std::env::var(CHILD) else { return };
    sqlx::any::install_default_drivers();
    let mut connection = sqlx::AnyConnection::connect(&url).await.unwrap();
    let mut tx = connection.begin().await.unwrap();
    let source = Source::read(COALITION.as_bytes()).unwrap();
    let _ = import(source, &Options::default(), &Permit::operator(), now(), &mut tx)
        .await
        .unwrap();
    println!("imported, not committed");
    std::future::pending::<()>().await;
}
