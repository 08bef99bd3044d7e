//! A row of an import: flat names, as in Constant Contact's model `JsonImportContact`.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};

/// Kinds that a phone or street address can have, with the prefix in a row; the bare name has a kind of its own.
const PREFIXES: [(&str, &str); 4] =
    [("home_", "home"), ("work_", "work"), ("mobile_", "mobile"), ("other_", "other")];
const ADDRESS_PARTS: [&str; 6] = ["street", "street2", "city", "state", "zip", "country"];

type Text<'a> = Cow<'a, str>;

/// A row; what is absent stays as it is, what is blank too (unless a switch says otherwise).
#[derive(Debug, Default)]
pub(super) struct Row<'a> {
    pub(super) email: Option<Text<'a>>,
    pub(super) first_name: Option<Text<'a>>,
    pub(super) last_name: Option<Text<'a>>,
    pub(super) job_title: Option<Text<'a>>,
    pub(super) company_name: Option<Text<'a>>,
    pub(super) birthday_month: Option<Text<'a>>,
    pub(super) birthday_day: Option<Text<'a>>,
    pub(super) anniversary: Option<Text<'a>>,
    /// Kind and number.
    pub(super) phones: Vec<(&'static str, Text<'a>)>,
    /// Kind, part and text.
    pub(super) addresses: Vec<(&'static str, &'static str, Text<'a>)>,
    /// Name without `cf:`, and value.
    pub(super) custom: Vec<(Text<'a>, Text<'a>)>,
}

impl<'a> Row<'a> {
    pub(super) fn of_record(headings: &'a csv::StringRecord, record: &'a csv::StringRecord) -> Self {
        let mut row = Self::default();
        for (heading, cell) in headings.iter().zip(record.iter()) {
            // Headings are not case sensitive; the name of a custom field is looked up without case as well.
            row.set(Cow::Owned(heading.trim().to_lowercase()), Cow::Borrowed(cell));
        }
        row
    }

    fn set(&mut self, name: Text<'a>, value: Text<'a>) {
        match name.as_ref() {
            "email" => self.email = Some(value),
            "first_name" => self.first_name = Some(value),
            "last_name" => self.last_name = Some(value),
            "job_title" => self.job_title = Some(value),
            "company_name" => self.company_name = Some(value),
            "birthday_month" => self.birthday_month = Some(value),
            "birthday_day" => self.birthday_day = Some(value),
            "anniversary" => self.anniversary = Some(value),
            "phone" => self.phones.push(("other", value)),
            other => {
                if let Some(custom) = other.strip_prefix("cf:") {
                    self.custom.push((Cow::Owned(custom.to_owned()), value));
                } else {
                    self.set_detail(other, value);
                }
            }
        }
    }

    /// Phones and addresses; names that are not known are ignored.
    fn set_detail(&mut self, name: &str, value: Text<'a>) {
        let (kind, rest) = PREFIXES
            .iter()
            .find_map(|(prefix, kind)| name.strip_prefix(prefix).map(|rest| (*kind, rest)))
            // The contract spells one name with a space.
            .or_else(|| name.strip_prefix("home ").map(|rest| ("home", rest)))
            .unwrap_or(("home", name));
        if rest == "phone" {
            self.phones.push((kind, value));
        } else if let Some(part) = ADDRESS_PARTS.iter().find(|part| **part == rest) {
            self.addresses.push((kind, part, value));
        }
    }
}

impl<'de> Deserialize<'de> for Row<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(RowVisitor)
    }
}

struct RowVisitor;

impl<'de> Visitor<'de> for RowVisitor {
    type Value = Row<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a row of an import")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Row<'de>, A::Error> {
        let mut row = Row::default();
        while let Some(Scalar(name)) = entries.next_key()? {
            let Scalar(value) = entries.next_value()?;
            if let (Some(name), Some(value)) = (name, value) {
                row.set(name, value);
            }
        }
        Ok(row)
    }
}

/// Text; numbers and truth values are taken as their text, null as absent.
struct Scalar<'a>(Option<Text<'a>>);

impl<'de> Deserialize<'de> for Scalar<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

struct ScalarVisitor;

impl<'de> Visitor<'de> for ScalarVisitor {
    type Value = Scalar<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a text, a number, true, false or null")
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Scalar<'de>, E> {
        Ok(Scalar(Some(Cow::Borrowed(value))))
    }

    fn visit_str<E>(self, value: &str) -> Result<Scalar<'de>, E> {
        Ok(Scalar(Some(Cow::Owned(value.to_owned()))))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Scalar<'de>, E> {
        Ok(Scalar(Some(Cow::Borrowed(if value { "true" } else { "false" }))))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Scalar<'de>, E> {
        Ok(Scalar(Some(Cow::Owned(value.to_string()))))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Scalar<'de>, E> {
        Ok(Scalar(Some(Cow::Owned(value.to_string()))))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Scalar<'de>, E> {
        Ok(Scalar(Some(Cow::Owned(value.to_string()))))
    }

    fn visit_unit<E>(self) -> Result<Scalar<'de>, E> {
        Ok(Scalar(None))
    }
}

#[cfg(test)]
mod tests {
    use super::Row;

    #[test]
    fn a_row_takes_flat_names_numbers_as_text_and_ignores_what_it_does_not_know() {
        let text = r#"{"email":"a@example.com","home country":"US","work_city":"Erie","mobile_phone":5551234,
            "cf:tier":true,"unknown":"x","last_name":null}"#;
        let row: Row<'_> = serde_json::from_str(text).unwrap();
        assert_eq!(row.email.as_deref(), Some("a@example.com"));
        assert_eq!(row.addresses, [("home", "country", "US".into()), ("work", "city", "Erie".into())]);
        assert_eq!(row.phones, [("mobile", "5551234".into())]);
        assert_eq!(row.custom, [("tier".into(), "true".into())]);
        assert_eq!(row.last_name, None);
    }
}
