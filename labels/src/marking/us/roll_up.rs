// SPDX-License-Identifier: Apache-2.0
//! The banner of a document from the marks of its portions (unverified).
//!
//! The highest level; control systems, FGI and ORCON of all; the intersection of the lists. A
//! portion with NOFORN, a classified portion without a release mark, or a list with nobody left but
//! USA makes it NOFORN.

use std::collections::BTreeSet;

use super::dissemination::DISPLAY_ONLY;
use super::foreign::{FGI, JOINT};
use super::{CUI, Portion, USA};
use crate::{Label, RawLabel, Refusal, Scribe, join};

/// The label of the banner over these portions. `banner` is what a bare `REL` refers to.
pub fn roll_up(scribe: &Scribe<'_>, portions: &[Portion], banner: Option<&Label>) -> Result<Label, Refusal> {
    let banner = banner.map(|label| (scribe, label));
    let labels = portions
        .iter()
        .map(|portion| portion.label(banner))
        .collect::<Result<Vec<_>, _>>()?;
    let Some((first, others)) = labels.split_first() else {
        return Err(Refusal::whole("there is no portion", "give at least one"));
    };
    if labels.iter().any(|label| label.scheme() != "US") {
        return Err(Refusal::whole(
            "a foreign portion has no place in the roll-up",
            "mark it as FGI, or join the labels in the foreign scheme",
        ));
    }
    let mut label = first.clone();
    for other in others {
        label = join(&label, other, scribe.schemes)
            .map_err(|fault| Refusal::whole(fault.to_string(), "keep the portions apart"))?;
    }
    let classified = label.rank() > 0;
    let mut raw = label.to_raw();
    if classified {
        // The classification alone is shown above it.
        raw.compartments.remove(CUI);
        if label
            .audience()
            .nations()
            .is_some_and(|nations| nations.len() == 1 && nations.contains(USA))
        {
            raw.releasable_to = Some(BTreeSet::from([USA.to_owned()]));
        }
    }
    raw.caveats = caveats(&labels, &raw);
    scribe.understand(&raw)
}

/// What widens stays only where every portion says it; what narrows or informs stays.
fn caveats(labels: &[Label], raw: &RawLabel) -> BTreeSet<String> {
    let everywhere = |caveat: &String| labels.iter().all(|label| label.caveats().contains(caveat));
    let noforn = raw.releasable_to.as_ref().is_some_and(|names| names.len() == 1);
    let mut kept = BTreeSet::new();
    for caveat in &raw.caveats {
        let widens = caveat.starts_with(DISPLAY_ONLY) || caveat == "RELIDO";
        if let Some(owners) = caveat.strip_prefix(JOINT).filter(|_| !everywhere(caveat)) {
            let foreign = owners.split(", ").filter(|owner| *owner != USA);
            kept.extend(foreign.map(|owner| format!("{FGI} {owner}")));
        } else if !widens || (everywhere(caveat) && !noforn) {
            kept.insert(caveat.clone());
        }
    }
    if kept.contains(FGI) {
        // An origin that one portion does not tell is told by none.
        kept.retain(|caveat| !caveat.starts_with("FGI "));
    }
    kept
}

#[cfg(test)]
mod tests {
    use crate::marking::us::{Portion, roll_up};
    use crate::{Format, Schemes, Scribe};

    fn banner(marks: &[&str]) -> String {
        let scribe = Scribe::new(Schemes::builtin());
        let portions: Vec<Portion> = marks
            .iter()
            .map(|mark| Portion::read(&scribe, mark).unwrap())
            .collect();
        let label = roll_up(&scribe, &portions, None).unwrap();
        scribe.write(Format::Us, &label).unwrap()
    }

    #[test]
    fn the_banner_follows_from_the_portions() {
        for (marks, expected) in [
            (&["(U)", "(S)"][..], "SECRET//NOFORN"),
            (&["(U)", "(U)"], "UNCLASSIFIED"),
            (
                &["(S//REL TO USA, GBR)", "(C//REL TO USA, GBR, CAN)"],
                "SECRET//REL TO USA, GBR",
            ),
            (
                &["(S//REL TO USA, GBR)", "(C//REL TO USA, CAN)"],
                "SECRET//NOFORN",
            ),
            (&["(S//REL TO USA, FVEY)", "(U)"], "SECRET//REL TO USA, FVEY"),
            (
                &["(S//REL TO USA, GBR)", "(TS//SI//NF)"],
                "TOP SECRET//SI//NOFORN",
            ),
            (&["(S//REL TO USA, GBR)", "(C)"], "SECRET//NOFORN"),
            (
                &["(S//SI//OC/NF)", "(S//TK//NF)", "(CUI)"],
                "SECRET//SI/TK//ORCON/NOFORN",
            ),
            (&["(CUI)", "(U)"], "CUI"),
            (&["(S//FGI DEU//NF)", "(S//FGI//NF)"], "SECRET//FGI//NOFORN"),
            (
                &["(S//RELIDO/REL TO USA, GBR)", "(S//REL TO USA, GBR)"],
                "SECRET//REL TO USA, GBR",
            ),
        ] {
            assert_eq!(banner(marks), expected, "{marks:?}");
        }
    }

    #[test]
    fn a_bare_rel_takes_the_list_of_the_banner() {
        let scribe = Scribe::new(Schemes::builtin());
        let portions = [Portion::read(&scribe, "(S//REL)").unwrap()];
        assert!(roll_up(&scribe, &portions, None).is_err());
        let banner = scribe.read(Format::Us, "SECRET//REL TO USA, GBR").unwrap();
        assert_eq!(roll_up(&scribe, &portions, Some(&banner)), Ok(banner));
    }
}
