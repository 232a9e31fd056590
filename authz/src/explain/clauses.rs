// SPDX-License-Identifier: Apache-2.0
//! The conditions of policies as trees, split where Cedar combines truth values, each part parsed
//! once per policy revision. Nothing of this exists before somebody asks why.

use std::collections::BTreeMap;
use std::str::FromStr as _;

use cedar_policy::pst::{BinaryOp, Clause as Condition, Expr, UnaryOp};
use cedar_policy::{Entities, EvalResult, Expression, PolicyId, PolicySet, Request, eval_expression};
use serde::Serialize;

/// How the parts of a clause make its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Joint {
    /// All of them hold.
    All,
    /// One of them holds.
    Any,
    /// If the first holds, the second; else the third.
    If,
    /// The one part does not hold.
    Not,
    /// It has no parts: a test of facts.
    Test,
}

/// A part of a condition, ready to be evaluated.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) text: String,
    pub(super) joint: Joint,
    expression: Option<Expression>,
    pub(super) parts: Vec<Part>,
    /// The facts that a test reads.
    pub(super) facts: Vec<(String, Option<Expression>)>,
}

/// The conditions of all policies.
#[derive(Debug, Default)]
pub(crate) struct Clauses(BTreeMap<PolicyId, Vec<Part>>);

impl Clauses {
    pub(super) fn of(policies: &PolicySet) -> Self {
        let parts = |policy: &cedar_policy::Policy| {
            let pst = policy.to_pst().ok()?;
            Some(pst.body().clauses().iter().map(condition).collect())
        };
        Self(
            policies
                .policies()
                .map(|policy| (policy.id().clone(), parts(policy).unwrap_or_default()))
                .collect(),
        )
    }

    pub(super) fn of_policy(&self, id: &PolicyId) -> &[Part] {
        self.0.get(id).map_or(&[], Vec::as_slice)
    }
}

impl Part {
    /// What it evaluates to; nothing where a fact that it reads is not there.
    pub(super) fn holds(&self, request: &Request, entities: &Entities) -> Option<bool> {
        match evaluate(self.expression.as_ref(), request, entities)? {
            EvalResult::Bool(value) => Some(value),
            _ => None,
        }
    }
}

/// The value of a prepared expression, if it has one here.
pub(super) fn evaluate(
    expression: Option<&Expression>,
    request: &Request,
    entities: &Entities,
) -> Option<EvalResult> {
    eval_expression(request, entities, expression?).ok()
}

fn condition(clause: &Condition) -> Part {
    match clause {
        Condition::When(expr) => part(expr),
        Condition::Unless(expr) => Part {
            text: format!("!({expr})"),
            joint: Joint::Not,
            expression: Expression::from_str(&format!("!({expr})")).ok(),
            parts: vec![part(expr)],
            facts: Vec::new(),
        },
    }
}

fn part(expr: &Expr) -> Part {
    let (joint, parts) = match expr {
        Expr::BinaryOp {
            op: BinaryOp::And, ..
        } => (Joint::All, chained(expr, BinaryOp::And)),
        Expr::BinaryOp { op: BinaryOp::Or, .. } => (Joint::Any, chained(expr, BinaryOp::Or)),
        Expr::UnaryOp {
            op: UnaryOp::Not,
            expr,
        } => (Joint::Not, vec![part(expr)]),
        Expr::IfThenElse {
            cond,
            then_expr,
            else_expr,
        } => (Joint::If, vec![part(cond), part(then_expr), part(else_expr)]),
        _ => (Joint::Test, Vec::new()),
    };
    let mut facts = BTreeMap::new();
    if joint == Joint::Test {
        read(expr, &mut facts);
    }
    let text = expr.to_string();
    Part {
        expression: Expression::from_str(&text).ok(),
        text,
        joint,
        parts,
        facts: facts.into_iter().collect(),
    }
}

/// `a && b && c` as three parts, however it is bracketed.
fn chained(expr: &Expr, wanted: BinaryOp) -> Vec<Part> {
    match expr {
        Expr::BinaryOp { op, left, right } if *op == wanted => {
            let mut parts = chained(left, wanted);
            parts.extend(chained(right, wanted));
            parts
        }
        other => vec![part(other)],
    }
}

/// The attributes that a test reads, each at its longest path.
fn read(expr: &Expr, facts: &mut BTreeMap<String, Option<Expression>>) {
    match expr {
        Expr::GetAttr { .. } => {
            let text = expr.to_string();
            let parsed = Expression::from_str(&text).ok();
            facts.insert(text, parsed);
        }
        Expr::UnaryOp { expr, .. } | Expr::Like { expr, .. } | Expr::Is { expr, .. } => read(expr, facts),
        Expr::BinaryOp { left, right, .. } => {
            read(left, facts);
            read(right, facts);
        }
        Expr::Set(items) => items.iter().for_each(|item| read(item, facts)),
        _ => {}
    }
}
