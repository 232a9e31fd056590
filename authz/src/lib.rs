// SPDX-License-Identifier: Apache-2.0
//! May they: the world in memory, the question, Cedar, and the answer with its reason.
//!
//! Boundaries: this room decides and says why. It knows no HTTP, reads no clock, asks no database on
//! the way to an answer, and never sees authn: server carries [`SessionFacts`] across. The rules are
//! not Rust: they are `policies/guardrails`. Rust selects and translates the facts, Cedar checks
//! them again.
//!
//! Worked example: alice, a German cleared GEHEIM, asks to join `ops-ns`, a channel of NATO SECRET.
//! [`Engine::decide`] finds her clearance, the agreement that brings it to NATO, her session and her
//! device, and hands them to Cedar as they are. No guardrail forbids, a default policy permits: the
//! [`Decision`] is an allow with the obligation `display_marking`, good until the first of them ends.

mod action;
mod catalog;
mod cedar;
mod decision;
mod disclosure;
mod engine;
mod facts;
mod inputs;
mod obligations;
mod question;
mod reason;
mod remember;
mod resolve;
mod signin;
mod standing;
mod whom;

pub mod explain;
pub mod proof;
pub mod scenario;
pub mod search;
pub mod snapshot;

pub use action::{action_place, actions};
pub use cedar::{LoadError, Policies, PolicyFile};
pub use decision::{Decision, Obligation, Outcome, StepUp};
pub use engine::Engine;
pub use facts::{DeviceFacts, Facts, SessionFacts};
pub use inputs::Inputs;
pub use question::{Context, Question, Reference};
pub use reason::{NOT_AVAILABLE, NOT_AVAILABLE_TEXT, Reason, UnknownReason};
pub use signin::{SignInRequirement, signin_requirement};
pub use snapshot::{Shared, Snapshot};
pub use standing::Eligible;
pub use whom::Whom;
