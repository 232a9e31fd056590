// SPDX-License-Identifier: Apache-2.0
//! Why the store did not answer.

/// Why the store did not answer.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A row holds what this version cannot read. Never taken for something else.
    #[error("table `{table}`, row `{row}`: {message}")]
    BadRow {
        /// The table.
        table: &'static str,
        /// The row's key.
        row: String,
        /// What is wrong.
        message: String,
    },
    /// The database refused, or is gone.
    #[error("the database refused: {0}")]
    Database(#[from] sqlx::Error),
}
