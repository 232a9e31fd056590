// SPDX-License-Identifier: Apache-2.0
//! Signed notes (C2SP signed-note): a text, an empty line, and a line for each signature.
//!
//! A key's id is the first four bytes of `SHA-256(name || 0x0A || type || public key)`; type 0x01 is
//! Ed25519, the one that we sign with.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::hash;

/// A text with its signatures, not yet verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<Signature>,
}

/// One signature line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// The name of the key.
    pub name: String,
    /// The key's id.
    pub key_id: [u8; 4],
    /// The signature, in the form of the key's type.
    pub bytes: Vec<u8>,
}

/// Signs notes with Ed25519.
pub struct Signer {
    name: String,
    pair: Ed25519KeyPair,
}

/// What a reader needs to believe a note: a name and a public key, written
/// `name+keyid+base64(type || key)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    public: [u8; 32],
}

/// Not a signed note, or not a key for one.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum NoteSyntax {
    /// A key name is empty or holds a space, a plus sign or a control character.
    #[error("`{0}` cannot be the name of a key: no spaces, no `+`, not empty")]
    Name(String),
    /// The key has the wrong shape.
    #[error("this is not a key for signed notes")]
    Key,
    /// The text does not end in a newline, or holds an empty line at its end or control characters.
    #[error("this is not a signed note: {0}")]
    Note(&'static str),
}

impl Note {
    /// Reads a note; its signatures are only split, not checked.
    pub fn parse(note: &str) -> Result<Self, NoteSyntax> {
        if note.len() > LONGEST {
            return Err(NoteSyntax::Note("it is longer than 1 MB"));
        }
        if note.chars().any(|c| c < ' ' && c != '\n') {
            return Err(NoteSyntax::Note("it holds a control character"));
        }
        let (text, signatures) = note
            .rsplit_once("\n\n")
            .ok_or(NoteSyntax::Note("it has no signatures"))?;
        let lines = signatures
            .strip_suffix('\n')
            .ok_or(NoteSyntax::Note("it does not end"))?;
        let signatures = lines
            .split('\n')
            .map(|line| Signature::parse(line).ok_or(NoteSyntax::Note("a signature is malformed")))
            .collect::<Result<Vec<_>, _>>()?;
        if signatures.len() > MOST_SIGNATURES {
            return Err(NoteSyntax::Note("it has more than 100 signatures"));
        }
        Ok(Self {
            text: format!("{text}\n"),
            signatures,
        })
    }

    /// The signed text, with its last newline.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// All signatures, whoever made them.
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }

    /// Adds a signature, e.g. a witness's.
    #[must_use]
    pub fn with(mut self, signature: Signature) -> Self {
        self.signatures.push(signature);
        self
    }

    /// Whether a signature by `key` is there and every one that names it is right.
    pub fn is_signed_by(&self, key: &VerifierKey) -> bool {
        let id = key.id();
        let mut by_key = self
            .signatures
            .iter()
            .filter(|signature| signature.name == key.name && signature.key_id == id)
            .peekable();
        by_key.peek().is_some() && by_key.all(|signature| key.holds(&self.text, &signature.bytes))
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        for signature in &self.signatures {
            writeln!(f, "{signature}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = self.key_id.to_vec();
        bytes.extend_from_slice(&self.bytes);
        write!(f, "\u{2014} {} {}", self.name, STANDARD.encode(bytes))
    }
}

impl Signature {
    /// Reads one signature line, without its newline.
    pub fn parse(line: &str) -> Option<Self> {
        let (name, blob) = line.strip_prefix("\u{2014} ")?.split_once(' ')?;
        let bytes = STANDARD.decode(blob).ok()?;
        let (key_id, bytes) = bytes.split_first_chunk::<4>()?;
        is_name(name).then(|| Self {
            name: name.to_owned(),
            key_id: *key_id,
            bytes: bytes.to_vec(),
        })
    }
}

impl Signer {
    /// A signer called `name` from a 32-byte Ed25519 seed.
    pub fn from_seed(name: &str, seed: &[u8]) -> Result<Self, NoteSyntax> {
        if !is_name(name) {
            return Err(NoteSyntax::Name(name.to_owned()));
        }
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| NoteSyntax::Key)?;
        Ok(Self {
            name: name.to_owned(),
            pair,
        })
    }

    /// The signer's name, which is the log's origin.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The public half, to hand out.
    pub fn verifier_key(&self) -> VerifierKey {
        let mut public = [0; 32];
        for (to, from) in public.iter_mut().zip(self.pair.public_key().as_ref()) {
            *to = *from;
        }
        VerifierKey {
            name: self.name.clone(),
            public,
        }
    }

    /// Signs `text`, which ends in a newline.
    pub fn sign(&self, text: String) -> Result<Note, NoteSyntax> {
        if !text.ends_with('\n') {
            return Err(NoteSyntax::Note("its text does not end in a newline"));
        }
        let signature = Signature {
            name: self.name.clone(),
            key_id: self.verifier_key().id(),
            bytes: self.pair.sign(text.as_bytes()).as_ref().to_vec(),
        };
        Ok(Note {
            text,
            signatures: vec![signature],
        })
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({})", self.verifier_key())
    }
}

impl VerifierKey {
    /// The key's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The first four bytes of `SHA-256(name || 0x0A || type || public key)`.
    pub fn id(&self) -> [u8; 4] {
        let hash = hash::of(&[self.name.as_bytes(), b"\n", &[TYPE_ED25519], &self.public]);
        hash.as_bytes().first_chunk().copied().unwrap_or_default()
    }

    fn holds(&self, text: &str, signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, &self.public)
            .verify(text.as_bytes(), signature)
            .is_ok()
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut key = vec![TYPE_ED25519];
        key.extend_from_slice(&self.public);
        write!(
            f,
            "{}+{}+{}",
            self.name,
            hex::encode(self.id()),
            STANDARD.encode(key)
        )
    }
}

impl FromStr for VerifierKey {
    type Err = NoteSyntax;

    fn from_str(text: &str) -> Result<Self, NoteSyntax> {
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NoteSyntax::Key);
        };
        if !is_name(name) {
            return Err(NoteSyntax::Name(name.to_owned()));
        }
        let key = STANDARD.decode(key).map_err(|_| NoteSyntax::Key)?;
        let public = match key.split_first() {
            Some((&TYPE_ED25519, public)) => public.try_into().map_err(|_| NoteSyntax::Key)?,
            _ => return Err(NoteSyntax::Key),
        };
        let key = Self {
            name: name.to_owned(),
            public,
        };
        if hex::encode(key.id()) == id {
            Ok(key)
        } else {
            Err(NoteSyntax::Key)
        }
    }
}

/// Whether a key may be called this.
pub(crate) fn is_name(name: &str) -> bool {
    !name.is_empty()
        && !name
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || c == '+')
}

const TYPE_ED25519: u8 = 0x01;
const LONGEST: usize = 1_000_000;
const MOST_SIGNATURES: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the signed-note specification (C2SP), as Go's note package prints it.
    const PETER: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    const SPOKEN: &str = "If you think cryptography is the answer to your problem,\n\
        then you don't know what your problem is.\n\n\
        \u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

    #[test]
    fn the_published_example_verifies() {
        let key: VerifierKey = PETER.parse().unwrap();
        assert_eq!(key.to_string(), PETER);
        let note = Note::parse(SPOKEN).unwrap();
        assert!(note.is_signed_by(&key));
        assert_eq!(note.to_string(), SPOKEN);
        let other = Note::parse(&SPOKEN.replace("problem is", "problem was")).unwrap();
        assert!(!other.is_signed_by(&key));
    }

    #[test]
    fn a_key_whose_id_does_not_fit_is_refused() {
        let wrong = PETER.replace("c74f20a3", "c74f20a4");
        assert_eq!(wrong.parse::<VerifierKey>(), Err(NoteSyntax::Key));
    }

    #[test]
    fn a_second_wrong_signature_by_the_same_key_is_refused() {
        let key: VerifierKey = PETER.parse().unwrap();
        let note = Note::parse(SPOKEN).unwrap();
        let mut bent = note.signatures()[0].clone();
        bent.bytes[0] ^= 1;
        assert!(!note.with(bent).is_signed_by(&key));
    }

    #[test]
    fn names_with_spaces_or_plus_cannot_sign() {
        assert!(Signer::from_seed("a b", &[0; 32]).is_err());
        assert!(Signer::from_seed("a+b", &[0; 32]).is_err());
        assert!(Signer::from_seed("a", &[0; 31]).is_err());
    }
}
