//! Reading the service's JSON forgivingly: absent, null and oddly typed members are all just unknown.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// `null` where a list or an object should be counts as absent.
pub(crate) fn null_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Option::<T>::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// A moment in any of the three forms that were seen: without a fraction, with one, with an offset; or a date
/// alone, which counts as its midnight UTC.
pub(crate) fn moment<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    Ok(value.as_str().and_then(parse_moment))
}

pub(crate) fn parse_moment(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    text.parse::<Timestamp>().ok().or_else(|| {
        let date = text.parse::<jiff::civil::Date>().ok()?;
        date.to_zoned(TimeZone::UTC).ok().map(|midnight| midnight.timestamp())
    })
}

/// A number that is not negative, also when it comes as a text.
pub(crate) fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    Ok(value.as_u64().or_else(|| value.as_str()?.trim().parse().ok()))
}

/// A text; anything else counts as absent.
pub(crate) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::String(text) => Ok(Some(text)),
        _ => Ok(None),
    }
}

/// The `_links` of a page or an activity: absent, null, empty, or with addresses.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Links {
    #[serde(default)]
    pub(crate) next: Option<Link>,
    #[serde(default)]
    pub(crate) results: Option<Link>,
}

/// One address of [`Links`].
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Link {
    #[serde(default, deserialize_with = "text")]
    pub(crate) href: Option<String>,
}

impl Links {
    /// The address of the next page, if it is not the last.
    pub(crate) fn next_href(self) -> Option<String> {
        self.next.and_then(|link| link.href).filter(|href| !href.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_moment_is_read() {
        let expected: Timestamp = "2016-01-23T13:48:44Z".parse().unwrap();
        for text in ["2016-01-23T13:48:44Z", "2016-01-23T13:48:44.000Z", "2016-01-23T08:48:44-05:00"] {
            assert_eq!(parse_moment(text), Some(expected), "{text}");
        }
        assert_eq!(parse_moment("2016-07-08"), "2016-07-08T00:00:00Z".parse().ok());
        assert_eq!(parse_moment("yesterday"), None);
    }

    #[test]
    fn links_may_be_missing_in_every_way() {
        #[derive(Deserialize)]
        struct Page {
            #[serde(default, rename = "_links", deserialize_with = "null_as_default")]
            links: Links,
        }
        let pages = [
            "{}",
            r#"{"_links":null}"#,
            r#"{"_links":{}}"#,
            r#"{"_links":{"next":null}}"#,
            r#"{"_links":{"next":{}}}"#,
            r#"{"_links":{"next":{"href":null}}}"#,
            r#"{"_links":{"next":{"href":""}}}"#,
        ];
        for page in pages {
            assert_eq!(serde_json::from_str::<Page>(page).unwrap().links.next_href(), None, "{page}");
        }
        let page: Page = serde_json::from_str(r#"{"_links":{"next":{"href":"/v3/x?cursor=y"}}}"#).unwrap();
        assert_eq!(page.links.next_href().as_deref(), Some("/v3/x?cursor=y"));
    }
}
