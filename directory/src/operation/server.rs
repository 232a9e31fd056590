// SPDX-License-Identifier: Apache-2.0
//! A chat server is connected, or its record changes.

use chrono::{DateTime, Utc};
use countersign_labels::Schemes;
use serde_json::json;
use sqlx::AnyConnection;

use super::Outcome;
use crate::store::{Nodes, Servers, Shelf, StoreError, changes, load, servers, tombstones};
use crate::{
    Accreditation, ActionClass, Actor, Change, ConnectedServer, Event, FailMode, Noun, Permit, PermitError,
    Reasons, ServerId,
};

/// Why a record is refused.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// It says something that only two people may say.
    #[error(
        "a second person must approve the record of `{0}`: it sets `clients`, `reasons`, `opentdf` or a wider scope"
    )]
    ApprovalMissing(ServerId),
    /// Another server calls as this client.
    #[error("client `{0}` belongs to another connected server")]
    ClientTaken(String),
    /// Its clients are held to more than the server itself.
    #[error("the clients of `{0}` cannot be accredited above its node")]
    ClientsAboveNode(ServerId),
    /// The identifier belonged to one that is gone.
    #[error("`{0}` is gone, and its name is never given again")]
    Gone(ServerId),
    /// A value is out of bounds.
    #[error("{0}")]
    Invalid(&'static str),
    /// The permit is for something else.
    #[error(transparent)]
    Permit(#[from] PermitError),
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Its node is not on file.
    #[error("no node has the id `{0}`")]
    UnknownNode(crate::NodeId),
}

/// Files the record of a connected server, new or in place of the one with its id.
pub async fn put(
    server: &ConnectedServer,
    permit: &Permit,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Outcome, ServerError> {
    let id = &server.id;
    permit.covers("server.manage", id.as_str())?;
    bounds(server)?;
    changes::lock(db).await?;
    if !tombstones::among(Noun::Server, &[id.as_str()], db)
        .await?
        .is_empty()
    {
        return Err(ServerError::Gone(id.clone()));
    }
    let old = load::<Servers>(id.as_str(), db).await?;
    if old.as_ref() == Some(server) {
        return Ok(Outcome {
            events: Vec::new(),
            revision: changes::head(db).await?,
        });
    }
    let alone = *permit.by() != Actor::Operator && permit.approved_by().is_none();
    if alone && grants(old.as_ref(), server) {
        return Err(ServerError::ApprovalMissing(id.clone()));
    }
    if servers::by_client(&server.client_id, db)
        .await?
        .is_some_and(|other| other.id != *id)
    {
        return Err(ServerError::ClientTaken(server.client_id.clone()));
    }
    clients_within_node(server, db).await?;
    Servers::put(&[(id, server)], db).await?;
    let revision = changes::record(&[Change::put(Noun::Server, id.as_str())], now, db).await?;
    let detail = json!({"by": permit.by().to_string(), "approved_by": permit.approved_by(), "old": old, "new": server});
    Ok(Outcome {
        events: vec![Event::new("server.changed", id.as_str(), detail)],
        revision,
    })
}

fn bounds(server: &ConnectedServer) -> Result<(), ServerError> {
    if server.cache_max > 60 {
        return Err(ServerError::Invalid(
            "an answer is kept for at most 60 seconds: lower `cache_max`",
        ));
    }
    if let Some(opentdf) = &server.opentdf
        && !is_namespace(&opentdf.namespace)
    {
        return Err(ServerError::Invalid(
            "`opentdf.namespace` is a name such as `labels.example.org`: letters, digits, `-` and `.`",
        ));
    }
    for (class, mode) in &server.fail_mode {
        let fits = match mode {
            FailMode::Cached => matches!(class, ActionClass::Post | ActionClass::Receipts),
            FailMode::Closed => true,
            FailMode::Open => *class == ActionClass::Receipts,
        };
        if !fits {
            return Err(ServerError::Invalid(
                "`fail_mode`: only receipts may be open, only posts and receipts may be cached",
            ));
        }
    }
    Ok(())
}

/// Whether it can stand in an attribute's name.
fn is_namespace(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.';
    (1..=253).contains(&text.len()) && text.bytes().all(fits)
}

/// Whether the record can turn a deny into an allow, or tell more than before.
fn grants(old: Option<&ConnectedServer>, new: &ConnectedServer) -> bool {
    let lists = |server: &ConnectedServer| {
        server
            .opentdf
            .as_ref()
            .is_some_and(|opentdf| opentdf.entitlements)
    };
    let Some(old) = old else {
        return new.clients.is_some()
            || new.reasons == Reasons::Full
            || new.may_search
            || lists(new)
            || !new.supported_obligations.is_empty();
    };
    let names = |server: &ConnectedServer| server.opentdf.as_ref().map(|opentdf| opentdf.entity);
    (new.clients.is_some() && new.clients != old.clients)
        || (new.reasons == Reasons::Full && old.reasons != Reasons::Full)
        || new.scope != old.scope
        || new.user_id != old.user_id
        || new.channel_id != old.channel_id
        || new.node != old.node
        || !new.may_assert.is_subset(&old.may_assert)
        || (new.may_search && !old.may_search)
        // What it cannot honour is denied.
        || !new.supported_obligations.is_subset(&old.supported_obligations)
        || new.labels_owner != old.labels_owner
        || new.members_owner != old.members_owner
        || (lists(new) && !lists(old))
        || (names(new).is_some() && names(new) != names(old))
}

async fn clients_within_node(server: &ConnectedServer, db: &mut AnyConnection) -> Result<(), ServerError> {
    let node = match &server.node {
        None => None,
        Some(id) => {
            let node = load::<Nodes>(id.as_str(), db).await?;
            Some(node.ok_or_else(|| ServerError::UnknownNode(id.clone()))?)
        }
    };
    let Some(clients) = &server.clients else {
        return Ok(());
    };
    let ceiling = node
        .and_then(|node| node.accreditation)
        .map_or(Some(0), |held| rank(&held));
    match (rank(&clients.accreditation), ceiling) {
        (Some(wanted), Some(ceiling)) if wanted <= ceiling => Ok(()),
        (None, _) => Err(ServerError::Invalid(
            "`clients.accreditation` names no level of a known scheme",
        )),
        _ => Err(ServerError::ClientsAboveNode(server.id.clone())),
    }
}

fn rank(accreditation: &Accreditation) -> Option<countersign_labels::Rank> {
    Some(
        Schemes::builtin()
            .scheme(&accreditation.scheme)?
            .level(&accreditation.level)?
            .rank,
    )
}
