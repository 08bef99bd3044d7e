//! Which e-mail addresses the service takes. Its rules are not published; these are the usual ones.

/// Whether an import takes the address.
pub(super) fn is_valid(address: &str, international: bool) -> bool {
    let Some((local, domain)) = address.rsplit_once('@') else {
        return false;
    };
    local_part_is_valid(local, international) && domain_is_valid(domain, international)
}

fn local_part_is_valid(local: &str, international: bool) -> bool {
    let allowed = |character: char| {
        character.is_ascii_alphanumeric()
            || "!#$%&'*+-/=?^_`{|}~.".contains(character)
            || (international && !character.is_ascii() && !character.is_control())
    };
    !local.is_empty()
        && local.len() <= 64
        && local.chars().all(allowed)
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
}

fn domain_is_valid(domain: &str, international: bool) -> bool {
    let label_is_valid = |label: &str| {
        let allowed = |character: char| {
            character.is_ascii_alphanumeric()
                || character == '-'
                || (international && character.is_alphabetic())
        };
        !label.is_empty()
            && label.len() <= 63
            && label.chars().all(allowed)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let Some((_, top)) = domain.rsplit_once('.') else {
        return false;
    };
    top.chars().count() >= 2
        && !top.chars().all(|character| character.is_ascii_digit())
        && domain.split('.').all(label_is_valid)
}

#[cfg(test)]
mod tests {
    use super::is_valid;

    #[test]
    fn usual_addresses_are_taken_and_broken_ones_are_not() {
        for good in ["a@example.com", "first.last+tag@mail.example.org", "o'hara@example.net"] {
            assert!(is_valid(good, false), "{good}");
        }
        for bad in [
            "",
            "a",
            "a@",
            "@example.com",
            "a b@example.com",
            "a@example",
            "a..b@example.com",
            "a@b@example.com",
            "a@-example.com",
            "a@example.c",
            "a@10.0.0.1",
            "müller@example.com",
        ] {
            assert!(!is_valid(bad, false), "{bad}");
        }
        assert!(is_valid("müller@example.com", true));
    }
}
