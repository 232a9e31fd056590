// SPDX-License-Identifier: Apache-2.0
//! Markings and what they are read as: one pair a line in `labels/golden/`, the text and then, after
//! ` => `, its label with the marking it is written as, or after ` =! ` the refusal.

use std::fmt::Write as _;

use crate::{Format, Schemes, Scribe};

const GOLDEN: [(Format, &str); 7] = [
    (Format::Ch, include_str!("../golden/ch.txt")),
    (Format::De, include_str!("../golden/de.txt")),
    (Format::Eu, include_str!("../golden/eu.txt")),
    (Format::Fr, include_str!("../golden/fr.txt")),
    (Format::Nato, include_str!("../golden/nato.txt")),
    (Format::Uk, include_str!("../golden/uk.txt")),
    (Format::Us, include_str!("../golden/us.txt")),
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
