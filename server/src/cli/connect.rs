// SPDX-License-Identifier: Apache-2.0
//! `countersign connect profile PRODUCT`: what to enter at a product so that its people sign in here.

use clap::Subcommand;
use serde_json::json;

use super::opened::Store;
use super::{Failure, opened::outside};
use crate::connect::Product;

/// Connection commands.
#[derive(Debug, Subcommand)]
pub enum ConnectCommand {
    /// Prints the settings of a product, with the addresses of this house in them.
    Profile {
        /// The product.
        #[arg(value_enum)]
        product: Product,
        /// The product's own address, e.g. `https://chat.example.org`.
        #[arg(long)]
        site: Option<String>,
        /// As JSON.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        store: Store,
    },
}

impl ConnectCommand {
    pub(super) fn run(self) -> Result<(), Failure> {
        let Self::Profile {
            product,
            site,
            json,
            store,
        } = self;
        let config = store.config()?;
        let profile = product.profile(&config.issuer, site.as_deref());
        if json {
            let text = serde_json::to_string_pretty(&json!(profile)).map_err(outside)?;
            println!("{text}");
            return Ok(());
        }
        println!("{}: {}", product.name(), profile.protocol);
        println!(
            "tested: {}",
            json!(profile.tested)
                .as_str()
                .unwrap_or_default()
                .replace('_', " ")
        );
        println!("editions: {}\n\nthere:", profile.editions);
        for setting in &profile.settings {
            println!("  {} = {}", setting.name, setting.value);
        }
        println!("\nhere:");
        for line in &profile.here {
            println!("  {line}");
        }
        println!("\nmore: {}", profile.page);
        Ok(())
    }
}
