// SPDX-License-Identifier: Apache-2.0
//! One sum over several parts.

use aws_lc_rs::digest;

/// SHA-256 over parts of which each is told from the next: its length goes before it.
pub fn sum<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> [u8; 32] {
    let mut context = digest::Context::new(&digest::SHA256);
    for part in parts {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part);
    }
    let mut sum = [0; 32];
    sum.copy_from_slice(context.finish().as_ref());
    sum
}
