// SPDX-License-Identifier: Apache-2.0
//! Saved recovery codes (NIST SP 800-63B-4, 4.2): 120 random bits each, shown once, used once. They
//! are long enough that a keyed hash keeps them; its key lives outside the database.

use std::fmt;

use rand::CryptoRng;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::secret::Sealer;

/// How many a person gets.
pub const COUNT: usize = 10;
const LENGTH: usize = 24;
const LONGEST_TYPED: usize = 100;
// Crockford's base 32: what looks like another sign is read as it.
const SIGNS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A recovery code.
#[derive(Eq, PartialEq, Zeroize, ZeroizeOnDrop)]
pub struct Code(String);

impl Code {
    /// A new one.
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        let mut bytes = Zeroizing::new([0_u8; LENGTH]);
        rng.fill_bytes(bytes.as_mut());
        let signs = bytes.iter().filter_map(|byte| SIGNS.get(usize::from(byte & 31)));
        Self(signs.map(|sign| char::from(*sign)).collect())
    }

    /// One that was typed, whatever its case and spaces.
    pub fn presented(text: &str) -> Option<Self> {
        if text.len() > LONGEST_TYPED {
            return None;
        }
        let mut read = String::with_capacity(LENGTH);
        for sign in text.chars().filter(|c| !c.is_whitespace() && *c != '-') {
            let sign = match sign.to_ascii_uppercase() {
                'I' | 'L' => '1',
                'O' => '0',
                sign => sign,
            };
            if !sign.is_ascii() || !SIGNS.contains(&(sign as u8)) {
                return None;
            }
            read.push(sign);
        }
        (read.len() == LENGTH).then_some(Self(read))
    }

    /// As it is shown: in groups of four.
    pub fn shown(&self) -> String {
        let groups: Vec<&str> = self
            .0
            .as_bytes()
            .chunks(4)
            .filter_map(|group| std::str::from_utf8(group).ok())
            .collect();
        groups.join("-")
    }

    /// What the store keeps.
    pub fn hash(&self, sealer: &Sealer) -> Vec<u8> {
        let mut bytes = Zeroizing::new(b"recovery code/".to_vec());
        bytes.extend_from_slice(self.0.as_bytes());
        sealer.mac(&bytes)
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::rng;

    #[test]
    fn a_code_is_read_as_it_was_shown_however_it_is_typed() {
        let code = Code::generate(&mut rng());
        let shown = code.shown();
        assert_eq!(shown.len(), 29);
        for typed in [shown.clone(), shown.to_lowercase(), shown.replace('-', "  ")] {
            assert_eq!(Code::presented(&typed).as_ref(), Some(&code));
        }
        let mistaken = shown.replace('1', "l").replace('0', "O");
        assert_eq!(Code::presented(&mistaken).as_ref(), Some(&code));
        for wrong in [
            "",
            "1234",
            shown.split_at(1).1,
            &format!("{shown}7"),
            &shown.replace('-', "U"),
        ] {
            assert!(Code::presented(wrong).is_none(), "{wrong}");
        }
        assert_eq!(format!("{code:?}"), "Code(redacted)");
    }

    #[test]
    fn a_hash_is_worthless_under_another_key() {
        let code = Code::generate(&mut rng());
        let hash = |key: u8| code.hash(&Sealer::new(&[key; 32]).unwrap());
        assert_eq!(hash(7), hash(7));
        assert_ne!(hash(7), hash(8));
    }
}
