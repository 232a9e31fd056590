// SPDX-License-Identifier: Apache-2.0
//! Cedar conditions made ready: names resolved once, nothing allocated per question.
//!
//! Only what the facts need is understood (booleans, whole numbers, texts and sets of texts, records,
//! the action); a condition with anything else stays with Cedar. Cedar remains the judge: see
//! [`super::judge`].

use std::collections::BTreeSet;

use cedar_policy::pst::{BinaryOp, Clause, EntityUID, Expr, Literal, Policy, UnaryOp, Var};

use super::frame::Type;
use super::value::Field;

/// A condition, ready to be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Code {
    /// Whether the action is one of these.
    ActionIn(BTreeSet<String>),
    And(Box<[Code; 2]>),
    Attribute(Box<Code>, Field),
    Bool(bool),
    Compare(Compare, Box<[Code; 2]>),
    Context,
    Has(Box<Code>, Field),
    If(Box<[Code; 3]>),
    /// Whether principal or resource is this entity.
    IsEntity(Side, Type, String),
    IsEmpty(Box<Code>),
    Long(i64),
    Not(Box<Code>),
    Or(Box<[Code; 2]>),
    Principal,
    Resource,
    /// A set of texts that are written out or computed one by one.
    Set(Vec<Code>),
    Text(String),
}

/// An operation on two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compare {
    Contains,
    ContainsAll,
    ContainsAny,
    Equal,
    Less,
    LessOrEqual,
}

/// Which entity of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Principal,
    Resource,
}

/// The actions that are in a group, or the action itself.
pub(super) type Members<'g> = dyn Fn(&EntityUID) -> Option<BTreeSet<String>> + 'g;

/// The condition of a policy, or none when it says something that is not understood here.
pub(super) fn condition(policy: &Policy, members: &Members<'_>) -> Option<Code> {
    let mut all = Code::Bool(true);
    for clause in policy.body().clauses() {
        let next = match clause {
            Clause::When(expr) => code(expr, members)?,
            Clause::Unless(expr) => Code::Not(Box::new(code(expr, members)?)),
        };
        all = match all {
            Code::Bool(true) => next,
            before => Code::And(Box::new([before, next])),
        };
    }
    Some(all)
}

fn code(expr: &Expr, members: &Members<'_>) -> Option<Code> {
    let boxed = |expr: &Expr| Some(Box::new(code(expr, members)?));
    Some(match expr {
        Expr::Literal(Literal::Bool(value)) => Code::Bool(*value),
        Expr::Literal(Literal::Long(value)) => Code::Long(*value),
        Expr::Literal(Literal::String(text)) => Code::Text(text.to_string()),
        Expr::Var(Var::Context) => Code::Context,
        Expr::Var(Var::Principal) => Code::Principal,
        Expr::Var(Var::Resource) => Code::Resource,
        Expr::UnaryOp {
            op: UnaryOp::Not,
            expr,
        } => Code::Not(boxed(expr)?),
        Expr::UnaryOp {
            op: UnaryOp::IsEmpty,
            expr,
        } => Code::IsEmpty(boxed(expr)?),
        Expr::BinaryOp { op, left, right } => binary(*op, left, right, members)?,
        Expr::GetAttr { expr, attr } => Code::Attribute(boxed(expr)?, Field::named(attr)?),
        Expr::HasAttr { expr, attrs } => {
            let mut held = code(expr, members)?;
            let mut all = None;
            for attr in attrs {
                let field = Field::named(attr)?;
                let has = Code::Has(Box::new(held.clone()), field);
                held = Code::Attribute(Box::new(held), field);
                all = Some(match all {
                    None => has,
                    Some(before) => Code::And(Box::new([before, has])),
                });
            }
            all?
        }
        Expr::IfThenElse {
            cond,
            then_expr,
            else_expr,
        } => Code::If(Box::new([
            code(cond, members)?,
            code(then_expr, members)?,
            code(else_expr, members)?,
        ])),
        Expr::Set(items) => Code::Set(
            items
                .iter()
                .map(|item| code(item, members))
                .collect::<Option<_>>()?,
        ),
        _ => return None,
    })
}

fn binary(op: BinaryOp, left: &Expr, right: &Expr, members: &Members<'_>) -> Option<Code> {
    if let Some(code) = about_entities(op, left, right, members) {
        return Some(code);
    }
    let (left, right) = (code(left, members)?, code(right, members)?);
    let compare = |compare, left, right| Code::Compare(compare, Box::new([left, right]));
    Some(match op {
        BinaryOp::And => Code::And(Box::new([left, right])),
        BinaryOp::Or => Code::Or(Box::new([left, right])),
        BinaryOp::Eq => compare(Compare::Equal, left, right),
        BinaryOp::NotEq => Code::Not(Box::new(compare(Compare::Equal, left, right))),
        BinaryOp::Less => compare(Compare::Less, left, right),
        BinaryOp::LessEq => compare(Compare::LessOrEqual, left, right),
        BinaryOp::Greater => compare(Compare::Less, right, left),
        BinaryOp::GreaterEq => compare(Compare::LessOrEqual, right, left),
        BinaryOp::Contains => compare(Compare::Contains, left, right),
        BinaryOp::ContainsAll => compare(Compare::ContainsAll, left, right),
        BinaryOp::ContainsAny => compare(Compare::ContainsAny, left, right),
        _ => return None,
    })
}

/// `action == A`, `action in G`, `action in [A, G]`, `principal == User::"x"`.
fn about_entities(op: BinaryOp, left: &Expr, right: &Expr, members: &Members<'_>) -> Option<Code> {
    let named = |expr: &Expr| match expr {
        Expr::Literal(Literal::EntityUID(uid)) => Some(uid.clone()),
        _ => None,
    };
    let (var, other) = match (left, right) {
        (Expr::Var(var), other) => (var, other),
        (other, Expr::Var(var)) if matches!(op, BinaryOp::Eq | BinaryOp::NotEq) => (var, other),
        _ => return None,
    };
    let found = match (var, op) {
        (Var::Action, BinaryOp::Eq | BinaryOp::NotEq) => {
            let uid = named(other)?;
            Code::ActionIn(BTreeSet::from([uid.eid.to_string()]))
        }
        (Var::Action, BinaryOp::In) => {
            let groups = match other {
                Expr::Set(items) => items.iter().map(|item| named(item)).collect::<Option<Vec<_>>>()?,
                other => vec![named(other)?],
            };
            let mut all = BTreeSet::new();
            for group in &groups {
                all.extend(members(group)?);
            }
            Code::ActionIn(all)
        }
        (Var::Principal | Var::Resource, BinaryOp::Eq | BinaryOp::NotEq) => {
            let uid = named(other)?;
            let side = match var {
                Var::Principal => Side::Principal,
                _ => Side::Resource,
            };
            Code::IsEntity(side, entity_type(&uid)?, uid.eid.to_string())
        }
        _ => return None,
    };
    Some(match op {
        BinaryOp::NotEq => Code::Not(Box::new(found)),
        _ => found,
    })
}

/// The type of an entity of ours.
pub(super) fn entity_type(uid: &EntityUID) -> Option<Type> {
    let name = &uid.ty.0;
    name.namespace.is_empty().then(|| Type::named(name.id.as_str()))?
}
