// SPDX-License-Identifier: Apache-2.0
//! This installation: what `serve` needs, looked at without starting it and beside one that runs.

use std::io::Write as _;
use std::path::Path;

use authn::oidc::keys::{Algorithm, KeyRing};
use chrono::{DateTime, TimeDelta, Utc};
use countersign_authn as authn;
use countersign_directory::store::sources;
use sqlx::{AnyConnection, Connection as _};
use x509_parser::pem::Pem;

use crate::asking::check::{Line, State};
use crate::clock::Clock;
use crate::config::Config;
use crate::database::{self, Database};
use crate::rng::Randomness;
use crate::sources::health;
use crate::{master_key, record, world};

/// A certificate is renewed before this much is left of it.
const RENEW: TimeDelta = TimeDelta::days(21);
/// A disk with less room than this is nearly full.
const ROOM: u64 = 1 << 30;
/// Of what a line about a source is.
const SOURCE: &str = "source";

/// Looks at everything that `config` names.
pub(super) async fn look(config: &Config) -> Vec<Line> {
    let now = Clock::system().now();
    let mut lines = vec![Line::ok(
        "configuration",
        format!("{} on {}", config.issuer, config.listen.address),
    )];
    let db = store(config, &mut lines).await;
    lines.push(journal(&config.data_dir));
    match db {
        Some(mut db) => {
            lines.push(clocks(now, &mut db).await);
            lines.push(keys(config, now, &mut db).await);
            lines.extend(of_sources(now, &mut db).await);
            // It is closed in either way.
            let _closed = db.close().await;
        }
        None => lines.push(Line::warn(
            "keys",
            "not looked at: they are in the database",
            "as for `database`",
        )),
    }
    lines.push(certificate(config, now));
    lines.push(disk(&config.data_dir));
    lines
}

async fn store(config: &Config, lines: &mut Vec<Line>) -> Option<AnyConnection> {
    let url = config.database.url();
    if database::is_missing(url) {
        lines.push(Line::fail(
            "database",
            "there is none yet",
            "`countersign init` or `countersign directory import FILE` makes it",
        ));
        return None;
    }
    match Database::look(url).await {
        Err(fault) => {
            lines.push(Line::fail(
                "database",
                format!("cannot be reached: {fault}"),
                "see that it runs, that `database.url` is right, and that its user may connect",
            ));
            None
        }
        Ok((db, 0)) => {
            lines.push(Line::ok("database", "answers, and its schema is of this version"));
            Some(db)
        }
        Ok((db, lacking)) => {
            lines.push(Line::warn(
                "database",
                format!("answers, and lacks {lacking} migrations"),
                "back it up; the next start of `countersign serve` applies them",
            ));
            Some(db)
        }
    }
}

/// Writes a file where the journal is, or where it will be, and takes it away. Folders are not made.
fn journal(data_dir: &Path) -> Line {
    let folder = record::folder(data_dir);
    // A relative path ends in nothing, which is this folder.
    let mut above = folder.ancestors().map(|one| {
        if one.as_os_str().is_empty() {
            Path::new(".")
        } else {
            one
        }
    });
    let there = above.find(|one| one.is_dir()).unwrap_or(&folder);
    let probe = there.join(".doctor");
    let tried = std::fs::File::create_new(&probe).and_then(|mut file| {
        let written = file.write_all(b"doctor").and_then(|()| file.sync_all());
        std::fs::remove_file(&probe)?;
        written
    });
    match tried {
        Ok(()) if there == folder => Line::ok("journal", format!("`{}` can be written", folder.display())),
        Ok(()) => Line::ok(
            "journal",
            format!(
                "the first start makes `{}`; `{}` can be written",
                folder.display(),
                there.display()
            ),
        ),
        Err(cause) => Line::fail(
            "journal",
            format!("`{}` cannot be written: {cause}", folder.display()),
            "give the user that runs `countersign` this folder, and its disk some room",
        ),
    }
}

async fn clocks(now: DateTime<Utc>, db: &mut AnyConnection) -> Line {
    match world::apart(now, db).await {
        Ok(Some(apart)) if apart <= world::SKEW => Line::ok("clock", "agrees with the database's"),
        Ok(_) => Line::fail(
            "clock",
            "differs from the database's by more than 5 seconds",
            "set both by the same source, e.g. NTP: until then nothing from rank 1 up is decided",
        ),
        Err(fault) => Line::fail(
            "clock",
            format!("the database's cannot be read: {fault}"),
            "as for `database`",
        ),
    }
}

async fn keys(config: &Config, now: DateTime<Utc>, db: &mut AnyConnection) -> Line {
    if !config.data_dir.join("master.key").exists() {
        return Line::fail(
            "keys",
            format!("there is no `master.key` in `{}`", config.data_dir.display()),
            "restore it from its backup: nothing sealed in the database opens without it; a new store gets one at its \
             first start",
        );
    }
    let opened = Randomness::system()
        .map_err(|fault| fault.to_string())
        .and_then(|source| {
            master_key::open(&config.data_dir, &mut source.rng()).map_err(|fault| fault.to_string())
        });
    let sealer = match opened {
        Ok(sealer) => sealer,
        Err(fault) => {
            return Line::fail(
                "keys",
                fault,
                "restore the file, readable by the user that runs `countersign`",
            );
        }
    };
    match KeyRing::published(&sealer, now, db).await {
        Ok(ring) if ring.in_use(Algorithm::default(), now).is_some() => {
            Line::ok("keys", "the master key opens the signing keys")
        }
        Ok(_) => Line::warn(
            "keys",
            "no signing key is in use",
            "the next start of `countersign serve` makes one",
        ),
        Err(fault) => Line::fail(
            "keys",
            format!("the signing keys do not open: {fault}"),
            "restore the `master.key` that sealed this database",
        ),
    }
}

/// How each source of people stands, as far as it shows without calling it; `countersign source test` calls.
async fn of_sources(now: DateTime<Utc>, db: &mut AnyConnection) -> Vec<Line> {
    let unseen = |fault: &dyn std::fmt::Display| {
        let text = format!("not looked at: {fault}");
        Line::warn(SOURCE, text, "as for `database`")
    };
    let all = match sources::all(&mut *db).await {
        Ok(all) => all,
        Err(fault) => return vec![unseen(&fault)],
    };
    let mut lines = Vec::new();
    for (source, _) in all {
        match health::of(&source, now, &mut *db).await {
            Ok(found) if found.iter().all(|line| line.state == State::Ok) => {
                lines.push(Line::ok(SOURCE, format!("`{}` stands well", source.id)));
            }
            Ok(found) => {
                let wrong = found.into_iter().filter(|line| line.state != State::Ok);
                lines.extend(wrong.map(|line| Line {
                    name: SOURCE.to_owned(),
                    text: format!("`{}`, {}: {}", source.id, line.name, line.text),
                    ..line
                }));
            }
            Err(fault) => lines.push(unseen(&fault)),
        }
    }
    lines
}

fn certificate(config: &Config, now: DateTime<Utc>) -> Line {
    let Some((file, _)) = config.listen.tls() else {
        return if config.is_https() {
            Line::ok("certificate", "none here: TLS ends at a proxy")
        } else {
            Line::warn(
                "certificate",
                "none: plain http, on this machine alone",
                "for anything but trying out: an https `issuer`, with `listen.tls_certificate` and `listen.tls_key`",
            )
        };
    };
    let mend = "put a valid one in its place, and restart";
    let bytes = match std::fs::read(file) {
        Ok(bytes) => bytes,
        Err(cause) => {
            return Line::fail(
                "certificate",
                format!("`{}` cannot be read: {cause}", file.display()),
                mend,
            );
        }
    };
    let Some(end) = ends(&bytes) else {
        return Line::fail(
            "certificate",
            format!("`{}` holds none that can be read", file.display()),
            mend,
        );
    };
    let day = end.format("%Y-%m-%d");
    if end <= now {
        Line::fail("certificate", format!("ended on {day}"), mend)
    } else if end - now < RENEW {
        Line::warn("certificate", format!("ends on {day}"), "renew it, and restart")
    } else {
        Line::ok("certificate", format!("good until {day}"))
    }
}

/// The first end of all certificates in the file: a chain is as good as its worst.
fn ends(pem: &[u8]) -> Option<DateTime<Utc>> {
    let blocks: Vec<Pem> = Pem::iter_from_buffer(pem).collect::<Result<_, _>>().ok()?;
    let ends: Option<Vec<_>> = blocks
        .iter()
        .map(|block| {
            let certificate = block.parse_x509().ok()?;
            DateTime::from_timestamp(certificate.validity().not_after.timestamp(), 0)
        })
        .collect();
    ends?.into_iter().min()
}

fn disk(data_dir: &Path) -> Line {
    let room = match rustix::fs::statvfs(data_dir) {
        Ok(found) => found.f_bavail.saturating_mul(found.f_frsize),
        Err(cause) => {
            let text = format!("`{}` cannot be looked at: {cause}", data_dir.display());
            return Line::fail("disk", text, "see that `data_dir` is there");
        }
    };
    let text = format!("{} MiB free under `data_dir`", room >> 20);
    if room < ROOM {
        let mend = "make room before it is full: then nothing from rank 1 up can be recorded, and all of it is denied";
        return Line::warn("disk", text, mend);
    }
    Line::ok("disk", text)
}
