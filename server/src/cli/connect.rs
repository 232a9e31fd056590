// SPDX-License-Identifier: Apache-2.0
//! `countersign connect profile PRODUCT`: what to enter at a product so that its people sign in here, and
//! what to run here, as text that can be copied as it is.

use clap::Subcommand;
use serde_json::{Value, json};

use super::Failure;
use super::opened::{Store, outside};
use crate::connect::{Installation, Product, Profile};

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
        /// Where people come back to, of a product that alone knows it.
        #[arg(long)]
        redirect: Option<String>,
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
            redirect,
            json,
            store,
        } = self;
        let config = store.config()?;
        let there = Installation::at(site.as_deref(), redirect.as_deref())
            .map_err(|fault| Failure::Input(fault.to_string()))?;
        let mut profile = product.profile(&config.issuer, &there);
        for command in profile
            .commands
            .iter_mut()
            .filter(|command| command.starts_with("countersign "))
        {
            command.push_str(&store.arguments());
        }
        let text = if json {
            serde_json::to_string_pretty(&json!(profile)).map_err(outside)?
        } else {
            text(&profile)?
        };
        println!("{}", text.trim_end());
        Ok(())
    }
}

fn text(profile: &Profile) -> Result<String, Failure> {
    let product = profile.product.name();
    let tested = json!(profile.tested);
    let tested = tested.as_str().unwrap_or_default().replace('_', " ");
    let mut parts = vec![format!(
        "{product}: {}\ntested: {tested}\neditions: {}",
        profile.protocol, profile.editions
    )];
    if !profile.commands.is_empty() {
        parts.push(format!("# here\n{}", here(profile)?));
    }
    for file in &profile.files {
        parts.push(format!("# there, in {}\n{}", file.name, file.text.trim_end()));
    }
    if !profile.settings.is_empty() {
        let lines = profile
            .settings
            .iter()
            .map(|setting| format!("{} = {}", setting.name, setting.value));
        parts.push(format!("# there\n{}", lines.collect::<Vec<_>>().join("\n")));
    }
    let notes = profile.notes.iter().map(|note| format!("note: {note}"));
    parts.extend(notes);
    parts.push(format!("more: {}", profile.page));
    Ok(parts.join("\n\n"))
}

/// The commands, after those that write the records which they file.
fn here(profile: &Profile) -> Result<String, Failure> {
    let mut lines = Vec::new();
    for record in &profile.clients {
        let id = record.get("id").and_then(Value::as_str).unwrap_or_default();
        let text = serde_json::to_string_pretty(record).map_err(outside)?;
        lines.push(format!("cat > {id}.json <<'END'\n{text}\nEND"));
    }
    lines.extend(profile.commands.iter().cloned());
    Ok(lines.join("\n"))
}
