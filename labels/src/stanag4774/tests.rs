// SPDX-License-Identifier: Apache-2.0
//! What is read leniently, what is refused, and the limits.

use crate::{Format, Refusal, Schemes, Scribe, stanag4774::ConfidentialityLabel};

const HEAD: &str =
    r#"<originatorConfidentialityLabel xmlns="urn:nato:stanag:4774:confidentialitymetadatalabel:1:0">"#;
const POLICY: &str = r#"<PolicyIdentifier URI="urn:oid:1.3.26.1.3.1">NATO</PolicyIdentifier>"#;

fn wrapped(information: &str) -> String {
    format!(
        "{HEAD}<ConfidentialityInformation>{information}</ConfidentialityInformation></originatorConfidentialityLabel>"
    )
}

fn with(more: &str) -> String {
    wrapped(&format!("{POLICY}<Classification>SECRET</Classification>{more}"))
}

fn json(text: &str) -> Result<String, Refusal> {
    let scribe = Scribe::new(Schemes::builtin());
    scribe.write(Format::Json, &scribe.read(Format::Stanag4774, text)?)
}

fn category(tag: &str, kind: &str, value: &str) -> String {
    format!(r#"<Category TagName="{tag}" Type="{kind}"><GenericValue>{value}</GenericValue></Category>"#)
}

#[test]
fn what_varies_in_the_wild_is_read() {
    let plain = r#"{"scheme":"NATO","level":"NS"}"#;
    let prefixed = r#"<slab:OriginatorConfidentialityLabel xmlns:slab="urn:nato:stanag:4774:confidentialitymetadatalabel:1:0" version="1.0">
        <slab:confidentialityInformation><slab:policyIdentifier URL="urn:oid:1.3.26.1.3.1">nato</slab:policyIdentifier>
        <slab:classification>Secret</slab:classification></slab:confidentialityInformation></slab:OriginatorConfidentialityLabel>"#;
    assert_eq!(json(prefixed).unwrap(), plain);
    assert_eq!(json(&with("")).unwrap(), plain);
    let by_name =
        wrapped("<PolicyIdentifier>nato</PolicyIdentifier><Classification>NATO SECRET</Classification>");
    assert_eq!(json(&by_name).unwrap(), plain);
    let by_oid =
        wrapped(r#"<PolicyIdentifier URI="urn:oid:1.3.26.1.3.1"/><Classification>ns</Classification>"#);
    assert_eq!(json(&by_oid).unwrap(), plain);
}

#[test]
fn categories_are_held_shared_or_shown() {
    let text = with(
        &[
            category("Additional Sensitivity", "RESTRICTIVE", "ATOMAL"),
            category("Context", "PERMISSIVE", "Releasable"),
            category("Releasable To", "PERMISSIVE", "Ukraine"),
            category("Anything", "INFORMATIVE", "new words"),
        ]
        .concat(),
    );
    assert_eq!(
        json(&text).unwrap(),
        r#"{"scheme":"NATO","level":"NS","compartments":["ATOMAL"],"releasable_to":["NATO","UKR"],"caveats":["Anything: new words"]}"#
    );
}

#[test]
fn what_is_not_understood_is_refused_with_its_place() {
    for (more, what) in [
        (
            category("Additional Sensitivity", "RESTRICTIVE", "FOO"),
            "`FOO` is no compartment",
        ),
        (
            category("Releasable To", "PERMISSIVE", "Atlantis"),
            "`Atlantis` is no nation",
        ),
        (
            category("Colour", "PERMISSIVE", "DEU"),
            "`Colour` is no permissive tag",
        ),
        (
            category("Additional Sensitivity", "ENUMERATED", "ATOMAL"),
            "`ENUMERATED` is no type",
        ),
        (category("Additional Sensitivity", "", "ATOMAL"), "`` is no type"),
        (
            category("Context", "PERMISSIVE", "Releasable"),
            "nothing says to whom",
        ),
        ("<Foo/>".to_owned(), "the element is not understood"),
        (
            "<Classification>RESTRICTED</Classification>".to_owned(),
            "occurs twice",
        ),
        (
            r#"<Category TagName="A" Type="RESTRICTIVE"/>"#.to_owned(),
            "without a name or a value",
        ),
        (
            r#"<Category TagName="A" Type="RESTRICTIVE"><IntegerValue>3</IntegerValue></Category>"#
                .to_owned(),
            "not understood",
        ),
        ("words".to_owned(), "words where an element"),
        (
            category("Not Before", "RESTRICTIVE", "soon"),
            "`soon` is no moment",
        ),
    ] {
        let refused = json(&with(&more)).unwrap_err().to_string();
        assert!(refused.contains(what), "{more}: {refused}");
        assert!(
            refused.contains("(in originatorConfidentialityLabel"),
            "{refused}"
        );
    }
    let two = r#"<PolicyIdentifier URI="urn:oid:1.3.26.1.3.1">US</PolicyIdentifier><Classification>SECRET</Classification>"#;
    assert!(
        json(&wrapped(two)).is_err(),
        "an identifier and a name of two policies"
    );
    let unknown = "<PolicyIdentifier>XX</PolicyIdentifier><Classification>SECRET</Classification>";
    assert!(json(&wrapped(unknown)).is_err());
    assert!(json(&wrapped(POLICY)).is_err(), "no classification");
    assert!(
        json(&with("").replace(":1:0", ":2:0")).is_err(),
        "another namespace"
    );
}

#[test]
fn there_is_no_document_type_and_so_no_entity() {
    let text = format!(
        r#"<!DOCTYPE a [<!ENTITY x "SECRET">]>{}"#,
        with("").replace(">SECRET<", ">&x;<")
    );
    let refused = json(&text).unwrap_err().to_string();
    assert!(refused.starts_with("not XML that is read here"), "{refused}");
}

#[test]
fn depth_and_count_are_limited() {
    let deep = with(&format!("{}{}", "<a>".repeat(20), "</a>".repeat(20)));
    assert!(json(&deep).unwrap_err().to_string().contains("deeper than 16"));
    let hidden = with(&format!("{}{}", "<a><!--</a>-->".repeat(20), "</a>".repeat(20)));
    assert!(json(&hidden).unwrap_err().to_string().contains("deeper than 16"));
    let many: String = (0..300)
        .map(|n| category("Caveat", "INFORMATIVE", &n.to_string()))
        .collect();
    assert!(
        json(&with(&many))
            .unwrap_err()
            .to_string()
            .contains("at most 256")
    );
    assert!(json(&with(&many.repeat(10))).is_err());
}

#[test]
fn what_stands_around_a_label_survives() {
    let scribe = Scribe::new(Schemes::builtin());
    let label = scribe.read(Format::Nato, "NATO SECRET ATOMAL - STAFF").unwrap();
    let mut whole = ConfidentialityLabel::plain(label);
    whole.alternative = true;
    whole.created = chrono::DateTime::from_timestamp(1_700_000_000, 0);
    whole.review = chrono::DateTime::from_timestamp(1_800_000_000, 0);
    whole.originator = Some(("rfc822Name".to_owned(), "a<b>&c@example".to_owned()));
    let text = whole.write(&scribe).unwrap();
    assert_eq!(ConfidentialityLabel::read(&scribe, &text).unwrap(), whole);
}
