//! The address under which people reach the product, and the check that a request came from there.

use url::{Host, Url};

use crate::return_path::ReturnPath;

/// Where the console stands: an origin, never taken from a request's Host header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicAddress {
    origin: String,
    secure: bool,
}

/// Why an address cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum AddressError {
    /// Not an address at all.
    #[error("it is not an address; write it like https://exports.example.com")]
    NotAnAddress(#[source] url::ParseError),
    /// Tokens would travel readable for everybody on the way.
    #[error(
        "it must begin with https://; plain http is accepted on this machine's own loopback address only"
    )]
    NotEncrypted,
    /// More than the use allows: a path where none may be, a query, a fragment, or a user name.
    #[error("it must hold nothing more than scheme, host, port and, where one is expected, a path")]
    Cluttered,
}

impl PublicAddress {
    /// Reads the setting. The console stands at the root of its address, because cookies with the `__Host-` prefix
    /// do; a single trailing slash is forgiven.
    ///
    /// # Errors
    /// [`AddressError`] when it is no address, has more than an origin, or is neither https nor on loopback.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let url = checked(text)?;
        if url.path() != "/" || url.query().is_some() {
            return Err(AddressError::Cluttered);
        }
        Ok(Self { origin: url.origin().ascii_serialization(), secure: url.scheme() == "https" })
    }

    /// Scheme, host and port as browsers write them in `Origin`; without a trailing slash.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Whether it is https. Cookies have plain names without `Secure` otherwise.
    #[must_use]
    pub const fn is_secure(&self) -> bool {
        self.secure
    }

    /// The full address of one of the console's pages.
    #[must_use]
    pub fn page(&self, path: &ReturnPath) -> String {
        format!("{}{}", self.origin, path.as_str())
    }

    /// Whether a request's `Origin` header says that one of our own pages sent it. Call it for every request that
    /// changes something and is authenticated by cookie. A request without the header is not ours: browsers send it
    /// with every POST (Fetch standard).
    #[must_use]
    pub fn is_own_origin(&self, origin: Option<&str>) -> bool {
        origin == Some(self.origin.as_str())
    }
}

/// An address that is https, or http on loopback, without user name and fragment.
pub(crate) fn checked(text: &str) -> Result<Url, AddressError> {
    let url = Url::parse(text).map_err(AddressError::NotAnAddress)?;
    if url.scheme() != "https" && !(url.scheme() == "http" && is_loopback(&url)) {
        return Err(AddressError::NotEncrypted);
    }
    if url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
        return Err(AddressError::Cluttered);
    }
    Ok(url)
}

pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_in_the_browsers_own_form() {
        let address = PublicAddress::parse("https://Exports.Example.com:443/").unwrap();
        assert_eq!(address.origin(), "https://exports.example.com");
        assert!(address.is_secure());
        let local = PublicAddress::parse("http://127.0.0.1:8080").unwrap();
        assert_eq!(local.origin(), "http://127.0.0.1:8080");
        assert!(!local.is_secure());
        assert_eq!(
            local.page(&ReturnPath::parse("/exports?q=a").unwrap()),
            "http://127.0.0.1:8080/exports?q=a"
        );
    }

    #[rstest::rstest]
    #[case("http://exports.example.com")]
    #[case("https://exports.example.com/stage")]
    #[case("https://exports.example.com/?a=b")]
    #[case("https://exports.example.com/#a")]
    #[case("https://ann@exports.example.com")]
    #[case("http://127.0.0.1.example.com")]
    #[case("file:///tmp")]
    #[case("exports.example.com")]
    fn anything_else_is_refused(#[case] text: &str) {
        assert!(PublicAddress::parse(text).is_err(), "{text}");
    }

    #[test]
    fn only_the_same_origin_is_ours() {
        let address = PublicAddress::parse("https://exports.example.com").unwrap();
        assert!(address.is_own_origin(Some("https://exports.example.com")));
        for foreign in [
            None,
            Some(""),
            Some("null"),
            Some("http://exports.example.com"),
            Some("https://exports.example.com:8443"),
            Some("https://exports.example.com.example.net"),
            Some("https://example.com"),
        ] {
            assert!(!address.is_own_origin(foreign), "{foreign:?}");
        }
    }
}
