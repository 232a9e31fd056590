// SPDX-License-Identifier: Apache-2.0
//! Whether certificates lead from a signer to an anchor, judged at `now`. Attestation certificates
//! serve no purpose of the web, so none is asked for; anchors are those that are given, never the
//! system's.

use chrono::{DateTime, Utc};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use webpki::{EndEntityCert, ExtendedKeyUsageValidator, KeyPurposeIdIter, anchor_from_trusted_cert};

/// The longest chain that is looked at.
pub(super) const LONGEST: usize = 8;
const LARGEST_CERTIFICATE: usize = 16 * 1024;

/// Checks that `chain`, its signer first, leads to one of `anchors`; `name` is what the signer must
/// be called. The text is for the log.
pub(super) fn leads_to(
    chain: &[Vec<u8>],
    anchors: &[Vec<u8>],
    name: Option<&str>,
    now: DateTime<Utc>,
) -> Result<(), String> {
    let (leaf, between) = chain.split_first().ok_or("there is no certificate")?;
    if chain.len() > LONGEST || chain.iter().any(|one| one.len() > LARGEST_CERTIFICATE) {
        return Err("the chain is too long".into());
    }
    let seconds = u64::try_from(now.timestamp()).map_err(|_| "the time is before 1970")?;
    let time = UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds));
    let leaf_der = CertificateDer::from(leaf.as_slice());
    let signer = EndEntityCert::try_from(&leaf_der).map_err(|fault| fault.to_string())?;
    if let Some(name) = name {
        let name = ServerName::try_from(name).map_err(|fault| fault.to_string())?;
        signer
            .verify_is_valid_for_subject_name(&name)
            .map_err(|fault| fault.to_string())?;
    }
    // The metadata may name an attestation certificate itself as trusted.
    if name.is_none() && anchors.contains(leaf) {
        return Ok(());
    }
    let anchors: Vec<CertificateDer<'_>> = anchors
        .iter()
        .map(|one| CertificateDer::from(one.as_slice()))
        .collect();
    let trusted: Vec<_> = anchors
        .iter()
        .filter_map(|one| anchor_from_trusted_cert(one).ok())
        .collect();
    let between: Vec<CertificateDer<'_>> = between
        .iter()
        .map(|one| CertificateDer::from(one.as_slice()))
        .collect();
    signer
        .verify_for_usage(
            webpki::ALL_VERIFICATION_ALGS,
            &trusted,
            &between,
            time,
            AnyPurpose,
            None,
            None,
        )
        .map(drop)
        .map_err(|fault| fault.to_string())
}

struct AnyPurpose;

impl ExtendedKeyUsageValidator for AnyPurpose {
    fn validate(&self, purposes: KeyPurposeIdIter<'_, '_>) -> Result<(), webpki::Error> {
        // A malformed list is still a fault.
        for purpose in purposes {
            purpose?;
        }
        Ok(())
    }
}
