// SPDX-License-Identifier: Apache-2.0
//! One stored leaf against itself: its hash, the columns beside it, its inputs.

use chrono::SecondsFormat;
use serde_json::Value;

use crate::hash;
use crate::leaf::Origin;
use crate::store::leaves::StoredLeaf;

/// What a leaf that fits tells.
pub(super) struct Checked {
    pub(super) inputs: Inputs,
    pub(super) origin: Option<Origin>,
}

/// What is left of a leaf's inputs.
pub(super) enum Inputs {
    Dropped,
    Kept,
    None,
}

/// Checks `leaf`, which is read from position `index`.
pub(super) fn check(leaf: &StoredLeaf, index: u64) -> Result<Checked, String> {
    if leaf.index != index {
        return Err("it is missing".to_owned());
    }
    if hash::leaf(&leaf.record) != leaf.hash {
        return Err("its record does not give its hash".to_owned());
    }
    let record: Value =
        serde_json::from_slice(&leaf.record).map_err(|_| "its record is not JSON".to_owned())?;
    match record.get("index").and_then(Value::as_u64) {
        Some(own) if own == index => {}
        Some(own) => return Err(format!("its record says that it is leaf {own}")),
        None => return Err("its record does not say which leaf it is".to_owned()),
    }
    let at = leaf.at.to_rfc3339_opts(SecondsFormat::Millis, true);
    for (name, column) in [
        ("at", Some(at.as_str())),
        ("decision_id", leaf.facets.decision_id.as_deref()),
        ("kind", Some(leaf.kind.as_str())),
        ("outcome", leaf.facets.outcome.as_deref()),
        ("reason", leaf.facets.reason.as_deref()),
        ("subject", leaf.facets.subject.as_deref()),
    ] {
        if record.get(name).and_then(Value::as_str) != column {
            return Err(format!("its column `{name}` differs from its record"));
        }
    }
    let origin = match record.get("journal").and_then(Value::as_str) {
        None => None,
        Some(text) => Some(Origin::parse(text).ok_or("its place in a journal cannot be read".to_owned())?),
    };
    Ok(Checked {
        inputs: inputs(leaf, &record)?,
        origin,
    })
}

fn inputs(leaf: &StoredLeaf, record: &Value) -> Result<Inputs, String> {
    let hashed = record.get("inputs_hash").and_then(Value::as_str);
    match (hashed, &leaf.salt, &leaf.inputs) {
        (None, None, None) => Ok(Inputs::None),
        (Some(_), None, None) => Ok(Inputs::Dropped),
        (Some(hashed), Some(salt), Some(inputs)) => {
            if hash::inputs(salt, inputs).to_string() == hashed {
                Ok(Inputs::Kept)
            } else {
                Err("its inputs do not give the hash in its record".to_owned())
            }
        }
        (None, ..) => Err("it has inputs that its record does not know".to_owned()),
        (Some(_), ..) => Err("its inputs or their salt were removed, but not both".to_owned()),
    }
}
