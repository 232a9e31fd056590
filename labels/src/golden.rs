// SPDX-License-Identifier: Apache-2.0
//! What labels are read and written as. Markings: one a line in `labels/golden/`, the text and then, after
//! ` => `, the marking it is written as with its label, or after ` =! ` the refusal. Formats of several lines:
//! the label, then its one canonical form, then an empty line.

use std::fmt::Write as _;

use crate::{Format, Schemes, Scribe};

const GOLDEN: [(Format, &str); 8] = [
    (Format::Ch, include_str!("../golden/ch.txt")),
    (Format::De, include_str!("../golden/de.txt")),
    (Format::Eu, include_str!("../golden/eu.txt")),
    (Format::Fr, include_str!("../golden/fr.txt")),
    (Format::Nato, include_str!("../golden/nato.txt")),
    (Format::Uk, include_str!("../golden/uk.txt")),
    (Format::Us, include_str!("../golden/us.txt")),
    (Format::UsPortion, include_str!("../golden/us-portion.txt")),
];

const CANONICAL: [(Format, &str); 2] = [
    (Format::OpenTdf, include_str!("../golden/opentdf.txt")),
    (Format::Stanag4774, include_str!("../golden/stanag4774.txt")),
];

#[test]
fn markings_are_read_and_written_as_on_file() {
    let scribe = Scribe::new(Schemes::builtin());
    let mut wrong = String::new();
    for (format, file) in GOLDEN {
        for line in file.lines() {
            let text = line.split(" => ").next().unwrap();
            let text = text.split(" =! ").next().unwrap();
            let found = outcome(&scribe, format, text);
            if found != line {
                writeln!(wrong, "{format}: {found}").unwrap();
            }
        }
    }
    assert_eq!(wrong, "", "these are read otherwise now");
}

#[test]
fn formats_of_several_lines_have_one_form_each_as_on_file() {
    let scribe = Scribe::new(Schemes::builtin());
    let mut wrong = String::new();
    for (format, file) in CANONICAL {
        for block in file.trim_end().split("\n\n") {
            let (json, text) = block.split_once('\n').unwrap();
            let label = scribe.read(Format::Json, json).unwrap();
            let written = match scribe.write(format, &label) {
                Ok(written) => written,
                Err(refusal) => format!("=! {refusal}"),
            };
            let written = written.trim_end();
            if written != text {
                writeln!(wrong, "{json}\n{written}\n").unwrap();
            } else if !text.starts_with("=!") {
                let read = scribe.read(format, text).unwrap();
                assert_eq!(scribe.write(Format::Json, &read).unwrap(), json, "{format}");
            }
        }
    }
    assert_eq!(wrong, "", "these are written otherwise now");
}

#[test]
fn every_format_but_the_products_own_is_on_file() {
    let on_file = GOLDEN.iter().chain(&CANONICAL).map(|(format, _)| *format);
    let on_file: std::collections::BTreeSet<Format> = on_file.chain([Format::Json]).collect();
    assert_eq!(on_file, Format::ALL.into());
}

/// The line as it should stand in the file.
fn outcome(scribe: &Scribe<'_>, format: Format, text: &str) -> String {
    match scribe.read(format, text) {
        Err(refusal) => format!("{text} =! {refusal}"),
        Ok(label) => {
            let json = scribe.write(Format::Json, &label).unwrap();
            let written = scribe.write(format, &label).unwrap();
            format!("{text} => {written} => {json}")
        }
    }
}
