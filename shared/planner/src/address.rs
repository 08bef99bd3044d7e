//! Addresses: trimmed, checked and normalised without an allocation per row.

use domain::outcome::Reason;

/// The greatest length of an address that the service takes (contact resource of the V3 contract).
pub const MAX_ADDRESS: usize = 80;

/// From this length on the service's contract contradicts itself: its import row says 50, its contact 80.
pub const LONG_ADDRESS: usize = 50;

const MAX_LOCAL_PART: usize = 64;
const MAX_LABEL: usize = 63;

/// The buffers of one address, reused from row to row.
#[derive(Debug, Default)]
pub struct Address {
    sent: Vec<u8>,
    key: Vec<u8>,
}

impl Address {
    /// The address as it is sent: the local part as it stands, the domain lower-cased and in ASCII.
    #[must_use]
    pub fn as_sent(&self) -> &[u8] {
        &self.sent
    }

    /// The address as it is compared: all lower case.
    #[must_use]
    pub fn key(&self) -> &[u8] {
        &self.key
    }

    /// Whether the address has a length on which the service's contract contradicts itself.
    #[must_use]
    pub fn is_long(&self) -> bool {
        self.sent.len() > LONG_ADDRESS
    }

    /// Checks and normalises `field`, which must be UTF-8.
    ///
    /// # Errors
    /// The reason for which the row is rejected; the buffers then hold nothing of use.
    pub fn parse(&mut self, field: &[u8]) -> Result<(), Reason> {
        self.sent.clear();
        self.key.clear();
        let field = trimmed(field)?;
        if field.is_empty() {
            return Err(Reason::EmailMissing);
        }
        let at = field.iter().position(|byte| *byte == b'@').ok_or(Reason::EmailInvalid)?;
        let (local, domain) = field.split_at(at);
        let domain = domain.get(1..).unwrap_or_default();
        if !is_local_part(local) {
            return Err(Reason::EmailInvalid);
        }
        self.sent.extend_from_slice(local);
        self.sent.push(b'@');
        if domain.is_ascii() {
            self.sent.extend_from_slice(domain);
            if let Some(domain) = self.sent.get_mut(at + 1..) {
                domain.make_ascii_lowercase();
            }
        } else {
            let text = std::str::from_utf8(domain).map_err(|_| Reason::Encoding)?;
            let ascii = idna::domain_to_ascii(text).map_err(|_| Reason::EmailInvalid)?;
            self.sent.extend_from_slice(ascii.as_bytes());
        }
        if !is_domain(self.sent.get(at + 1..).unwrap_or_default()) {
            return Err(Reason::EmailInvalid);
        }
        if self.sent.len() > MAX_ADDRESS {
            return Err(Reason::EmailTooLong);
        }
        self.key.extend_from_slice(&self.sent);
        self.key.make_ascii_lowercase();
        Ok(())
    }

    /// The key of an address of foreign hand, such as a contact's: what [`Address::parse`] refuses is lower-cased as
    /// it stands.
    pub fn key_of(&mut self, field: &[u8]) -> &[u8] {
        if self.parse(field).is_err() {
            self.sent.clear();
            self.key.clear();
            let lower = String::from_utf8_lossy(field).trim().to_lowercase();
            self.key.extend_from_slice(lower.as_bytes());
        }
        &self.key
    }
}

/// Without white space of any script around it.
fn trimmed(field: &[u8]) -> Result<&[u8], Reason> {
    let field = field.trim_ascii();
    // The vertical tab is white space to Unicode, not to this function's ASCII sibling.
    let other_space = |byte: Option<&u8>| byte.is_some_and(|byte| !byte.is_ascii() || *byte == 0x0B);
    if other_space(field.first()) || other_space(field.last()) {
        let text = std::str::from_utf8(field).map_err(|_| Reason::Encoding)?;
        return Ok(text.trim().as_bytes());
    }
    Ok(field)
}

/// What a byte is to an address. The checks gather what is wrong without a branch for each byte: where addresses
/// differ in length and shape, the processor would guess most of those wrong.
const FINE: u8 = 0;
const DOT: u8 = 1;
const HYPHEN: u8 = 2;
const WRONG: u8 = 4;

#[expect(
    clippy::indexing_slicing,
    reason = "evaluated by the compiler, which refuses an index out of bounds"
)]
const fn classes(fine: &[u8], hyphen: u8) -> [u8; 256] {
    let mut table = [WRONG; 256];
    let mut index = 0;
    while index < fine.len() {
        table[fine[index] as usize] = FINE;
        index += 1;
    }
    table[b'.' as usize] = DOT;
    table[b'-' as usize] = hyphen;
    table
}

/// The characters of an unquoted local part (RFC 5322, `atext`).
static LOCAL: [u8; 256] =
    classes(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+/=?^_`{|}~", FINE);

/// The characters of a domain in lower case.
static DOMAIN: [u8; 256] = classes(b"abcdefghijklmnopqrstuvwxyz0123456789", HYPHEN);

#[inline]
fn class(table: &[u8; 256], byte: u8) -> u8 {
    table.get(usize::from(byte)).copied().unwrap_or(WRONG)
}

fn is_local_part(local: &[u8]) -> bool {
    if local.is_empty() || local.len() > MAX_LOCAL_PART {
        return false;
    }
    let mut wrong = 0;
    let mut previous = DOT;
    for byte in local {
        let class = class(&LOCAL, *byte);
        wrong |= (class & WRONG) | (class & previous);
        previous = class;
    }
    wrong | (previous & DOT) == 0
}

/// Labels of letters, digits and inner hyphens, at least two of them, in lower case.
fn is_domain(domain: &[u8]) -> bool {
    let mut wrong = 0;
    let mut dots = 0;
    let mut previous = DOT;
    for byte in domain {
        let class = class(&DOMAIN, *byte);
        // A dot next to a dot or a hyphen: a label that is empty, or begins or ends with a hyphen.
        let dot_before = (previous & DOT) & ((class & DOT) | (class >> 1));
        let dot_after = (class & DOT) & (previous >> 1);
        wrong |= (class & WRONG) | dot_before | dot_after;
        dots += usize::from(class & DOT);
        previous = class;
    }
    let labels_are_short =
        domain.len() <= MAX_LABEL || domain.split(|byte| *byte == b'.').all(|label| label.len() <= MAX_LABEL);
    wrong == 0 && previous == FINE && dots >= 1 && labels_are_short
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn parse(text: &str) -> Result<(String, String), Reason> {
        let mut address = Address::default();
        address.parse(text.as_bytes())?;
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        Ok((text(address.as_sent()), text(address.key())))
    }

    #[rstest]
    #[case("  Ann.Lee@Example.COM\t", "Ann.Lee@example.com", "ann.lee@example.com")]
    #[case("\u{a0}ann@example.com\u{2003}", "ann@example.com", "ann@example.com")]
    #[case("ann@BÜCHER.example", "ann@xn--bcher-kva.example", "ann@xn--bcher-kva.example")]
    #[case("ann+news@example.com", "ann+news@example.com", "ann+news@example.com")]
    #[case("o'neil@sub.example.org", "o'neil@sub.example.org", "o'neil@sub.example.org")]
    fn normalises(#[case] field: &str, #[case] sent: &str, #[case] key: &str) {
        assert_eq!(parse(field), Ok((sent.to_owned(), key.to_owned())));
    }

    #[rstest]
    #[case("", Reason::EmailMissing)]
    #[case(" \t ", Reason::EmailMissing)]
    #[case("ann", Reason::EmailInvalid)]
    #[case("ann@lee@example.com", Reason::EmailInvalid)]
    #[case("\"ann\"@example.com", Reason::EmailInvalid)]
    #[case("änn@example.com", Reason::EmailInvalid)]
    #[case("ann..lee@example.com", Reason::EmailInvalid)]
    #[case(".ann@example.com", Reason::EmailInvalid)]
    #[case("ann.@example.com", Reason::EmailInvalid)]
    #[case("ann@example..com", Reason::EmailInvalid)]
    #[case("ann@example.com.", Reason::EmailInvalid)]
    #[case("ann@.example.com", Reason::EmailInvalid)]
    #[case("ann@localhost", Reason::EmailInvalid)]
    #[case("ann@[127.0.0.1]", Reason::EmailInvalid)]
    #[case("ann lee@example.com", Reason::EmailInvalid)]
    #[case("ann@exa mple.com", Reason::EmailInvalid)]
    #[case("@example.com", Reason::EmailInvalid)]
    #[case("ann@", Reason::EmailInvalid)]
    #[case("email", Reason::EmailInvalid)]
    fn refuses(#[case] field: &str, #[case] reason: Reason) {
        assert_eq!(parse(field), Err(reason));
    }

    #[rstest]
    #[case(" Ann@BÜCHER.example", "ann@xn--bcher-kva.example")]
    #[case("Änn@Example.com ", "änn@example.com")]
    #[case("Not an address", "not an address")]
    fn the_key_of_any_address(#[case] field: &str, #[case] key: &str) {
        assert_eq!(Address::default().key_of(field.as_bytes()), key.as_bytes());
    }

    #[test]
    fn lengths_are_those_of_the_contract() {
        let of_length = |length: usize| format!("{}@{}.example", "a".repeat(40), "b".repeat(length - 49));
        assert!(parse(&of_length(80)).is_ok());
        assert_eq!(parse(&of_length(81)), Err(Reason::EmailTooLong));
        assert!(parse(&format!("{}@example.com", "a".repeat(64))).is_ok());
        assert_eq!(parse(&format!("{}@example.com", "a".repeat(65))), Err(Reason::EmailInvalid));
    }

    proptest! {
        /// The crate `email_address` is the reference: whatever we take, it takes.
        #[test]
        fn agrees_with_the_reference(local in "[a-z.+'A-Z0-9_\" -]{0,20}", domain in "[a-zA-Z0-9.-]{0,20}") {
            let text = format!("{local}@{domain}");
            let options = email_address::Options::default()
                .with_minimum_sub_domains(2)
                .without_domain_literal()
                .without_display_text();
            let reference = email_address::EmailAddress::parse_with_options(text.trim(), options);
            let ours = parse(&text);
            if ours.is_ok() {
                prop_assert!(reference.is_ok(), "{text}");
            } else if let Ok(address) = reference {
                // What it takes beyond ours is named by the rules: quoted local parts.
                prop_assert!(address.local_part().starts_with('"'), "{text}");
            }
        }

        #[test]
        fn arbitrary_text_never_panics_and_normalising_twice_changes_nothing(text in any::<String>()) {
            if let Ok((sent, _)) = parse(&text) {
                prop_assert_eq!(parse(&sent).unwrap().0, sent);
            }
        }
    }
}
