// SPDX-License-Identifier: Apache-2.0
//! BER as LDAP uses it (RFC 4511, section 5.1), read with a bound on size, depth and number of parts:
//! definite lengths, tag numbers up to 30. What a directory sends is looked through here before
//! anything else reads it.

/// The deepest nesting that any message of ours needs is eight.
pub const DEPTH: usize = 16;
/// The most elements in one message.
pub const ELEMENTS: usize = 100_000;

/// Why bytes are no message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BerError {
    /// Nested deeper than [`DEPTH`].
    #[error("nested deeper than {DEPTH}")]
    Depth,
    /// More elements than [`ELEMENTS`].
    #[error("more than {ELEMENTS} elements")]
    Elements,
    /// An element reaches beyond the one that holds it, or is cut.
    #[error("an element is longer than what holds it")]
    Length,
    /// It is longer than is read.
    #[error("a message of more than {0} bytes")]
    Size(usize),
    /// It is no message.
    #[error("no message of LDAP")]
    Shape,
}

/// One element: its identifier octet and its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Element<'a> {
    /// Class, form and number.
    pub tag: u8,
    /// What it holds.
    pub content: &'a [u8],
}

/// The universal tags that are met.
pub mod tag {
    /// BOOLEAN.
    pub const BOOLEAN: u8 = 0x01;
    /// INTEGER.
    pub const INTEGER: u8 = 0x02;
    /// OCTET STRING.
    pub const OCTETS: u8 = 0x04;
    /// ENUMERATED.
    pub const ENUMERATED: u8 = 0x0a;
    /// SEQUENCE.
    pub const SEQUENCE: u8 = 0x30;
    /// SET.
    pub const SET: u8 = 0x31;
}

const CONSTRUCTED: u8 = 0x20;
const HIGH_NUMBER: u8 = 0x1f;

/// The length of the first message in `bytes`, or nothing while more bytes are needed to tell or to
/// have it whole. A message that is whole was walked through.
pub fn message(bytes: &[u8], most: usize) -> Result<Option<usize>, BerError> {
    let Some((&first, _)) = bytes.split_first() else {
        return Ok(None);
    };
    if first != tag::SEQUENCE {
        return Err(BerError::Shape);
    }
    let Some((header, length)) = header(bytes)? else {
        return Ok(None);
    };
    let whole = header.checked_add(length).ok_or(BerError::Size(most))?;
    if whole > most {
        return Err(BerError::Size(most));
    }
    let Some(message) = bytes.get(..whole) else {
        return Ok(None);
    };
    let content = message.get(header..).ok_or(BerError::Length)?;
    let mut left = ELEMENTS;
    walk(content, DEPTH, &mut left)?;
    let mut parts = Elements(content);
    let (id, operation) = (parts.take()?, parts.take()?);
    let is_message = id.is_some_and(|id| id.tag == tag::INTEGER && (1..=4).contains(&id.content.len()))
        && operation.is_some_and(|operation| operation.tag & 0xc0 == 0x40);
    if is_message {
        Ok(Some(whole))
    } else {
        Err(BerError::Shape)
    }
}

/// The elements of a content, one after the other.
#[derive(Debug, Clone, Copy)]
pub struct Elements<'a>(pub &'a [u8]);

impl<'a> Elements<'a> {
    /// The next one.
    pub fn take(&mut self) -> Result<Option<Element<'a>>, BerError> {
        let Some(&tag) = self.0.first() else {
            return Ok(None);
        };
        let (header, length) = header(self.0)?.ok_or(BerError::Length)?;
        let end = header.checked_add(length).ok_or(BerError::Length)?;
        let content = self.0.get(header..end).ok_or(BerError::Length)?;
        self.0 = self.0.get(end..).ok_or(BerError::Length)?;
        Ok(Some(Element { tag, content }))
    }

    /// The next one if it has this tag; otherwise it stays.
    pub fn take_if(&mut self, tag: u8) -> Result<Option<&'a [u8]>, BerError> {
        if self.0.first() == Some(&tag) {
            Ok(self.take()?.map(|element| element.content))
        } else {
            Ok(None)
        }
    }
}

/// The length of the header and that of the content, or nothing while bytes are missing.
fn header(bytes: &[u8]) -> Result<Option<(usize, usize)>, BerError> {
    let (Some(&tag), Some(&first)) = (bytes.first(), bytes.get(1)) else {
        return Ok(None);
    };
    if tag & HIGH_NUMBER == HIGH_NUMBER {
        return Err(BerError::Shape);
    }
    if first < 0x80 {
        return Ok(Some((2, usize::from(first))));
    }
    let count = usize::from(first & 0x7f);
    if !(1..=4).contains(&count) {
        return Err(BerError::Shape);
    }
    let Some(octets) = bytes.get(2..2 + count) else {
        return Ok(None);
    };
    let length = octets
        .iter()
        .fold(0_usize, |length, octet| length << 8 | usize::from(*octet));
    Ok(Some((2 + count, length)))
}

fn walk(content: &[u8], depth: usize, left: &mut usize) -> Result<(), BerError> {
    let depth = depth.checked_sub(1).ok_or(BerError::Depth)?;
    let mut elements = Elements(content);
    while let Some(element) = elements.take()? {
        *left = left.checked_sub(1).ok_or(BerError::Elements)?;
        if element.tag & CONSTRUCTED != 0 {
            walk(element.content, depth, left)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_taken_once_it_is_whole() {
        // An unbind-like operation [APPLICATION 2] with message id 3, and one byte of the next.
        let bytes = [0x30, 5, 2, 1, 3, 0x42, 0, 0x30];
        for short in 0..7 {
            assert_eq!(message(bytes.get(..short).unwrap(), 100), Ok(None));
        }
        assert_eq!(message(&bytes, 100), Ok(Some(7)));
        assert_eq!(message(&bytes, 6), Err(BerError::Size(6)));
    }

    #[test]
    fn nesting_and_lengths_have_bounds() {
        let mut inner = vec![0x42, 0];
        for _ in 0..DEPTH + 2 {
            let mut outer = vec![0x62, inner.len() as u8];
            outer.append(&mut inner);
            inner = outer;
        }
        let mut bytes = vec![0x30, inner.len() as u8 + 3, 2, 1, 3];
        bytes.append(&mut inner);
        assert_eq!(message(&bytes, 1000), Err(BerError::Depth));
        assert_eq!(
            message(&[0x30, 6, 2, 1, 3, 0x64, 5, 0], 100),
            Err(BerError::Length)
        );
        assert_eq!(
            message(&[0x30, 0x80, 0, 0], 100),
            Err(BerError::Shape),
            "no indefinite length"
        );
        assert_eq!(
            message(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff], 1 << 20),
            Err(BerError::Size(1 << 20))
        );
        assert_eq!(message(b"HTTP/1.1", 100), Err(BerError::Shape));
    }
}
