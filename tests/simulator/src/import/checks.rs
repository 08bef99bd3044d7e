//! The rules a row must pass before anybody looks into the database.

use std::borrow::Cow;

use super::address;
use super::row::Row;
use crate::faults::{Faults, RefusedAs};
use crate::{OverLong, Switches};

const NAME: usize = 50;
const STREET: usize = 255;
const VALUE: usize = 255;
const MOST_KINDS: usize = 3;
const MOST_CUSTOM_FIELDS: usize = 25;

/// Why a row is refused.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Problem {
    /// A person can put it right in the product.
    Correctable(&'static str),
    /// Nobody can.
    Error(&'static str),
}

impl Problem {
    pub(super) fn text(&self) -> &'static str {
        match self {
            Self::Correctable(text) | Self::Error(text) => text,
        }
    }
}

/// The settings that the checks depend on.
#[derive(Debug)]
pub(super) struct Rules<'a> {
    pub(super) switches: &'a Switches,
    pub(super) faults: &'a Faults,
    /// The year in which the import happens.
    pub(super) year: i16,
}

/// Refuses or mends the row; afterwards its address is valid and every value fits.
pub(super) fn check(row: &mut Row<'_>, index: usize, rules: &Rules<'_>) -> Result<(), Problem> {
    let email = row.email.as_deref().unwrap_or_default().trim();
    let injected = |text| match rules.faults.refuse_as {
        RefusedAs::Correctable => Problem::Correctable(text),
        RefusedAs::Error => Problem::Error(text),
    };
    if email.is_empty() {
        return Err(Problem::Correctable("Missing email address"));
    }
    if !address::is_valid(email, rules.switches.international_addresses) {
        return Err(Problem::Correctable("Invalid email address"));
    }
    if email.chars().count() > rules.switches.import_address_length {
        return Err(Problem::Correctable("Email address is too long"));
    }
    let local = email.split('@').next().unwrap_or_default();
    if rules.faults.refuse_containing.as_deref().is_some_and(|text| !text.is_empty() && local.contains(text))
    {
        return Err(injected("Email address was refused"));
    }
    let number = u32::try_from(index).unwrap_or(u32::MAX).saturating_add(1);
    if rules.faults.refuse_every_row > 0 && number.is_multiple_of(rules.faults.refuse_every_row) {
        return Err(injected("Row was refused"));
    }
    birthday(row, rules.switches.birthdays_must_exist)?;
    anniversary(row, rules.year)?;
    lengths(row, rules.switches)?;
    numbers(row)
}

fn blank(value: Option<&str>) -> bool {
    value.is_none_or(|value| value.trim().is_empty())
}

fn birthday(row: &Row<'_>, must_exist: bool) -> Result<(), Problem> {
    let (month, day) = (row.birthday_month.as_deref(), row.birthday_day.as_deref());
    if blank(month) && blank(day) {
        return Ok(());
    }
    let within = |value: Option<&str>, most: i8| {
        value.and_then(|value| value.trim().parse().ok()).filter(|value| (1..=most).contains(value))
    };
    match within(month, 12).zip(within(day, 31)) {
        // In some year: 2000 has a 29 February.
        Some((month, day)) if !must_exist || jiff::civil::Date::new(2000, month, day).is_ok() => Ok(()),
        _ => Err(Problem::Correctable("Invalid birthday")),
    }
}

/// MM/DD/YYYY, YYYY/MM/DD, YYYY-MM-DD and M-D-YYYY, with one or two digits; after 1900, at most ten years ahead.
fn anniversary(row: &Row<'_>, year_now: i16) -> Result<(), Problem> {
    let Some(text) = row.anniversary.as_deref().map(str::trim).filter(|text| !text.is_empty()) else {
        return Ok(());
    };
    let invalid = || Problem::Correctable("Invalid anniversary");
    let separator = if text.contains('/') { '/' } else { '-' };
    let parts: Vec<&str> = text.split(separator).collect();
    let (year, month, day) = match parts.as_slice() {
        [year, month, day] if year.len() == 4 => (year, month, day),
        [month, day, year] if year.len() == 4 => (year, month, day),
        _ => return Err(invalid()),
    };
    let year: i16 = year.parse().map_err(|_| invalid())?;
    let month: i8 = month.parse().map_err(|_| invalid())?;
    let day: i8 = day.parse().map_err(|_| invalid())?;
    let exists = jiff::civil::Date::new(year, month, day).is_ok();
    if exists && year > 1900 && year <= year_now + 10 { Ok(()) } else { Err(invalid()) }
}

fn lengths(row: &mut Row<'_>, switches: &Switches) -> Result<(), Problem> {
    for name in [&mut row.first_name, &mut row.last_name, &mut row.job_title, &mut row.company_name]
        .into_iter()
        .flatten()
    {
        fit(name, NAME, switches)?;
    }
    for (_, phone) in &mut row.phones {
        fit(phone, switches.import_phone_length, switches)?;
    }
    for (_, part, text) in &mut row.addresses {
        fit(text, if part.starts_with("street") { STREET } else { NAME }, switches)?;
    }
    for (_, value) in &mut row.custom {
        fit(value, VALUE, switches)?;
    }
    Ok(())
}

fn fit(value: &mut Cow<'_, str>, most: usize, switches: &Switches) -> Result<(), Problem> {
    // Most values are short: no character needs to be counted.
    if value.len() <= most {
        return Ok(());
    }
    let mut length = 0;
    let too_many = value.char_indices().find(|(_, character)| {
        length += if switches.lengths_in_utf16 { character.len_utf16() } else { 1 };
        length > most
    });
    let Some((end, _)) = too_many else {
        return Ok(());
    };
    match switches.over_long {
        OverLong::Refuse => Err(Problem::Correctable("A value is too long")),
        OverLong::Cut => {
            *value = Cow::Owned(value.get(..end).unwrap_or_default().to_owned());
            Ok(())
        }
    }
}

fn numbers(row: &Row<'_>) -> Result<(), Problem> {
    let mut address_kinds: Vec<&str> = row.addresses.iter().map(|(kind, _, _)| *kind).collect();
    address_kinds.sort_unstable();
    address_kinds.dedup();
    if row.phones.len() > MOST_KINDS {
        return Err(Problem::Error("More than three phone numbers"));
    }
    if address_kinds.len() > MOST_KINDS {
        return Err(Problem::Error("More than three street addresses"));
    }
    if row.custom.len() > MOST_CUSTOM_FIELDS {
        return Err(Problem::Error("More than 25 custom fields"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Problem, Rules, check};
    use crate::import::row::Row;
    use crate::{Faults, OverLong, Switches};

    fn checked(text: &str, switches: &Switches) -> Result<String, Problem> {
        let faults = Faults::default();
        let mut row: Row<'_> = serde_json::from_str(text).unwrap();
        check(&mut row, 0, &Rules { switches, faults: &faults, year: 2026 })?;
        Ok(row.first_name.unwrap_or_default().into_owned())
    }

    #[test]
    fn birthdays_need_both_parts_in_range() {
        let with = |month: &str, day: &str| {
            let text =
                format!(r#"{{"email":"a@example.com","birthday_month":{month},"birthday_day":{day}}}"#);
            checked(&text, &Switches::default()).is_ok()
        };
        assert!(with("12", "31"));
        assert!(with("\"2\"", "\"9\""));
        assert!(!with("13", "1"));
        assert!(!with("1", "32"));
        assert!(!with("1", "null"));
    }

    #[test]
    fn birthdays_that_no_month_has_are_refused_or_not() {
        let strict = Switches { birthdays_must_exist: true, ..Switches::default() };
        for (month, day, exists) in [(2, 29, true), (2, 30, false), (4, 31, false), (12, 31, true)] {
            let text =
                format!(r#"{{"email":"a@example.com","birthday_month":{month},"birthday_day":{day}}}"#);
            assert_eq!(checked(&text, &strict).is_ok(), exists, "{text}");
            assert!(checked(&text, &Switches::default()).is_ok(), "{text}");
        }
    }

    #[test]
    fn anniversaries_are_taken_in_the_documented_forms_only() {
        let with = |date: &str| {
            let text = format!(r#"{{"email":"a@example.com","anniversary":"{date}"}}"#);
            checked(&text, &Switches::default()).is_ok()
        };
        for good in ["01/31/2001", "1/3/2001", "2001/01/31", "2001-1-3", "1-31-2001", ""] {
            assert!(with(good), "{good}");
        }
        for bad in ["31/01/2001", "2001-02-30", "1899-01-01", "2050-01-01", "soon", "01/31/01"] {
            assert!(!with(bad), "{bad}");
        }
    }

    #[test]
    fn over_long_names_are_refused_or_cut() {
        let text = format!(r#"{{"email":"a@example.com","first_name":"{}"}}"#, "é".repeat(51));
        assert_eq!(checked(&text, &Switches::default()), Err(Problem::Correctable("A value is too long")));
        let cutting = Switches { over_long: OverLong::Cut, ..Switches::default() };
        assert_eq!(checked(&text, &cutting).map(|name| name.chars().count()), Ok(50));
    }

    #[test]
    fn what_a_length_counts_and_that_of_phones_can_be_otherwise() {
        let name = format!(r#"{{"email":"a@example.com","first_name":"{}"}}"#, "😀".repeat(26));
        let phone = format!(r#"{{"email":"a@example.com","phone":"{}"}}"#, "5".repeat(26));
        let short = Switches { lengths_in_utf16: true, import_phone_length: 25, ..Switches::default() };
        for text in [&name, &phone] {
            assert!(checked(text, &Switches::default()).is_ok());
            assert_eq!(checked(text, &short), Err(Problem::Correctable("A value is too long")));
        }
        let cutting = Switches { over_long: OverLong::Cut, ..short };
        assert_eq!(checked(&name, &cutting), Ok("😀".repeat(25)));
    }
}
