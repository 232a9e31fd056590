// SPDX-License-Identifier: Apache-2.0
//! Active Directory's own ways, against Samba's domain controller. Needs the right to listen below port
//! 1024, which the ports of a domain controller are.

use countersign_directory::ldap::sync::{Brake, Mode};
use countersign_server::ldap::Desk;
use countersign_server::ldap::reading::{How, Marks, Since};
use countersign_server::ldap::sign_in::Verdict;
use countersign_tests::samba::{ADMIN_PASSWORD, SUFFIX, Samba};

use super::Shelf;

const PASSWORD: &str = "Passw0rd-of-anna";

/// One controller for everything: to provision one is most of the time.
#[tokio::test]
async fn a_domain_controller_is_signed_in_to_and_synchronised() {
    if !Samba::can_run() {
        eprintln!("not tried: only root may listen where a domain controller does");
        return;
    }
    let samba = Samba::start();
    for name in ["anna", "bert", "cleo"] {
        samba.tool(&["user", "add", name, PASSWORD]);
        samba.change(&format!(
            "dn: CN={name},CN=Users,{SUFFIX}\nchangetype: modify\nadd: employeeType\nemployeeType: officer\n"
        ));
    }
    for group in ["ns-inner", "ns-outer", "elsewhere"] {
        samba.tool(&["group", "add", group]);
    }
    samba.tool(&["group", "addmembers", "ns-inner", "anna"]);
    samba.tool(&["group", "addmembers", "ns-outer", "ns-inner"]);
    samba.tool(&["group", "addmembers", "elsewhere", "anna"]);
    let desk = Desk::new(samba.settings(), Some(ADMIN_PASSWORD.into())).unwrap();
    signs_in(&samba, &desk).await;
    synchronises(&samba, &desk).await;
}

async fn sign_in(desk: &Desk, name: &str, password: &str) -> Verdict {
    let source = "agency".parse().unwrap();
    desk.sign_in(&source, name, &password.into(), chrono::Utc::now())
        .await
        .unwrap()
}

async fn refused(desk: &Desk, name: &str, password: &str) -> String {
    match sign_in(desk, name, password).await {
        Verdict::Refused(why) => why,
        Verdict::Claimed(..) => panic!("{name} is let in"),
    }
}

async fn signs_in(samba: &Samba, desk: &Desk) {
    let Verdict::Claimed(anna, _) = sign_in(desk, "anna", PASSWORD).await else {
        panic!("she is let in");
    };
    assert_eq!(anna.subject.len(), 36);
    assert_eq!(anna.attributes["groups"], ["ns-inner", "ns-outer"]);
    let Verdict::Claimed(again, _) = sign_in(desk, "anna@ad.agency.example", PASSWORD).await else {
        panic!("by her principal name too");
    };
    assert_eq!(again.subject, anna.subject);
    assert_eq!(refused(desk, "anna", "wrong").await, "name or password is wrong");
    assert_eq!(
        refused(desk, "bert", "").await,
        "an empty password proves nothing"
    );
    samba.tool(&["user", "disable", "bert"]);
    let disabled = refused(desk, "bert", PASSWORD).await;
    assert!(disabled.contains("disabled"), "{disabled}");
    samba.tool(&["user", "enable", "bert"]);
    samba.tool(&[
        "user",
        "setpassword",
        "bert",
        "--newpassword=Passw0rd-of-bert",
        "--must-change-at-next-login",
    ]);
    let must = refused(desk, "bert", "Passw0rd-of-bert").await;
    assert!(must.contains("must be changed"), "{must}");
    samba.tool(&["user", "setexpiry", "cleo", "--days=-1"]);
    let expired = refused(desk, "cleo", PASSWORD).await;
    assert!(expired.contains("expired"), "{expired}");
    samba.tool(&["user", "setexpiry", "cleo", "--noexpiry"]);
}

async fn synchronises(samba: &Samba, desk: &Desk) {
    let shelf = Shelf::empty().await;
    let mut marks = Marks::default();
    let mut next = async || {
        let how = How {
            mode: Mode::Incremental,
            by_protocol: true,
            brake: Brake { percent: 5, free: 3 },
            renew_before: chrono::DateTime::<chrono::Utc>::MIN_UTC,
        };
        let reading = shelf.read(desk, &marks, how).await.unwrap();
        marks = reading.marks.clone();
        (reading.mode, reading.plan)
    };
    let (mode, plan) = next().await;
    assert_eq!((mode, plan.create.len()), (Mode::Full, 3));
    shelf.carry_out(&plan).await;
    let (mode, plan) = next().await;
    assert_eq!(
        (mode, plan.change.len(), plan.removed.len()),
        (Mode::Incremental, 0, 0)
    );
    samba.tool(&["user", "disable", "bert"]);
    let (mode, plan) = next().await;
    assert_eq!(
        (mode, plan.disable.len(), plan.change.len()),
        (Mode::Incremental, 1, 0)
    );
    shelf.carry_out(&plan).await;
    // Who is none of those who are asked for any more is gone at once, as if her entry were.
    samba.change(&format!(
        "dn: CN=bert,CN=Users,{SUFFIX}\nchangetype: modify\ndelete: employeeType\n"
    ));
    let (mode, plan) = next().await;
    assert_eq!((mode, plan.removed.len()), (Mode::Incremental, 1));
    shelf.carry_out(&plan).await;
    samba.tool(&["user", "delete", "cleo"]);
    let (mode, plan) = next().await;
    assert_eq!(
        (mode, plan.removed.len()),
        (Mode::Incremental, 1),
        "deleted entries are seen"
    );
    samba.tool(&["group", "addmembers", "ns-outer", "elsewhere"]);
    let (mode, _) = next().await;
    assert_eq!(mode, Mode::Full, "a group changed");
    assert!(matches!(&marks.since, Some(Since::Number { highest, .. }) if *highest > 0));
}
