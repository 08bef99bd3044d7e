//! The data-privacy text that an administrator agrees to before a connection is made.

use serde::Serialize;

use crate::configuration::Configuration;

/// The version of the present text. Raise it with every change of meaning: whoever agreed to an older one is asked
/// again at the next edit of the connection.
pub const CONSENT_VERSION: u32 = 1;

/// Never changed without raising [`CONSENT_VERSION`].
const PARAGRAPHS: [&str; 4] = [
    "By connecting, you instruct this system to send data to Constant Contact. Data that is sent leaves the \
     compliance boundary of this system, and may include personal data such as names, e-mail addresses and any other \
     attribute that is mapped.",
    "The transfer happens at your instruction. You are responsible for Constant Contact meeting the privacy and \
     security obligations that apply to you, and for having every agreement with Constant Contact that this takes.",
    "You are responsible for having the consent of the people whose data is sent, or another legal basis, for this \
     transfer and for the messages that they are sent.",
    "You can stop at any time: an administrator can detach and remove the connection, after which nothing more is \
     sent. What was sent before stays with Constant Contact until it is deleted there.",
];

/// The text to show before Connect and before Save.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConsentText {
    /// Its version, which is stored with the agreement.
    pub version: u32,
    /// Its paragraphs, plain text.
    pub paragraphs: Vec<&'static str>,
    /// The operator's privacy notice, to be linked below.
    pub privacy_notice: Option<String>,
}

impl Configuration {
    /// The data-privacy text in its present version.
    #[must_use]
    pub fn consent_text(&self) -> ConsentText {
        let privacy_notice = self.parts.settings.privacy_notice.as_ref().map(ToString::to_string);
        ConsentText { version: CONSENT_VERSION, paragraphs: PARAGRAPHS.to_vec(), privacy_notice }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fails when a word changes: then raise the version, so that people are asked again.
    #[test]
    fn the_text_belongs_to_its_version() {
        let text = PARAGRAPHS.join("\n");
        let fingerprint: u64 = text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        assert_eq!((CONSENT_VERSION, fingerprint), (1, FIRST_VERSION));
    }

    const FIRST_VERSION: u64 = 0xb976_2a19_eb03_cb1a;
}
