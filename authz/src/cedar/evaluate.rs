// SPDX-License-Identifier: Apache-2.0
//! Asks a compiled condition, as Cedar would evaluate it: left to right, `&&`, `||` and `if` no
//! further than needed. What is wrong here may be fine for Cedar, which is asked then.

use super::compile::{Code, Compare, Side};
use super::frame::Frame;
use super::value::{Field, Record, Texts, Value};

/// The condition cannot be evaluated on these facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wrong;

/// A value on the way.
enum Seen<'f> {
    Bool(bool),
    /// A number that grows by one with each millisecond.
    Clock(i64),
    /// One that begins anew with each use of the session.
    Idle(i64),
    Long(i64),
    Made(Vec<&'f str>),
    Record(&'f Record<'f>),
    Text(&'f str),
    Texts(&'f Texts<'f>),
}

impl Code {
    /// Whether the condition holds.
    pub(super) fn holds<'f>(&'f self, frame: &'f Frame<'f>) -> Result<bool, Wrong> {
        match self.evaluate(frame)? {
            Seen::Bool(held) => Ok(held),
            _ => Err(Wrong),
        }
    }

    fn evaluate<'f>(&'f self, frame: &'f Frame<'f>) -> Result<Seen<'f>, Wrong> {
        Ok(match self {
            Self::ActionIn(actions) => Seen::Bool(actions.contains(frame.action)),
            Self::And(both) => {
                let [left, right] = both.as_ref();
                Seen::Bool(left.holds(frame)? && right.holds(frame)?)
            }
            Self::Attribute(of, field) => match of.record(frame)?.find(*field).ok_or(Wrong)? {
                Value::Bool(value) => Seen::Bool(*value),
                Value::Long(value) if *field == Field::IdleFor => Seen::Idle(*value),
                Value::Long(value) if field.is_clock() => Seen::Clock(*value),
                Value::Long(value) => Seen::Long(*value),
                Value::Record(record) => Seen::Record(record),
                Value::Text(text) => Seen::Text(text),
                Value::Texts(texts) => Seen::Texts(texts),
            },
            Self::Bool(value) => Seen::Bool(*value),
            Self::Compare(compare, both) => {
                let [left, right] = both.as_ref();
                Seen::Bool(compare.holds(&left.evaluate(frame)?, &right.evaluate(frame)?, frame)?)
            }
            Self::Context => Seen::Record(&frame.context),
            Self::Has(of, field) => Seen::Bool(of.record(frame)?.find(*field).is_some()),
            Self::If(parts) => {
                let [condition, then, otherwise] = parts.as_ref();
                let branch = if condition.holds(frame)? { then } else { otherwise };
                branch.evaluate(frame)?
            }
            Self::IsEmpty(set) => Seen::Bool(match set.evaluate(frame)? {
                Seen::Made(texts) => texts.is_empty(),
                Seen::Texts(texts) => texts.is_empty(),
                _ => return Err(Wrong),
            }),
            Self::IsEntity(side, kind, id) => {
                let thing = match side {
                    Side::Principal => &frame.principal,
                    Side::Resource => &frame.resource,
                };
                Seen::Bool(thing.kind == *kind && thing.id == id.as_str())
            }
            Self::Long(value) => Seen::Long(*value),
            Self::Not(code) => Seen::Bool(!code.holds(frame)?),
            Self::Or(both) => {
                let [left, right] = both.as_ref();
                Seen::Bool(left.holds(frame)? || right.holds(frame)?)
            }
            Self::Principal => Seen::Record(&frame.principal.attributes),
            Self::Resource => Seen::Record(&frame.resource.attributes),
            Self::Set(items) => Seen::Made(
                items
                    .iter()
                    .map(|item| match item.evaluate(frame)? {
                        Seen::Text(text) => Ok(text),
                        _ => Err(Wrong),
                    })
                    .collect::<Result<_, _>>()?,
            ),
            Self::Text(text) => Seen::Text(text),
        })
    }

    fn record<'f>(&'f self, frame: &'f Frame<'f>) -> Result<&'f Record<'f>, Wrong> {
        match self.evaluate(frame)? {
            Seen::Record(record) => Ok(record),
            _ => Err(Wrong),
        }
    }
}

impl Compare {
    fn holds(self, left: &Seen<'_>, right: &Seen<'_>, frame: &Frame<'_>) -> Result<bool, Wrong> {
        match (self, left, right) {
            (
                Self::Equal | Self::Less | Self::LessOrEqual,
                Seen::Clock(a) | Seen::Idle(a) | Seen::Long(a),
                Seen::Clock(b) | Seen::Idle(b) | Seen::Long(b),
            ) => {
                let (grows, other_grows) = (left.grows(), right.grows());
                if grows != other_grows {
                    frame.flips(self.flips_in(*a, *b, grows));
                }
                let same_if_used_later = match (left, right) {
                    (Seen::Idle(_), Seen::Long(_)) => self.same_for_lesser_left(*a, *b),
                    (Seen::Long(_), Seen::Idle(_)) => self.same_for_lesser_right(*a, *b),
                    (Seen::Idle(_), _) | (_, Seen::Idle(_)) => false,
                    _ => true,
                };
                if !same_if_used_later {
                    frame.note_activity();
                }
                Ok(self.of_numbers(*a, *b))
            }
            (Self::Equal, Seen::Bool(a), Seen::Bool(b)) => Ok(a == b),
            (Self::Equal, Seen::Text(a), Seen::Text(b)) => Ok(a == b),
            (Self::Contains, set, Seen::Text(text)) => set.contains(text),
            (
                Self::ContainsAll | Self::ContainsAny,
                Seen::Bool(_) | Seen::Long(_) | Seen::Record(_) | Seen::Text(_),
                _,
            ) => Err(Wrong),
            (Self::ContainsAll, set, Seen::Made(other)) => all(set, other.iter().copied()),
            (Self::ContainsAll, set, Seen::Texts(other)) => all(set, other.iter()),
            (Self::ContainsAny, set, Seen::Made(other)) => any(set, other.iter().copied()),
            (Self::ContainsAny, set, Seen::Texts(other)) => any(set, other.iter()),
            _ => Err(Wrong),
        }
    }

    fn of_numbers(self, a: i64, b: i64) -> bool {
        match self {
            Self::Equal => a == b,
            Self::Less => a < b,
            _ => a <= b,
        }
    }

    /// Whether it comes out the same for every left number below `a`.
    fn same_for_lesser_left(self, a: i64, b: i64) -> bool {
        match self {
            Self::Equal => a < b,
            _ => self.of_numbers(a, b),
        }
    }

    /// Whether it comes out the same for every right number below `b`.
    fn same_for_lesser_right(self, a: i64, b: i64) -> bool {
        match self {
            Self::Equal => b < a,
            _ => !self.of_numbers(a, b),
        }
    }

    /// In how many milliseconds the comparison comes out differently, when `a` grows, or else `b`;
    /// far away when it never does.
    fn flips_in(self, a: i64, b: i64, a_grows: bool) -> i64 {
        let ahead = if a_grows {
            b.saturating_sub(a)
        } else {
            a.saturating_sub(b)
        };
        let flip = match (self, a_grows) {
            (Self::Equal, _) if ahead == 0 => 1,
            (Self::Equal, _) | (Self::Less, true) => ahead,
            (Self::Less, false) | (_, true) => ahead.saturating_add(1),
            (_, false) => ahead,
        };
        if flip > 0 { flip } else { i64::MAX }
    }
}

impl Seen<'_> {
    fn grows(&self) -> bool {
        matches!(self, Self::Clock(_) | Self::Idle(_))
    }

    fn contains(&self, text: &str) -> Result<bool, Wrong> {
        match self {
            Self::Made(texts) => Ok(texts.contains(&text)),
            Self::Texts(texts) => Ok(texts.contains(text)),
            _ => Err(Wrong),
        }
    }
}

fn all<'t>(set: &Seen<'_>, texts: impl Iterator<Item = &'t str>) -> Result<bool, Wrong> {
    for text in texts {
        if !set.contains(text)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn any<'t>(set: &Seen<'_>, texts: impl Iterator<Item = &'t str>) -> Result<bool, Wrong> {
    for text in texts {
        if set.contains(text)? {
            return Ok(true);
        }
    }
    Ok(false)
}
