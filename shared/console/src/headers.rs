//! The response headers that belong to every page of the console.

use url::Url;

/// `Cache-Control` of pages and fragments: they are about people and are nobody else's to keep.
pub const CACHE_CONTROL: &str = "no-store";

/// The `Content-Security-Policy` of every page.
///
/// Nothing but our own stylesheet, script and images is loaded, nothing inline runs, and nobody may frame the console.
/// `form_destinations` are the addresses outside the console that a form may end at through redirects, such as the
/// authorization page of Constant Contact and the sign-in page of the identity provider: browsers apply `form-action`
/// to every redirect that follows a form (observed in Chromium; the standard leaves it open). Only their origins are
/// used, so nothing else of them can get into the policy.
#[must_use]
pub fn content_security_policy(form_destinations: &[Url]) -> String {
    let mut form_action = String::from("'self'");
    for origin in form_destinations.iter().map(Url::origin).filter(url::Origin::is_tuple) {
        let origin = origin.ascii_serialization();
        if !form_action.split(' ').any(|known| known == origin) {
            form_action.push(' ');
            form_action.push_str(&origin);
        }
    }
    format!(
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; \
         form-action {form_action}; frame-ancestors 'none'; base-uri 'none'"
    )
}

/// Names (lower case) and values of the headers of every page; see [`content_security_policy`] for the destinations.
///
/// The referrer policy is `same-origin` and not `no-referrer`: with the latter, browsers send `Origin: null` with our
/// own forms (Fetch standard, "append a request `Origin` header"), and a check of the origin could not tell them from
/// forms of somebody else.
#[must_use]
pub fn page_headers(form_destinations: &[Url]) -> [(&'static str, String); 8] {
    [
        ("content-type", "text/html; charset=utf-8".to_owned()),
        ("cache-control", CACHE_CONTROL.to_owned()),
        ("content-security-policy", content_security_policy(form_destinations)),
        ("x-content-type-options", "nosniff".to_owned()),
        ("referrer-policy", "same-origin".to_owned()),
        (
            "permissions-policy",
            "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()".to_owned(),
        ),
        ("cross-origin-opener-policy", "same-origin".to_owned()),
        ("cross-origin-resource-policy", "same-origin".to_owned()),
    ]
}
