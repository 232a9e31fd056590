// SPDX-License-Identifier: Apache-2.0
//! The laws of the formats, on generated labels: what is written is read as the same label, and what
//! is read is never lower than its text.

use std::collections::BTreeSet;

use chrono::DateTime;
use proptest::collection::btree_set;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use crate::{Format, Label, Order, Portion, RawLabel, Schemes, Scribe, UNNAMED_ORIGINATOR, roll_up, within};

fn scribe() -> Scribe<'static> {
    let mut scribe = Scribe::new(Schemes::builtin());
    scribe.codewords = BTreeSet::from(["AMBER".to_owned(), "BLUE HERON".to_owned()]);
    scribe
}

/// Labels of a scheme, with compartments, caveats and nations that its formats know.
fn label_of(scheme: &'static str) -> impl Strategy<Value = Label> {
    let scheme = Schemes::builtin().scheme(scheme).unwrap();
    let words = scheme.markings.clone().unwrap_or_default();
    let levels: Vec<String> = scheme.levels.iter().map(|level| level.id.clone()).collect();
    let known = scheme.tags.iter().chain(&words.tags).map(|tag| tag.id.clone());
    let tags: Vec<String> = known.chain(["AMBER", "BLUE HERON"].map(str::to_owned)).collect();
    let caveats: Vec<String> = words.caveats.iter().map(|caveat| caveat.id.clone()).collect();
    let most_tags = tags.len().min(3);
    let most_caveats = caveats.len().min(3);
    let nations = select(vec!["DEU", "FRA", "GBR", "USA", "NATO", "EU", "UKR"]).prop_map(str::to_owned);
    (
        select(levels),
        subsequence(tags, 0..=most_tags),
        subsequence(caveats, 0..=most_caveats),
        option::of(btree_set(nations, 1..4)),
        prop::bool::weighted(0.2),
        option::weighted(0.2, 0_i64..2_000_000_000),
        option::weighted(0.2, select(vec!["DOD", UNNAMED_ORIGINATOR])),
    )
        .prop_map(
            move |(level, tags, caveats, releasable_to, nationals_only, at, agency)| {
                let raw = RawLabel {
                    compartments: tags.into_iter().collect(),
                    caveats: caveats.into_iter().collect(),
                    releasable_to,
                    nationals_only,
                    not_before: at.and_then(|at| DateTime::from_timestamp(at, 0)),
                    originator_controlled_by: agency.map(str::to_owned),
                    ..RawLabel::new(&scheme.id, level)
                };
                Schemes::builtin().label(&raw).unwrap()
            },
        )
}

fn any_label() -> impl Strategy<Value = Label> {
    select(vec!["CH", "DE", "EU", "FR", "NATO", "UK", "US"]).prop_flat_map(label_of)
}

/// US labels that a portion mark can say. None is CUI, which a classified banner leaves out.
fn us_portion() -> impl Strategy<Value = Label> {
    label_of("US").prop_filter("no portion mark says it", |label| {
        let mark = scribe().write(Format::UsPortion, label);
        mark.is_ok() && !label.compartments().contains("CUI") && label.originator_controlled_by().is_none()
    })
}

/// Reads what was written, told what a marking leaves to say beside it.
fn back(format: Format, text: &str, label: &Label) -> Label {
    let mut scribe = scribe();
    scribe.originator = label.originator_controlled_by().map(str::to_owned);
    scribe.not_before = label.not_before();
    scribe.read(format, text).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn what_is_written_is_read_as_the_same_label(label in any_label(), format in select(Format::ALL.to_vec())) {
        if let Ok(text) = scribe().write(format, &label) {
            let read = back(format, &text, &label);
            prop_assert!(read.says_the_same(&label), "{text}");
            let again = scribe().write(format, &read);
            prop_assert_eq!(again, Ok(text), "there is one canonical form");
        }
    }

    /// Whoever may have the whole may have each part.
    #[test]
    fn a_banner_is_never_below_one_of_its_portions(
        labels in prop::collection::vec(us_portion(), 1..5), named in us_portion(),
    ) {
        let scribe = scribe();
        let marks: Vec<String> =
            labels.iter().map(|label| scribe.write(Format::UsPortion, label).unwrap()).collect();
        let mut portions: Vec<Portion> =
            marks.iter().map(|mark| Portion::read(&scribe, mark).unwrap()).collect();
        // A bare `REL` stands for the list of the banner that is there already.
        let list = named.rank() > 0 && named.releasable_to().is_some();
        if list {
            portions.push(Portion::read(&scribe, "(C//REL)").unwrap());
        }
        if let Ok(banner) = roll_up(&scribe, &portions, Some(&named)) {
            let line = scribe.write(Format::Us, &banner).unwrap();
            prop_assert!(back(Format::Us, &line, &banner).says_the_same(&banner), "{line}");
            for portion in &portions {
                let part = portion.label(Some((&scribe, &named))).unwrap();
                let order = within(&part, &banner, [], Schemes::builtin(), DateTime::UNIX_EPOCH);
                prop_assert_eq!(order, Order::Within, "{:?} under {}", part, line);
            }
        }
    }

    #[test]
    fn json_and_xml_hold_every_label_that_somebody_may_write(label in any_label()) {
        let allowed = scribe().read(Format::Json, &serde_json::to_string(&label.to_raw()).unwrap()).is_ok();
        prop_assert_eq!(scribe().write(Format::Json, &label).is_ok(), allowed);
        let reserved = label.level() == "CTS" && label.releasable_to().is_some();
        let text = scribe().write(Format::Stanag4774, &label);
        let fits = Schemes::builtin().scheme(label.scheme()).unwrap().markings.clone().unwrap_or_default();
        let excluded = label.caveats().iter().any(|caveat| {
            fits.caveat_excluded_at.get(caveat).is_some_and(|levels| levels.contains(label.level()))
        });
        prop_assert!(text.is_ok() || !allowed || reserved || excluded, "{:?}", text);
    }

    /// A word more never makes a label lower: it is refused, or the reader needs at least as much.
    #[test]
    fn a_restriction_more_is_refused_or_restricts(
        label in any_label(), format in select(Format::MARKINGS.to_vec()), word in select(vec![
            "-AMBER", " AMBER", " - AMBER", "//SI", "//NOFORN", " ATOMAL", "-SENSITIVE", " CRYPTO", " KRYPTO",
            "//TK", " - NUR DEUTSCHEN ZUR KENNTNIS", " SPÉCIAL FRANCE", "-UK EYES ONLY", "/TK", "/NOFORN",
            "-RECIPIENTS ONLY", "//ORCON", "/ORCON", " FOO", "-FOO", "//FOO",
        ])
    ) {
        if let Ok(text) = scribe().write(format, &label) {
            let label = back(format, &text, &label);
            let mut reader = scribe();
            reader.originator = label.originator_controlled_by().map(str::to_owned);
            reader.not_before = label.not_before();
            if let Ok(more) = reader.read(format, &format!("{text}{word}")) {
                let late = DateTime::from_timestamp(4_000_000_000, 0).unwrap();
                let order = within(&label, &more, [], Schemes::builtin(), late);
                prop_assert_eq!(order, Order::Within, "{}{}", text, word);
                prop_assert!(more.originator_controlled_by().is_some() || label.originator_controlled_by().is_none());
            }
        }
    }

    /// What holds the word of a high level is read as that level or not at all.
    #[test]
    fn a_marking_that_begins_with_a_high_level_is_never_read_as_a_lower_one(
        rest in "[ /,()A-Z-]{0,20}", (format, word, rank) in select(vec![
            (Format::Nato, "COSMIC TOP SECRET", 4), (Format::Nato, "NATO SECRET", 3),
            (Format::Us, "TOP SECRET", 4), (Format::Us, "SECRET", 3), (Format::Us, "CONFIDENTIAL", 2),
            (Format::Uk, "TOP SECRET", 4), (Format::Uk, "SECRET", 3), (Format::De, "STRENG GEHEIM", 4),
            (Format::De, "GEHEIM", 3), (Format::Eu, "SECRET UE/EU SECRET", 3), (Format::Fr, "TRÈS SECRET", 4),
        ])
    ) {
        if let Ok(label) = scribe().read(format, &format!("{word}{rest}")) {
            prop_assert!(label.rank() >= rank, "{word}{rest}: {label:?}");
        }
    }

    #[test]
    fn any_text_is_read_or_refused_in_one_line(text in ".{0,80}", format in select(Format::ALL.to_vec())) {
        if let Err(refusal) = scribe().read(format, &text) {
            prop_assert_eq!(refusal.to_string().lines().count(), 1);
        }
    }
}

#[test]
fn a_word_of_two_schemes_is_not_guessed() {
    let scribe = scribe();
    let refused = scribe.detect("SECRET").unwrap_err().to_string();
    assert_eq!(
        refused,
        "`SECRET` is a marking of `fr` and of `uk` (at byte 0): name the format"
    );
    assert_eq!(scribe.detect("NATO SECRET").unwrap().0, Format::Nato);
    let json = r#"{"scheme": "US", "level": "S"}"#;
    assert_eq!(scribe.detect(json).unwrap().0, Format::Json);
}

#[test]
fn a_text_beyond_the_limit_is_refused_in_every_format() {
    let mut scribe = scribe();
    scribe.limits.bytes = 10;
    for format in Format::ALL {
        let refused = scribe.read(format, "NATO SECRET").unwrap_err().to_string();
        assert!(refused.contains("longer than 10 bytes"), "{format}: {refused}");
    }
}

#[test]
fn what_only_markings_know_opens_nothing_in_a_decision() {
    let tags = |scheme: &str| {
        let raw = RawLabel {
            compartments: ["CUI", "HMG USE ONLY", "RECIPIENTS ONLY", "SENSITIVE"]
                .map(str::to_owned)
                .into(),
            ..RawLabel::new(scheme, if scheme == "US" { "S" } else { "OFFICIAL" })
        };
        let label = Schemes::builtin().label(&raw).unwrap();
        let faults = Schemes::builtin().scheme(scheme).unwrap().faults(&label).len();
        (label.by_recipients().clone(), faults)
    };
    assert_eq!(tags("US"), (BTreeSet::new(), 0));
    assert_eq!(tags("UK"), (BTreeSet::from(["SENSITIVE".to_owned()]), 0));
}

#[test]
fn opentdf_takes_the_highest_level_and_refuses_what_it_does_not_know() {
    let scribe = scribe();
    let name =
        |name: &str, value: &str| format!("https://labels.countersign.example/attr/{name}/value/{value}");
    let read = |lines: &[String]| scribe.read(Format::OpenTdf, &lines.join("\n"));
    let label = read(&[
        name("nato-level", "nr"),
        name("nato-level", "ns"),
        name("nato-compartment", "atomal"),
    ]);
    let label = label.unwrap();
    assert_eq!(label.level(), "NS");
    assert!(label.compartments().contains("ATOMAL"));
    let ns = name("nato-level", "ns");
    for bad in [
        name("nato-compartment", "foo"),
        name("nato-release", "atlantis"),
        name("nato-colour", "red"),
        name("us-level", "ts"),
        name("nato-level", "x"),
        name("nato-level", "n%zz"),
        "https://elsewhere.example/attr/nato-level/value/ns".to_owned(),
        "NATO SECRET".to_owned(),
    ] {
        assert!(read(&[ns.clone(), bad.clone()]).is_err(), "{bad}");
    }
    let refused = read(&[name("nato-release", "deu")]).unwrap_err().to_string();
    assert!(refused.starts_with("no name says the level"), "{refused}");
}

#[test]
fn opentdf_rules_order_all_and_any() {
    let nato = Schemes::builtin().scheme("NATO").unwrap();
    let [level, compartment, release] = crate::opentdf::definitions(nato, ["NATO".to_owned()]);
    let set = |values: &[&str]| {
        values
            .iter()
            .map(|value| (*value).to_owned())
            .collect::<BTreeSet<_>>()
    };
    assert_eq!(level.values.first().unwrap(), "cts", "index 0 is the highest");
    assert!(level.satisfied(&set(&["nr"]), &set(&["ns"])));
    assert!(!level.satisfied(&set(&["ns"]), &set(&["nr"])));
    assert!(!level.satisfied(&set(&["unknown"]), &set(&["cts"])));
    assert!(!compartment.satisfied(&set(&["atomal", "siop"]), &set(&["atomal"])));
    assert!(release.satisfied(&set(&["nato", "ukr"]), &set(&["ukr"])));
    assert!(!release.satisfied(&set(&["nato"]), &set(&["ukr"])));
}
