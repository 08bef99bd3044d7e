//! People who do not exist: addresses under the domains that are kept free for examples.

/// Whether an address, normalised as [`crate::Address::key`] is, lies under a domain that belongs to nobody or below one
/// (RFC 2606). Plans refuse such rows where [`crate::Comparison::refuse_examples`] says so.
#[must_use]
pub fn is_example(address: &[u8]) -> bool {
    let Some(at) = address.iter().rposition(|byte| *byte == b'@') else { return false };
    let domain = address.get(at + 1..).unwrap_or_default();
    let mut labels = domain.rsplit(|byte| *byte == b'.');
    let top = labels.next().unwrap_or_default();
    let second = labels.next().unwrap_or_default();
    top == b"example" || (second == b"example" && [b"com", b"org", b"net"].iter().any(|known| top == *known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invented_people_are_recognised() {
        for address in ["a@example.com", "a@example.org", "a@mail.example.net", "a@b.example"] {
            assert!(is_example(address.as_bytes()), "{address}");
        }
        for address in ["a@example.de", "example.com", "", "a@myexample.com", "a@com.example.info"] {
            assert!(!is_example(address.as_bytes()), "{address}");
        }
    }
}
