// SPDX-License-Identifier: Apache-2.0
//! Why foreign bytes are not believed. For the log; whoever sent them learns only that they were not.

/// A rule that a message, or a document of metadata, broke before its content was looked at.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Refused {
    /// More bytes than may be.
    #[error("it is longer than {0} bytes")]
    Length(usize),
    /// Elements nested too deep.
    #[error("its elements are nested too deep")]
    Depth,
    /// More elements, attributes or namespaces than may be.
    #[error("it has too many {0}")]
    Count(&'static str),
    /// Compressed bytes that grow too much, or are none.
    #[error("it cannot be inflated within its limits")]
    Inflation,
    /// Not base64.
    #[error("it is not base64")]
    Base64,
    /// Not UTF-8, or said to be something else.
    #[error("it is not UTF-8")]
    Encoding,
    /// Something that XML allows and SAML does not need.
    #[error("it has {0}, which is refused")]
    Forbidden(&'static str),
    /// Not well-formed.
    #[error("it is not well-formed XML")]
    NotXml,
    /// An id that is there twice.
    #[error("an id is there twice")]
    DuplicateId,
    /// No signature where one has to be.
    #[error("it is not signed")]
    Unsigned,
    /// A signature that is not a child of what it signs, or one too many.
    #[error("a signature stands where none may be")]
    Place,
    /// A signature with a part that is missing, there twice, or unknown.
    #[error("a signature has an unusual form: {0}")]
    Form(&'static str),
    /// A signature over something else than its parent.
    #[error("a signature does not refer to the element it stands in")]
    Reference,
    /// SHA-1, HMAC and everything else that is not on the list.
    #[error("an algorithm is not allowed here")]
    Algorithm,
    /// No key of the sender's metadata fits the algorithm.
    #[error("the sender has no key for this signature")]
    NoKey,
    /// A signature that none of the keys made.
    #[error("a signature does not hold")]
    Signature,
    /// What was digested is not what was looked at before.
    #[error("what was signed is not what the message shows")]
    Differs,
    /// Encrypted for somebody else, by a method that is not allowed, or altered. One text for all,
    /// or the sender could learn the plaintext by asking often.
    #[error("it cannot be decrypted")]
    Decryption,
    /// A part that has to be there once is missing, or there twice.
    #[error("`{0}` has to be there exactly once")]
    Once(&'static str),
    /// A value that has to have a certain form.
    #[error("`{0}` has a value that is not understood")]
    Value(&'static str),
    /// Valid no longer, or without an end.
    #[error("it has run out")]
    Expired,
    /// Metadata of somebody else.
    #[error("it is not the metadata of `{0}`")]
    OtherEntity(&'static str),
}
