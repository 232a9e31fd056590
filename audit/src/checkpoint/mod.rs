// SPDX-License-Identifier: Apache-2.0
//! Checkpoints: the state of the tree, signed, so that whoever keeps one can show a later change.
//!
//! The text is a C2SP tlog-checkpoint (origin, size, root) in a signed note ([`note`]):
//!
//! ```text
//! countersign.example/record
//! 7
//! 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=
//!
//! — countersign.example/record <base64 of key id and signature>
//! ```

pub mod cosignature;
pub mod note;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::hash::Hash;
use crate::tree::proof::State;
use note::{Note, NoteSyntax, Signer, VerifierKey};

/// The state of one log at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Names the log, for ever.
    pub origin: String,
    /// The number of leaves.
    pub size: u64,
    /// The root.
    pub root: Hash,
}

/// A checkpoint was not accepted.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// Not a signed note.
    #[error(transparent)]
    Note(#[from] NoteSyntax),
    /// The note's text is not that of a checkpoint.
    #[error("line {line} of the checkpoint is not {expected}")]
    Syntax {
        /// Counted from 1.
        line: usize,
        /// What should be there.
        expected: &'static str,
    },
    /// It speaks of another log.
    #[error("the checkpoint is of the log `{found}`, not of `{expected}`")]
    Origin {
        /// The log that was asked about.
        expected: String,
        /// The log that it names.
        found: String,
    },
    /// No signature by the expected key, or a wrong one.
    #[error("the checkpoint carries no valid signature by the key `{0}`")]
    Signature(String),
}

impl Checkpoint {
    /// The size and root alone.
    pub fn state(&self) -> State {
        State {
            size: self.size,
            root: self.root,
        }
    }

    /// The signed text: three lines.
    pub fn text(&self) -> String {
        format!(
            "{}\n{}\n{}\n",
            self.origin,
            self.size,
            STANDARD.encode(self.root.as_bytes())
        )
    }

    /// The whole note, signed by `signer`.
    pub fn sign(&self, signer: &Signer) -> Result<Note, NoteSyntax> {
        signer.sign(self.text())
    }

    /// Reads a note as a checkpoint and believes it only if `key` signed it for `key`'s log, i.e. the
    /// origin equals the key's name.
    pub fn verify(note: &str, key: &VerifierKey) -> Result<Self, CheckpointError> {
        let note = Note::parse(note)?;
        if !note.is_signed_by(key) {
            return Err(CheckpointError::Signature(key.name().to_owned()));
        }
        let checkpoint = Self::parse(note.text())?;
        if checkpoint.origin != key.name() {
            return Err(CheckpointError::Origin {
                expected: key.name().to_owned(),
                found: checkpoint.origin,
            });
        }
        Ok(checkpoint)
    }

    /// Reads the text of a note as a checkpoint. Extension lines are read over.
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let fault = |line, expected| CheckpointError::Syntax { line, expected };
        let mut lines = text.split('\n');
        let origin = lines.next().unwrap_or_default();
        if origin.is_empty() {
            return Err(fault(1, "the name of a log"));
        }
        let size = lines
            .next()
            .and_then(decimal)
            .ok_or_else(|| fault(2, "a decimal size"))?;
        let root = lines
            .next()
            .and_then(|line| STANDARD.decode(line).ok())
            .and_then(|bytes| Hash::from_slice(&bytes))
            .ok_or_else(|| fault(3, "a root of 32 bytes in base64"))?;
        if !text.ends_with('\n') {
            return Err(fault(text.split('\n').count(), "ended"));
        }
        Ok(Self {
            origin: origin.to_owned(),
            size,
            root,
        })
    }
}

/// A decimal number as the format allows it: digits, no leading zero.
fn decimal(line: &str) -> Option<u64> {
    let number: u64 = line.parse().ok()?;
    (number.to_string() == line).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash;

    fn signer() -> Signer {
        Signer::from_seed("countersign.example/record", &[7; 32]).unwrap()
    }

    fn checkpoint() -> Checkpoint {
        Checkpoint {
            origin: "countersign.example/record".into(),
            size: 7,
            root: hash::leaf(b"x"),
        }
    }

    #[test]
    fn the_golden_checkpoint_is_written_byte_for_byte() {
        let note = checkpoint().sign(&signer()).unwrap().to_string();
        assert_eq!(note, include_str!("golden.txt"));
    }

    #[test]
    fn a_signed_checkpoint_is_believed_and_a_changed_one_is_not() {
        let key: VerifierKey = signer().verifier_key().to_string().parse().unwrap();
        let note = checkpoint().sign(&signer()).unwrap().to_string();
        assert_eq!(Checkpoint::verify(&note, &key).unwrap(), checkpoint());
        let grown = note.replace("\n7\n", "\n8\n");
        assert!(matches!(
            Checkpoint::verify(&grown, &key),
            Err(CheckpointError::Signature(_))
        ));
    }

    #[test]
    fn another_log_with_the_same_key_is_refused() {
        let other = Checkpoint {
            origin: "elsewhere".into(),
            ..checkpoint()
        };
        let note = other.sign(&signer()).unwrap().to_string();
        let refused = Checkpoint::verify(&note, &signer().verifier_key());
        assert!(matches!(refused, Err(CheckpointError::Origin { .. })));
    }

    #[test]
    fn sloppy_numbers_and_roots_are_refused() {
        let root = STANDARD.encode([0; 32]);
        for text in [
            format!("o\n07\n{root}\n"),
            format!("o\n-7\n{root}\n"),
            format!("o\n+7\n{root}\n"),
            format!("\n7\n{root}\n"),
            format!("o\n7\n{root}"),
            "o\n7\nAAAA\n".to_owned(),
            String::new(),
        ] {
            assert!(Checkpoint::parse(&text).is_err(), "{text:?}");
        }
        assert!(Checkpoint::parse(&format!("o\n7\n{root}\nextension\n")).is_ok());
    }
}
