// SPDX-License-Identifier: Apache-2.0
//! What would come of what a source says of one person: mapped, then held against its cap.

use chrono::{DateTime, Utc};
use countersign_authz::explain::{Pen, WITHHELD};
use countersign_directory::PersonId;
use countersign_directory::source::apply::{ApplyError, Entry, Refused, Tie, would_apply};
use countersign_directory::source::mapping::{Note, Whom};
use countersign_directory::source::{Attributes, Source, SourcedClearance};
use countersign_directory::{Clearance, ClearanceState, Person};
use serde::Serialize;
use serde_json::{Value, json};
use sqlx::AnyConnection;
use utoipa::ToSchema;

/// Under which name somebody new is looked at.
const NOBODY: &str = "new-person";

/// What would come of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Outcome {
    /// Why nothing would come of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<Fault>,
    /// The person in our words, before the cap.
    #[schema(value_type = Option<HashMap<String, Value>>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sourced: Option<Value>,
    /// What could not be read.
    pub notes: Vec<Fault>,
    /// What would be done.
    #[schema(value_type = Vec<HashMap<String, Value>>)]
    pub acts: Vec<Value>,
    /// She would be disabled.
    pub disables: bool,
    /// What is beyond the cap, or not this source's to say.
    #[schema(value_type = Vec<HashMap<String, Value>>)]
    pub refused: Vec<Value>,
    /// The clearances that would then count, whoever gave them.
    #[schema(value_type = Vec<HashMap<String, Value>>)]
    pub clearances: Vec<Value>,
    /// Whether she would be on file and active.
    pub is_active: bool,
}

/// A rule that gave nothing, and why.
#[derive(Debug, Serialize, ToSchema)]
pub struct Fault {
    /// The rule, as in the record: `rules[2]`.
    pub rule: String,
    /// What it gives.
    pub to: String,
    /// The attributes that it reads.
    pub from: Vec<String>,
    /// Why.
    pub message: String,
}

impl From<&Note> for Fault {
    fn from(note: &Note) -> Self {
        Self {
            rule: format!("rules[{}]", note.rule),
            to: note.to.to_string(),
            from: note.from.clone(),
            message: note.message.clone(),
        }
    }
}

/// Maps a sample and holds it against the cap.
pub async fn of_sample(
    source: &Source,
    attributes: &Attributes,
    person: Option<&PersonId>,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Outcome, ApplyError> {
    let whom = person.map_or(Whom::New, |_| Whom::Known);
    let mapped = match source.mapping.apply(attributes, whom) {
        Ok(mapped) => mapped,
        Err(fault) => return Ok(Outcome::none(fault.note())),
    };
    let nobody = NOBODY
        .parse()
        .map_err(|_| ApplyError::Unknown(source.id.clone()))?;
    let entry = Entry {
        person: person.cloned().unwrap_or(nobody),
        tie: person.map_or(Tie::New, |_| Tie::Linked),
        said: mapped.sourced.clone(),
    };
    let would = would_apply(source, &entry, false, now, db).await?;
    let is_active = would
        .person
        .as_ref()
        .is_some_and(|person| person.status == countersign_directory::Status::Active);
    Ok(Outcome {
        fault: None,
        sourced: Some(json!(mapped.sourced)),
        notes: mapped.notes.iter().map(Fault::from).collect(),
        acts: would.acts.iter().map(|act| json!(act)).collect(),
        disables: would.disables,
        refused: would
            .refused
            .iter()
            .map(|refused: &Refused| json!(refused))
            .collect(),
        clearances: would
            .person
            .as_ref()
            .map(|person| held(person, now))
            .unwrap_or_default(),
        is_active,
    })
}

impl Outcome {
    /// Cut to what its reader may know: what others gave her, what the source says, and what it may not give her
    /// may all be above who tries.
    #[must_use]
    pub fn shown(mut self, pen: &mut Pen<'_>) -> Self {
        let clearances = self.sourced.as_mut().and_then(|said| {
            let members = said.as_object_mut()?;
            members.remove("clearances")
        });
        let said: Vec<SourcedClearance> = clearances
            .and_then(|clearances| serde_json::from_value(clearances).ok())
            .unwrap_or_default();
        for refused in &mut self.refused {
            veil_refused(refused, &said, pen);
        }
        if let Some(sourced) = &mut self.sourced {
            *sourced = pen.value(sourced);
            if !said.is_empty() {
                let said: Vec<SourcedClearance> = said.into_iter().map(|said| veiled(said, pen)).collect();
                sourced["clearances"] = json!(said);
            }
        }
        for act in &mut self.acts {
            *act = pen.value(act);
        }
        for clearance in &mut self.clearances {
            *clearance = pen.value(clearance);
        }
        self
    }

    fn none(note: &Note) -> Self {
        Self {
            fault: Some(note.into()),
            sourced: None,
            notes: Vec::new(),
            acts: Vec::new(),
            disables: false,
            refused: Vec::new(),
            clearances: Vec::new(),
            is_active: false,
        }
    }
}

fn veiled(said: SourcedClearance, pen: &mut Pen<'_>) -> SourcedClearance {
    SourcedClearance {
        level: pen.level(&said.scheme, &said.level),
        compartments: said.compartments.iter().map(|tag| pen.compartment(tag)).collect(),
        ..said
    }
}

/// What was refused is in words; they are found again among what was said.
fn veil_refused(refused: &mut Value, said: &[SourcedClearance], pen: &mut Pen<'_>) {
    let part = refused["part"].as_str().unwrap_or_default().to_owned();
    let Some(value) = refused["value"].as_str() else {
        return;
    };
    let shown = match part.as_str() {
        "briefings" => pen.briefing(value),
        "missions" => pen.mission(value),
        "clearances" => {
            // It may have been cut.
            let clearance = said.iter().find(|said| said.to_string().starts_with(value));
            match clearance {
                Some(clearance) => veiled(clearance.clone(), pen).to_string(),
                None => WITHHELD.to_owned(),
            }
        }
        _ => return,
    };
    refused["value"] = json!(shown);
}

/// The clearances that count now.
fn held(person: &Person, now: DateTime<Utc>) -> Vec<Value> {
    let counts = |held: &&Clearance| {
        held.state == ClearanceState::Active && held.valid_from <= now && now <= held.valid_until
    };
    person
        .clearances
        .iter()
        .filter(counts)
        .map(|held| json!(held))
        .collect()
}
