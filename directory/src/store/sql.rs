// SPDX-License-Identifier: Apache-2.0
//! Statements over many rows at once, within what both engines take.

use sqlx::AssertSqlSafe;

/// Values bound in one statement. The embedded engine looks each placeholder up in a list of those before it, so
/// that twice as many cost four times as much; fewer would be more trips to the engine.
const VALUES: usize = 256;

/// Rows of `columns` values in one statement.
pub const fn batch(columns: usize) -> usize {
    match VALUES.checked_div(columns) {
        Some(rows) if rows > 0 => rows,
        _ => 1,
    }
}

/// `($1, $2), ($3, $4)`: placeholders for `rows` rows of `columns` values.
pub fn rows(rows: usize, columns: usize) -> String {
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

/// `$2, $3`: placeholders for `count` values, from number `first` on.
pub fn places(first: usize, count: usize) -> String {
    let numbers: Vec<String> = (first..first + count)
        .map(|number| format!("${number}"))
        .collect();
    numbers.join(", ")
}

/// A statement put together from constants of the caller's and numbered placeholders, never from
/// values.
pub fn statement(text: String) -> AssertSqlSafe<String> {
    AssertSqlSafe(text)
}

#[cfg(test)]
mod tests {
    #[test]
    fn placeholders_are_numbered_through() {
        assert_eq!(super::rows(2, 2), "($1, $2), ($3, $4)");
        assert_eq!(super::rows(1, 3), "($1, $2, $3)");
        assert_eq!(super::places(2, 2), "$2, $3");
    }

    #[test]
    fn wide_rows_go_in_smaller_parts() {
        assert_eq!([0, 1, 13, 1_000].map(super::batch), [1, 256, 19, 1]);
    }
}
