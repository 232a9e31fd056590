// SPDX-License-Identifier: Apache-2.0
//! What models are called: by the metadata, or by a short list of those that it does not know,
//! password managers and systems that keep passkeys in step.

use uuid::Uuid;

use super::Metadata;

/// The name of a model; "Passkey" for one that nobody knows.
pub fn name(aaguid: Uuid, metadata: Option<&Metadata>) -> String {
    let described = metadata
        .and_then(|known| known.models.get(&aaguid))
        .map(|model| model.description.trim())
        .filter(|description| !description.is_empty());
    let known = described.or_else(|| {
        let text = aaguid.to_string();
        KNOWN.iter().find(|(id, _)| *id == text).map(|(_, name)| *name)
    });
    known.unwrap_or("Passkey").to_owned()
}

const KNOWN: [(&str, &str); 13] = [
    ("08987058-cadc-4b81-b6e1-30de50dcbe96", "Windows Hello"),
    ("531126d6-e717-415c-9320-3d9aa6981239", "Dashlane"),
    ("53414d53-554e-4700-0000-000000000000", "Samsung Pass"),
    ("6028b017-b1d4-4c02-b4b3-afcdafc96bb2", "Windows Hello"),
    ("9ddd1817-af5a-4672-a2b9-3e3dd95000a9", "Windows Hello"),
    ("adce0002-35bc-c60a-648b-0b25f1f05503", "Chrome on Mac"),
    ("b84e4048-15dc-4dd0-8640-f4f60813c8af", "NordPass"),
    ("bada5566-a7aa-401f-bd96-45619a55120d", "1Password"),
    ("d548826e-79b4-db40-a3d8-11116f7e8349", "Bitwarden"),
    (
        "dd4ec289-e01d-41c9-bb89-70fa845d4bf2",
        "iCloud Keychain (managed)",
    ),
    ("ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4", "Google Password Manager"),
    ("fbfc3007-154e-4ecc-8c0b-6e020557d7bd", "iCloud Keychain"),
    ("fdb141b2-5d84-443e-8a35-4698c205a502", "KeePassXC"),
];
