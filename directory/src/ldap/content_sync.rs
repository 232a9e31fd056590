// SPDX-License-Identifier: Apache-2.0
//! Content synchronisation (RFC 4533): what a directory says beside the entries when it tells what
//! changed since a cookie.

use super::ber::{BerError, Elements, tag};

/// The directory cannot tell what changed since the cookie: everything is to be read (section 2.5).
pub const REFRESH_REQUIRED: u32 = 4096;
/// The longest cookie that is kept.
pub const LONGEST_COOKIE: usize = 4096;

/// What becomes of an entry (section 2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It is there, as before; only its name was sent.
    Present,
    /// It is new, or changed: it was sent whole.
    Sent,
    /// It is gone.
    Deleted,
}

/// What is said of one entry: its control `1.3.6.1.4.1.4203.1.9.1.2`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryState {
    /// What became of it.
    pub state: State,
    /// Its UUID, in network order.
    pub uuid: [u8; 16],
}

/// What is said at the end: the control `1.3.6.1.4.1.4203.1.9.1.3`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Done {
    /// From here on the next time.
    pub cookie: Option<Vec<u8>>,
    /// Deletions were told one by one. Otherwise whatever was not mentioned is gone.
    pub deletes: bool,
}

/// What is said in between: the message `1.3.6.1.4.1.4203.1.9.1.4`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Info {
    /// A new cookie.
    Cookie(Vec<u8>),
    /// The phase of deletions, or that of presence, is over.
    Phase {
        /// Whether deletions were told one by one.
        deletes: bool,
    },
    /// Entries by their UUIDs: gone, or there as before.
    Set {
        /// Whether they are gone.
        deletes: bool,
        /// Their names.
        uuids: Vec<[u8; 16]>,
    },
}

/// Reads an entry's control.
pub fn entry_state(value: &[u8]) -> Result<EntryState, BerError> {
    let mut parts = sequence(value)?;
    let state = match parts.take_if(tag::ENUMERATED)? {
        Some([0]) => State::Present,
        Some([1 | 2]) => State::Sent,
        Some([3]) => State::Deleted,
        _ => return Err(BerError::Shape),
    };
    let uuid = uuid(parts.take_if(tag::OCTETS)?.ok_or(BerError::Shape)?)?;
    Ok(EntryState { state, uuid })
}

/// Reads the control of the end.
pub fn done(value: &[u8]) -> Result<Done, BerError> {
    let mut parts = sequence(value)?;
    Ok(Done {
        cookie: parts.take_if(tag::OCTETS)?.map(cookie).transpose()?,
        deletes: flag(&mut parts)?.unwrap_or(false),
    })
}

/// Reads the value of a message in between.
pub fn info(value: &[u8]) -> Result<Info, BerError> {
    let element = Elements(value).take()?.ok_or(BerError::Shape)?;
    let mut parts = Elements(element.content);
    match element.tag {
        0x80 => Ok(Info::Cookie(cookie(element.content)?)),
        0xa1 | 0xa2 => Ok(Info::Phase {
            deletes: element.tag == 0xa1,
        }),
        0xa3 => {
            parts.take_if(tag::OCTETS)?;
            let deletes = flag(&mut parts)?.unwrap_or(false);
            let mut set = Elements(parts.take_if(tag::SET)?.ok_or(BerError::Shape)?);
            let mut uuids = Vec::new();
            while let Some(element) = set.take()? {
                uuids.push(uuid(element.content)?);
            }
            Ok(Info::Set { deletes, uuids })
        }
        _ => Err(BerError::Shape),
    }
}

/// The cookie of the control of paged results (RFC 2696); empty: that was the last page.
pub fn next_page(value: &[u8]) -> Result<Vec<u8>, BerError> {
    let mut parts = sequence(value)?;
    parts.take_if(tag::INTEGER)?.ok_or(BerError::Shape)?;
    cookie(parts.take_if(tag::OCTETS)?.ok_or(BerError::Shape)?)
}

fn sequence(value: &[u8]) -> Result<Elements<'_>, BerError> {
    let content = Elements(value).take_if(tag::SEQUENCE)?.ok_or(BerError::Shape)?;
    Ok(Elements(content))
}

fn cookie(content: &[u8]) -> Result<Vec<u8>, BerError> {
    if content.len() > LONGEST_COOKIE {
        return Err(BerError::Size(LONGEST_COOKIE));
    }
    Ok(content.to_vec())
}

fn flag(parts: &mut Elements<'_>) -> Result<Option<bool>, BerError> {
    match parts.take_if(tag::BOOLEAN)? {
        None => Ok(None),
        Some([octet]) => Ok(Some(*octet != 0)),
        Some(_) => Err(BerError::Shape),
    }
}

fn uuid(content: &[u8]) -> Result<[u8; 16], BerError> {
    content.try_into().map_err(|_| BerError::Shape)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controls_and_messages_of_rfc_4533_are_read() {
        let mut state = vec![0x30, 21, 0x0a, 1, 3, 0x04, 16];
        state.extend([7; 16]);
        let read = entry_state(&state).unwrap();
        assert_eq!((read.state, read.uuid), (State::Deleted, [7; 16]));
        let end = done(&[0x30, 6, 0x04, 1, b'c', 0x01, 1, 0xff]).unwrap();
        assert_eq!(
            (end.cookie.as_deref(), end.deletes),
            (Some(b"c".as_slice()), true)
        );
        assert_eq!(done(&[0x30, 0]).unwrap(), Done::default());
        let mut set = vec![0xa3, 23, 0x01, 1, 0xff, 0x31, 18, 0x04, 16];
        set.extend([9; 16]);
        let uuids = vec![[9; 16]];
        assert_eq!(info(&set).unwrap(), Info::Set { deletes: true, uuids });
        assert_eq!(info(&[0x80, 1, b'x']).unwrap(), Info::Cookie(b"x".to_vec()));
        assert_eq!(next_page(&[0x30, 5, 0x02, 1, 0, 0x04, 0]).unwrap(), b"");
    }

    #[test]
    fn what_is_cut_or_of_another_form_is_refused() {
        assert!(entry_state(&[0x30, 3, 0x0a, 1, 3]).is_err());
        assert!(entry_state(&[0x30, 7, 0x0a, 1, 9, 0x04, 2, 1, 2]).is_err());
        assert!(info(&[0xa4, 0]).is_err());
        assert!(info(&[]).is_err());
        assert!(done(b"").is_err());
    }
}
