//! Where a person goes on after signing in: a path of the console and nothing else.

use std::fmt;
use std::str::FromStr;

/// Longer ones would not leave room in the cookie that carries them.
const LONGEST: usize = 1024;

/// A path within the console, with its query; it cannot lead to another site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnPath(String);

/// The text could lead away from the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is not a path of this site; it must begin with one slash and hold only characters of an address")]
pub struct NotAReturnPath;

impl ReturnPath {
    /// The console's first page.
    #[must_use]
    pub fn home() -> Self {
        Self("/".to_owned())
    }

    /// Reads a path, from a request's own address or from a parameter.
    ///
    /// # Errors
    /// [`NotAReturnPath`] when a browser could take it for another site's address: one without a leading slash, with
    /// an empty segment (`//`), a backslash, a space, a control character or anything outside ASCII, or a fragment.
    pub fn parse(text: &str) -> Result<Self, NotAReturnPath> {
        let path = text.split_once('?').map_or(text, |(path, _)| path);
        let sound = text.len() <= LONGEST
            && path.starts_with('/')
            && !path.contains("//")
            // Browsers drop tabs and line ends, and read a backslash as a slash (URL standard).
            && text.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'\\' | b'#' | b'"' | b'<' | b'>'));
        if sound { Ok(Self(text.to_owned())) } else { Err(NotAReturnPath) }
    }

    /// Reads a path that a request brought; whatever is not one leads to the console's first page.
    #[must_use]
    pub fn or_home(text: Option<&str>) -> Self {
        text.and_then(|text| Self::parse(text).ok()).unwrap_or_else(Self::home)
    }

    /// The path, beginning with a slash.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ReturnPath {
    type Err = NotAReturnPath;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl fmt::Display for ReturnPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;

    #[rstest::rstest]
    #[case("/")]
    #[case("/exports/42?tab=runs&next=https://example.com//x")]
    #[case("/a/%2e%2e/b")]
    fn paths_of_the_console_are_kept(#[case] text: &str) {
        assert_eq!(ReturnPath::parse(text).unwrap().as_str(), text);
        let base = Url::parse("https://exports.example.com").unwrap();
        assert_eq!(base.join(text).unwrap().origin(), base.origin());
    }

    #[rstest::rstest]
    #[case("")]
    #[case("exports")]
    #[case("//example.net")]
    #[case("/\\example.net")]
    #[case("\\\\example.net")]
    #[case("/\t/example.net")]
    #[case("/\r\nLocation: https://example.net")]
    #[case("https://example.net")]
    #[case("javascript:alert(1)")]
    #[case(" /exports")]
    #[case("/..//example.net")]
    #[case("/exports#top")]
    #[case("/\u{2215}example.net")]
    #[case("/exports\u{0}")]
    fn everything_else_leads_home(#[case] text: &str) {
        assert_eq!(ReturnPath::parse(text), Err(NotAReturnPath), "{text:?}");
        assert_eq!(ReturnPath::or_home(Some(text)), ReturnPath::home());
    }

    #[test]
    fn a_path_that_would_not_fit_leads_home() {
        let long = format!("/{}", "a".repeat(LONGEST));
        assert_eq!(ReturnPath::or_home(Some(&long)), ReturnPath::home());
        assert_eq!(ReturnPath::or_home(None), ReturnPath::home());
    }
}
