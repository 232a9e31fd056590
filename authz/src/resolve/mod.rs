// SPDX-License-Identifier: Apache-2.0
//! From a question to the facts on which Cedar decides: looks everything up, understands the labels,
//! selects the clearances. Whatever is unknown or cannot be understood is a [`Fault`], guard 1.

mod case;
mod clearance;
mod members;
mod moved;
mod place;

pub(crate) use case::{Accredited, Case, Device, Named, device, resolve};
pub(crate) use clearance::{Asked, Grant, Where, ask, counts};
pub(crate) use members::{Contract, Members};
pub(crate) use moved::Joined;
pub(crate) use place::{Here, Place, is_sponsored};

/// Something of the question is unknown, missing or cannot be understood: PDP_INPUT.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Fault(pub(crate) &'static str);
