// SPDX-License-Identifier: Apache-2.0
//! Certificates and revocation lists in files: DER, or any number of PEM blocks.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::parsed::Malformed;

/// The certificates in a file's bytes, as DER.
pub fn certificates(bytes: &[u8]) -> Result<Vec<Vec<u8>>, Malformed> {
    blocks(bytes, "CERTIFICATE")
}

/// The revocation lists in a file's bytes, as DER.
pub fn crls(bytes: &[u8]) -> Result<Vec<Vec<u8>>, Malformed> {
    blocks(bytes, "X509 CRL")
}

fn blocks(bytes: &[u8], kind: &str) -> Result<Vec<Vec<u8>>, Malformed> {
    if bytes.first() == Some(&0x30) {
        return Ok(vec![bytes.to_vec()]);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| Malformed::Encoding("neither DER nor PEM"))?;
    let (begin, end) = (format!("-----BEGIN {kind}-----"), format!("-----END {kind}-----"));
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once(begin.as_str()) {
        let (body, after) = after
            .split_once(end.as_str())
            .ok_or(Malformed::Encoding("a PEM block without its end"))?;
        let body: String = body.chars().filter(|c| !c.is_ascii_whitespace()).collect();
        let der = STANDARD
            .decode(body)
            .map_err(|_| Malformed::Encoding("the base64 of a PEM block"))?;
        found.push(der);
        rest = after;
    }
    Ok(found)
}
