// SPDX-License-Identifier: Apache-2.0
//! What is kept of a directory's entries: read by the page, looked up by name, counted, forgotten in parts.

use chrono::TimeDelta;
use countersign_directory::ldap::sync::OnFile;
use countersign_directory::store::source_entries::{self, Applied};
use countersign_tests::house::start;

use super::Shelf;

const MANY: usize = 2_500;

fn applied(number: usize) -> Applied {
    Applied {
        person: format!("p{number}").parse().unwrap(),
        on_file: OnFile {
            hash: [number as u8; 32],
            is_active: !number.is_multiple_of(10),
            applied_at: start(),
            until: number
                .is_multiple_of(7)
                .then(|| start() + TimeDelta::minutes(number as i64)),
        },
    }
}

#[tokio::test]
async fn what_is_on_file_is_read_as_it_was_written_however_much_it_is() {
    let shelf = Shelf::empty().await;
    let mut db = shelf.database.pool.acquire().await.unwrap();
    let names: Vec<String> = (0..MANY).map(|number| format!("s{number:05}")).collect();
    let all: Vec<(&str, Applied)> = names
        .iter()
        .enumerate()
        .map(|(number, name)| (name.as_str(), applied(number)))
        .collect();
    let other = "bureau".parse().unwrap();
    source_entries::put(&shelf.source, &all, &mut db).await.unwrap();
    source_entries::put(&other, &all[..3], &mut db).await.unwrap();

    let filed = source_entries::filed(&shelf.source, &mut db).await.unwrap();
    assert_eq!(filed.len(), MANY);
    for (name, applied) in &all {
        assert_eq!(filed[*name], applied.on_file, "{name}");
    }
    let active = all
        .iter()
        .filter(|(_, applied)| applied.on_file.is_active)
        .count();
    assert_eq!(
        source_entries::active(&shelf.source, &mut db).await.unwrap(),
        active
    );
    let some: Vec<&str> = names.iter().step_by(5).map(String::as_str).collect();
    let found = source_entries::among(&shelf.source, &some, &mut db)
        .await
        .unwrap();
    assert_eq!(found.len(), some.len());
    assert_eq!(found["s00005"], applied(5));

    // Those whose time is over to the minute, and whose account was good till then.
    let now = start() + TimeDelta::minutes(70);
    let lapsed = source_entries::lapsed(&shelf.source, now, &mut db).await.unwrap();
    let lapsed: Vec<&str> = lapsed.keys().map(String::as_str).collect();
    let expected = [7, 14, 21, 28, 35, 42, 49, 56, 63].map(|number| format!("s{number:05}"));
    assert_eq!(lapsed, expected);

    source_entries::remove(&shelf.source, &some, &mut db)
        .await
        .unwrap();
    let left = source_entries::filed(&shelf.source, &mut db).await.unwrap();
    assert_eq!(left.len(), MANY - some.len());
    assert!(some.iter().all(|name| !left.contains_key(*name)));
    assert_eq!(source_entries::filed(&other, &mut db).await.unwrap().len(), 3);
}
