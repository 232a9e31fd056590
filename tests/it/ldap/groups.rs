// SPDX-License-Identifier: Apache-2.0
//! Groups of which something cannot be used.

use countersign_directory::ldap::sync::{Brake, Mode};
use countersign_server::ldap::reading::{How, Marks};
use countersign_server::ldap::sign_in::Verdict;
use countersign_tests::house::start;
use countersign_tests::slapd::{SUFFIX, Slapd, group, person};

use super::{Shelf, desk};

#[tokio::test]
async fn a_group_without_a_readable_name_is_reported_and_stops_nobody() {
    let described =
        group("staff", &["uid=anna"]).trim_end().to_owned() + "\ndescription: staff of the agency\n\n";
    let slapd = Slapd::start(
        &[
            person("anna", ""),
            person("bert", ""),
            described,
            group("nameless", &["uid=anna", "uid=bert"]),
        ]
        .concat(),
    );
    let mut settings = slapd.settings();
    if let Some(groups) = &mut settings.groups {
        groups.name = "description".into();
    }
    let (desk, shelf) = (desk(settings), Shelf::empty().await);
    let how = How {
        mode: Mode::Full,
        by_protocol: true,
        brake: Brake { percent: 5, free: 3 },
        renew_before: chrono::DateTime::<chrono::Utc>::MIN_UTC,
    };
    let plan = shelf.read(&desk, &Marks::default(), how).await.unwrap().plan;
    assert_eq!((plan.create.len(), plan.counts.bad), (2, 1), "{:?}", plan.bad);
    assert_eq!(plan.bad[0].dn, format!("cn=nameless,ou=groups,{SUFFIX}"));
    assert_eq!(
        plan.bad[0].reason,
        "the group has no readable `description`: rules see its distinguished name alone"
    );
    let anna = plan
        .create
        .iter()
        .map(|read| &read.content)
        .find(|entry| entry.attributes["uid"] == ["anna"])
        .unwrap();
    assert_eq!(anna.attributes["groups"], ["staff of the agency"]);
    assert_eq!(
        anna.attributes["groupsDn"].len(),
        2,
        "a rule that forbids by it still does"
    );
    // At a sign-in she is read as she is in a full reading.
    let source = "agency".parse().unwrap();
    let verdict = desk
        .sign_in(&source, "anna", &"password of anna".into(), start())
        .await;
    let Verdict::Claimed(claimed, _) = verdict.unwrap() else {
        panic!("she is let in");
    };
    assert_eq!(claimed.attributes["groups"], anna.attributes["groups"]);
    assert_eq!(claimed.attributes["groupsDn"], anna.attributes["groupsDn"]);
}
