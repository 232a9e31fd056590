// SPDX-License-Identifier: Apache-2.0
use countersign_directory::change::{Recorded, member_id, parse_member_id};
use countersign_directory::store::changes;
use countersign_directory::{Change, ChangeKind, Cursor, Noun};
use countersign_tests::database::fresh;

use super::{now, with_coalition};

#[tokio::test]
async fn revisions_become_visible_in_their_own_order() {
    let database = fresh().await;
    let mut writers = Vec::new();
    for writer in 0..4 {
        let pool = database.pool.clone();
        let sqlite = database.url.starts_with("sqlite");
        writers.push(tokio::spawn(async move {
            for n in 0..20 {
                let mut tx = if sqlite {
                    pool.begin_with("BEGIN IMMEDIATE").await
                } else {
                    pool.begin().await
                }
                .unwrap();
                let both = [
                    Change::put(Noun::Person, format!("{writer}-{n}")),
                    Change::removed(Noun::Channel, format!("{writer}-{n}")),
                ];
                changes::record(&both, now(), &mut tx).await.unwrap();
                if n % 5 == 4 {
                    tx.rollback().await.unwrap();
                } else {
                    tx.commit().await.unwrap();
                }
            }
        }));
    }
    // A reader that follows along never sees a revision appear behind one that it has seen.
    let mut followed: Vec<Recorded> = Vec::new();
    let mut cursor = Cursor::end_of(0);
    let mut db = database.pool.acquire().await.unwrap();
    loop {
        let finished = writers.iter().all(tokio::task::JoinHandle::is_finished);
        let batch = changes::after(cursor, 7, &mut db).await.unwrap();
        if finished && batch.is_empty() {
            break;
        }
        if let Some(last) = batch.last() {
            cursor = last.cursor;
        }
        followed.extend(batch);
    }
    for writer in writers {
        writer.await.unwrap();
    }
    let all = changes::after(Cursor::end_of(0), 10_000, &mut db).await.unwrap();
    assert_eq!(all.len(), 4 * 16 * 2);
    assert_eq!(followed, all);
    assert!(all.windows(2).all(|pair| pair[0].cursor < pair[1].cursor));
    assert_eq!(changes::head(&mut db).await.unwrap(), 64);
}

#[tokio::test]
async fn recording_nothing_draws_no_revision() {
    let database = fresh().await;
    let mut db = database.pool.acquire().await.unwrap();
    assert_eq!(changes::record(&[], now(), &mut db).await.unwrap(), 0);
    assert_eq!(changes::oldest(&mut db).await.unwrap(), None);
}

#[tokio::test]
async fn an_import_tells_of_every_entry() {
    let database = with_coalition().await;
    let mut db = database.pool.acquire().await.unwrap();
    let told = changes::after(Cursor::end_of(0), 1_000, &mut db).await.unwrap();
    assert!(told.iter().all(|change| change.cursor.revision == 1));
    assert!(
        told.iter()
            .any(|told| told.change == Change::put(Noun::Person, "alice"))
    );
    assert_eq!(
        told.iter()
            .filter(|told| told.change.noun == Noun::Channel)
            .count(),
        11
    );
}

#[tokio::test]
async fn old_changes_are_forgotten_but_never_the_newest() {
    let database = fresh().await;
    let mut db = database.pool.acquire().await.unwrap();
    for n in 0..3 {
        let change = Change::new(Noun::Session, n.to_string(), ChangeKind::Ended);
        changes::record(&[change], now(), &mut db).await.unwrap();
    }
    let later = now() + chrono::Duration::days(1);
    assert_eq!(changes::forget_before(later, &mut db).await.unwrap(), 2);
    assert_eq!(changes::oldest(&mut db).await.unwrap(), Some(3));
}

#[tokio::test]
async fn a_membership_has_an_identifier_of_its_own() {
    let (channel, person) = ("!a:b".parse().unwrap(), "alice".parse().unwrap());
    assert_eq!(
        parse_member_id(&member_id(&channel, &person)),
        Some((channel, person))
    );
}
