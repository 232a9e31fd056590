// SPDX-License-Identifier: Apache-2.0
//! Directories of agencies, against OpenLDAP's server.

mod active_directory;
mod first;
mod journey;
mod reading;
mod sign_in;
mod tls;

use countersign_directory::ldap::Settings;
use countersign_server::ldap::Desk;
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
