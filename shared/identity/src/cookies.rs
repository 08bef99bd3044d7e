//! The cookies of the console: their names, what they may hold, and how they are read.

use domain::Sensitive;

use crate::address::PublicAddress;
use crate::forms::FormSecret;

/// Browsers drop a cookie whose name, value and attributes have more bytes than this (RFC 6265, section 6.1).
const LARGEST: usize = 4096;

/// How long a sign-in may take, in seconds.
pub(crate) const SIGN_IN_SECONDS: i64 = 600;

const SESSION: &str = "session";
const FORM: &str = "form";
const SIGN_IN: &str = "sign-in";

/// Names and attributes of our cookies. Over https they have the `__Host-` prefix, which keeps other hosts of the same
/// domain from setting them; over http on loopback, where browsers refuse the prefix, a plain name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cookies {
    secure: bool,
}

/// A `Set-Cookie` header's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetCookie(Sensitive<String>);

/// The session does not fit into a cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the identity token is too large for a cookie; let the identity provider put fewer groups and claims into it"
)]
pub struct CookieTooLarge;

impl SetCookie {
    /// The value for a `Set-Cookie` header; each cookie needs a header of its own.
    #[must_use]
    pub fn header_value(&self) -> &str {
        self.0.expose()
    }

    /// Name and value alone, as the browser sends them back in its `Cookie` header.
    #[must_use]
    pub fn name_and_value(&self) -> &str {
        let text = self.header_value();
        text.split_once(';').map_or(text, |(pair, _)| pair)
    }
}

impl Cookies {
    /// The cookies of the console at `address`.
    #[must_use]
    pub const fn of(address: &PublicAddress) -> Self {
        Self { secure: address.is_secure() }
    }

    /// The identity token in a request's `Cookie` headers. It still has to be verified.
    pub fn session<'a>(&self, headers: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
        read(headers, &self.name(SESSION))
    }

    /// The secret of this browser's forms. Where a session has none, begin a silent sign-in, which sets one.
    pub fn form_secret<'a>(&self, headers: impl IntoIterator<Item = &'a str>) -> Option<FormSecret> {
        FormSecret::read(read(headers, &self.name(FORM))?)
    }

    pub(crate) fn sign_in<'a>(
        &self,
        headers: impl IntoIterator<Item = &'a str>,
        state: &str,
    ) -> Option<&'a str> {
        read(headers, &self.sign_in_name(state))
    }

    /// The cookies of a session: the verified identity token and the secret of the forms. They last until the browser
    /// is closed; the token ends earlier and is renewed silently. [`SignIn`](crate::SignIn) sets them.
    ///
    /// # Errors
    /// [`CookieTooLarge`] when the token does not fit into a cookie.
    pub fn set_session(&self, token: &str, forms: &FormSecret) -> Result<[SetCookie; 2], CookieTooLarge> {
        Ok([self.set(&self.name(SESSION), token, None)?, self.set(&self.name(FORM), forms.text(), None)?])
    }

    pub(crate) fn set_sign_in(&self, state: &str, value: &str) -> Result<SetCookie, CookieTooLarge> {
        self.set(&self.sign_in_name(state), value, Some(SIGN_IN_SECONDS))
    }

    pub(crate) fn clear_sign_in(&self, state: &str) -> SetCookie {
        self.clear_named(&self.sign_in_name(state))
    }

    /// Ends the session in this browser.
    #[must_use]
    pub fn clear(self) -> Vec<SetCookie> {
        [SESSION, FORM].iter().map(|name| self.clear_named(&self.name(name))).collect()
    }

    fn set(
        &self,
        name: &str,
        value: &str,
        lifetime_seconds: Option<i64>,
    ) -> Result<SetCookie, CookieTooLarge> {
        let secure = if self.secure { "; Secure" } else { "" };
        let lifetime = lifetime_seconds.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
        let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{lifetime}");
        if text.len() > LARGEST { Err(CookieTooLarge) } else { Ok(SetCookie(Sensitive::new(text))) }
    }

    fn clear_named(self, name: &str) -> SetCookie {
        let secure = if self.secure { "; Secure" } else { "" };
        SetCookie(Sensitive::new(format!("{name}=; Path=/; HttpOnly; SameSite=Lax{secure}; Max-Age=0")))
    }

    fn name(self, name: &str) -> String {
        let prefix = if self.secure { "__Host-" } else { "" };
        format!("{prefix}segment-export-{name}")
    }

    /// One for each sign-in: two tabs may be at it at once. The caller has checked what `state` is made of.
    fn sign_in_name(self, state: &str) -> String {
        self.name(&format!("{SIGN_IN}-{}", state.get(..8).unwrap_or_default()))
    }
}

/// The first cookie of that name in `Cookie` headers.
fn read<'a>(headers: impl IntoIterator<Item = &'a str>, name: &str) -> Option<&'a str> {
    headers
        .into_iter()
        .flat_map(|header| header.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .find(|(given, value)| *given == name && !value.is_empty())
        .map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use domain::ManualRandom;

    use super::*;

    fn cookies(address: &str) -> Cookies {
        Cookies::of(&PublicAddress::parse(address).unwrap())
    }

    fn secret() -> FormSecret {
        FormSecret::new(&ManualRandom::new(3))
    }

    #[test]
    fn https_has_the_host_prefix_and_loopback_a_plain_name() {
        let [secure, form] = cookies("https://exports.example.com").set_session("a.b.c", &secret()).unwrap();
        assert_eq!(
            secure.header_value(),
            "__Host-segment-export-session=a.b.c; Path=/; HttpOnly; SameSite=Lax; Secure"
        );
        assert!(form.header_value().starts_with("__Host-segment-export-form="));
        let local = cookies("http://127.0.0.1:8080");
        let [plain, form] = local.set_session("a.b.c", &secret()).unwrap();
        assert_eq!(plain.header_value(), "segment-export-session=a.b.c; Path=/; HttpOnly; SameSite=Lax");
        assert!(!format!("{plain:?}").contains("a.b.c"));
        assert_eq!(local.form_secret([plain.name_and_value(), form.name_and_value()]), Some(secret()));
    }

    #[test]
    fn what_a_sign_in_remembers_lasts_ten_minutes() {
        let state = "abcdefghijkl";
        let cookies = cookies("https://exports.example.com");
        let set = cookies.set_sign_in(state, "value").unwrap();
        assert_eq!(
            set.header_value(),
            "__Host-segment-export-sign-in-abcdefgh=value; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=600"
        );
        assert_eq!(cookies.sign_in([set.name_and_value()], state), Some("value"));
        assert_eq!(cookies.sign_in([set.name_and_value()], "another-state"), None);
    }

    #[test]
    fn a_cookie_is_found_among_others_and_only_under_its_whole_name() {
        let cookies = cookies("https://exports.example.com");
        let headers =
            ["other=1; x__Host-segment-export-session=no", "a=b;__Host-segment-export-session=a.b=c ; d=e"];
        assert_eq!(cookies.session(headers), Some("a.b=c"));
        assert_eq!(cookies.session(["segment-export-session=plain"]), None);
        assert_eq!(cookies.session(["__Host-segment-export-session="]), None);
        assert_eq!(cookies.session([]), None);
    }

    #[test]
    fn what_a_browser_would_drop_is_refused() {
        let cookies = cookies("https://exports.example.com");
        assert_eq!(cookies.set_session(&"a".repeat(LARGEST), &secret()), Err(CookieTooLarge));
    }

    #[test]
    fn signing_out_ends_every_cookie_of_the_session() {
        let cleared = cookies("https://exports.example.com").clear();
        assert_eq!(cleared.len(), 2);
        assert!(cleared.iter().all(|cookie| cookie.header_value().ends_with("; Secure; Max-Age=0")));
    }
}
