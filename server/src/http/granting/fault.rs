// SPDX-License-Identifier: Apache-2.0
//! What the directory refused, on the wire.

use countersign_directory::amend::AmendError;
use countersign_directory::operation::amend::AmendFault;
use countersign_directory::operation::approval::ApprovalError;
use countersign_directory::operation::break_glass::BreakGlassError;
use countersign_directory::operation::proposal::ProposalError;
use http::StatusCode;

use crate::http::problem::Problem;

impl From<AmendFault> for Problem {
    fn from(fault: AmendFault) -> Self {
        let message = fault.to_string();
        match fault {
            AmendFault::Store(cause) => cause.into(),
            AmendFault::Permit(_) => Self::new(StatusCode::FORBIDDEN, message),
            AmendFault::ApprovalMissing(_) => Self::forbidden("DUAL_CONTROL", message),
            AmendFault::Gone(_) => Self::new(StatusCode::GONE, message),
            AmendFault::Amend(AmendError::Unknown(_)) => Self::not_found(),
            AmendFault::Amend(AmendError::Exists(_) | AmendError::WrongState(_)) => {
                Self::new(StatusCode::CONFLICT, message)
            }
            AmendFault::Amend(_) | AmendFault::AboveAccreditation | AmendFault::UnknownReference { .. } => {
                Self::bad_request(message)
            }
        }
    }
}

impl From<ApprovalError> for Problem {
    fn from(error: ApprovalError) -> Self {
        let message = error.to_string();
        match error {
            ApprovalError::Store(cause) => cause.into(),
            ApprovalError::SamePerson(_) => Self::forbidden("SELF_APPROVAL", message),
            ApprovalError::NoOffice(_) => Self::forbidden("DUAL_CONTROL", message),
            ApprovalError::Unknown(_) => Self::not_found(),
            ApprovalError::Mismatch(_) | ApprovalError::NotUsable(_) => {
                Self::new(StatusCode::CONFLICT, message)
            }
        }
    }
}

impl From<ProposalError> for Problem {
    fn from(error: ProposalError) -> Self {
        let message = error.to_string();
        match error {
            ProposalError::Amend(fault) => fault.into(),
            ProposalError::Approval(error) => error.into(),
            ProposalError::Store(cause) => cause.into(),
            ProposalError::Own => Self::forbidden("SELF_APPROVAL", message),
            ProposalError::NotYours(_) => Self::new(StatusCode::FORBIDDEN, message),
            ProposalError::Changed | ProposalError::Ended | ProposalError::NotWhatWasShown => {
                Self::new(StatusCode::CONFLICT, message)
            }
            ProposalError::Reason => Self::bad_request(message),
            ProposalError::Unknown(_) => Self::not_found(),
        }
    }
}

impl From<BreakGlassError> for Problem {
    fn from(error: BreakGlassError) -> Self {
        let message = error.to_string();
        match error {
            BreakGlassError::Store(cause) => cause.into(),
            BreakGlassError::Own => Self::forbidden("SELF_APPROVAL", message),
            BreakGlassError::NoOffice(_) | BreakGlassError::Permit(_) => {
                Self::new(StatusCode::FORBIDDEN, message)
            }
            BreakGlassError::Done | BreakGlassError::UnknownChannel => {
                Self::new(StatusCode::CONFLICT, message)
            }
            BreakGlassError::Invalid(_) => Self::bad_request(message),
            BreakGlassError::Unknown(_) => Self::not_found(),
        }
    }
}
