//! The fields of a form as the browser sent them.

use url::form_urlencoded;

/// Names and values in the order in which they stand in the form; a name may come several times, and one that does not
/// come reads as empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FormFields(Vec<(String, String)>);

impl FormFields {
    /// Reads `application/x-www-form-urlencoded`; the query of an address has the same form.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Self {
        Self(form_urlencoded::parse(bytes).into_owned().collect())
    }

    /// The first value of that name; empty when there is none.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.all(name).next().unwrap_or_default()
    }

    /// The first value of that name, unless it is blank; without the blanks around it.
    #[must_use]
    pub fn filled(&self, name: &str) -> Option<&str> {
        Some(self.text(name).trim()).filter(|text| !text.is_empty())
    }

    /// Whether the box of that name was ticked.
    #[must_use]
    pub fn is_checked(&self, name: &str) -> bool {
        self.all(name).next().is_some()
    }

    /// Every value of that name.
    pub fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_by_name() {
        let fields = FormFields::parse(b"name=+News+%26+offers&segment=a&segment=b&agreed=yes&empty=");
        assert_eq!(fields.text("name"), " News & offers");
        assert_eq!(fields.filled("name"), Some("News & offers"));
        assert_eq!(fields.all("segment").collect::<Vec<_>>(), ["a", "b"]);
        assert!(fields.is_checked("agreed") && !fields.is_checked("other"));
        assert_eq!((fields.text("other"), fields.filled("empty")), ("", None));
        assert_eq!(fields.iter().count(), 5);
    }
}
