//! Which character separates the fields, told from the header row.

use super::record::QUOTE;

const CANDIDATES: [u8; 4] = [b',', b';', b'\t', b'|'];

/// What a header row tells about the delimiter.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Detected {
    /// This one: the most frequent candidate outside quotes; a comma when the row holds none (a single column).
    Delimiter(u8),
    /// These two are equally frequent.
    Ambiguous(u8, u8),
    /// The row does not end within the window.
    NeedMore,
}

/// Looks at the row at the start of `window`, which begins with no line end.
pub(crate) fn detect(window: &[u8], at_end: bool) -> Detected {
    let mut counts = [0_u64; CANDIDATES.len()];
    let mut quoted = false;
    let mut at_field_start = true;
    let mut ended = at_end;
    for &byte in window {
        let candidate = CANDIDATES.iter().position(|candidate| *candidate == byte);
        match byte {
            // Within quotes every quote toggles: a doubled one closes and opens again.
            QUOTE if quoted => {
                quoted = false;
                at_field_start = true;
                continue;
            }
            QUOTE if at_field_start => quoted = true,
            _ if quoted => {}
            b'\n' | b'\r' => {
                ended = true;
                break;
            }
            _ => {
                if let Some(count) = candidate.and_then(|index| counts.get_mut(index)) {
                    *count += 1;
                }
            }
        }
        at_field_start = candidate.is_some() && !quoted;
    }
    if !ended {
        return Detected::NeedMore;
    }
    choose(counts)
}

fn choose(counts: [u64; CANDIDATES.len()]) -> Detected {
    let mut ranked: Vec<(u64, u8)> = counts.into_iter().zip(CANDIDATES).collect();
    // Stable: the comma stays first among equals, so that a row without any candidate is read with it.
    ranked.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    match ranked.as_slice() {
        [(first, one), (second, other), ..] if first == second && *first > 0 => {
            Detected::Ambiguous(*one, *other)
        }
        [(_, delimiter), ..] => Detected::Delimiter(*delimiter),
        [] => Detected::Delimiter(b','),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("CustomerId,EMail\n1;2;3;4", Detected::Delimiter(b','))]
    #[case("CustomerId;EMail;Name\r\n", Detected::Delimiter(b';'))]
    #[case("CustomerId\tEMail", Detected::Delimiter(b'\t'))]
    #[case("CustomerId|EMail\n", Detected::Delimiter(b'|'))]
    #[case("EMail\n", Detected::Delimiter(b','))]
    #[case("\"Name, first, last\";EMail\n", Detected::Delimiter(b';'))]
    #[case("\"a\"\",,\";b\n", Detected::Delimiter(b';'))]
    #[case("\"a\nb,,\";b\n", Detected::Delimiter(b';'))]
    #[case("a,b,c;d\n", Detected::Delimiter(b','))]
    #[case("a,b;c\n", Detected::Ambiguous(b',', b';'))]
    #[case("a|b\tc\n", Detected::Ambiguous(b'\t', b'|'))]
    #[case("5\" screen,b\n", Detected::Delimiter(b','))]
    fn the_most_frequent_candidate_outside_quotes(#[case] header: &str, #[case] expected: Detected) {
        assert_eq!(detect(header.as_bytes(), true), expected);
    }

    #[test]
    fn an_unfinished_header_tells_nothing() {
        assert_eq!(detect(b"a;b,\"c\n", false), Detected::NeedMore);
    }
}
