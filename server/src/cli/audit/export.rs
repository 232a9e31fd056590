// SPDX-License-Identifier: Apache-2.0
//! `countersign audit export FILE`: leaves and checkpoints as JSON lines, for `audit verify --export`.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::PathBuf;

use clap::Args;
use countersign_audit::export::Line;
use countersign_audit::store::checkpoints::StoredCheckpoint;
use countersign_audit::store::{checkpoints, cosignatures, leaves, tree};
use countersign_directory::Event;
use serde_json::json;
use sqlx::AnyConnection;

use super::super::Failure;
use super::super::opened::{Store, finish, outside};
use crate::app::App;

/// Leaves read at once.
const PAGE: u32 = 512;

/// Writes the record into one file.
#[derive(Args, Debug)]
pub struct Export {
    #[command(flatten)]
    store: Store,
    /// The file to write; it must not be there yet.
    file: PathBuf,
    /// Leaves out what decisions rested on: who holds the file then sees no more than the leaves say.
    #[arg(long)]
    without_inputs: bool,
}

impl Export {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let app = self.store.open_existing().await?;
        let cannot = |cause: std::io::Error| {
            Failure::Input(format!("`{}` cannot be written: {cause}", self.file.display()))
        };
        let mut out = BufWriter::new(File::create_new(&self.file).map_err(cannot)?);
        let (size, written) = self.write(&app, &mut out).await?;
        out.flush().map_err(outside)?;
        out.get_ref().sync_all().map_err(outside)?;
        println!(
            "{size} leaves and {written} checkpoints are in `{}`",
            self.file.display()
        );
        println!("they verify by the key {}", app.record_key.verifier_key());
        Ok(())
    }

    async fn write(&self, app: &App, out: &mut BufWriter<File>) -> Result<(u64, u64), Failure> {
        app.drain().await.map_err(outside)?;
        let what = json!({ "with_inputs": !self.without_inputs });
        let event = Event::new("record.exported", app.record_key.name(), what);
        let transaction = app.database.begin_write().await.map_err(outside)?;
        finish(app, &[event], transaction).await?;
        app.sign_checkpoint().await.map_err(outside)?;
        let mut db = app.database.pool.acquire().await.map_err(outside)?;
        let origin = app.record_key.name().to_owned();
        let key = app.record_key.verifier_key().to_string();
        put(
            &Line::Head {
                version: 1,
                origin,
                key,
            },
            out,
        )?;
        let state = tree::load(&mut db).await.map_err(outside)?;
        let mut written = 0;
        for signed in checkpoints::between(None, 0, &mut db).await.map_err(outside)? {
            put(&checkpoint(&signed, &mut db).await?, out)?;
            written += 1;
        }
        let mut next = 0;
        while next < state.size() {
            let page = PAGE.min(u32::try_from(state.size() - next).unwrap_or(PAGE));
            let page = leaves::page(next, page, &mut db).await.map_err(outside)?;
            let Some(last) = page.last().map(|leaf| leaf.index) else {
                return Err(Failure::No(format!(
                    "leaf {next} is missing: `audit verify` says more"
                )));
            };
            let signed = checkpoints::between(Some(next), last + 1, &mut db)
                .await
                .map_err(outside)?;
            let mut signed = signed.iter().peekable();
            for mut leaf in page {
                if self.without_inputs {
                    (leaf.salt, leaf.inputs) = (None, None);
                }
                put(&Line::leaf(&leaf), out)?;
                next = leaf.index + 1;
                while let Some(at) = signed.next_if(|at| at.checkpoint.size == next) {
                    put(&checkpoint(at, &mut db).await?, out)?;
                    written += 1;
                }
            }
        }
        put(&Line::end(state.size(), &state.root()), out)?;
        Ok((state.size(), written))
    }
}

async fn checkpoint(signed: &StoredCheckpoint, db: &mut AnyConnection) -> Result<Line, Failure> {
    let of = &signed.checkpoint;
    let lines = cosignatures::lines(&of.origin, of.size, db)
        .await
        .map_err(outside)?;
    let note = format!("{}{lines}", signed.note);
    Ok(Line::Checkpoint { note })
}

fn put(line: &Line, out: &mut BufWriter<File>) -> Result<(), Failure> {
    out.write_all(line.written().as_bytes()).map_err(outside)
}
