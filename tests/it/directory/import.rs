// SPDX-License-Identifier: Apache-2.0
use std::io::{BufRead, BufReader};

use countersign_directory::operation::approval::{Request, approve, request};
use countersign_directory::operation::import::{ACTION, ImportError, Options, RESOURCE, Source, import};
use countersign_directory::store::{changes, tombstones};
use countersign_directory::{ApprovalId, Noun, ParametersHash, Permit, World};
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

async fn approval_for(bytes: &[u8], seed: u64, database: &TestDatabase) -> ApprovalId {
    let mut rng = rand::rngs::StdRng::seed_from_u64(seed);
    let mut db = database.pool.acquire().await.unwrap();
    let wanted = Request {
        action: ACTION.into(),
        resource_kind: RESOURCE.0.into(),
        resource_id: RESOURCE.1.into(),
        parameters: ParametersHash::of_bytes(bytes),
        requester: None,
        reason: "new arrivals".into(),
        lasts: chrono::Duration::hours(1),
    };
    let (id, _) = request(wanted, now(), &mut rng, &mut db).await.unwrap();
    let _ = approve(&id, &"judy".parse().unwrap(), now(), &mut db)
        .await
        .unwrap();
    id
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
    let report = import_bytes(&database, bytes, &Options::default()).await.unwrap();
    assert_eq!(counts(&report, "users"), (1, 0, 0, 0));
    assert_eq!(report.events.len(), 1);
    assert_eq!(load(&database).await.people.len(), 24);
}

#[tokio::test]
async fn clearances_into_a_store_with_people_need_a_second_person() {
    let database = with_coalition().await;
    let bytes = edited(|world| {
        world["users"]["noah"]["clearances"] = world["users"]["alice"]["clearances"].clone();
    });
    let refused = import_bytes(&database, &bytes, &Options::default()).await;
    assert!(
        matches!(refused, Err(ImportError::ApprovalMissing(_))),
        "{refused:?}"
    );

    let other_file = approval_for(b"{}", 1, &database).await;
    let options = Options {
        approval: Some(other_file),
        ..Options::default()
    };
    assert!(matches!(
        import_bytes(&database, &bytes, &options).await,
        Err(ImportError::Approval(_))
    ));

    let options = Options {
        approval: Some(approval_for(&bytes, 2, &database).await),
        ..Options::default()
    };
    let report = import_bytes(&database, &bytes, &options).await.unwrap();
    assert_eq!(counts(&report, "users"), (0, 1, 22, 0));
    assert_eq!(load(&database).await.people["noah"].clearances.len(), 1);

    // Used once: taking the clearance away and giving it back needs a new one.
    let _ = import_bytes(&database, COALITION.as_bytes(), &Options::default())
        .await
        .unwrap();
    assert!(matches!(
        import_bytes(&database, &bytes, &options).await,
        Err(ImportError::Approval(_))
    ));
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

    let options = Options {
        replace: true,
        ..Options::default()
    };
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
