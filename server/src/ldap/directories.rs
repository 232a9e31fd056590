// SPDX-License-Identifier: Apache-2.0
//! The directories that this process speaks to, by their sources. A record that changes gets a new desk;
//! connections of the old one end with what they are at.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use countersign_directory::SourceId;
use countersign_directory::ldap::Settings;
use countersign_directory::source::Source;
use secrecy::SecretString;

use super::connection::LdapFault;
use super::desk::Desk;
use super::reading::Progress;

/// The desks of this process, and which readings are under way.
#[derive(Debug)]
pub struct Directories {
    /// By which this process is known to others that would synchronise too.
    process: String,
    desks: Mutex<HashMap<SourceId, (Source, Desk)>>,
    running: Mutex<HashMap<SourceId, Arc<Progress>>>,
}

/// A reading under way. Dropped, it is over.
#[derive(Debug)]
pub struct Running<'a> {
    directories: &'a Directories,
    source: SourceId,
    /// How far it is.
    pub progress: Arc<Progress>,
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let mut running = self
            .directories
            .running
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        running.remove(&self.source);
    }
}

impl Directories {
    /// None yet; `process` tells this process from the others.
    pub fn new(process: String) -> Self {
        Self {
            process,
            desks: Mutex::default(),
            running: Mutex::default(),
        }
    }

    /// By which this process is known to others.
    pub fn process(&self) -> &str {
        &self.process
    }

    /// The desk of a source; `open` gives the password of its account.
    pub fn desk(
        &self,
        source: &Source,
        open: impl FnOnce() -> Result<Option<SecretString>, LdapFault>,
    ) -> Result<Desk, LdapFault> {
        let mut desks = self.desks.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((record, desk)) = desks.get(&source.id)
            && record == source
        {
            return Ok(desk.clone());
        }
        let settings = Settings::of(source)
            .ok_or_else(|| LdapFault::Settings(format!("`{}` is no directory", source.id)))?
            .map_err(|fault| LdapFault::Settings(fault.to_string()))?;
        let desk = Desk::new(settings, open()?)?;
        desks.insert(source.id.clone(), (source.clone(), desk.clone()));
        Ok(desk)
    }

    /// Notes that a reading begins here; `None`: one is under way.
    pub fn begin(&self, source: &SourceId) -> Option<Running<'_>> {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if running.contains_key(source) {
            return None;
        }
        let progress = Arc::new(Progress::default());
        running.insert(source.clone(), progress.clone());
        Some(Running {
            directories: self,
            source: source.clone(),
            progress,
        })
    }

    /// How far the reading of a source is, where one is under way in this process.
    pub fn progress(&self, source: &SourceId) -> Option<Arc<Progress>> {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.get(source).cloned()
    }
}
