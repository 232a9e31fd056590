// SPDX-License-Identifier: Apache-2.0
//! Takes in what a witness signed: the note of a checkpoint of ours with its line (C2SP
//! tlog-cosignature). Only signatures of configured witnesses over what we signed ourselves are kept.

use axum::extract::State;
use chrono::DateTime;
use countersign_audit::checkpoint::Checkpoint;
use countersign_audit::checkpoint::cosignature::WitnessKey;
use countersign_audit::checkpoint::note::{Note, Signature};
use countersign_audit::store::{checkpoints, cosignatures};
use http::StatusCode;

use super::Watcher;
use crate::app::{App, House};
use crate::http::problem::Problem;

/// Keeps the witnesses' signatures of a note.
#[utoipa::path(post, path = "/api/v1/record/cosignatures", operation_id = "record_cosign",
    params(("X-CSRF-Token" = Option<String>, Header)), request_body(content = String, content_type = "text/plain"),
    responses((status = 204), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn post(State(app): State<App>, _: Watcher, note: String) -> Result<StatusCode, Problem> {
    let note = Note::parse(&note).map_err(|fault| Problem::bad_request(fault.to_string()))?;
    let seen = Checkpoint::parse(note.text()).map_err(|fault| Problem::bad_request(fault.to_string()))?;
    let witnessed = witnessed(&app, &note)?;
    let mut transaction = app.database.begin_write().await?;
    let ours = checkpoints::of_size(app.record_key.name(), seen.size, &mut transaction).await?;
    let ours = ours
        .filter(|ours| ours.checkpoint.origin == seen.origin)
        .ok_or_else(|| {
            let detail = format!(
                "no checkpoint of `{}` over {} leaves was signed here",
                seen.origin, seen.size
            );
            Problem::new(StatusCode::NOT_FOUND, detail)
        })?;
    if ours.checkpoint.root != seen.root || !ours.note.starts_with(note.text()) {
        // Signed by a known witness: somebody showed it another history in our name.
        tracing::error!(size = seen.size, root = %seen.root, ours = %ours.checkpoint.root,
            "a witness saw another history of the record");
        return Err(Problem::new(
            StatusCode::CONFLICT,
            format!(
                "the checkpoint over {} leaves has another root here: keep this note, it is evidence",
                seen.size
            ),
        ));
    }
    for (signature, signed_at) in witnessed {
        cosignatures::put(&ours.checkpoint, &signature, signed_at, &mut transaction).await?;
    }
    transaction.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

type Witnessed = Vec<(Signature, DateTime<chrono::Utc>)>;

/// The signatures of witnesses that we know; lines of others are passed over, a false one in the name
/// of a known one is not.
fn witnessed(house: &House, note: &Note) -> Result<Witnessed, Problem> {
    let witnesses = &house.config.record.witnesses;
    let keys: Vec<WitnessKey> = witnesses
        .iter()
        .filter_map(|witness| witness.key().ok())
        .collect();
    let mut found = Vec::new();
    for signature in note.signatures() {
        let Some(key) = keys.iter().find(|key| key.is_named_by(signature)) else {
            continue;
        };
        let time = key.signed_at(note.text(), signature);
        let time = time.and_then(|time| DateTime::from_timestamp(i64::try_from(time).ok()?, 0));
        let time = time.ok_or_else(|| {
            Problem::bad_request(format!(
                "the signature of `{}` does not hold for this note",
                key.name()
            ))
        })?;
        found.push((signature.clone(), time));
    }
    if found.is_empty() {
        return Err(Problem::forbidden(
            "WITNESS_UNKNOWN",
            "none of the signatures is by a witness of `record.witnesses` in the configuration",
        ));
    }
    Ok(found)
}
