// SPDX-License-Identifier: Apache-2.0
//! Directories of agencies, against OpenLDAP's server.

mod active_directory;
mod filing;
mod first;
mod groups;
mod hostile;
mod journey;
mod reading;
mod rules;
mod side_by_side;
mod sign_in;
mod tester;
mod tls;

use countersign_directory::SourceId;
use countersign_directory::ldap::Settings;
use countersign_directory::ldap::entry::Entry;
use countersign_directory::ldap::sync::{OnFile, Plan};
use countersign_directory::store::source_entries::{self, Applied};
use countersign_server::ldap::Desk;
use countersign_server::ldap::filing::Filing;
use countersign_server::ldap::reading::{How, Marks, Progress, Reading};
use countersign_server::ldap::sync::SyncFault;
use countersign_tests::database::{TestDatabase, fresh};
use countersign_tests::house::start;
use countersign_tests::slapd::{READER_PASSWORD, Slapd, group, person};

/// A desk for these settings, as the reader.
fn desk(settings: Settings) -> Desk {
    Desk::new(settings, Some(READER_PASSWORD.into())).unwrap()
}

/// Anna and Bert, and Anna in a circle of groups.
fn small() -> Slapd {
    let ldif = [
        person("anna", "employeeType: officer\n"),
        person("bert", ""),
        group("inner", &["uid=anna", "cn=outer"]),
        group("outer", &["cn=inner"]),
        group("other", &["uid=bert"]),
    ];
    Slapd::start(&ldif.concat())
}

/// What is on file from one source, without a house around it.
struct Shelf {
    source: SourceId,
    database: TestDatabase,
}

impl Shelf {
    async fn empty() -> Self {
        Self {
            source: "agency".parse().unwrap(),
            database: fresh().await,
        }
    }

    /// Reads a directory and holds it against the shelf.
    async fn read(&self, desk: &Desk, marks: &Marks, how: How) -> Result<Reading, SyncFault> {
        let filing = Filing {
            source: &self.source,
            pool: &self.database.pool,
        };
        desk.read(filing, marks, &how, start(), &Progress::default())
            .await
    }

    /// What is on file once a plan is carried out.
    async fn carry_out(&self, plan: &Plan<Entry>) {
        let mut db = self.database.pool.acquire().await.unwrap();
        let read = plan.create.iter().chain(&plan.change).chain(&plan.disable);
        let rows: Vec<(&str, Applied)> = read
            .map(|read| {
                let on_file = OnFile {
                    hash: read.hash,
                    is_active: read.is_active,
                    applied_at: start(),
                    until: read.until,
                };
                let person = format!("p-{}", read.subject).parse().unwrap();
                (read.subject.as_str(), Applied { person, on_file })
            })
            .collect();
        source_entries::put(&self.source, &rows, &mut db).await.unwrap();
        let removed: Vec<&str> = plan.removed.iter().map(String::as_str).collect();
        source_entries::remove(&self.source, &removed, &mut db)
            .await
            .unwrap();
    }
}
