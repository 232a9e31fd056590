// SPDX-License-Identifier: Apache-2.0
//! `countersign passkey import|preview|status`: the list of authenticator models, and what rules do
//! to the keys that people have.

use std::path::PathBuf;

use authn::Happened;
use authn::factor::attestation::metadata::LARGEST;
use authn::factor::attestation::{Fit, Trust, models};
use authn::metadata::{ImportError, import};
use authn::store::passkeys::{self, Passkey};
use clap::Subcommand;
use countersign_authn as authn;
use countersign_directory::Actor;

use super::opened::{Store, outside};
use super::{Failure, block_on, environment};
use crate::app::App;
use crate::config::Config;
use crate::factors;

/// Commands about passkeys.
#[derive(Debug, Subcommand)]
pub enum PasskeyCommand {
    /// Brings a FIDO metadata file (MDS3) into force, after checking who signed it and that it is newer.
    Import {
        /// The file, as it was published.
        file: PathBuf,
        #[command(flatten)]
        store: Store,
    },
    /// Tells what another configuration's rules would do to the keys that people have. Changes nothing.
    Preview {
        /// The configuration with the rules to be.
        candidate: PathBuf,
        #[command(flatten)]
        store: Store,
    },
    /// Tells what is in force.
    Status {
        #[command(flatten)]
        store: Store,
    },
}

impl PasskeyCommand {
    pub(super) fn run(self) -> Result<(), Failure> {
        block_on(async move {
            match self {
                Self::Import { file, store } => take(&store.open_existing().await?, &file).await,
                Self::Preview { candidate, store } => {
                    let candidate = Config::load(Some(&candidate), environment())?;
                    preview(&store.open_existing().await?, &candidate).await
                }
                Self::Status { store } => status(&store.open_existing().await?),
            }
        })
    }
}

async fn take(app: &App, file: &std::path::Path) -> Result<(), Failure> {
    let name = file.display();
    let size = std::fs::metadata(file)
        .map_err(|fault| Failure::Input(format!("`{name}` cannot be read: {fault}")))?
        .len();
    if size > LARGEST as u64 {
        return Err(Failure::Input(format!("`{name}` is larger than {LARGEST} bytes")));
    }
    let bytes =
        std::fs::read(file).map_err(|fault| Failure::Input(format!("`{name}` cannot be read: {fault}")))?;
    let signer = factors::signer(&app.config)
        .map_err(|fault| Failure::Input(fault.to_string()))?
        .ok_or_else(|| {
            Failure::Input(
                "whose metadata is believed? set `passkeys.metadata_root` to the root certificate".into(),
            )
        })?;
    let now = app.now();
    let policy = app.factors.passkeys.trusted().policy.clone();
    let mut log = Happened::new();
    let mut transaction = app.database.begin_write().await.map_err(outside)?;
    let imported = import(
        &bytes,
        &signer,
        &policy,
        now,
        &mut app.rng(),
        &mut log,
        &mut transaction,
    )
    .await
    .map_err(|fault| match fault {
        ImportError::File(_) => Failure::Input(fault.to_string()),
        ImportError::NotNewer { .. } => Failure::No(fault.to_string()),
        ImportError::Store(_) => outside(fault),
    })?;
    app.settle(&Actor::Operator, &log, now, transaction)
        .await
        .map_err(outside)?;
    let list = imported.metadata;
    println!(
        "metadata {} with {} models is in force; the next is due on {}",
        list.serial,
        list.models.len(),
        list.next_update
    );
    for person in imported.hit {
        println!("{person}  holds a key of a model that is reported compromised, and was signed out");
    }
    Ok(())
}

fn status(app: &App) -> Result<(), Failure> {
    let trust = app.factors.passkeys.trusted();
    let Some(list) = &trust.metadata else {
        println!("no metadata: no passkey is attested, and none reaches AAL3");
        return Ok(());
    };
    println!(
        "metadata {} with {} models; the next is due on {}",
        list.serial,
        list.models.len(),
        list.next_update
    );
    if list.is_late(app.now()) {
        return Err(Failure::No(
            "the metadata is past its date: import a newer file".into(),
        ));
    }
    Ok(())
}

async fn preview(app: &App, candidate: &Config) -> Result<(), Failure> {
    let now = app.now();
    let before = app.factors.passkeys.trusted();
    let after = Trust {
        policy: candidate.passkeys.policy()?,
        metadata: before.metadata.clone(),
    };
    let mut db = app.database.pool.acquire().await.map_err(outside)?;
    let keys = passkeys::all(&mut db).await.map_err(outside)?;
    let snapshot = app.snapshot();
    let mut hit = 0_usize;
    for key in &keys {
        let Some(person) = snapshot.person(key.person.as_str()) else {
            continue;
        };
        let judged = |trust: &Trust| trust.judge_kept(&key.key(), key.kept(), person, now);
        let (was, becomes) = (judged(&before), judged(&after));
        if was != becomes {
            hit += 1;
            println!("{}", line(key, &after, was, becomes));
        }
    }
    println!("{hit} of {} passkeys are hit", keys.len());
    Ok(())
}

fn line(key: &Passkey, trust: &Trust, was: Fit, becomes: Fit) -> String {
    format!(
        "{}  {} ({})  {} -> {}",
        key.person,
        key.name,
        models::name(key.aaguid, trust.metadata.as_ref()),
        told(was),
        told(becomes)
    )
}

fn told(fit: Fit) -> String {
    match fit {
        Fit::High => "AAL3".to_owned(),
        Fit::Lower(lack) => format!("AAL2 ({})", lack.word()),
        Fit::Refused(lack) => format!("refused ({})", lack.word()),
    }
}
