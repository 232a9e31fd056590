// SPDX-License-Identifier: Apache-2.0
//! `traceparent` (W3C Trace Context, level 1): to which trace of a caller's a request belongs.

/// A span of the caller's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parent {
    /// The trace.
    pub trace: [u8; 16],
    /// The caller's span.
    pub span: [u8; 8],
    /// Whether the caller keeps the trace.
    pub sampled: bool,
}

impl Parent {
    /// Reads a header; none where it breaks the standard, which is as if it were not there.
    pub fn read(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let (version, trace, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        // Later versions may append; this one may not, and the last is none.
        if (version == "00" && parts.next().is_some()) || version == "ff" {
            return None;
        }
        let _version: [u8; 1] = lower_hex(version)?;
        let trace = lower_hex(trace).filter(|id| *id != [0; 16])?;
        let span = lower_hex(span).filter(|id| *id != [0; 8])?;
        let [flags] = lower_hex(flags)?;
        Some(Self {
            trace,
            span,
            sampled: flags & 1 == 1,
        })
    }
}

fn lower_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return None;
    }
    let mut bytes = [0; N];
    hex::decode_to_slice(text, &mut bytes).ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn the_standards_example_is_read() {
        let parent = Parent::read(GOOD).unwrap();
        assert_eq!(hex::encode(parent.trace), "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_eq!(hex::encode(parent.span), "00f067aa0ba902b7");
        assert!(parent.sampled);
        assert!(!Parent::read(&GOOD.replace("-01", "-00")).unwrap().sampled);
        let later = GOOD.replacen("00-", "01-", 1) + "-more";
        assert_eq!(Parent::read(&later), Some(parent));
    }

    #[test]
    fn what_breaks_the_standard_is_as_if_it_were_not_there() {
        for bad in [
            String::new(),
            "00".to_owned(),
            format!("{GOOD}-more"),
            GOOD.replacen("00-", "ff-", 1),
            GOOD.to_uppercase(),
            GOOD.replace("00f067aa0ba902b7", "0000000000000000"),
            GOOD.replace("4bf92f3577b34da6a3ce929d0e0e4736", &"0".repeat(32)),
            GOOD.replace("4bf9", "4bf"),
            GOOD.replace("-01", "-1"),
            GOOD.replace("4bf9", "4bé"),
        ] {
            assert_eq!(Parent::read(&bad), None, "{bad}");
        }
    }
}
