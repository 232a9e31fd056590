// SPDX-License-Identifier: Apache-2.0
//! A chat server is connected, or its record changes.

use chrono::{DateTime, Utc};
use countersign_labels::Schemes;
use sqlx::AnyConnection;

use super::Outcome;
use super::amend::{AmendFault, apply};
use crate::amend::Amendment;
use crate::store::{Nodes, StoreError, load, servers};
use crate::{Accreditation, ConnectedServer, Permit, ServerId};

/// Why a record does not fit what is on file.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// Another server calls as this client.
    #[error("client `{0}` belongs to another connected server")]
    ClientTaken(String),
    /// Its clients are held to more than the server itself.
    #[error("the clients of `{0}` cannot be accredited above its node")]
    ClientsAboveNode(ServerId),
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Files the record of a connected server, new or in place of the one with its id.
pub async fn put(
    server: &ConnectedServer,
    permit: &Permit,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Outcome, AmendFault> {
    let act = Amendment::ServerPut {
        id: server.id.clone(),
        server: Box::new(server.clone()),
    };
    apply(&act, permit, now, db).await
}

/// Fails where another server calls as its client, or its clients are held to more than its node.
pub(super) async fn fits(server: &ConnectedServer, db: &mut AnyConnection) -> Result<(), ServerError> {
    let caller = servers::by_client(&server.client_id, db).await?;
    if caller.is_some_and(|other| other.id != server.id) {
        return Err(ServerError::ClientTaken(server.client_id.clone()));
    }
    let Some(clients) = &server.clients else {
        return Ok(());
    };
    let node = match &server.node {
        None => None,
        Some(id) => load::<Nodes>(id.as_str(), db).await?,
    };
    let ceiling = node
        .and_then(|node| node.accreditation)
        .map_or(Some(0), |held| rank(&held));
    match (rank(&clients.accreditation), ceiling) {
        (Some(wanted), Some(ceiling)) if wanted <= ceiling => Ok(()),
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
