// SPDX-License-Identifier: Apache-2.0
//! What the directory refused, on the wire.

use countersign_authz::Reason;
use countersign_directory::Fault;
use countersign_directory::amend::AmendError;
use countersign_directory::operation::amend::AmendFault;
use countersign_directory::operation::approval::ApprovalError;
use countersign_directory::operation::break_glass::BreakGlassError;
use countersign_directory::operation::import::ImportError;
use countersign_directory::operation::proposal::ProposalError;
use countersign_directory::operation::server::ServerError;
use http::StatusCode;

use crate::http::problem::{InputFault, Problem};

impl From<AmendFault> for Problem {
    fn from(fault: AmendFault) -> Self {
        let message = fault.to_string();
        match fault {
            AmendFault::Store(cause) | AmendFault::Server(ServerError::Store(cause)) => cause.into(),
            AmendFault::Server(_) => Self::new(StatusCode::CONFLICT, message),
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

impl From<ImportError> for Problem {
    fn from(error: ImportError) -> Self {
        let message = error.to_string();
        match error {
            ImportError::Approval(error) => error.into(),
            ImportError::ApprovalMissing { .. } => Self::forbidden("DUAL_CONTROL", message),
            ImportError::Changed(_) => Self::new(StatusCode::CONFLICT, message),
            ImportError::Faults(faults) => Self::of_file(&faults),
            ImportError::Own(_) => Self::forbidden("SELF_APPROVAL", message),
            ImportError::Permit(_) => Self::new(StatusCode::FORBIDDEN, message),
            ImportError::Store(cause) => cause.into(),
            ImportError::TooMuch(_) => Self::bad_request(message),
        }
    }
}

impl Problem {
    /// A file that cannot be used, with each of its faults by place.
    pub(super) fn of_file(faults: &[Fault]) -> Self {
        let told = faults.iter().map(|fault| InputFault {
            path: fault.path.clone(),
            message: fault.message.clone(),
        });
        Self {
            faults: told.collect(),
            ..Self::bad_request(
                "the file cannot be used: mend what `faults` names, by place, and send it again",
            )
        }
    }

    /// An act that waits for another person's word.
    pub(crate) fn second_person_missing() -> Self {
        Self::forbidden("DUAL_CONTROL", Reason::DualControl.user_text())
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
