// SPDX-License-Identifier: Apache-2.0
//! What a directory answers, taken apart: entries, what is said beside them, result codes in words.

use countersign_directory::ldap::ber::BerError;
use countersign_directory::ldap::content_sync;
use countersign_directory::ldap::entry::{MOST_ATTRIBUTES, Raw};
use ldap3::ResultEntry;
use ldap3::asn1::{PL, StructureTag};
use ldap3::controls::Control;

use super::connection::Told;

const SYNC_STATE: &str = "1.3.6.1.4.1.4203.1.9.1.2";

/// The value of a control, where it is there.
pub(super) fn control<'a>(controls: &'a [Control], oid: &str) -> Option<&'a [u8]> {
    let found = controls.iter().find(|Control(_, raw)| raw.ctype == oid)?;
    found.1.val.as_deref()
}

/// What a synchronising search says of one entry.
pub(super) fn sent(item: ResultEntry) -> Result<Option<Told>, BerError> {
    let (tag, controls) = (item.0, item.1);
    let state = content_sync::entry_state(control(&controls, SYNC_STATE).ok_or(BerError::Shape)?)?;
    Ok(Some(Told::Entry(raw(tag)?, state)))
}

/// What a synchronising search says in between; nothing, where it is something else.
pub(super) fn info(tag: StructureTag) -> Result<Option<Told>, BerError> {
    const SYNC_INFO: &[u8] = b"1.3.6.1.4.1.4203.1.9.1.4";
    let mut parts = inner(tag)?.into_iter();
    let name = parts.next().ok_or(BerError::Shape)?;
    if octets(name)? != SYNC_INFO {
        return Ok(None);
    }
    let value = octets(parts.next().ok_or(BerError::Shape)?)?;
    content_sync::info(&value).map(Told::Info).map(Some)
}

/// An entry out of its BER. The library's own way panics where something is missing.
pub(super) fn raw(tag: StructureTag) -> Result<Raw, BerError> {
    let mut parts = inner(tag)?.into_iter();
    let dn = octets(parts.next().ok_or(BerError::Shape)?)?;
    // Refused later, by itself: one name that is no text does not spoil the page.
    let dn = String::from_utf8(dn).unwrap_or_else(|_| "\u{fffd}".to_owned());
    let mut attributes: Vec<(String, Vec<Vec<u8>>)> = Vec::new();
    for attribute in inner(parts.next().ok_or(BerError::Shape)?)? {
        let mut parts = inner(attribute)?.into_iter();
        let name = octets(parts.next().ok_or(BerError::Shape)?)?;
        let Ok(name) = String::from_utf8(name) else {
            continue;
        };
        let values = inner(parts.next().ok_or(BerError::Shape)?)?;
        let mut values = values.into_iter().map(octets).collect::<Result<Vec<_>, _>>()?;
        // An attribute that comes in two pieces is one: whoever read the first alone would miss what the second says.
        // Beyond this many the entry is refused, however they are called.
        let met = attributes
            .iter_mut()
            .take(MOST_ATTRIBUTES)
            .find(|(other, _)| other.eq_ignore_ascii_case(&name));
        match met {
            Some((_, before)) => before.append(&mut values),
            None => attributes.push((name, values)),
        }
    }
    Ok(Raw { dn, attributes })
}

fn inner(tag: StructureTag) -> Result<Vec<StructureTag>, BerError> {
    match tag.payload {
        PL::C(parts) => Ok(parts),
        PL::P(_) => Err(BerError::Shape),
    }
}

fn octets(tag: StructureTag) -> Result<Vec<u8>, BerError> {
    match tag.payload {
        PL::P(octets) => Ok(octets),
        PL::C(_) => Err(BerError::Shape),
    }
}

/// What a result code is called (RFC 4511, section 4.1.9), and what the server says besides: often nothing.
pub(super) fn in_words(code: u32, text: &str) -> String {
    let name = match code {
        1 => "operationsError",
        2 => "protocolError",
        3 => "timeLimitExceeded",
        4 => "sizeLimitExceeded",
        8 => "strongerAuthRequired",
        11 => "adminLimitExceeded",
        12 => "unavailableCriticalExtension",
        13 => "confidentialityRequired",
        16 => "noSuchAttribute",
        32 => "noSuchObject",
        34 => "invalidDNSyntax",
        49 => "invalidCredentials",
        50 => "insufficientAccessRights",
        51 => "busy",
        52 => "unavailable",
        53 => "unwillingToPerform",
        80 => "other",
        _ => "an unusual code",
    };
    let said: String = text.chars().filter(|c| !c.is_control()).take(300).collect();
    if said.is_empty() {
        name.to_owned()
    } else {
        format!("{name}, {said}")
    }
}
