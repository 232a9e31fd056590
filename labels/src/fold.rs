// SPDX-License-Identifier: Apache-2.0
//! Names match without regard to case or accents.

/// `name` without case, accents and outer blanks.
pub(crate) fn fold(name: &str) -> String {
    name.trim()
        .chars()
        .filter(|c| !is_combining(*c))
        .flat_map(plain)
        .collect()
}

/// A letter without case and accent.
pub(crate) fn plain(c: char) -> impl Iterator<Item = char> {
    c.to_lowercase().map(base)
}

/// Whether it only changes the letter before it.
pub(crate) fn is_combining(c: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&c)
}

fn base(c: char) -> char {
    match c {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ā' | 'ą' => 'a',
        'ç' | 'ć' | 'č' => 'c',
        'ď' | 'đ' => 'd',
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ė' | 'ę' | 'ě' => 'e',
        'ì' | 'í' | 'î' | 'ï' | 'ī' => 'i',
        'ł' | 'ľ' => 'l',
        'ñ' | 'ń' | 'ň' => 'n',
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | 'ő' => 'o',
        'ř' => 'r',
        'ś' | 'š' => 's',
        'ť' => 't',
        'ù' | 'ú' | 'û' | 'ü' | 'ů' | 'ű' => 'u',
        'ý' => 'y',
        'ź' | 'ž' | 'ż' => 'z',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn case_and_accents_do_not_matter() {
        assert_eq!(fold("Très Secret"), fold("TRES SECRET"));
        assert_eq!(fold("TRE\u{300}S SECRET"), fold("très secret"));
        assert_ne!(fold("SECRET"), fold("TOP SECRET"));
    }
}
