//! Resource ids: look like the vendor's time-based UUIDs, and are computed from row numbers, so that the table of a
//! million contacts needs no index for them.

/// What an id names; each kind has its own fixed part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Contact,
    List,
    Activity,
    CustomField,
    Export,
}

impl Kind {
    /// Everything after the first group. The node parts begin as observed ones do (`fa163e`).
    fn tail(self) -> &'static str {
        match self {
            Self::Contact => "-96f0-11ef-b2a0-fa163eafb85e",
            Self::List => "-97c1-11ef-88d2-fa163e1ee0d7",
            Self::Activity => "-cc52-11ea-9dad-fa163e3d9194",
            Self::CustomField => "-a1b7-11ef-8c32-fa163e7b01c1",
            Self::Export => "-b4de-11ef-a6f0-fa163e5bc304",
        }
    }
}

/// Odd, hence invertible modulo 2^32: neighbours get ids that look unrelated.
const MULTIPLIER: u32 = 0x9E37_79B1;
const MASK: u32 = 0xAF73_E650;

/// Newton's iteration doubles the number of correct low bits each time.
const fn inverse(value: u32) -> u32 {
    let mut result = value;
    let mut round = 0;
    while round < 5 {
        result = result.wrapping_mul(2u32.wrapping_sub(value.wrapping_mul(result)));
        round += 1;
    }
    result
}

/// The id of the row; rows are numbered below 2^32.
pub(crate) fn encode(kind: Kind, row: i64) -> String {
    let low = u32::try_from(row).unwrap_or_default();
    format!("{:08x}{}", low.wrapping_mul(MULTIPLIER) ^ MASK, kind.tail())
}

/// The row an id names, or `None` for anything this simulator never gave out for that kind.
pub(crate) fn decode(kind: Kind, id: &str) -> Option<i64> {
    let id = id.trim();
    let (head, tail) = id.split_at_checked(8)?;
    if !tail.eq_ignore_ascii_case(kind.tail()) {
        return None;
    }
    let scrambled = u32::from_str_radix(head, 16).ok()?;
    Some(i64::from((scrambled ^ MASK).wrapping_mul(inverse(MULTIPLIER))))
}

/// Whether a text has the form of a UUID, known or not.
pub(crate) fn is_well_formed(id: &str) -> bool {
    id.len() == 36
        && id.bytes().enumerate().all(|(position, byte)| match position {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests {
    use super::{Kind, decode, encode, is_well_formed};

    #[test]
    fn an_id_leads_back_to_its_row_and_only_for_its_kind() {
        for row in [1, 2, 77, 1_000_000, i64::from(u32::MAX)] {
            let id = encode(Kind::Contact, row);
            assert!(is_well_formed(&id));
            assert_eq!(decode(Kind::Contact, &id), Some(row));
            assert_eq!(decode(Kind::List, &id), None);
        }
    }
}
