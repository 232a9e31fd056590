// SPDX-License-Identifier: Apache-2.0
//! The master secret, from which the keys that seal secrets at rest and authenticate tokens are
//! derived. It lives in the data folder, outside the database, readable by its owner alone.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use countersign_authn::secret::Sealer;
use rand::CryptoRng;
use zeroize::Zeroizing;

/// The master secret cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum MasterKeyError {
    /// The file cannot be read or made.
    #[error("the master key `{file}` cannot be used: {cause}")]
    File {
        /// The file.
        file: String,
        /// What the system said.
        cause: std::io::Error,
    },
    /// The file does not hold a key.
    #[error("the master key `{0}` does not hold 32 bytes: restore it from its backup")]
    Content(String),
}

/// Reads the master secret under `data_dir`, or makes it at the first start.
pub fn open(data_dir: &Path, rng: &mut impl CryptoRng) -> Result<Sealer, MasterKeyError> {
    let path = data_dir.join("master.key");
    let name = path.display().to_string();
    let fault = |cause| MasterKeyError::File {
        file: name.clone(),
        cause,
    };
    std::fs::create_dir_all(data_dir).map_err(fault)?;
    let mut fresh = Zeroizing::new([0_u8; 32]);
    rng.fill_bytes(fresh.as_mut());
    let made = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path);
    let key = match made {
        Ok(mut file) => {
            file.write_all(fresh.as_ref())
                .and_then(|()| file.sync_all())
                .map_err(fault)?;
            fresh.to_vec()
        }
        Err(cause) if cause.kind() == std::io::ErrorKind::AlreadyExists => {
            std::fs::read(&path).map_err(fault)?
        }
        Err(cause) => return Err(fault(cause)),
    };
    Sealer::new(&Zeroizing::new(key)).map_err(|_| MasterKeyError::Content(name))
}
