// SPDX-License-Identifier: Apache-2.0
//! Search filters (RFC 4515). An administrator's filter is parsed once; what a person types can only
//! become a value inside it, and the finished text is parsed again to see that it did (A9).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The deepest nesting of a filter.
pub const DEPTH: usize = 16;
/// The longest filter.
pub const LONGEST: usize = 4096;
/// Where the name goes that was typed.
pub const NAME: &str = "{name}";

/// A filter that was parsed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Filter {
    text: String,
    takes_name: bool,
}

/// Why a text is no filter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FilterError {
    /// Nested deeper than [`DEPTH`].
    #[error("a filter is nested at most {DEPTH} deep")]
    Depth,
    /// Longer than [`LONGEST`].
    #[error("a filter has at most {LONGEST} bytes")]
    Length,
    /// It does not follow the grammar.
    #[error("at byte {0}: not a filter of RFC 4515")]
    Syntax(usize),
    /// The name stands where no value is.
    #[error("`{NAME}` stands for a value, or a part of one")]
    Name,
}

/// A value as it stands in a filter (RFC 4515, section 3): nothing in it is syntax any more.
pub fn escape(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for character in value.chars() {
        match character {
            '\0' => escaped.push_str("\\00"),
            '(' => escaped.push_str("\\28"),
            ')' => escaped.push_str("\\29"),
            '*' => escaped.push_str("\\2a"),
            '\\' => escaped.push_str("\\5c"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// A binary value as it stands in a filter: each byte escaped.
pub fn escape_bytes(value: &[u8]) -> String {
    let mut escaped = String::with_capacity(value.len() * 3);
    for byte in value {
        escaped.push('\\');
        escaped.push_str(&hex::encode([*byte]));
    }
    escaped
}

impl Filter {
    /// The filter as text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether a name goes into it.
    pub fn takes_name(&self) -> bool {
        self.takes_name
    }

    /// The filter with `name` in place of `{name}`. The outcome has the shape of the original.
    pub fn with_name(&self, name: &str) -> Result<Self, FilterError> {
        let text = self.text.replace(NAME, &escape(name));
        let filled = Parser::filter(&text)?;
        if filled.shape != Parser::filter(&self.text)?.shape {
            return Err(FilterError::Name);
        }
        Ok(Self {
            text,
            takes_name: false,
        })
    }

    /// Both this and `other`, which the caller wrote or escaped.
    pub fn and(&self, other: &str) -> Result<Self, FilterError> {
        format!("(&{}{other})", self.text).parse()
    }
}

impl FromStr for Filter {
    type Err = FilterError;

    fn from_str(text: &str) -> Result<Self, FilterError> {
        let parsed = Parser::filter(text)?;
        let all = text.matches(NAME).count();
        if all != parsed.names {
            return Err(FilterError::Name);
        }
        Ok(Self {
            text: text.to_owned(),
            takes_name: all > 0,
        })
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Serialize for Filter {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Filter {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// What a text turned out to be: its shape is all of it but the values.
struct Parsed {
    shape: String,
    names: usize,
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    parsed: Parsed,
}

impl<'a> Parser<'a> {
    fn filter(text: &'a str) -> Result<Parsed, FilterError> {
        if text.len() > LONGEST {
            return Err(FilterError::Length);
        }
        let parsed = Parsed {
            shape: String::new(),
            names: 0,
        };
        let mut parser = Parser { text, at: 0, parsed };
        parser.one(DEPTH)?;
        if parser.at == text.len() {
            Ok(parser.parsed)
        } else {
            Err(parser.wrong())
        }
    }

    fn wrong(&self) -> FilterError {
        FilterError::Syntax(self.at)
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, expected: u8) -> Result<(), FilterError> {
        if self.peek() != Some(expected) {
            return Err(self.wrong());
        }
        self.at += 1;
        self.parsed.shape.push(char::from(expected));
        Ok(())
    }

    fn one(&mut self, depth: usize) -> Result<(), FilterError> {
        let depth = depth.checked_sub(1).ok_or(FilterError::Depth)?;
        self.take(b'(')?;
        match self.peek() {
            Some(operator @ (b'&' | b'|')) => {
                self.take(operator)?;
                while self.peek() == Some(b'(') {
                    self.one(depth)?;
                }
            }
            Some(b'!') => {
                self.take(b'!')?;
                self.one(depth)?;
            }
            _ => self.item()?,
        }
        self.take(b')')
    }

    /// `attribute operator value`; extensible matches too.
    fn item(&mut self) -> Result<(), FilterError> {
        let start = self.at;
        while let Some(byte) = self.peek()
            && (byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b';' | b':' | b'_'))
        {
            self.at += 1;
        }
        if let Some(approximate @ (b'~' | b'<' | b'>')) = self.peek() {
            self.at += 1;
            self.parsed.shape.push(char::from(approximate));
        }
        let attribute = self.text.get(start..self.at).unwrap_or_default();
        if !attribute.as_bytes().iter().any(u8::is_ascii_alphanumeric) {
            return Err(self.wrong());
        }
        self.parsed.shape.push_str(attribute);
        self.take(b'=')?;
        self.value()
    }

    fn value(&mut self) -> Result<(), FilterError> {
        let start = self.at;
        loop {
            match self.peek() {
                Some(b')') => break,
                None | Some(b'(' | 0) => return Err(self.wrong()),
                Some(b'*') => self.take(b'*')?,
                Some(b'\\') => {
                    let digits = self.text.as_bytes().get(self.at + 1..self.at + 3);
                    if !digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)) {
                        return Err(self.wrong());
                    }
                    self.at += 3;
                }
                Some(_) => self.at += 1,
            }
        }
        let value = self.text.get(start..self.at).unwrap_or_default();
        self.parsed.names += value.matches(NAME).count();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn filter() -> Filter {
        "(&(objectClass=inetOrgPerson)(uid={name}))".parse().unwrap()
    }

    /// A9.
    #[test]
    fn what_is_typed_stays_one_value() {
        let filled = filter().with_name("*)(uid=*))(|(uid=*").unwrap();
        assert_eq!(
            filled.as_str(),
            "(&(objectClass=inetOrgPerson)(uid=\\2a\\29\\28uid=\\2a\\29\\29\\28|\\28uid=\\2a))"
        );
        assert_eq!(
            filter().with_name("a\0b").unwrap().as_str(),
            "(&(objectClass=inetOrgPerson)(uid=a\\00b))"
        );
        assert_eq!(
            filter().with_name("\\2a").unwrap().as_str(),
            "(&(objectClass=inetOrgPerson)(uid=\\5c2a))"
        );
    }

    #[test]
    fn filters_are_parsed_before_they_are_used() {
        for good in [
            "(uid=*)",
            "(!(uid=a*b*c))",
            "(&)",
            "(memberOf:1.2.840.113556.1.4.1941:=cn=g,dc=x)",
            "(&(a>=1)(b<=2)(c~=d))",
            "(mail={name}@example.org)",
            "(cn=Lu\\c4\\8di\\c4\\87)",
            "(cn=Müller)",
        ] {
            assert!(good.parse::<Filter>().is_ok(), "{good}");
        }
        for bad in [
            "",
            "uid=a",
            "(uid=a",
            "(uid=a))",
            "(uid)",
            "(=a)",
            "(uid=a(b)",
            "(uid=\\zz)",
            "(uid=\\2)",
            "(!)",
            "(!(a=1)(b=2))",
            "(uid=a) ",
            "(uid=a\0)",
        ] {
            assert!(
                matches!(bad.parse::<Filter>(), Err(FilterError::Syntax(_))),
                "{bad}"
            );
        }
        assert_eq!("({name}=a)".parse::<Filter>(), Err(FilterError::Syntax(1)));
        let deep = format!("{}(a=1){}", "(!".repeat(16), ")".repeat(16));
        assert_eq!(deep.parse::<Filter>(), Err(FilterError::Depth));
    }

    proptest! {
        #[test]
        fn no_name_changes_the_shape(name in ".*") {
            if let Ok(filled) = filter().with_name(&name) {
                let again: Filter = filled.as_str().parse().unwrap_or_else(|_| filled.clone());
                prop_assert_eq!(again.as_str().matches('(').count(), 3);
                prop_assert_eq!(again.as_str().matches('*').count(), 0);
            }
        }
    }
}
