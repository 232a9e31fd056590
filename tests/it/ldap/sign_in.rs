// SPDX-License-Identifier: Apache-2.0
//! Sign-in by search and bind.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use countersign_directory::ldap::settings::Settings;
use countersign_server::ldap::sign_in::Verdict;
use countersign_server::ldap::{Desk, LdapFault};
use countersign_tests::programs::free_port;
use countersign_tests::slapd::{SUFFIX, Slapd, person, settings, starttls, tls};
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};

use super::{desk, small};

async fn sign_in(desk: &Desk, name: &str, password: &str) -> Verdict {
    let now = countersign_tests::house::start();
    let source = "agency".parse().unwrap();
    desk.sign_in(&source, name, &password.into(), now).await.unwrap()
}

async fn refused(desk: &Desk, name: &str, password: &str) -> String {
    match sign_in(desk, name, password).await {
        Verdict::Refused(why) => why,
        Verdict::Claimed(claimed, _) => panic!("{name} is let in as {}", claimed.subject),
    }
}

#[tokio::test]
async fn the_right_password_claims_the_entry_with_its_attributes_and_groups() {
    let slapd = small();
    let desk = desk(slapd.settings());
    let Verdict::Claimed(claimed, _) = sign_in(&desk, "anna", "password of anna").await else {
        panic!("she is let in");
    };
    assert_eq!(claimed.issuer, "agency");
    assert_eq!(claimed.subject.len(), 36);
    assert_eq!(claimed.methods, ["pwd"]);
    assert_eq!(claimed.attributes["mail"], ["anna@agency.example"]);
    assert_eq!(claimed.attributes["employeeType"], ["officer"]);
    // The circle of groups ends.
    assert_eq!(claimed.attributes["groups"], ["inner", "outer"]);
    assert_eq!(
        claimed.attributes["groupsDn"][0],
        format!("cn=inner,ou=groups,{SUFFIX}")
    );
    let Verdict::Claimed(again, _) = sign_in(&desk, "ANNA@agency.example", "password of anna").await else {
        panic!("by her mail address too");
    };
    assert_eq!(again.subject, claimed.subject);
    assert!(
        !claimed
            .attributes
            .values()
            .flatten()
            .any(|value| value.contains("password"))
    );
}

#[tokio::test]
async fn starttls_carries_a_sign_in_as_tls_from_the_first_byte_does() {
    let slapd = small();
    let desk = desk(settings(&slapd.authority, vec![starttls(slapd.port)]));
    assert!(matches!(
        sign_in(&desk, "anna", "password of anna").await,
        Verdict::Claimed(..)
    ));
    assert_eq!(refused(&desk, "anna", "wrong").await, "name or password is wrong");
}

/// A9: what is typed is a value, in filters and in names, and an empty password is no proof.
#[tokio::test]
async fn a9_nobody_is_let_in_by_what_she_types() {
    let ldif = [
        person("anna", ""),
        person("bert", ""),
        person("a*", ""),
        "dn: uid=o\\2Cm \\#x,ou=people,dc=agency,dc=example\n\
        objectClass: inetOrgPerson\nuid: o,m #x\ncn: o\nsn: o\nuserPassword: password of o\n\n"
            .to_owned(),
    ];
    let slapd = Slapd::start(&ldif.concat());
    let desk = desk(slapd.settings());
    for name in [
        "*",
        "*)(uid=*))(|(uid=*",
        "anna)(|(uid=*",
        "a\\2a",
        "\\61nna",
        "uid=anna,ou=people,dc=agency,dc=example",
        "anna\0",
        "",
        "anna)(userPassword=*",
    ] {
        refused(&desk, name, "password of anna").await;
    }
    // A name of these characters finds its own entry and no other.
    assert!(matches!(
        sign_in(&desk, "a*", "password of a*").await,
        Verdict::Claimed(..)
    ));
    refused(&desk, "a*", "password of anna").await;
    // A distinguished name of these characters is bound as it is.
    assert!(matches!(
        sign_in(&desk, "o,m #x", "password of o").await,
        Verdict::Claimed(..)
    ));
    // OpenLDAP takes a bind without a password for one as nobody, and says yes.
    assert_eq!(
        refused(&desk, "anna", "").await,
        "an empty password proves nothing"
    );
    refused(&desk, "anna", "\0").await;
    refused(&desk, "anna", "password of anna\0").await;
}

#[tokio::test]
async fn nobody_and_several_are_refused_after_the_same_steps_as_a_wrong_password() {
    let twin = person("anna", "").replace("uid=anna,ou", "cn=twin,ou");
    let slapd = Slapd::start(&[person("anna", ""), person("bert", ""), twin].concat());
    let (count, port) = counted(slapd.tls_port).await;
    let mut settings = settings(&slapd.authority, vec![tls(port)]);
    settings.connections = 1;
    let desk = desk(settings);
    // The first opens the connection that reads; from then on each attempt opens one more, to bind.
    refused(&desk, "bert", "wrong").await;
    let mut before = count.load(Ordering::SeqCst);
    for (name, why) in [
        ("bert", "name or password is wrong"),
        ("nobody", "no entry has this name"),
        ("anna", "several entries have this name"),
    ] {
        assert_eq!(refused(&desk, name, "password of anna").await, why);
        let now = count.load(Ordering::SeqCst);
        assert_eq!(now - before, 1, "{name}");
        before = now;
    }
}

#[tokio::test]
async fn attributes_and_groups_are_read_anew_at_each_sign_in() {
    let slapd = small();
    let desk = desk(slapd.settings());
    let groups = async |desk: &Desk| match sign_in(desk, "bert", "password of bert").await {
        Verdict::Claimed(claimed, _) => (
            claimed.attributes.get("employeeType").cloned(),
            claimed.attributes["groups"].clone(),
        ),
        Verdict::Refused(why) => panic!("{why}"),
    };
    assert_eq!(groups(&desk).await, (None, vec!["other".to_owned()]));
    slapd.change(&format!(
        "dn: uid=bert,ou=people,{SUFFIX}\nchangetype: modify\nadd: employeeType\nemployeeType: clerk\n\n\
         dn: cn=inner,ou=groups,{SUFFIX}\nchangetype: modify\nadd: member\nmember: uid=bert,ou=people,{SUFFIX}\n"
    ));
    let expected = ["inner", "other", "outer"].map(str::to_owned).to_vec();
    assert_eq!(groups(&desk).await, (Some(vec!["clerk".to_owned()]), expected));
}

#[tokio::test]
async fn when_a_server_fails_the_next_is_asked_and_remembered() {
    let slapd = small();
    let dead = free_port();
    let desk = desk(settings(&slapd.authority, vec![tls(dead), tls(slapd.tls_port)]));
    assert!(matches!(
        sign_in(&desk, "anna", "password of anna").await,
        Verdict::Claimed(..)
    ));
    // Somebody else takes the dead one's port; it is not asked while the other answers.
    let (count, _) = counted_at(dead, slapd.tls_port).await;
    refused(&desk, "anna", "wrong").await;
    assert_eq!(count.load(Ordering::SeqCst), 0);
    // A connection that the other end closed meanwhile is replaced.
    slapd.stop();
    let now = countersign_tests::house::start();
    let source = "agency".parse().unwrap();
    let down = desk
        .sign_in(&source, "anna", &"password of anna".into(), now)
        .await;
    assert!(matches!(down, Err(LdapFault::AllDown(_))), "{down:?}");
    slapd.run();
    assert!(matches!(
        sign_in(&desk, "anna", "password of anna").await,
        Verdict::Claimed(..)
    ));
}

/// Each further try would be one more failure of an account that is locked in the end.
#[tokio::test]
async fn a_refused_password_of_our_own_is_not_tried_again_at_once_nor_elsewhere() {
    let slapd = small();
    let (first, one) = counted(slapd.tls_port).await;
    let (second, other) = counted(slapd.tls_port).await;
    let tried = || first.load(Ordering::SeqCst) + second.load(Ordering::SeqCst);
    let wrong = Desk::new(
        settings(&slapd.authority, vec![tls(one), tls(other)]),
        Some("an old password".into()),
    )
    .unwrap();
    let now = countersign_tests::house::start();
    let source = "agency".parse().unwrap();
    for _ in 0..3 {
        let told = wrong.borrow_fresh().await.unwrap_err().to_string();
        assert!(told.contains("does not let us in as `cn=reader,"), "{told}");
        assert!(told.contains("correct `bind_dn` or its password"), "{told}");
        let told = wrong
            .sign_in(&source, "anna", &"password of anna".into(), now)
            .await;
        assert!(matches!(told, Err(LdapFault::Bind { .. })), "{told:?}");
        assert_eq!(tried(), 1, "at one server, once");
    }
    // Whoever looks whether it is mended tries it, and from then on nobody else does.
    assert!(wrong.borrow_to_look().await.is_err());
    assert!(wrong.borrow_fresh().await.is_err());
    assert_eq!(tried(), 2);
    // Another record is another desk.
    let right = desk(settings(&slapd.authority, vec![tls(one), tls(other)]));
    right.borrow_fresh().await.unwrap();
    assert_eq!(tried(), 3);
}

#[tokio::test]
async fn a_directory_that_stalls_is_given_up_in_time() {
    let slapd = small();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    // Takes connections and says nothing.
    tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            held.push(stream);
        }
    });
    let one = Settings {
        timeout_seconds: 1,
        ..settings(&slapd.authority, vec![tls(port)])
    };
    let begun = std::time::Instant::now();
    let now = countersign_tests::house::start();
    let source = "agency".parse().unwrap();
    let stalled = desk(one.clone()).sign_in(&source, "anna", &"x".into(), now).await;
    assert!(stalled.unwrap_err().to_string().contains("in time"));
    assert!(begun.elapsed().as_secs() < 5);
    // With a second server, it costs that second and no more.
    let both = Settings {
        servers: vec![tls(port), tls(slapd.tls_port)],
        ..one
    };
    assert!(matches!(
        sign_in(&desk(both), "anna", "password of anna").await,
        Verdict::Claimed(..)
    ));
}

/// A10: what answers with the address of another server sends nobody's password there.
#[tokio::test]
async fn a10_referrals_are_not_followed() {
    let elsewhere = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = elsewhere.local_addr().unwrap().port();
    let referral = format!(
        "dn: cn=elsewhere,ou=people,{SUFFIX}\nobjectClass: referral\nobjectClass: extensibleObject\ncn: elsewhere\n\
         ref: ldap://127.0.0.1:{port}/{SUFFIX}??sub?\n\n"
    );
    let slapd = Slapd::start(&[person("anna", ""), referral].concat());
    let desk = desk(slapd.settings());
    assert!(matches!(
        sign_in(&desk, "anna", "password of anna").await,
        Verdict::Claimed(..)
    ));
    assert_eq!(refused(&desk, "nobody", "secret").await, "no entry has this name");
    let called = tokio::time::timeout(std::time::Duration::from_millis(50), elsewhere.accept()).await;
    assert!(called.is_err(), "nobody calls there");
}

/// A relay to a port of this machine that counts connections.
async fn counted(to: u16) -> (Arc<AtomicUsize>, u16) {
    counted_at(0, to).await
}

async fn counted_at(at: u16, to: u16) -> (Arc<AtomicUsize>, u16) {
    let listener = TcpListener::bind(("127.0.0.1", at)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let count = Arc::new(AtomicUsize::new(0));
    let counter = count.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            counter.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(async move {
                let Ok(mut other) = TcpStream::connect(("127.0.0.1", to)).await else {
                    return;
                };
                let _ = tokio::io::copy_bidirectional(&mut stream, &mut other).await;
                let _ = stream.shutdown().await;
            });
        }
    });
    (count, port)
}
