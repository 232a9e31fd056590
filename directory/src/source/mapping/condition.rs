// SPDX-License-Identifier: Apache-2.0
//! When a rule counts: a question about attributes, written as policies write theirs.
//!
//! ```text
//! has mail                             it is there, with some value
//! employeeType == "officer"            one of its values is this
//! groups like "mission-*"              one of its values begins so
//! has mail && !(groups == "leavers" || status == "suspended")
//! ```

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::source::Attributes;

/// The longest condition, in bytes.
const LONGEST: usize = 2_000;
/// The deepest that one nests.
const DEEPEST: usize = 16;

/// A condition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Condition {
    text: String,
    tree: Tree,
}

/// Why a text is no condition.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("at character {at} of the condition: {message}")]
pub struct ConditionError {
    /// Where, counted from 1.
    pub at: usize,
    /// What.
    pub message: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Tree {
    All(Vec<Tree>),
    Any(Vec<Tree>),
    Has(String),
    Is(String, String),
    Like(String, String),
    Not(Box<Tree>),
}

impl Condition {
    /// Whether it holds.
    pub fn holds(&self, attributes: &Attributes) -> bool {
        self.tree.holds(attributes)
    }

    /// The attributes that it asks about.
    pub fn names(&self) -> BTreeSet<&str> {
        let mut names = BTreeSet::new();
        self.tree.note(&mut names);
        names
    }
}

impl Tree {
    fn holds(&self, attributes: &Attributes) -> bool {
        let some = |name: &String, fits: &dyn Fn(&String) -> bool| {
            attributes.get(name).is_some_and(|values| values.iter().any(fits))
        };
        match self {
            Self::All(parts) => parts.iter().all(|part| part.holds(attributes)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(attributes)),
            Self::Has(name) => some(name, &|value| !value.is_empty()),
            Self::Is(name, wanted) => some(name, &|value| value == wanted),
            Self::Like(name, wanted) => some(name, &|value| like(value, wanted)),
            Self::Not(part) => !part.holds(attributes),
        }
    }

    fn note<'t>(&'t self, names: &mut BTreeSet<&'t str>) {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.note(names)),
            Self::Has(name) | Self::Is(name, _) | Self::Like(name, _) => {
                names.insert(name);
            }
            Self::Not(part) => part.note(names),
        }
    }
}

/// Whether `value` is `wanted`, in which each `*` stands for anything. Each piece between them is looked for
/// once, from where the one before ended.
fn like(value: &str, wanted: &str) -> bool {
    let Some((first, rest)) = wanted.split_once('*') else {
        return value == wanted;
    };
    let Some(mut left) = value.strip_prefix(first) else {
        return false;
    };
    let mut pieces: Vec<&str> = rest.split('*').collect();
    let last = pieces.pop().unwrap_or_default();
    for piece in pieces {
        match left.split_once(piece) {
            Some((_, after)) => left = after,
            None => return false,
        }
    }
    left.ends_with(last)
}

impl TryFrom<String> for Condition {
    type Error = ConditionError;

    fn try_from(text: String) -> Result<Self, ConditionError> {
        let mut reader = Reader {
            characters: text.chars().collect(),
            at: 0,
        };
        if text.len() > LONGEST {
            return Err(reader.fault("it is longer than 2000 bytes"));
        }
        let tree = reader.any(0)?;
        reader.skip_blanks();
        if reader.at < reader.characters.len() {
            return Err(reader.fault("`&&`, `||` or its end is expected"));
        }
        Ok(Self { text, tree })
    }
}

impl From<Condition> for String {
    fn from(condition: Condition) -> Self {
        condition.text
    }
}

struct Reader {
    characters: Vec<char>,
    at: usize,
}

impl Reader {
    fn any(&mut self, depth: usize) -> Result<Tree, ConditionError> {
        self.several(depth, "||", Self::all, Tree::Any)
    }

    fn all(&mut self, depth: usize) -> Result<Tree, ConditionError> {
        self.several(depth, "&&", Self::one, Tree::All)
    }

    fn several(
        &mut self,
        depth: usize,
        between: &str,
        part: impl Fn(&mut Self, usize) -> Result<Tree, ConditionError>,
        whole: impl Fn(Vec<Tree>) -> Tree,
    ) -> Result<Tree, ConditionError> {
        let first = part(self, depth)?;
        if !self.takes(between) {
            return Ok(first);
        }
        let mut parts = vec![first, part(self, depth)?];
        while self.takes(between) {
            parts.push(part(self, depth)?);
        }
        Ok(whole(parts))
    }

    fn one(&mut self, depth: usize) -> Result<Tree, ConditionError> {
        if depth >= DEEPEST {
            return Err(self.fault("it nests deeper than 16"));
        }
        if self.takes("!") {
            return Ok(Tree::Not(Box::new(self.one(depth + 1)?)));
        }
        if self.takes("(") {
            let inner = self.any(depth + 1)?;
            return if self.takes(")") {
                Ok(inner)
            } else {
                Err(self.fault("`)` is expected"))
            };
        }
        let (name, is_quoted) = self.name()?;
        if name == "has" && !is_quoted {
            return Ok(Tree::Has(self.name()?.0));
        }
        if self.takes("==") {
            return Ok(Tree::Is(name, self.quoted()?));
        }
        if self.takes("like") {
            return Ok(Tree::Like(name, self.quoted()?));
        }
        Err(self.fault("`==` or `like` is expected; to ask whether it is there: `has NAME`"))
    }

    fn name(&mut self) -> Result<(String, bool), ConditionError> {
        self.skip_blanks();
        if self.characters.get(self.at) == Some(&'"') {
            return Ok((self.quoted()?, true));
        }
        let fits = |c: &char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':' | '/' | ';');
        let rest = self.characters.get(self.at..).unwrap_or_default();
        let name: String = rest.iter().take_while(|c| fits(c)).collect();
        if name.is_empty() {
            return Err(self.fault("the name of an attribute is expected"));
        }
        self.at += name.chars().count();
        Ok((name, false))
    }

    fn quoted(&mut self) -> Result<String, ConditionError> {
        self.skip_blanks();
        if !self.takes("\"") {
            return Err(self.fault("a text in quotation marks is expected"));
        }
        let mut text = String::new();
        loop {
            match self.characters.get(self.at) {
                None => return Err(self.fault("the quotation mark at its end is missing")),
                Some('"') => {
                    self.at += 1;
                    return Ok(text);
                }
                Some('\\') => match self.characters.get(self.at + 1) {
                    Some(c @ ('"' | '\\')) => {
                        text.push(*c);
                        self.at += 2;
                    }
                    _ => return Err(self.fault("`\\` stands before `\"` or `\\` only")),
                },
                Some(c) => {
                    text.push(*c);
                    self.at += 1;
                }
            }
        }
    }

    fn takes(&mut self, word: &str) -> bool {
        self.skip_blanks();
        let rest = self.characters.get(self.at..).unwrap_or_default();
        let fits = word.chars().count() <= rest.len() && word.chars().zip(rest).all(|(a, b)| a == *b);
        if fits {
            self.at += word.chars().count();
        }
        fits
    }

    fn skip_blanks(&mut self) {
        while self.characters.get(self.at).is_some_and(|c| c.is_whitespace()) {
            self.at += 1;
        }
    }

    fn fault(&self, message: &'static str) -> ConditionError {
        ConditionError {
            at: self.at + 1,
            message,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(text: &str) -> bool {
        let attributes = Attributes::from([
            ("mail".to_owned(), vec!["ann@mod.example".to_owned()]),
            (
                "groups".to_owned(),
                vec!["staff".to_owned(), "mission-baltic".to_owned()],
            ),
            ("empty".to_owned(), vec![String::new()]),
            ("none".to_owned(), Vec::new()),
        ]);
        Condition::try_from(text.to_owned()).unwrap().holds(&attributes)
    }

    #[test]
    fn a_condition_asks_about_values_that_are_there() {
        assert!(holds("has mail"));
        assert!(!holds("has empty") && !holds("has none") && !holds("has nothing"));
        assert!(holds(r#"groups == "staff""#) && !holds(r#"groups == "staf""#));
        assert!(holds(r#"groups like "mission-*""#) && !holds(r#"groups like "mission""#));
        assert!(holds(r#"mail like "*@*.example""#) && !holds(r#"mail like "*@x*.example""#));
        assert!(holds(r#""mail" like"ann@*""#));
        assert!(holds(
            r#"has mail && !(groups == "leavers" || groups == "suspended")"#
        ));
        // `&&` binds closer.
        assert!(holds("has mail || has nothing && has nothing"));
        assert!(!holds("(has mail || has nothing) && has nothing"));
    }

    #[test]
    fn what_a_star_stands_for_never_overlaps() {
        assert!(like("abcab", "ab*ab") && !like("ab", "ab*b") && !like("aba", "ab*ba"));
        assert!(like("", "*") && like("x", "**") && !like("", "*x*"));
    }

    #[test]
    fn what_is_no_condition_is_refused_with_its_place() {
        for text in [
            "",
            "has",
            "mail",
            "mail = \"x\"",
            "mail == x",
            "mail == \"x",
            "(has mail",
            "has mail)",
            "has mail &&",
            "has mail & has mail",
            "mail == \"\\n\"",
            &format!("{}has mail", "!".repeat(17)),
            &format!("{}has mail{}", "(".repeat(2_000), ")".repeat(2_000)),
        ] {
            assert!(Condition::try_from(text.to_owned()).is_err(), "{text}");
        }
        let fault = Condition::try_from("has mail && (x == 1)".to_owned()).unwrap_err();
        assert_eq!(fault.at, 19);
    }

    #[test]
    fn it_is_written_as_it_was_read() {
        let condition: Condition = serde_json::from_str(r#""has mail  &&  x == \"y\"""#).unwrap();
        assert_eq!(
            serde_json::to_string(&condition).unwrap(),
            r#""has mail  &&  x == \"y\"""#
        );
        assert_eq!(condition.names().into_iter().collect::<Vec<_>>(), ["mail", "x"]);
    }
}
