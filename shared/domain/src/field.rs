//! The fields of a contact that an import can set, with their limits.
//!
//! Names and lengths come from Constant Contact's V3 contract, model `JsonImportContact`. That of phones is the one of its
//! contact resource, 25: the import's own model says 50, which no contact could hold.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A field of an import row other than the address, which every row has.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Field {
    /// One of the service's own fields.
    Standard(StandardField),
    /// A custom field of the account, by its `name` (never by its label), sent as `cf:name`.
    Custom(CustomFieldName),
}

/// How a value must look for the service to take it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueKind {
    /// Any text, cut at the field's length.
    Text,
    /// A whole number from 1 to this one, sent as a number.
    NumberUpTo(u8),
    /// A date in one of the forms that the contract lists for anniversaries.
    Date,
    /// A phone number in any form, whole or not at all: a part of it is another number.
    Phone,
    /// A number in the United States that text messages go to: ten digits.
    TextMessageNumber,
}

macro_rules! standard_fields {
    ($($(#[$documentation:meta])* $variant:ident = $name:literal, $kind:expr, $characters:literal;)*) => {
        /// The fields that every account has.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum StandardField {
            $($(#[$documentation])* $variant,)*
        }

        impl StandardField {
            /// Every field, in the order of the contract.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name in an import row.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// How a value must look.
            #[must_use]
            pub const fn kind(self) -> ValueKind {
                match self { $(Self::$variant => $kind,)* }
            }

            /// The greatest length of a value, in characters.
            #[must_use]
            pub const fn max_characters(self) -> usize {
                match self { $(Self::$variant => $characters,)* }
            }
        }
    };
}

standard_fields! {
    /// First name.
    FirstName = "first_name", ValueKind::Text, 50;
    /// Last name.
    LastName = "last_name", ValueKind::Text, 50;
    /// Job title.
    JobTitle = "job_title", ValueKind::Text, 50;
    /// Company.
    CompanyName = "company_name", ValueKind::Text, 50;
    /// Month of birth; only together with the day.
    BirthdayMonth = "birthday_month", ValueKind::NumberUpTo(12), 2;
    /// Day of birth; only together with the month.
    BirthdayDay = "birthday_day", ValueKind::NumberUpTo(31), 2;
    /// Anniversary.
    Anniversary = "anniversary", ValueKind::Date, 10;
    /// Phone, of the kind *other*.
    Phone = "phone", ValueKind::Phone, 25;
    /// Phone at home.
    HomePhone = "home_phone", ValueKind::Phone, 25;
    /// Phone at work.
    WorkPhone = "work_phone", ValueKind::Phone, 25;
    /// Mobile phone.
    MobilePhone = "mobile_phone", ValueKind::Phone, 25;
    /// Another phone.
    OtherPhone = "other_phone", ValueKind::Phone, 25;
    /// Street (of the home address).
    Street = "street", ValueKind::Text, 255;
    /// Second line of the street; the service appends it to the first.
    Street2 = "street2", ValueKind::Text, 255;
    /// City.
    City = "city", ValueKind::Text, 50;
    /// State or province.
    State = "state", ValueKind::Text, 50;
    /// Postal code.
    Zip = "zip", ValueKind::Text, 50;
    /// Country.
    Country = "country", ValueKind::Text, 50;
    /// Street of the home address.
    HomeStreet = "home_street", ValueKind::Text, 255;
    /// Second line of the home street.
    HomeStreet2 = "home_street2", ValueKind::Text, 255;
    /// City of the home address.
    HomeCity = "home_city", ValueKind::Text, 50;
    /// State of the home address.
    HomeState = "home_state", ValueKind::Text, 50;
    /// Postal code of the home address.
    HomeZip = "home_zip", ValueKind::Text, 50;
    /// Country of the home address.
    HomeCountry = "home_country", ValueKind::Text, 50;
    /// Street of the work address.
    WorkStreet = "work_street", ValueKind::Text, 255;
    /// Second line of the work street.
    WorkStreet2 = "work_street2", ValueKind::Text, 255;
    /// City of the work address.
    WorkCity = "work_city", ValueKind::Text, 50;
    /// State of the work address.
    WorkState = "work_state", ValueKind::Text, 50;
    /// Postal code of the work address.
    WorkZip = "work_zip", ValueKind::Text, 50;
    /// Country of the work address.
    WorkCountry = "work_country", ValueKind::Text, 50;
    /// Street of another address.
    OtherStreet = "other_street", ValueKind::Text, 255;
    /// Second line of the other street.
    OtherStreet2 = "other_street2", ValueKind::Text, 255;
    /// City of another address.
    OtherCity = "other_city", ValueKind::Text, 50;
    /// State of another address.
    OtherState = "other_state", ValueKind::Text, 50;
    /// Postal code of another address.
    OtherZip = "other_zip", ValueKind::Text, 50;
    /// Country of another address.
    OtherCountry = "other_country", ValueKind::Text, 50;
    /// Number for text messages (United States only, ten digits).
    SmsNumber = "sms_number", ValueKind::TextMessageNumber, 16;
    /// When the person agreed to text messages.
    SmsConsentDate = "sms_consent_date", ValueKind::Date, 16;
}

impl StandardField {
    /// Whether this is one of the kinds of phone, of which a contact holds at most three.
    #[must_use]
    pub const fn is_phone(self) -> bool {
        matches!(self, Self::Phone | Self::HomePhone | Self::WorkPhone | Self::MobilePhone | Self::OtherPhone)
    }
}

/// The greatest length of a custom field's value, in characters (V3 contract).
pub const CUSTOM_VALUE_CHARACTERS: usize = 255;

/// The `name` of a custom field as the service reports it: 1 to 50 characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CustomFieldName(String);

impl CustomFieldName {
    /// The name as text, without `cf:`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A text that names no field of an import.
#[derive(Debug, thiserror::Error)]
#[error(
    "{0:?} is no field of a contact; use first_name, last_name, job_title, company_name, phone, street, city ... \
     or cf:NAME for a custom field"
)]
pub struct UnknownField(String);

impl Field {
    /// The field of an import row called `name`; `cf:` introduces a custom field.
    ///
    /// # Errors
    /// [`UnknownField`] when there is none of that name.
    pub fn parse(name: &str) -> Result<Self, UnknownField> {
        let unknown = || UnknownField(name.to_owned());
        if let Some(custom) = name.strip_prefix("cf:") {
            let length = custom.chars().count();
            if custom.trim() != custom || !(1..=50).contains(&length) || custom.chars().any(char::is_control)
            {
                return Err(unknown());
            }
            return Ok(Self::Custom(CustomFieldName(custom.to_owned())));
        }
        let found = StandardField::ALL.iter().find(|field| field.name() == name);
        found.map(|field| Self::Standard(*field)).ok_or_else(unknown)
    }

    /// How a value must look.
    #[must_use]
    pub const fn kind(&self) -> ValueKind {
        match self {
            Self::Standard(field) => field.kind(),
            Self::Custom(_) => ValueKind::Text,
        }
    }

    /// The greatest length of a value, in characters.
    #[must_use]
    pub const fn max_characters(&self) -> usize {
        match self {
            Self::Standard(field) => field.max_characters(),
            Self::Custom(_) => CUSTOM_VALUE_CHARACTERS,
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Standard(field) => formatter.write_str(field.name()),
            Self::Custom(name) => write!(formatter, "cf:{}", name.as_str()),
        }
    }
}

impl TryFrom<String> for Field {
    type Error = UnknownField;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        Self::parse(&name)
    }
}

impl From<Field> for String {
    fn from(field: Field) -> Self {
        field.to_string()
    }
}
