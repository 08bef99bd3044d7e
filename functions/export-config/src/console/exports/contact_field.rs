//! The fields of a contact, in words.

use configuration::CustomFieldItem;
use domain::field::StandardField;

/// What people call a field, `first_name` or `cf:hobby`.
pub(in crate::console) fn label(field: &str, custom: &[CustomFieldItem]) -> String {
    match field.strip_prefix("cf:") {
        Some(name) => {
            custom.iter().find(|item| item.name == name).map_or(name, |item| &item.label).to_owned()
        }
        None => standard(field),
    }
}

/// Every standard field with its words, in the order of Constant Contact's V3 contract.
pub(super) fn standard_fields() -> impl Iterator<Item = (&'static str, String)> {
    StandardField::ALL.iter().map(|field| (field.name(), standard(field.name())))
}

fn standard(name: &str) -> String {
    let (base, kind) = ["home", "work", "other"]
        .into_iter()
        .find_map(|kind| Some((name.strip_prefix(kind)?.strip_prefix('_')?, Some(kind))))
        .unwrap_or((name, None));
    let words = match base {
        "first_name" => "First name",
        "last_name" => "Last name",
        "job_title" => "Job title",
        "company_name" => "Company",
        "birthday_month" => "Month of birth (1 to 12)",
        "birthday_day" => "Day of birth (1 to 31)",
        "anniversary" => "Anniversary",
        "phone" => "Phone",
        "mobile_phone" => "Mobile phone",
        "street" => "Street",
        "street2" => "Street, second line",
        "city" => "City",
        "state" => "State or province",
        "zip" => "Postal code",
        "country" => "Country",
        "sms_number" => "Number for text messages (United States)",
        "sms_consent_date" => "Date of consent to text messages",
        other => other,
    };
    match kind {
        Some(kind) => format!("{words} ({kind})"),
        None => words.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_has_words_of_its_own() {
        let mut words: Vec<String> = standard_fields().map(|(_, words)| words).collect();
        assert!(words.iter().all(|words| !words.contains('_')), "{words:?}");
        let count = words.len();
        words.sort();
        words.dedup();
        assert_eq!(words.len(), count);
    }

    #[test]
    fn a_custom_field_is_called_by_its_label() {
        let hobby =
            CustomFieldItem { label: "Favourite hobby".to_owned(), name: "hobby".to_owned(), kind: None };
        assert_eq!(label("cf:hobby", &[hobby]), "Favourite hobby");
        assert_eq!(label("cf:unknown", &[]), "unknown");
        assert_eq!(label("work_city", &[]), "City (work)");
    }
}
