// SPDX-License-Identifier: Apache-2.0
//! The authorization response (OpenID Connect Core 1.0, section 3.1.2.5; RFC 9207).

use super::{Fault, Told};
use crate::oidc::parameters::Parameters;

const LONGEST_CODE: usize = 4096;

/// The code of an answer that came from `issuer`. `must_name_itself`: its answers always name it.
pub fn read<'a>(parameters: &'a Parameters, issuer: &str, must_name_itself: bool) -> Result<&'a str, Fault> {
    if parameters.is_repeated() {
        return Err(Fault::Unreadable(
            "an answer with a parameter that is there twice",
        ));
    }
    // RFC 9207, section 2.4: also for errors, and before the code goes anywhere.
    match parameters.one("iss") {
        Some(named) if named == issuer => {}
        Some(_) => return Err(Fault::MixUp("it names another issuer")),
        None if must_name_itself => return Err(Fault::MixUp("it does not name its issuer")),
        None => {}
    }
    if let Some(error) = parameters.one("error") {
        return Err(Fault::Told(Told::by(error)));
    }
    parameters
        .one("code")
        .filter(|code| code.len() <= LONGEST_CODE)
        .ok_or(Fault::Unreadable("an answer without a code"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISSUER: &str = "https://id.mod.example";

    /// O1: an answer of another issuer goes nowhere, and neither does one that should say whose it is.
    #[test]
    fn o1_an_answer_that_names_another_issuer_is_refused() {
        let read =
            |query: &str, must: bool| super::read(&Parameters::read(query), ISSUER, must).map(str::to_owned);
        assert_eq!(
            read("code=c&iss=https%3A%2F%2Fid.mod.example", true),
            Ok("c".to_owned())
        );
        assert_eq!(read("code=c", false), Ok("c".to_owned()));
        assert!(matches!(read("code=c", true), Err(Fault::MixUp(_))));
        for must in [true, false] {
            assert!(matches!(
                read("code=c&iss=https%3A%2F%2Fevil.example", must),
                Err(Fault::MixUp(_))
            ));
            assert!(matches!(
                read("error=access_denied&iss=https%3A%2F%2Fevil.example", must),
                Err(Fault::MixUp(_))
            ));
        }
        assert!(read("code=a&code=b", false).is_err());
        assert_eq!(
            read("error=access_denied&code=c", false),
            Err(Fault::Told(Told::AccessDenied))
        );
    }
}
