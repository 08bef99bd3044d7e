//! Which column of a segment becomes which field of a contact.

use serde::{Deserialize, Serialize};

use crate::field::{Field, StandardField};

/// The name of the identity column when an export names no other.
pub const DEFAULT_IDENTITY_COLUMN: &str = "CustomerId";

/// At most this many custom fields fit one contact (V3 contract).
pub const MAX_CUSTOM_FIELDS: usize = 25;

/// At most this many phones fit one contact (V3 contract).
pub const MAX_PHONES: usize = 3;

/// Where the value of a field comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A column of the segment, found by name: exactly, then without case.
    Column(String),
    /// The same text for everybody.
    Constant(String),
}

/// One field and where its value comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attribute {
    /// The field of the contact.
    pub field: Field,
    /// Where its value comes from.
    pub source: Source,
}

/// The mapping of an export. It can only be made whole: an address column, and no field twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "MappingParts", into = "MappingParts")]
pub struct Mapping {
    parts: MappingParts,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct MappingParts {
    email_column: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    identity_column: Option<String>,
    #[serde(default)]
    attributes: Vec<Attribute>,
}

/// What is wrong with a mapping.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum MappingError {
    /// No column holds the address.
    #[error("choose the column that holds the e-mail address; without one nothing can be exported")]
    EmailColumnMissing,
    /// A column's or constant's text is blank.
    #[error("the field {0} has a blank column or constant; name a column or remove the field")]
    BlankSource(String),
    /// A field is set twice.
    #[error("the field {0} is mapped twice; keep one of the two")]
    FieldTwice(String),
    /// Month without day, or day without month.
    #[error(
        "a birthday needs both birthday_month and birthday_day; map the other one too or remove this one"
    )]
    HalfBirthday,
    /// More than a contact can hold.
    #[error("a contact holds at most {limit} {what}; remove {surplus}")]
    TooMany {
        /// What there is too much of.
        what: &'static str,
        /// How many fit.
        limit: usize,
        /// How many are over.
        surplus: usize,
    },
}

impl Mapping {
    /// A mapping of `email_column` and the given attributes, in the order in which they are written.
    ///
    /// # Errors
    /// [`MappingError`] names the first rule that does not hold.
    pub fn new(
        email_column: impl Into<String>,
        identity_column: Option<String>,
        attributes: Vec<Attribute>,
    ) -> Result<Self, MappingError> {
        MappingParts { email_column: email_column.into(), identity_column, attributes }.try_into()
    }

    /// The column with the address.
    #[must_use]
    pub fn email_column(&self) -> &str {
        &self.parts.email_column
    }

    /// The identity column that the export names, if it names one; otherwise [`DEFAULT_IDENTITY_COLUMN`] is
    /// used where a snapshot has it.
    #[must_use]
    pub fn identity_column(&self) -> Option<&str> {
        self.parts.identity_column.as_deref()
    }

    /// The other fields, in order.
    #[must_use]
    pub fn attributes(&self) -> &[Attribute] {
        &self.parts.attributes
    }
}

impl TryFrom<MappingParts> for Mapping {
    type Error = MappingError;

    fn try_from(parts: MappingParts) -> Result<Self, Self::Error> {
        if parts.email_column.trim().is_empty() {
            return Err(MappingError::EmailColumnMissing);
        }
        let mut seen = Vec::new();
        for attribute in &parts.attributes {
            let (Source::Column(text) | Source::Constant(text)) = &attribute.source;
            if text.trim().is_empty() {
                return Err(MappingError::BlankSource(attribute.field.to_string()));
            }
            if seen.contains(&&attribute.field) {
                return Err(MappingError::FieldTwice(attribute.field.to_string()));
            }
            seen.push(&attribute.field);
        }
        let has = |field| seen.contains(&&Field::Standard(field));
        if has(StandardField::BirthdayMonth) != has(StandardField::BirthdayDay) {
            return Err(MappingError::HalfBirthday);
        }
        let count = |test: fn(&Field) -> bool| seen.iter().filter(|field| test(field)).count();
        let custom = count(|field| matches!(field, Field::Custom(_)));
        let phones = count(|field| matches!(field, Field::Standard(field) if field.is_phone()));
        for (what, limit, number) in
            [("custom fields", MAX_CUSTOM_FIELDS, custom), ("phones", MAX_PHONES, phones)]
        {
            if number > limit {
                return Err(MappingError::TooMany { what, limit, surplus: number - limit });
            }
        }
        Ok(Self { parts })
    }
}

impl From<Mapping> for MappingParts {
    fn from(mapping: Mapping) -> Self {
        mapping.parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(field: &str, column: &str) -> Attribute {
        Attribute { field: Field::parse(field).unwrap(), source: Source::Column(column.to_owned()) }
    }

    #[test]
    fn a_mapping_that_the_service_could_not_take_cannot_be_made() {
        let make = |attributes| Mapping::new("EMail", None, attributes);
        assert!(make(vec![column("first_name", "FirstName"), column("cf:hobby", "Hobby")]).is_ok());
        assert_eq!(Mapping::new(" ", None, vec![]), Err(MappingError::EmailColumnMissing));
        let twice = make(vec![column("first_name", "A"), column("first_name", "B")]);
        assert_eq!(twice, Err(MappingError::FieldTwice("first_name".to_owned())));
        assert_eq!(make(vec![column("birthday_day", "Day")]), Err(MappingError::HalfBirthday));
        let many = (0..26).map(|number| column(&format!("cf:f{number}"), "A")).collect();
        assert!(matches!(make(many), Err(MappingError::TooMany { surplus: 1, .. })));
    }

    #[test]
    fn json_that_breaks_a_rule_is_refused_like_any_other_input() {
        let text =
            r#"{"email_column":"EMail","attributes":[{"field":"frist_name","source":{"column":"A"}}]}"#;
        let error = serde_json::from_str::<Mapping>(text).unwrap_err().to_string();
        assert!(error.contains("frist_name"), "{error}");
    }
}
