// SPDX-License-Identifier: Apache-2.0
//! Proofs of RFC 6962: that a leaf is in the tree, and that one tree is the start of another.

use axum::Json;
use axum::extract::State;
use countersign_audit::Hash;
use countersign_audit::store::{leaves, nodes, tree};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Watcher;
use crate::app::App;
use crate::http::problem::Problem;
use crate::http::query::Query;

/// Which leaf, in which tree.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
pub struct Included {
    /// The leaf's number.
    leaf: Option<u64>,
    /// The tree's number of leaves, e.g. a checkpoint's.
    size: Option<u64>,
}

/// Which two trees.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
pub struct Continued {
    /// The earlier tree's number of leaves.
    from: Option<u64>,
    /// The later tree's.
    to: Option<u64>,
}

/// Proof that a leaf is in a tree (RFC 6962 section 2.1.1).
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct InclusionProof {
    /// The leaf's number.
    pub leaf: u64,
    /// Its hash, in hexadecimal.
    pub leaf_hash: String,
    /// The tree's number of leaves.
    pub size: u64,
    /// Its root.
    pub root: String,
    /// The audit path, from the leaf's sibling up.
    pub path: Vec<String>,
}

/// Proof that a tree is the start of another (RFC 6962 section 2.1.2).
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ConsistencyProof {
    /// The earlier tree's number of leaves.
    pub from: u64,
    /// Its root, in hexadecimal.
    pub from_root: String,
    /// The later tree's number of leaves.
    pub to: u64,
    /// Its root.
    pub to_root: String,
    /// The proof's hashes.
    pub path: Vec<String>,
}

/// Proves that a leaf is in the tree.
#[utoipa::path(get, path = "/api/v1/record/proofs/inclusion", operation_id = "record_inclusion", params(Included),
    responses((status = 200, body = InclusionProof), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn inclusion(
    State(app): State<App>,
    _: Watcher,
    Query(wanted): Query<Included>,
) -> Result<Json<InclusionProof>, Problem> {
    let (Some(leaf), Some(size)) = (wanted.leaf, wanted.size) else {
        return Err(Problem::bad_request(
            "`leaf` and `size` are needed: a leaf's number and a tree's size",
        ));
    };
    let mut db = app.database.pool.acquire().await?;
    if leaf >= size || size > tree::load(&mut db).await?.size() {
        return Err(Problem::not_found());
    }
    let path = nodes::inclusion(leaf, size, &mut db).await?;
    let stored = leaves::leaf(leaf, &mut db).await?;
    let (path, stored) = path.zip(stored).ok_or_else(Problem::not_found)?;
    Ok(Json(InclusionProof {
        leaf,
        leaf_hash: stored.hash.to_string(),
        size,
        root: nodes::root(size, &mut db).await?.to_string(),
        path: texts(&path),
    }))
}

/// Proves that the tree of `from` leaves is the start of the tree of `to` leaves.
#[utoipa::path(get, path = "/api/v1/record/proofs/consistency", operation_id = "record_consistency", params(Continued),
    responses((status = 200, body = ConsistencyProof), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn consistency(
    State(app): State<App>,
    _: Watcher,
    Query(wanted): Query<Continued>,
) -> Result<Json<ConsistencyProof>, Problem> {
    let (Some(from), Some(to)) = (wanted.from, wanted.to) else {
        return Err(Problem::bad_request(
            "`from` and `to` are needed: the sizes of two trees",
        ));
    };
    if from > to {
        return Err(Problem::bad_request("`from` is larger than `to`"));
    }
    let mut db = app.database.pool.acquire().await?;
    if to > tree::load(&mut db).await?.size() {
        return Err(Problem::not_found());
    }
    // Every tree continues the empty one; nothing has to be shown.
    let path = nodes::consistency(from, to, &mut db).await?.unwrap_or_default();
    Ok(Json(ConsistencyProof {
        from,
        from_root: nodes::root(from, &mut db).await?.to_string(),
        to,
        to_root: nodes::root(to, &mut db).await?.to_string(),
        path: texts(&path),
    }))
}

fn texts(path: &[Hash]) -> Vec<String> {
    path.iter().map(ToString::to_string).collect()
}
