//! What is said once about the last action, on the page after it.

use axum::http::{HeaderMap, HeaderValue};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use console::Level;
use identity::PublicAddress;

use super::cookies::cookie;

/// Browsers drop cookies of more than 4096 bytes; nobody reads that much either.
const LONGEST: usize = 1_500;

/// How the last action ended, in one or two sentences. It travels in a cookie that only this origin can set, and is
/// escaped like any other text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    level: Level,
    text: String,
}

impl Notice {
    /// It worked.
    pub fn success(text: impl Into<String>) -> Self {
        Self { level: Level::Success, text: text.into() }
    }

    /// It worked, and something should be known about it.
    pub fn warning(text: impl Into<String>) -> Self {
        Self { level: Level::Warning, text: text.into() }
    }

    /// It did not work.
    pub fn error(text: impl Into<String>) -> Self {
        Self { level: Level::Error, text: text.into() }
    }

    /// Good to know.
    pub fn information(text: impl Into<String>) -> Self {
        Self { level: Level::Information, text: text.into() }
    }

    pub(super) const fn level(&self) -> Level {
        self.level
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The `Set-Cookie` header that brings it to the next page, which follows at once.
    pub(super) fn cookie(&self, address: &PublicAddress) -> Option<HeaderValue> {
        let end = self.text.floor_char_boundary(LONGEST);
        let text = self.text.get(..end)?;
        let value = URL_SAFE_NO_PAD.encode(format!("{}{text}", letter(self.level)));
        set(address, &value, 60)
    }

    /// What the request brings along.
    pub(super) fn read(headers: &HeaderMap, address: &PublicAddress) -> Option<Self> {
        let value = cookie(headers, &name(address)).filter(|value| !value.is_empty())?;
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(value).ok()?).ok()?;
        let (letter, text) = text.split_at_checked(1)?;
        Some(Self { level: level(letter)?, text: text.to_owned() })
    }

    /// The `Set-Cookie` header once it was said.
    pub(super) fn forget(address: &PublicAddress) -> Option<HeaderValue> {
        set(address, "", 0)
    }
}

fn set(address: &PublicAddress, value: &str, seconds: u32) -> Option<HeaderValue> {
    let secure = if address.is_secure() { "; Secure" } else { "" };
    let name = name(address);
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}; Max-Age={seconds}");
    HeaderValue::try_from(text).ok()
}

/// The same rule as for the cookies of a session (`identity::Cookies`).
fn name(address: &PublicAddress) -> String {
    let prefix = if address.is_secure() { "__Host-" } else { "" };
    format!("{prefix}segment-export-notice")
}

const fn letter(level: Level) -> char {
    match level {
        Level::Information => 'i',
        Level::Success => 's',
        Level::Warning => 'w',
        Level::Error => 'e',
    }
}

fn level(letter: &str) -> Option<Level> {
    [Level::Information, Level::Success, Level::Warning, Level::Error]
        .into_iter()
        .find(|known| letter.starts_with(self::letter(*known)))
}

#[cfg(test)]
mod tests {
    use axum::http::header::COOKIE;

    use super::*;

    fn sent_back(notice: &Notice, address: &PublicAddress) -> Option<Notice> {
        let cookie = notice.cookie(address).unwrap();
        let pair = cookie.to_str().unwrap().split(';').next().unwrap().to_owned();
        let headers = HeaderMap::from_iter([(COOKIE, HeaderValue::try_from(pair).unwrap())]);
        Notice::read(&headers, address)
    }

    #[test]
    fn it_survives_the_cookie() {
        for address in ["https://exports.example.com", "http://127.0.0.1:8080"] {
            let address = PublicAddress::parse(address).unwrap();
            for notice in [
                Notice::success("Saved."),
                Notice::warning("Größe; <b>"),
                Notice::error(""),
                Notice::information("a"),
            ] {
                assert_eq!(sent_back(&notice, &address), Some(notice));
            }
        }
    }

    #[test]
    fn a_long_text_is_cut_and_still_fits() {
        let address = PublicAddress::parse("https://exports.example.com").unwrap();
        let notice = Notice::success("ä".repeat(5_000));
        assert!(notice.cookie(&address).unwrap().len() < 4_096);
        assert!(sent_back(&notice, &address).unwrap().text().starts_with("ää"));
    }

    #[test]
    fn whatever_else_the_cookie_holds_is_ignored() {
        let address = PublicAddress::parse("http://127.0.0.1:8080").unwrap();
        for value in ["", "%", "eA", "_w"] {
            let pair = format!("segment-export-notice={value}");
            let headers = HeaderMap::from_iter([(COOKIE, HeaderValue::try_from(pair).unwrap())]);
            assert_eq!(Notice::read(&headers, &address), None, "{value}");
        }
    }
}
