// SPDX-License-Identifier: Apache-2.0
//! What the board tells decisions.

use chrono::TimeDelta;

use super::*;
use crate::session::{Lifetimes, Place};
use crate::testing::noon;

fn alice() -> PersonId {
    "alice".parse().unwrap()
}

fn session(id: &str, level: Level, minutes_ago: i64) -> Session {
    let at = noon() - TimeDelta::minutes(minutes_ago);
    Session {
        id: SessionId::from_text(id),
        person: alice(),
        level,
        methods: [].into(),
        attested: false,
        evidence: Vec::new(),
        auth_time: at,
        started_at: at,
        last_activity: at,
        ends_at: at + Lifetimes::default().of(level).absolute,
        idle: Lifetimes::default().of(level).idle,
        place: Place::default(),
        csrf: String::new(),
        ended_at: None,
    }
}

fn at(client: &str, sid: &str) -> AtClient {
    AtClient {
        sid: Sid::from_text(sid),
        client: client.into(),
        end_confirmed: false,
    }
}

#[test]
fn without_a_name_the_weakest_of_her_sessions_at_that_server_counts() {
    let board = Board::new();
    board.put(session("card", Level::Aal3, 5), vec![at("synapse", "a")]);
    board.put(session("phone", Level::Aal1, 30), vec![at("synapse", "b")]);
    board.put(session("other", Level::Aal1, 50), vec![at("zulip", "c")]);
    let facts = board.facts(&alice(), "synapse", None, noon()).unwrap();
    assert_eq!(facts.aal, 1);
    assert_eq!(facts.auth_time, noon() - TimeDelta::minutes(30));
    let card = Sid::from_text("a");
    assert_eq!(
        board.facts(&alice(), "synapse", Some(&card), noon()).unwrap().aal,
        3
    );
}

#[test]
fn a_name_counts_only_for_its_owner_at_its_client() {
    let board = Board::new();
    board.put(session("card", Level::Aal3, 5), vec![at("synapse", "a")]);
    let card = Sid::from_text("a");
    let dave: PersonId = "dave".parse().unwrap();
    assert_eq!(board.facts(&dave, "synapse", Some(&card), noon()), None);
    assert_eq!(board.facts(&alice(), "zulip", Some(&card), noon()), None);
    assert_eq!(
        board.facts(&alice(), "synapse", Some(&Sid::from_text("x")), noon()),
        None
    );
    assert_eq!(board.facts(&dave, "synapse", None, noon()), None);
}

#[test]
fn an_ended_session_counts_as_revoked_until_the_server_has_confirmed() {
    let board = Board::new();
    let mut phone = session("phone", Level::Aal1, 30);
    phone.ended_at = Some(noon());
    board.put(session("card", Level::Aal3, 5), vec![at("synapse", "a")]);
    board.put(phone.clone(), vec![at("synapse", "b")]);
    assert!(board.facts(&alice(), "synapse", None, noon()).unwrap().revoked);
    board.put(
        phone,
        vec![AtClient {
            end_confirmed: true,
            ..at("synapse", "b")
        }],
    );
    let facts = board.facts(&alice(), "synapse", None, noon()).unwrap();
    assert!(!facts.revoked);
    assert_eq!(facts.aal, 3);
    assert_eq!(board.len(), 1);
}

#[test]
fn a_session_is_good_at_its_ends_and_not_a_second_later() {
    let lifetimes = Lifetimes::default();
    for level in [
        Level::Aal1,
        Level::Aal2,
        Level::Aal2PhishingResistant,
        Level::Aal3,
    ] {
        let mut session = session("s", level, 0);
        let idle_end = noon() + lifetimes.of(level).idle;
        assert!(session.is_live(idle_end - TimeDelta::seconds(1)));
        assert!(session.is_live(idle_end));
        assert!(!session.is_live(idle_end + TimeDelta::seconds(1)));
        let end = noon() + lifetimes.of(level).absolute;
        session.last_activity = end;
        assert!(session.is_live(end - TimeDelta::seconds(1)));
        assert!(session.is_live(end));
        assert!(!session.is_live(end + TimeDelta::seconds(1)));
    }
}

#[test]
fn activity_moves_the_idle_end_but_never_revives() {
    let board = Board::new();
    board.put(session("s", Level::Aal2, 59), vec![at("synapse", "a")]);
    let id = SessionId::from_text("s");
    board.touch_at(&alice(), "synapse", None, noon());
    assert_eq!(board.take_touched(), [(id.clone(), noon())].into());
    let later = noon() + TimeDelta::minutes(61);
    board.touch(&id, later);
    assert!(board.take_touched().is_empty());
    assert_eq!(board.run_out(later), vec![id.clone()]);
    // What the store says of older activity does not undo what the board knows.
    board.put(session("s", Level::Aal2, 59), vec![at("synapse", "a")]);
    assert_eq!(board.session(&id).unwrap().last_activity, noon());
}

#[test]
fn unnamed_activity_of_two_sessions_is_nobodys() {
    let board = Board::new();
    board.put(session("one", Level::Aal2, 5), vec![at("synapse", "a")]);
    board.put(session("two", Level::Aal2, 5), vec![at("synapse", "b")]);
    board.touch_at(&alice(), "synapse", None, noon());
    assert!(board.take_touched().is_empty());
    board.touch_at(&alice(), "synapse", Some(&Sid::from_text("b")), noon());
    assert_eq!(board.take_touched().len(), 1);
}

#[test]
fn a_session_that_ran_out_by_narrower_ends_than_the_guards_counts_as_over() {
    let board = Board::new();
    let mut short = session("s", Level::Aal2, 0);
    short.idle = TimeDelta::minutes(20);
    board.put(short.clone(), vec![at("synapse", "a")]);
    let over_at = |board: &Board, minutes| {
        let now = noon() + TimeDelta::minutes(minutes);
        board.facts(&alice(), "synapse", None, now).unwrap().revoked
    };
    assert!(!over_at(&board, 20));
    assert!(over_at(&board, 21));
    assert!(over_at(&board, 60));
    assert!(!over_at(&board, 61), "the guard sees it by its times");
    short.idle = TimeDelta::minutes(60);
    short.ends_at = noon() + TimeDelta::minutes(10);
    board.put(short, vec![at("synapse", "a")]);
    assert!(!over_at(&board, 10));
    assert!(over_at(&board, 11));
}
