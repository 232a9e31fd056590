// SPDX-License-Identifier: Apache-2.0
//! Walks through a marking phrase by phrase, without regard to case, accents, kinds of dashes and
//! widths of blanks.

use crate::Refusal;
use crate::fold::{is_combining, plain};

/// A place in a marking.
#[derive(Debug, Clone)]
pub(crate) struct Cursor<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Cursor<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Self { text, at: 0 }
    }

    /// The byte that comes next.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// What is left.
    pub(crate) fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Leaves out blanks and these separators.
    pub(crate) fn skip(&mut self, separators: &[char]) {
        let rest = self.rest();
        let left = rest.trim_start_matches(|c: char| c.is_whitespace() || separators.contains(&dash(c)));
        self.at += rest.len() - left.len();
    }

    /// Takes everything that is left.
    pub(crate) fn finish(&mut self) -> &'t str {
        let rest = self.rest();
        self.at = self.text.len();
        rest
    }

    /// Takes `phrase` if it stands here as whole words.
    pub(crate) fn phrase(&mut self, phrase: &str) -> bool {
        match matched(self.rest(), phrase) {
            Some(length) => {
                self.at += length;
                true
            }
            None => false,
        }
    }

    /// Takes the longest of these phrases that stands here, and says what it stands for.
    pub(crate) fn longest<'p, T>(&mut self, phrases: impl Iterator<Item = (&'p str, T)>) -> Option<T> {
        let (length, meaning) = phrases
            .filter_map(|(phrase, meaning)| Some((matched(self.rest(), phrase)?, meaning)))
            .reduce(|best, other| if other.0 > best.0 { other } else { best })?;
        self.at += length;
        Some(meaning)
    }

    /// Refuses what stands here.
    pub(crate) fn refuse(&self, next: impl Into<String>) -> Refusal {
        let rest = self.rest();
        if rest.trim().is_empty() {
            Refusal::at(self.at, "the marking ends too early", next)
        } else {
            let blanks = rest.len() - rest.trim_start().len();
            Refusal::at(
                self.at + blanks,
                format!("`{}` is not understood", rest.trim()),
                next,
            )
        }
    }
}

/// How many bytes of `text` say `phrase`, as whole words.
fn matched(text: &str, phrase: &str) -> Option<usize> {
    let mut given = letters(text).peekable();
    let mut end = 0;
    let mut last = ' ';
    for (want, _) in letters(phrase) {
        let (got, after) = given.next()?;
        if got != want {
            return None;
        }
        (end, last) = (after, got);
    }
    let whole = given
        .peek()
        .is_none_or(|(next, _)| !(next.is_alphanumeric() && last.is_alphanumeric()));
    (whole && end > 0).then_some(end)
}

/// The letters without case and accents, runs of blanks as one, each with the byte after it.
fn letters(text: &str) -> impl Iterator<Item = (char, usize)> {
    let mut chars = text.char_indices().peekable();
    std::iter::from_fn(move || {
        let (at, c) = chars.next()?;
        let mut end = at + c.len_utf8();
        let goes_on = |next: char| {
            if c.is_whitespace() {
                next.is_whitespace()
            } else {
                is_combining(next)
            }
        };
        while let Some((at, next)) = chars.next_if(|(_, next)| goes_on(*next)) {
            end = at + next.len_utf8();
        }
        let c = if c.is_whitespace() { ' ' } else { dash(c) };
        Some((c, end))
    })
    .flat_map(|(c, end)| plain(c).map(move |c| (c, end)))
}

/// Every dash is a hyphen.
fn dash(c: char) -> char {
    match c {
        '\u{2010}'..='\u{2015}' => '-',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_match_without_case_accents_and_widths() {
        let mut cursor = Cursor::new("tre\u{300}s   SECRET – x");
        assert!(cursor.phrase("TRÈS SECRET"));
        cursor.skip(&['-']);
        assert_eq!(cursor.rest(), "x");
    }

    #[test]
    fn a_phrase_is_whole_words() {
        assert!(!Cursor::new("SECRETS").phrase("SECRET"));
        assert!(Cursor::new("SECRET/X").phrase("SECRET"));
        let mut cursor = Cursor::new("NATO SECRET");
        let found = cursor.longest([("NATO", 1), ("NATO SECRET", 2)].into_iter());
        assert_eq!((found, cursor.rest()), (Some(2), ""));
    }
}
