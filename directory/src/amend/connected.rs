// SPDX-License-Identifier: Apache-2.0
//! The record of a connected server: what it may say at all, and which parts of a changed one may turn a deny
//! into an allow, or tell the server more than before.

use super::AmendError;
use super::widens::lowers;
use crate::{
    ActionClass, Answers, ClientsHeldTo, ConnectedServer, FailMode, Posture, Reasons, Scope, Within,
};

/// A record whose values are in bounds.
pub(super) fn bounds(server: &ConnectedServer) -> Result<(), AmendError> {
    let invalid = |text: &str| Err(AmendError::Invalid(text.to_owned()));
    if server.cache_max > 60 {
        return invalid("an answer is kept for at most 60 seconds: lower `cache_max`");
    }
    if let Some(opentdf) = &server.opentdf
        && !is_namespace(&opentdf.namespace)
    {
        return invalid(
            "`opentdf.namespace` is a name such as `labels.example.org`: letters, digits, `-` and `.`",
        );
    }
    for (class, mode) in &server.fail_mode {
        let fits = match mode {
            FailMode::Cached => matches!(class, ActionClass::Post | ActionClass::Receipts),
            FailMode::Closed => true,
            FailMode::Open => *class == ActionClass::Receipts,
        };
        if !fits {
            return invalid("`fail_mode`: only receipts may be open, only posts and receipts may be cached");
        }
    }
    super::apply::known_level(server.clients.as_ref().map(|clients| &clients.accreditation))
}

/// Whether it can stand in an attribute's name.
fn is_namespace(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.';
    (1..=253).contains(&text.len()) && text.bytes().all(fits)
}

/// The parts that may widen. Every part of a record stands here, so that a new one is not forgotten.
pub(super) fn widening(old: &ConnectedServer, new: &ConnectedServer) -> Vec<&'static str> {
    let ConnectedServer {
        // Its name stays, and what it is called says nothing.
        id: _,
        kind: _,
        node,
        client_id,
        user_id,
        channel_id,
        scope,
        may_assert,
        may_search,
        labels_owner,
        members_owner,
        clients,
        fail_mode: _,
        cache_max,
        answers,
        reasons,
        supported_obligations,
        opentdf,
    } = old;
    let fails_softer = ActionClass::EVERY
        .iter()
        .any(|class| softness(new.fail_mode(*class)) > softness(old.fail_mode(*class)));
    let mut wider = Vec::new();
    let mut says = |part, widens: bool| {
        if widens {
            wider.push(part);
        }
    };
    says("node", *node != new.node);
    // Whoever calls as the other one is this server from then on.
    says("client_id", *client_id != new.client_id);
    says("user_id", *user_id != new.user_id);
    says("channel_id", *channel_id != new.channel_id);
    says("scope", !scope_narrows(scope, &new.scope));
    says("may_assert", !new.may_assert.is_subset(may_assert));
    says("may_search", new.may_search && !may_search);
    says("labels_owner", *labels_owner != new.labels_owner);
    says("members_owner", *members_owner != new.members_owner);
    says("clients", !clients_narrow(clients.as_ref(), new.clients.as_ref()));
    says("fail_mode", fails_softer);
    // An answer that is kept for longer outlives what it rests on.
    says("cache_max", new.cache_max > *cache_max);
    says(
        "answers",
        new.answers == Answers::Full && *answers != Answers::Full,
    );
    says(
        "reasons",
        new.reasons == Reasons::Full && *reasons != Reasons::Full,
    );
    // What it cannot honour is denied.
    says(
        "supported_obligations",
        !new.supported_obligations.is_subset(supported_obligations),
    );
    // It asks less, or lists no more what people are entitled to.
    let quieter = match (opentdf, &new.opentdf) {
        (old, new) if old == new => true,
        (_, None) => true,
        (Some(old), Some(new)) => {
            !new.entitlements && {
                let as_before = crate::OpenTdf {
                    entitlements: old.entitlements,
                    ..new.clone()
                };
                as_before == *old
            }
        }
        (None, Some(_)) => false,
    };
    says("opentdf", !quieter);
    wider
}

fn softness(mode: FailMode) -> u8 {
    match mode {
        FailMode::Closed => 0,
        FailMode::Cached => 1,
        FailMode::Open => 2,
    }
}

/// Outside of its scope everything is unknown.
fn scope_narrows(old: &Scope, new: &Scope) -> bool {
    fn is_part<T: Ord + Clone>(old: &Within<T>, new: &Within<T>) -> bool {
        match (old, new) {
            (Within::All, _) => true,
            (Within::List(old), Within::List(new)) => new.is_subset(old),
            (Within::List(_), Within::All) => false,
        }
    }
    is_part(&old.people, &new.people) && is_part(&old.channels, &new.channels)
}

/// Clients of which nothing is said are unmanaged, of rank 0, and never reported.
fn clients_narrow(old: Option<&ClientsHeldTo>, new: Option<&ClientsHeldTo>) -> bool {
    match (old, new) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(old), Some(new)) => {
            (old.managed || !new.managed)
                && (old.posture == Posture::Vouched || new.posture != Posture::Vouched)
                && lowers(Some(&old.accreditation), Some(&new.accreditation))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn record(changes: &[(&str, Value)]) -> ConnectedServer {
        let mut record = json!({
            "id": "chat", "kind": "synapse", "client_id": "chat", "node": "nato-pol",
            "scope": {"people": {"list": ["alice", "bob"]}, "channels": {"list": ["ops"]}},
            "may_assert": ["label"], "cache_max": 30, "answers": "bare",
            "clients": {"managed": true, "accreditation": {"scheme": "NATO", "level": "NS"}, "posture": "vouched"},
            "opentdf": {"namespace": "example.org", "entity": "email", "entitlements": true},
            "supported_obligations": ["watermark"], "fail_mode": {"post": "cached"},
        });
        for (name, value) in changes {
            record[*name] = value.clone();
        }
        serde_json::from_value(record).unwrap()
    }

    fn wider(name: &str, value: Value) -> Vec<&'static str> {
        widening(&record(&[]), &record(&[(name, value)]))
    }

    #[test]
    fn what_takes_away_is_one_persons_to_do() {
        for (name, value) in [
            ("kind", json!("generic")),
            ("clients", Value::Null),
            (
                "clients",
                json!({"managed": true, "accreditation": {"scheme": "NATO", "level": "NR"}, "posture": "unreported"}),
            ),
            ("may_assert", json!([])),
            (
                "scope",
                json!({"people": {"list": ["bob"]}, "channels": {"list": []}}),
            ),
            ("cache_max", json!(0)),
            ("supported_obligations", json!([])),
            ("fail_mode", json!({})),
            ("opentdf", Value::Null),
            (
                "opentdf",
                json!({"namespace": "example.org", "entity": "email", "entitlements": false}),
            ),
        ] {
            assert_eq!(wider(name, value.clone()), Vec::<&str>::new(), "{name} {value}");
        }
    }

    #[test]
    fn what_opens_takes_a_second_one() {
        for (name, value) in [
            ("reasons", json!("full")),
            ("answers", json!("full")),
            ("client_id", json!("other")),
            ("node", Value::Null),
            ("user_id", json!({"template": "@{id}:evil.example"})),
            ("channel_id", json!("table")),
            ("scope", json!({"people": "all", "channels": {"list": ["ops"]}})),
            (
                "scope",
                json!({"people": {"list": ["alice"]}, "channels": {"list": ["ops", "town"]}}),
            ),
            ("may_assert", json!(["label", "node"])),
            ("may_search", json!(true)),
            ("labels_owner", json!("server")),
            ("members_owner", json!("server")),
            (
                "clients",
                json!({"managed": true, "accreditation": {"scheme": "NATO", "level": "CTS"}, "posture": "vouched"}),
            ),
            ("cache_max", json!(31)),
            ("supported_obligations", json!(["watermark", "retain"])),
            ("fail_mode", json!({"post": "cached", "receipts": "open"})),
            (
                "opentdf",
                json!({"namespace": "example.org", "entity": "username", "entitlements": true}),
            ),
        ] {
            assert_eq!(wider(name, value.clone()), [name], "{name} {value}");
        }
        let unheard = record(&[("clients", Value::Null)]);
        assert_eq!(widening(&unheard, &record(&[])), ["clients"]);
    }
}
