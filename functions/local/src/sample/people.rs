//! Who the sample's people are: everything about a row follows from the seed and the row's number.

use super::names::{FIRST_NAMES, LAST_NAMES, Name};

const DOMAINS: [&str; 3] = ["example.com", "example.org", "example.net"];

/// How a row came about. Shares are of ten thousand rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// 97.7 %: a person of their own.
    Usual,
    /// 0.3 %: the same, but opted out at Constant Contact beforehand.
    OptedOut,
    /// 0.5 %: no address.
    AddressMissing,
    /// 0.5 %: something that is no address.
    AddressBroken,
    /// 0.5 %: an earlier row once more.
    Repeated(u64),
    /// 0.5 %: somebody else's identity with the address of an earlier row, written a little differently.
    SharesAddress(u64),
}

/// What a decision about a row is for, so that they do not depend on each other.
#[derive(Debug, Clone, Copy)]
enum Purpose {
    Kind = 1,
    Target,
    FirstName,
    LastName,
    Step,
    Domain,
    Breakage,
    Segment,
    Fate,
}

/// What happened to a person by some moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// Here, with the last name that they have had since so many changes.
    Here(u64),
    /// Not in the segments any more.
    Left,
}

/// A name as it stands in a CSV file.
struct WrittenName {
    field: String,
    latin: &'static str,
}

/// The people of one seed.
pub(super) struct People {
    seed: u64,
    first_names: Vec<WrittenName>,
    last_names: Vec<WrittenName>,
}

impl People {
    pub(super) fn new(seed: u64) -> Self {
        let written = |names: &[Name]| {
            names.iter().map(|(name, latin)| WrittenName { field: csv_field(name), latin }).collect()
        };
        Self { seed, first_names: written(FIRST_NAMES), last_names: written(LAST_NAMES) }
    }

    /// SplitMix64's finalizer: cheap, and every bit of the result depends on every bit of the input.
    fn number(&self, row: u64, purpose: Purpose, turn: u64) -> u64 {
        let key = (purpose as u64) | (turn << 8);
        let mut mixed =
            self.seed ^ row.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ key.wrapping_mul(0xD6E8_FEB8_6659_FD93);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    pub(super) fn kind(&self, row: u64) -> Kind {
        let share = self.number(row, Purpose::Kind, 0) % 10_000;
        let repeating = match share {
            0..50 => return Kind::AddressMissing,
            50..100 => return Kind::AddressBroken,
            100..130 => return Kind::OptedOut,
            130..180 => Kind::Repeated,
            180..230 => Kind::SharesAddress,
            _ => return Kind::Usual,
        };
        self.earlier_usual(row).map_or(Kind::Usual, repeating)
    }

    /// An earlier row that is a person of their own, so that each repetition is certainly a duplicate.
    fn earlier_usual(&self, row: u64) -> Option<u64> {
        let start = self.number(row, Purpose::Target, 0).checked_rem(row)?;
        let usual = |candidate: &u64| self.number(*candidate, Purpose::Kind, 0) % 10_000 >= 230;
        (0..=start).rev().take(64).find(usual)
    }

    /// Which of the segments a row stands in: six, three and one of ten.
    pub(super) fn segment(&self, row: u64) -> usize {
        match self.number(row, Purpose::Segment, 0) % 10 {
            0..6 => 0,
            6..9 => 1,
            _ => 2,
        }
    }

    /// What became of the person of a row that joined at change `joined`, after these changes.
    pub(super) fn fate(&self, row: u64, joined: usize, shares: &[f64]) -> Fate {
        let mut version = 0;
        for (turn, share) in (0_u64..).zip(shares).skip(joined) {
            let fraction = fraction(self.number(row, Purpose::Fate, turn));
            if fraction < share * super::LEAVERS {
                return Fate::Left;
            }
            if fraction < share * (super::LEAVERS + super::RENAMED) {
                version += 1;
            }
        }
        Fate::Here(version)
    }

    /// The address of the person of `row`.
    pub(super) fn address(&self, row: u64) -> String {
        let mut text = Vec::new();
        self.write_address(row, &mut text);
        String::from_utf8(text).unwrap_or_default()
    }

    /// Appends one line of CSV: identity, address, first and last name.
    pub(super) fn write_row(&self, row: u64, kind: Kind, version: u64, line: &mut Vec<u8>) {
        let (identity, person) = match kind {
            Kind::Repeated(target) => (target, target),
            Kind::SharesAddress(target) => (row, target),
            Kind::Usual | Kind::OptedOut | Kind::AddressMissing | Kind::AddressBroken => (row, row),
        };
        write_identity(identity, line);
        line.push(b',');
        let start = line.len();
        match kind {
            Kind::AddressMissing => {}
            Kind::AddressBroken => self.write_broken_address(row, line),
            _ => self.write_address(person, line),
        }
        if matches!(kind, Kind::SharesAddress(_))
            && let Some(first) = line.get_mut(start)
        {
            first.make_ascii_uppercase();
        }
        line.push(b',');
        let first_name = self.first_name(person).map(|name| name.field.as_bytes());
        line.extend_from_slice(first_name.unwrap_or_default());
        line.push(b',');
        let last_name = self.last_name(person, version).map(|name| name.field.as_bytes());
        line.extend_from_slice(last_name.unwrap_or_default());
        line.push(b'\n');
    }

    fn first_name(&self, row: u64) -> Option<&WrittenName> {
        pick(&self.first_names, self.number(row, Purpose::FirstName, 0))
    }

    /// Each version of a person has another last name than the one before.
    fn last_name(&self, row: u64, version: u64) -> Option<&WrittenName> {
        let others = (self.last_names.len() as u64).saturating_sub(1).max(1);
        let step = 1 + self.number(row, Purpose::Step, 0) % others;
        let first = self.number(row, Purpose::LastName, 0) % (self.last_names.len() as u64).max(1);
        pick(&self.last_names, first + version * step)
    }

    /// Addresses stay when names change, as people's do.
    fn write_address(&self, row: u64, line: &mut Vec<u8>) {
        self.write_local_part(row, line);
        line.push(b'@');
        line.extend_from_slice(self.domain(row).as_bytes());
    }

    fn write_local_part(&self, row: u64, line: &mut Vec<u8>) {
        line.extend_from_slice(self.first_name(row).map_or("x", |name| name.latin).as_bytes());
        line.push(b'.');
        line.extend_from_slice(self.last_name(row, 0).map_or("x", |name| name.latin).as_bytes());
        write_number(row, 0, line);
    }

    fn domain(&self, row: u64) -> &'static str {
        pick(&DOMAINS, self.number(row, Purpose::Domain, 0)).copied().unwrap_or("example.com")
    }

    /// What people type instead of an address.
    fn write_broken_address(&self, row: u64, line: &mut Vec<u8>) {
        self.write_local_part(row, line);
        let domain = self.domain(row);
        let (between, end) = match self.number(row, Purpose::Breakage, 0) % 6 {
            0 => (".", domain),
            1 => ("@@", domain),
            2 => ("@", "example"),
            3 => (".@", domain),
            4 => ("..x@", domain),
            _ => ("@", ""),
        };
        line.extend_from_slice(between.as_bytes());
        line.extend_from_slice(end.as_bytes());
    }
}

fn pick<T>(table: &[T], number: u64) -> Option<&T> {
    let index = number.checked_rem(table.len() as u64)?;
    table.get(usize::try_from(index).ok()?)
}

/// The upper 32 bits as a fraction of one.
fn fraction(number: u64) -> f64 {
    u32::try_from(number >> 32).map_or(0.0, f64::from) / (f64::from(u32::MAX) + 1.0)
}

fn write_identity(row: u64, line: &mut Vec<u8>) {
    line.push(b'C');
    write_number(row, 8, line);
}

/// Decimal digits, with zeros in front up to `width` of them.
fn write_number(mut number: u64, width: usize, line: &mut Vec<u8>) {
    let start = line.len();
    loop {
        line.push(b'0' + u8::try_from(number % 10).unwrap_or_default());
        number /= 10;
        if number == 0 {
            break;
        }
    }
    while line.len() - start < width {
        line.push(b'0');
    }
    if let Some(digits) = line.get_mut(start..) {
        digits.reverse();
    }
}

fn csv_field(text: &str) -> String {
    if text.contains([',', '"', '\n']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(people: &People, row: u64, version: u64) -> String {
        let mut line = Vec::new();
        people.write_row(row, people.kind(row), version, &mut line);
        String::from_utf8(line).unwrap()
    }

    #[test]
    fn a_row_depends_on_seed_and_number_alone() {
        assert_eq!(line(&People::new(1), 17, 0), line(&People::new(1), 17, 0));
        assert_ne!(line(&People::new(1), 17, 0), line(&People::new(2), 17, 0));
    }

    #[test]
    fn each_version_has_another_last_name_and_the_same_address() {
        let people = People::new(3);
        for row in 0..200 {
            let lines = [0, 1, 2].map(|version| line(&people, row, version));
            let [first, second, third] = lines.each_ref().map(|line| line.splitn(3, ',').collect::<Vec<_>>());
            assert_eq!((first[0], first[1]), (second[0], second[1]));
            assert_ne!(first[2], second[2]);
            assert_ne!(second[2], third[2]);
        }
    }

    #[test]
    fn kinds_come_in_their_shares_and_repetitions_point_to_usual_rows() {
        let people = People::new(1);
        let mut repeated = 0;
        let mut missing = 0;
        for row in 0..100_000 {
            match people.kind(row) {
                Kind::Repeated(target) | Kind::SharesAddress(target) => {
                    assert!(target < row && people.kind(target) == Kind::Usual);
                    repeated += 1;
                }
                Kind::AddressMissing => missing += 1,
                _ => {}
            }
        }
        assert!((900..1_100).contains(&repeated), "{repeated}");
        assert!((400..600).contains(&missing), "{missing}");
    }

    #[test]
    fn numbers_are_written_as_they_are_read() {
        let written = |number, width| {
            let mut line = Vec::new();
            write_number(number, width, &mut line);
            String::from_utf8(line).unwrap()
        };
        assert_eq!(
            (written(0, 0), written(1_203, 0), written(45, 8)),
            ("0".into(), "1203".into(), "00000045".into())
        );
    }
}
