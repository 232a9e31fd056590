// SPDX-License-Identifier: Apache-2.0
//! `countersign label`: what it prints and its exit codes.

use std::io::Write;
use std::process::{Output, Stdio};

use countersign_tests::process::{command, run};

fn said(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end().to_owned();
    (
        output.status.code().unwrap(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

fn label(arguments: &[&str]) -> (i32, String, String) {
    said(&run(&[&["label"], arguments].concat()))
}

#[test]
fn a_marking_is_read_as_json() {
    let (code, out, _) = label(&[
        "parse",
        "NATO RESTRICTED Releasable to Japan, Switzerland, Ukraine",
    ]);
    assert_eq!(code, 0);
    assert_eq!(
        out,
        r#"{"scheme":"NATO","level":"NR","releasable_to":["CHE","JPN","NATO","UKR"]}"#
    );
    let (code, out, err) = label(&["parse", "NATO SECRET FOO", "--format", "nato"]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert_eq!(
        err,
        "`FOO` is not understood (at byte 12): leave it out, or name it as a codeword in use"
    );
    let (code, _, err) = label(&["parse", "SECRET"]);
    assert_eq!(code, 2);
    assert!(err.contains("of `fr` and of `uk`"), "{err}");
    let (code, _, _) = label(&["parse", "--format", "klingon", "SECRET"]);
    assert_eq!(code, 2);
    let (code, out, _) = label(&["parse", "--codeword", "FOO", "NATO SECRET FOO"]);
    assert_eq!(code, 0);
    assert!(out.contains(r#""compartments":["FOO"]"#), "{out}");
}

#[test]
fn a_label_on_standard_input_is_converted_there_and_back() {
    let through = |arguments: &[&str], input: &[u8]| {
        let mut child = command()
            .arg("label")
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        said(&child.wait_with_output().unwrap())
    };
    let (code, xml, err) = through(&["convert", "--to", "stanag4774", "-"], b"NATO SECRET ATOMAL\n");
    assert_eq!(code, 0, "{err}");
    assert!(xml.contains("<Classification>SECRET</Classification>"), "{xml}");
    let (code, text, err) = through(&["convert", "--to", "nato", "-"], xml.as_bytes());
    assert_eq!((code, text.as_str()), (0, "NATO SECRET ATOMAL"), "{err}");
    let (code, _, err) = through(&["parse", "-"], b"NATO \xff");
    assert_eq!(code, 2);
    assert!(err.contains("at byte 5"), "{err}");
}

#[test]
fn a_label_crosses_schemes_only_by_an_agreement_that_covers_labels() {
    let folder = tempfile::tempdir().unwrap();
    let agreement = |covers: &str, until: &str| {
        let file = folder.path().join("agreement.json");
        let text = format!(
            r#"{{"agreements": {{"NATO-UK": {{"from": "NATO", "to": "UK", "valid_from": "2020-01-01",
            "valid_until": "{until}", "covers": [{covers}]}}}}}}"#
        );
        std::fs::write(&file, text).unwrap();
        file.display().to_string()
    };
    let convert = |file: &str| {
        let text = r#"{"scheme": "NATO", "level": "NC", "releasable_to": ["GBR"], "nationals_only": true}"#;
        label(&["convert", "--to", "uk", "--agreement", file, text])
    };
    let (code, out, err) = convert(&agreement(r#""labels""#, "2999-01-01"));
    assert_eq!(
        (code, out.as_str()),
        (0, "SECRET-UK EYES ONLY"),
        "rounded up; {err}"
    );
    let (code, _, err) = convert(&agreement(r#""clearances""#, "2999-01-01"));
    assert_eq!(code, 1);
    assert!(err.starts_with("no agreement in force"), "{err}");
    assert_eq!(
        convert(&agreement(r#""labels""#, "2021-01-01")).0,
        1,
        "no longer in force"
    );
    assert_eq!(label(&["convert", "--to", "uk", "NATO SECRET"]).0, 1);
    assert_eq!(convert(&agreement(r#""nonsense""#, "2999-01-01")).0, 2);
    assert_eq!(convert("/nowhere/agreement.json").0, 2);
}

#[test]
fn what_a_format_cannot_say_is_no() {
    let text = r#"{"scheme": "NATO", "level": "NS", "not_before": "2026-11-26T12:00:00Z"}"#;
    let (code, _, err) = label(&["convert", "--to", "nato", text]);
    assert_eq!(code, 1);
    assert!(err.contains("cannot say an embargo"), "{err}");
}

#[test]
fn a_join_is_for_those_who_may_read_all() {
    let (code, out, _) = label(&["join", "NATO RESTRICTED", "NATO SECRET ATOMAL"]);
    assert_eq!(code, 0);
    assert_eq!(out, r#"{"scheme":"NATO","level":"NS","compartments":["ATOMAL"]}"#);
    let (code, out, err) = label(&["join", "NATO SECRET DEU ONLY", "NATO SECRET FRA ONLY"]);
    assert_eq!((code, out.as_str()), (1, ""), "{err}");
    assert!(err.contains("no nation may receive both"), "{err}");
    let nobody = r#"{"scheme": "NATO", "level": "NS", "releasable_to": []}"#;
    assert_eq!(label(&["join", nobody, "NATO SECRET"]).0, 1);
    assert_eq!(label(&["join", "NATO SECRET", "GEHEIM FOO"]).0, 2);
    let (code, _, err) = label(&["join", "NATO SECRET", "VS-VERTRAULICH"]);
    assert_eq!(code, 1);
    assert!(err.contains("two schemes"), "{err}");
}

#[test]
fn portions_have_a_banner_and_a_label_has_a_portion_mark() {
    let said = |arguments: &[&str]| {
        let (code, out, err) = label(arguments);
        assert_eq!(code, 0, "{err}");
        out
    };
    assert_eq!(said(&["roll-up", "(U)", "(S)"]), "SECRET//NOFORN");
    assert_eq!(said(&["roll-up", "(U)"]), "UNCLASSIFIED");
    let marks = ["(S//REL TO USA, GBR, CAN)", "(TS//SI//REL TO USA, GBR)"];
    let rolled = |more: &[&str]| said(&[&["roll-up"], more, &marks].concat());
    assert_eq!(rolled(&[]), "TOP SECRET//SI//REL TO USA, GBR");
    assert_eq!(rolled(&["--to", "us-portion"]), "(TS//SI//REL TO USA, GBR)");
    assert!(rolled(&["--to", "json"]).contains(r#""releasable_to":["GBR","USA"]"#));
    let bare = ["roll-up", "(S//REL)", "(U)"];
    assert_eq!(
        said(&[&bare[..], &["--banner", "SECRET//REL TO USA, AUS"]].concat()),
        "SECRET//REL TO USA, AUS"
    );

    assert_eq!(
        said(&["convert", "--to", "us-portion", "SECRET//NOFORN", "--from", "us"]),
        "(S//NF)"
    );
    assert_eq!(
        said(&["convert", "--from", "us-portion", "--to", "us", "(TS//TK//NF)"]),
        "TOP SECRET//TK//NOFORN"
    );

    for (arguments, code, what) in [
        (&bare[..], 1, "there is no banner with one"),
        (
            &["roll-up", "(S)", "(//NATO SECRET)"],
            1,
            "a foreign portion has no place",
        ),
        (
            &["roll-up", "(S)", "S//NF"],
            2,
            "portion 2: a portion mark stands in brackets",
        ),
        (
            &["roll-up", "(S)", "--banner", "VERY SECRET"],
            2,
            "banner: `VERY SECRET` is no US classification",
        ),
        (&["roll-up"], 2, "PORTIONS"),
        (
            &["convert", "--to", "us-portion", "NATO RESTRICTED"],
            1,
            "no agreement in force",
        ),
    ] {
        let (found, out, err) = label(arguments);
        assert_eq!((found, out.as_str()), (code, ""), "{arguments:?}: {err}");
        assert!(err.contains(what), "{arguments:?}: {err}");
    }
}
