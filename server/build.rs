// SPDX-License-Identifier: Apache-2.0
//! Migrations are compiled in: a new file there must rebuild this crate.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
