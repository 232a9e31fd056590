// SPDX-License-Identifier: Apache-2.0
//! A walk over strict DER, one element at a time, without copying. What is large (a revocation list)
//! or has to be kept as it was signed is read with it.

use der::{Header, Reader, SliceReader};

use super::parsed::Malformed;

pub(super) const BOOLEAN: u8 = 0x01;
pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const OID: u8 = 0x06;
pub(super) const ENUMERATED: u8 = 0x0a;
pub(super) const UTC_TIME: u8 = 0x17;
pub(super) const GENERALIZED_TIME: u8 = 0x18;
pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const SET: u8 = 0x31;

/// Constructed, context specific.
pub(super) const fn tagged(number: u8) -> u8 {
    0xa0 | number
}

/// Primitive, context specific.
pub(super) const fn plain(number: u8) -> u8 {
    0x80 | number
}

/// One element.
#[derive(Clone, Copy, Debug)]
pub(super) struct Element<'a> {
    pub(super) tag: u8,
    pub(super) value: &'a [u8],
    /// With its header.
    pub(super) whole: &'a [u8],
}

impl<'a> Element<'a> {
    /// A walk over its content.
    pub(super) fn inside(self) -> Result<Cursor<'a>, Malformed> {
        Cursor::over(self.value)
    }

    /// As a bit string whose bits fill whole bytes.
    pub(super) fn bits(self) -> Result<&'a [u8], Malformed> {
        match self.value.split_first() {
            Some((0, bits)) if self.tag == BIT_STRING => Ok(bits),
            _ => Err(Malformed::Encoding("a bit string")),
        }
    }

    /// As a flag, which DER encodes in one way each.
    pub(super) fn flag(self) -> Result<bool, Malformed> {
        match self.value {
            [0] => Ok(false),
            [0xff] => Ok(true),
            _ => Err(Malformed::Encoding("a truth value")),
        }
    }

    /// As an object identifier.
    pub(super) fn oid(self) -> Result<super::Oid, Malformed> {
        if self.tag != OID {
            return Err(Malformed::Encoding("an object identifier"));
        }
        super::Oid::from_bytes(self.value).map_err(|_| Malformed::Encoding("an object identifier"))
    }
}

/// Where a walk stands.
#[derive(Clone, Debug)]
pub(super) struct Cursor<'a> {
    reader: SliceReader<'a>,
}

impl<'a> Cursor<'a> {
    pub(super) fn over(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let reader = SliceReader::new(bytes).map_err(|_| Malformed::Encoding("the length"))?;
        Ok(Self { reader })
    }

    /// The only element of `bytes`, which must be a sequence.
    pub(super) fn sequence(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let mut outer = Self::over(bytes)?;
        let inside = outer.take(SEQUENCE)?.inside()?;
        outer.end()?;
        Ok(inside)
    }

    pub(super) fn is_done(&self) -> bool {
        self.reader.is_finished()
    }

    pub(super) fn end(self) -> Result<(), Malformed> {
        if self.is_done() {
            Ok(())
        } else {
            Err(Malformed::Encoding("what follows the end"))
        }
    }

    fn peek(&self) -> Option<u8> {
        self.reader.peek_byte()
    }

    /// The next element.
    pub(super) fn next(&mut self) -> Result<Element<'a>, Malformed> {
        let broken = |_| Malformed::Encoding("an element");
        let header = Header::peek(&self.reader).map_err(broken)?;
        let length = usize::try_from(header.length()).map_err(broken)?;
        let whole = self.reader.tlv_bytes().map_err(broken)?;
        let start = whole
            .len()
            .checked_sub(length)
            .ok_or(Malformed::Encoding("an element"))?;
        let (tag, value) = whole
            .first()
            .zip(whole.get(start..))
            .ok_or(Malformed::Encoding("an element"))?;
        Ok(Element {
            tag: *tag,
            value,
            whole,
        })
    }

    /// The next element, which must bear `tag`.
    pub(super) fn take(&mut self, tag: u8) -> Result<Element<'a>, Malformed> {
        let element = self.next()?;
        if element.tag == tag {
            Ok(element)
        } else {
            Err(Malformed::Encoding("an element of another kind"))
        }
    }

    /// The next element if it bears `tag`.
    pub(super) fn maybe(&mut self, tag: u8) -> Result<Option<Element<'a>>, Malformed> {
        if self.peek() == Some(tag) {
            self.next().map(Some)
        } else {
            Ok(None)
        }
    }
}
