// SPDX-License-Identifier: Apache-2.0
//! Markings of nations whose grammar is a level and what stands after it: CH, DE, FR.
//!
//! `VS-VERTRAULICH - KRYPTO`, `SECRET - SPÉCIAL FRANCE`. The levels are those of the scheme's source;
//! codewords, the words for nationals and all separators are (unverified).

use super::{Cursor, end, is_default_audience, known_caveats, level, no_conditions, tags};
use crate::vocabulary::{Vocabulary, unsaid};
use crate::{Label, Refusal, Scribe};

/// Reads a marking of `scheme`.
pub(crate) fn read(scribe: &Scribe<'_>, scheme: &str, text: &str) -> Result<Label, Refusal> {
    let vocabulary = Vocabulary::of(scribe, scheme)?;
    let mut cursor = Cursor::new(text);
    let mut raw = level(&mut cursor, vocabulary)?;
    tags(&mut cursor, vocabulary, &mut raw)?;
    end(&cursor)?;
    scribe.understand(&raw)
}

/// Writes a marking of `scheme`.
pub(crate) fn write(scribe: &Scribe<'_>, scheme: &str, label: &Label) -> Result<String, Refusal> {
    let vocabulary = Vocabulary::of_label(scribe, scheme, label)?;
    no_conditions(scheme, label)?;
    vocabulary.only_known(label)?;
    let mut parts = vec![vocabulary.marking(label.level())];
    parts.extend(label.compartments().iter().map(String::as_str));
    parts.extend(known_caveats(scheme, label, vocabulary)?);
    let national = label.audience().nations() == Some(&vocabulary.scheme.default_release.to);
    match &vocabulary.words.nationals_only {
        Some(words) if label.nationals_only() && national => parts.push(words),
        _ if label.nationals_only() => return Err(unsaid(scheme, "which nationals alone may read it")),
        _ if is_default_audience(scribe, label) => {}
        _ => return Err(unsaid(scheme, "who else may receive it")),
    }
    Ok(parts.join(" - "))
}

#[cfg(test)]
mod tests {
    use crate::{Format, Schemes, Scribe};

    #[test]
    fn nationals_alone_is_more_than_releasable_to_the_nation() {
        let scribe = Scribe::new(Schemes::builtin());
        let label = scribe.read(Format::Fr, "secret special france").unwrap();
        assert!(label.nationals_only());
        assert_eq!(
            scribe.write(Format::Fr, &label).unwrap(),
            "SECRET - SPÉCIAL FRANCE"
        );
        let label = scribe.read(Format::De, "geheim").unwrap();
        assert!(!label.nationals_only());
    }

    #[test]
    fn a_codeword_is_known_only_when_it_is_named() {
        let mut scribe = Scribe::new(Schemes::builtin());
        let refusal = scribe.read(Format::De, "GEHEIM - ADLER").unwrap_err();
        assert_eq!(
            refusal.to_string(),
            "`- ADLER` is not understood (at byte 7): leave it out, or name it as a codeword in use"
        );
        scribe.codewords.insert("ADLER".into());
        let label = scribe.read(Format::De, "GEHEIM - ADLER").unwrap();
        assert_eq!(scribe.write(Format::De, &label).unwrap(), "GEHEIM - ADLER");
    }
}
