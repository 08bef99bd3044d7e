//! What must be in no log and no metric, however it is written there.

use url::form_urlencoded::byte_serialize;

/// Of a secret, so many characters at its beginning or end already say too much.
const TELLING: usize = 16;

/// Texts that belong to somebody, each with what it is.
#[derive(Debug, Clone, Default)]
pub struct Private {
    /// What it is, and the text in small letters.
    texts: Vec<(String, String)>,
}

impl Private {
    /// One more token, code, password or cookie. A part of it is as bad as the whole.
    #[must_use]
    pub fn secret(mut self, what: &str, secret: &str) -> Self {
        assert!(secret.len() >= 8, "{what} is too short to be told from other text: {secret}");
        self.add(what, secret);
        let characters: Vec<char> = secret.chars().collect();
        if characters.len() >= 2 * TELLING {
            self.add(what, &characters[..TELLING].iter().collect::<String>());
            self.add(what, &characters[characters.len() - TELLING..].iter().collect::<String>());
        }
        self
    }

    /// One more address, name or other value of a person.
    #[must_use]
    pub fn personal(mut self, what: &str, value: &str) -> Self {
        assert!(value.len() >= 6, "{what} is too short to be told from other text: {value}");
        self.add(what, value);
        self
    }

    /// Several of the same kind.
    #[must_use]
    pub fn secrets(self, what: &str, secrets: impl IntoIterator<Item = String>) -> Self {
        secrets.into_iter().fold(self, |private, secret| private.secret(what, &secret))
    }

    /// What of it a line holds.
    pub(crate) fn found_in<'a>(&'a self, line: &str) -> impl Iterator<Item = String> + 'a {
        let line = line.to_lowercase();
        let mut found: Vec<&str> = self
            .texts
            .iter()
            .filter(|(_, text)| line.contains(text.as_str()))
            .map(|(what, _)| what.as_str())
            .collect();
        found.dedup();
        found.into_iter().map(|what| format!("it holds {what}"))
    }

    /// As it is, as in an address, and as in the form for debugging.
    fn add(&mut self, what: &str, text: &str) {
        let in_address: String = byte_serialize(text.as_bytes()).collect();
        let escaped = text.escape_debug().to_string();
        let json = serde_json::to_string(text).unwrap();
        for form in [text, &in_address, &in_address.replace('+', "%20"), &escaped, json.trim_matches('"')] {
            let form = (what.to_owned(), form.to_lowercase());
            if !self.texts.contains(&form) {
                self.texts.push(form);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_found_in_each_of_its_forms() {
        let private = Private::default()
            .personal("an address", "Jörg.O'Neil@example.com")
            .secret("a token", "0123456789abcdef-in-the-middle-fedcba9876543210");
        for line in [
            "jörg.o'neil@EXAMPLE.com",
            "/connections?q=J%C3%B6rg.O%27Neil%40example.com",
            "a token that begins with 0123456789ABCDEF...",
            "...fedcba9876543210",
        ] {
            assert_eq!(private.found_in(line).count(), 1, "{line}");
        }
        assert_eq!(private.found_in("export-1 has 12 rows at exports.example.com").count(), 0);
    }
}
