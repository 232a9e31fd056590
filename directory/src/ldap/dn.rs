// SPDX-License-Identifier: Apache-2.0
//! Distinguished names (RFC 4514): escaped when written, parsed within bounds when read, and compared
//! without regard to case and to runs of spaces, which is how the usual attributes of names compare.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The longest name.
pub const LONGEST: usize = 8192;
/// The most relative names in one.
pub const MOST_PARTS: usize = 64;

/// A name that was parsed. Keeps how it was written; equality is that of the thing named.
#[derive(Clone, Debug)]
pub struct Dn {
    written: String,
    /// Innermost first. Each is the sorted, folded `type=value` pairs of one relative name.
    folded: Vec<String>,
}

/// Why a text is no name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DnError {
    /// Longer than [`LONGEST`] or with more than [`MOST_PARTS`].
    #[error("a name has at most {LONGEST} bytes and {MOST_PARTS} parts")]
    Size,
    /// It does not follow the grammar.
    #[error("at byte {0}: not a distinguished name of RFC 4514")]
    Syntax(usize),
}

/// A value as it stands in a name (RFC 4514, section 2.4).
pub fn escape(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    let last = value.chars().count().saturating_sub(1);
    for (at, character) in value.chars().enumerate() {
        match character {
            '\0' => escaped.push_str("\\00"),
            '"' | '+' | ',' | ';' | '<' | '=' | '>' | '\\' => {
                escaped.push('\\');
                escaped.push(character);
            }
            ' ' if at == 0 || at == last => escaped.push_str("\\ "),
            '#' if at == 0 => escaped.push_str("\\#"),
            control if control.is_control() => {
                let mut buffer = [0; 4];
                for byte in control.encode_utf8(&mut buffer).bytes() {
                    escaped.push('\\');
                    escaped.push_str(&hex::encode([byte]));
                }
            }
            other => escaped.push(other),
        }
    }
    escaped
}

impl Dn {
    /// The name as it was written.
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// Whether this is `base` or something below it.
    pub fn is_within(&self, base: &Self) -> bool {
        self.folded.ends_with(&base.folded)
    }

    /// A text that is the same for the same thing.
    pub fn key(&self) -> String {
        self.folded.join(",")
    }
}

impl PartialEq for Dn {
    fn eq(&self, other: &Self) -> bool {
        self.folded == other.folded
    }
}

impl Eq for Dn {}

impl Hash for Dn {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.folded.hash(state);
    }
}

impl fmt::Display for Dn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

impl Serialize for Dn {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.written)
    }
}

impl<'de> Deserialize<'de> for Dn {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl FromStr for Dn {
    type Err = DnError;

    fn from_str(text: &str) -> Result<Self, DnError> {
        if text.len() > LONGEST {
            return Err(DnError::Size);
        }
        let mut reader = Reader {
            bytes: text.as_bytes(),
            at: 0,
        };
        let mut folded = Vec::new();
        if !text.is_empty() {
            loop {
                if folded.len() == MOST_PARTS {
                    return Err(DnError::Size);
                }
                folded.push(reader.relative()?);
                match reader.peek() {
                    None => break,
                    Some(b',') => reader.at += 1,
                    Some(_) => return Err(reader.wrong()),
                }
            }
        }
        Ok(Self {
            written: text.to_owned(),
            folded,
        })
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn wrong(&self) -> DnError {
        DnError::Syntax(self.at)
    }

    fn spaces(&mut self) {
        while self.peek() == Some(b' ') {
            self.at += 1;
        }
    }

    /// `type=value`, several joined by `+`.
    fn relative(&mut self) -> Result<String, DnError> {
        let mut pairs = Vec::new();
        loop {
            self.spaces();
            let start = self.at;
            while self
                .peek()
                .is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'))
            {
                self.at += 1;
            }
            let kind = self.bytes.get(start..self.at).unwrap_or_default();
            self.spaces();
            if kind.is_empty() || self.peek() != Some(b'=') {
                return Err(self.wrong());
            }
            self.at += 1;
            let kind = String::from_utf8_lossy(kind).to_lowercase();
            pairs.push(format!("{kind}={}", self.value()?));
            if self.peek() != Some(b'+') {
                break;
            }
            self.at += 1;
        }
        pairs.sort_unstable();
        Ok(pairs.join("+"))
    }

    /// A value, folded: lower case, no spaces around it and one between words; escaped again.
    fn value(&mut self) -> Result<String, DnError> {
        self.spaces();
        if self.peek() == Some(b'#') {
            return self.hex();
        }
        let mut value = Vec::new();
        let mut end = 0; // behind the last byte that is no unescaped space
        while let Some(byte) = self.peek() {
            match byte {
                b',' | b'+' => break,
                b'"' | b';' | b'<' | b'>' | 0 => return Err(self.wrong()),
                b'\\' => {
                    value.push(self.escaped()?);
                    end = value.len();
                    continue;
                }
                other => value.push(other),
            }
            self.at += 1;
            if byte != b' ' {
                end = value.len();
            }
        }
        value.truncate(end);
        let text = String::from_utf8(value).map_err(|_| self.wrong())?;
        Ok(escape(&fold(&text)))
    }

    fn escaped(&mut self) -> Result<u8, DnError> {
        let next = self.bytes.get(self.at + 1).copied().ok_or(self.wrong())?;
        if let Some(byte) = self.pair(self.at + 1) {
            self.at += 3;
            return Ok(byte);
        }
        if matches!(
            next,
            b' ' | b'"' | b'#' | b'+' | b',' | b';' | b'<' | b'=' | b'>' | b'\\'
        ) {
            self.at += 2;
            return Ok(next);
        }
        Err(self.wrong())
    }

    /// A value in hexadecimal stays what it is: its syntax is not known here.
    fn hex(&mut self) -> Result<String, DnError> {
        let start = self.at;
        self.at += 1;
        while self.pair(self.at).is_some() {
            self.at += 2;
        }
        if self.at == start + 1 {
            return Err(self.wrong());
        }
        let text = self.bytes.get(start..self.at).unwrap_or_default();
        self.spaces();
        Ok(String::from_utf8_lossy(text).to_lowercase())
    }

    fn pair(&self, at: usize) -> Option<u8> {
        let digits = std::str::from_utf8(self.bytes.get(at..at + 2)?).ok()?;
        let are_digits = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        are_digits.then(|| u8::from_str_radix(digits, 16).ok()).flatten()
    }
}

fn fold(text: &str) -> String {
    text.to_lowercase()
        .split(' ')
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn dn(text: &str) -> Dn {
        text.parse().unwrap()
    }

    #[test]
    fn one_thing_has_one_name_however_it_is_written() {
        assert_eq!(
            dn("CN=Alice  Doe, OU=People,DC=example"),
            dn("cn=alice doe,ou=people,dc=EXAMPLE")
        );
        assert_eq!(dn("cn=a\\2Cb,dc=x"), dn("cn=a\\,b,dc=x"));
        assert_ne!(dn("cn=a\\,b,dc=x"), dn("cn=a,dc=b,dc=x"));
        assert_eq!(dn("cn=a+uid=b,dc=x"), dn("UID=b+CN=a,dc=x"));
        assert_eq!(dn("cn=M\\C3\\BCller"), dn("cn=müller"));
        assert!(dn("uid=a,ou=people,dc=x").is_within(&dn("dc=X")));
        assert!(dn("uid=a,dc=x").is_within(&dn("")));
        assert!(!dn("uid=a,dc=xy").is_within(&dn("dc=x")));
        assert!(!dn("uid=a\\,dc=x").is_within(&dn("dc=x")));
    }

    #[test]
    fn texts_that_are_no_names_are_refused() {
        for bad in [
            "a",
            "=b",
            "cn=a,",
            "cn=a;dc=b",
            "cn=\"a\"",
            "cn=\\zz",
            "cn=a\\",
            "cn=#",
            "cn=#0",
            "cn=\\ff",
            "cn=a\0",
        ] {
            assert!(bad.parse::<Dn>().is_err(), "{bad}");
        }
        assert_eq!(vec!["cn=a"; 65].join(",").parse::<Dn>(), Err(DnError::Size));
    }

    proptest! {
        /// A9, the half that is about names.
        #[test]
        fn an_escaped_value_stays_one_value(value in "\\PC*[,+\"\\\\<>;= #\0\n]?\\PC*") {
            let written = format!("cn={},dc=x", escape(&value));
            let parsed: Dn = written.parse().unwrap();
            prop_assert_eq!(parsed.folded.len(), 2);
            prop_assert!(parsed.is_within(&dn("dc=x")));
        }
    }
}
