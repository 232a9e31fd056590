// SPDX-License-Identifier: Apache-2.0
//! Statements over many rows at once, within what both engines take.

use sqlx::AssertSqlSafe;

/// Rows in one statement. Times the columns of the widest table it stays below SQLite's limit of
/// 32,766 bound values.
pub(super) const BATCH: usize = 500;

/// `($1, $2), ($3, $4)`: placeholders for `rows` rows of `columns` values.
pub(super) fn rows(rows: usize, columns: usize) -> String {
    let mut text = String::with_capacity(rows * columns * 7);
    for row in 0..rows {
        text.push_str(if row == 0 { "(" } else { ", (" });
        for column in 1..=columns {
            if column > 1 {
                text.push_str(", ");
            }
            text.push('$');
            text.push_str(&(row * columns + column).to_string());
        }
        text.push(')');
    }
    text
}

/// A statement put together from constants of this folder and numbered placeholders, never from
/// values.
pub(super) fn statement(text: String) -> AssertSqlSafe<String> {
    AssertSqlSafe(text)
}

#[cfg(test)]
mod tests {
    #[test]
    fn placeholders_are_numbered_through() {
        assert_eq!(super::rows(2, 2), "($1, $2), ($3, $4)");
        assert_eq!(super::rows(1, 3), "($1, $2, $3)");
    }
}
