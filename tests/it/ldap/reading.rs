// SPDX-License-Identifier: Apache-2.0
//! Readings: all of it, and what changed.

use chrono::{DateTime, Utc};
use countersign_directory::ldap::entry::Entry;
use countersign_directory::ldap::sync::{Brake, Mode};
use countersign_server::ldap::Desk;
use countersign_server::ldap::reading::{How, Marks, Reading, Since};
use countersign_tests::slapd::{SUFFIX, Slapd, group, person};

use super::{Shelf, desk, small};

fn how(mode: Mode, by_protocol: bool) -> How {
    How {
        mode,
        by_protocol,
        brake: Brake { percent: 5, free: 3 },
        renew_before: DateTime::<Utc>::MIN_UTC,
    }
}

async fn read(desk: &Desk, shelf: &Shelf, marks: &Marks, how: How) -> Reading {
    shelf.read(desk, marks, how).await.unwrap()
}

fn names(reads: &[countersign_directory::ldap::sync::Read<Entry>]) -> Vec<String> {
    let mut names: Vec<_> = reads
        .iter()
        .map(|read| read.content.attributes["uid"][0].clone())
        .collect();
    names.sort_unstable();
    names
}

#[tokio::test]
async fn more_people_than_a_page_or_the_servers_own_limit_are_all_read() {
    let people: String = (0..1_203)
        .map(|number| person(&format!("p{number}"), ""))
        .collect();
    let slapd = Slapd::start(&people);
    let desk = desk(slapd.settings());
    let reading = read(
        &desk,
        &Shelf::empty().await,
        &Marks::default(),
        how(Mode::Full, true),
    )
    .await;
    assert_eq!(reading.plan.counts.created, 1_203);
    assert_eq!(reading.plan.counts.bad, 0);
}

async fn follows_changes(by_protocol: bool) {
    let slapd = small();
    let desk = desk(slapd.settings());
    let shelf = Shelf::empty().await;
    let first = read(
        &desk,
        &shelf,
        &Marks::default(),
        how(Mode::Incremental, by_protocol),
    )
    .await;
    assert_eq!(first.mode, Mode::Full, "there is nothing to go on from");
    assert_eq!(names(&first.plan.create), ["anna", "bert"]);
    assert_eq!(
        first.plan.create[0].content.attributes["groups"],
        ["inner", "outer"]
    );
    assert_eq!(matches!(first.marks.since, Some(Since::Cookie(_))), by_protocol);
    shelf.carry_out(&first.plan).await;

    let second = read(&desk, &shelf, &first.marks, how(Mode::Incremental, by_protocol)).await;
    assert_eq!(second.mode, Mode::Incremental);
    assert!(second.plan.create.is_empty() && second.plan.change.is_empty() && second.plan.removed.is_empty());

    slapd.change(&format!(
        "dn: uid=anna,ou=people,{SUFFIX}\nchangetype: modify\nreplace: employeeType\nemployeeType: general\n\n"
    ));
    slapd.change(&format!(
        "dn: uid=cleo,ou=people,{SUFFIX}\nchangetype: add\n{}",
        person("cleo", "").split_once('\n').unwrap().1
    ));
    let third = read(&desk, &shelf, &second.marks, how(Mode::Incremental, by_protocol)).await;
    assert_eq!(third.mode, Mode::Incremental);
    assert_eq!(names(&third.plan.change), ["anna"]);
    assert_eq!(names(&third.plan.create), ["cleo"]);
    assert_eq!(
        third.plan.change[0].content.attributes["groups"],
        ["inner", "outer"]
    );
    shelf.carry_out(&third.plan).await;

    // A group that changes is not seen in her own entry: all are read, and she alone differs.
    slapd.change(&format!(
        "dn: cn=other,ou=groups,{SUFFIX}\nchangetype: modify\nadd: member\nmember: uid=cleo,ou=people,{SUFFIX}\n\n"
    ));
    let fourth = read(&desk, &shelf, &third.marks, how(Mode::Incremental, by_protocol)).await;
    assert_eq!(fourth.mode, Mode::Full);
    assert_eq!(names(&fourth.plan.change), ["cleo"]);
    shelf.carry_out(&fourth.plan).await;

    slapd.change(&format!("dn: uid=cleo,ou=people,{SUFFIX}\nchangetype: delete\n"));
    // Her membership goes with her where the directory keeps it tidy; moments alone do not tell that she is gone.
    let mode = if by_protocol {
        Mode::Incremental
    } else {
        Mode::Full
    };
    let fifth = read(&desk, &shelf, &fourth.marks, how(mode, by_protocol)).await;
    assert_eq!(fifth.plan.removed.len(), 1);
    assert_eq!(fifth.plan.braked, None);
}

#[tokio::test]
async fn changes_are_followed_by_content_synchronisation() {
    follows_changes(true).await;
}

#[tokio::test]
async fn changes_are_followed_by_their_moments_where_there_is_no_protocol() {
    follows_changes(false).await;
}

/// Moments of change tell of entries, not of who is no longer asked for: that is asked besides.
#[tokio::test]
async fn who_does_not_fit_the_filter_any_more_is_gone_at_once() {
    let slapd = Slapd::start(
        &[
            person("anna", "employeeType: officer\n"),
            person("bert", "employeeType: officer\n"),
            person("cleo", "employeeType: clerk\n"),
        ]
        .concat(),
    );
    let mut settings = slapd.settings();
    settings.people = "(&(objectClass=inetOrgPerson)(employeeType=officer))"
        .parse()
        .unwrap();
    let (desk, shelf) = (desk(settings), Shelf::empty().await);
    let first = read(&desk, &shelf, &Marks::default(), how(Mode::Full, false)).await;
    assert_eq!(names(&first.plan.create), ["anna", "bert"]);
    shelf.carry_out(&first.plan).await;
    slapd.change(&format!(
        "dn: uid=anna,ou=people,{SUFFIX}\nchangetype: modify\nreplace: employeeType\nemployeeType: clerk\n\n\
         dn: uid=cleo,ou=people,{SUFFIX}\nchangetype: modify\nreplace: employeeType\nemployeeType: officer\n"
    ));
    let second = read(&desk, &shelf, &first.marks, how(Mode::Incremental, false)).await;
    assert_eq!((second.mode, second.plan.removed.len()), (Mode::Incremental, 1));
    assert_eq!(names(&second.plan.create), ["cleo"]);
    assert_eq!(second.plan.counts.changed, 0);
}

#[tokio::test]
async fn a_cookie_from_before_the_servers_memory_still_tells_who_is_gone() {
    let people: String = (0..20).map(|number| person(&format!("p{number}"), "")).collect();
    let slapd = Slapd::start(&people);
    let mut settings = slapd.settings();
    settings.groups = None;
    let desk = desk(settings);
    let shelf = Shelf::empty().await;
    let first = read(&desk, &shelf, &Marks::default(), how(Mode::Full, true)).await;
    shelf.carry_out(&first.plan).await;
    slapd.change(&format!("dn: uid=p3,ou=people,{SUFFIX}\nchangetype: delete\n"));
    // An old cookie: the server names who is still there, and whoever is not named is gone.
    let cookie = hex::encode("rid=000,csn=20200101000000.000000Z#000000#000#000000");
    let marks = Marks {
        since: Some(Since::Cookie(cookie)),
        ..first.marks
    };
    let second = read(&desk, &shelf, &marks, how(Mode::Incremental, true)).await;
    assert_eq!(second.plan.removed.len(), 1);
    assert_eq!(second.plan.counts.unchanged, 19);
}

#[tokio::test]
async fn what_is_no_text_is_left_out_and_one_bad_entry_stops_nobody() {
    let bad = format!(
        "dn: uid=dora,ou=people,{SUFFIX}\nobjectClass: inetOrgPerson\nuid: dora\ncn: dora\nsn: dora\n\
         jpegPhoto:: /9j/4AAQ\nmail: dora@agency.example\n\n"
    );
    let slapd = Slapd::start(&[person("anna", ""), bad, group("all", &["uid=anna"])].concat());
    let mut settings = slapd.settings();
    settings.wanted.push("jpegPhoto".into());
    let desk = desk(settings);
    let reading = read(
        &desk,
        &Shelf::empty().await,
        &Marks::default(),
        how(Mode::Full, true),
    )
    .await;
    assert_eq!(names(&reading.plan.create), ["anna", "dora"]);
    assert_eq!(reading.dropped, 1);
    let dora = reading
        .plan
        .create
        .iter()
        .find(|read| read.content.attributes["uid"] == ["dora"])
        .unwrap();
    assert!(dora.content.attributes["jpegPhoto"].is_empty());
}

#[tokio::test]
async fn an_empty_branch_and_a_mass_removal_brake() {
    let people: String = (0..50).map(|number| person(&format!("p{number}"), "")).collect();
    let slapd = Slapd::start(&people);
    let mut settings = slapd.settings();
    settings.groups = None;
    let all = desk(settings.clone());
    let shelf = Shelf::empty().await;
    let first = read(&all, &shelf, &Marks::default(), how(Mode::Full, true)).await;
    shelf.carry_out(&first.plan).await;
    settings.people = "(uid=nobody-here)".parse().unwrap();
    let none = read(
        &desk(settings.clone()),
        &shelf,
        &first.marks,
        how(Mode::Full, true),
    )
    .await;
    assert_eq!(none.plan.braked.unwrap().vanish, 50);
    settings.people = "(&(objectClass=inetOrgPerson)(!(uid=p1*)))".parse().unwrap();
    let some = read(&desk(settings), &shelf, &first.marks, how(Mode::Full, true)).await;
    assert_eq!(some.plan.braked.unwrap().vanish, 11);
}
