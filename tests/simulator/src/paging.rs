//! Paging: limits, filters and the cursor that carries both, as in recorded answers.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};
use url::form_urlencoded;

use crate::answer::Refusal;
use crate::call::{Call, find, pairs};

/// What a listing was asked for: the query, or what the cursor in it carries.
#[derive(Debug)]
pub(crate) struct Listing {
    pairs: Vec<(String, String)>,
    /// Where this page starts; what it means is the listing's own affair.
    pub(crate) next: Option<i64>,
    pub(crate) limit: u32,
}

impl Listing {
    pub(crate) fn read(call: &Call, default: u32, largest: u32) -> Result<Self, Refusal> {
        let mut pairs = match call.parameter("cursor") {
            Some(cursor) => decode(cursor).ok_or_else(|| Refusal::invalid("cursor"))?,
            None => call.query.clone(),
        };
        let next = match find(&pairs, "next").filter(|_| call.parameter("cursor").is_some()) {
            Some(next) => Some(next.parse().map_err(|_| Refusal::invalid("cursor"))?),
            None => None,
        };
        let limit = match find(&pairs, "limit") {
            Some(limit) => limit
                .parse()
                .ok()
                .filter(|limit| (1..=largest).contains(limit))
                .ok_or_else(|| Refusal::invalid("limit"))?,
            None => default,
        };
        pairs.retain(|(name, _)| name != "next" && name != "limit");
        Ok(Self { pairs, next, limit })
    }

    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        find(&self.pairs, name).filter(|value| !value.is_empty())
    }

    pub(crate) fn flag(&self, name: &str) -> bool {
        self.value(name) == Some("true")
    }

    /// A comma-separated parameter.
    pub(crate) fn values(&self, name: &str) -> Vec<&str> {
        self.value(name).map(|value| value.split(',').map(str::trim).collect()).unwrap_or_default()
    }

    /// The filters and the size, to recognise pages of the same listing.
    pub(crate) fn key(&self) -> String {
        self.encoded(None)
    }

    /// `_links` of a page: `next` is a path without host, and absent on the last page.
    pub(crate) fn links(&self, path: &str, next: Option<i64>) -> Value {
        match next {
            Some(next) => {
                let cursor = STANDARD.encode(self.encoded(Some(next)));
                let query =
                    form_urlencoded::Serializer::new(String::new()).append_pair("cursor", &cursor).finish();
                json!({ "next": { "href": format!("{path}?{query}") } })
            }
            None => Value::Object(Map::new()),
        }
    }

    fn encoded(&self, next: Option<i64>) -> String {
        let mut encoder = form_urlencoded::Serializer::new(String::new());
        encoder.append_pair("limit", &self.limit.to_string());
        if let Some(next) = next {
            encoder.append_pair("next", &next.to_string());
        }
        encoder.extend_pairs(&self.pairs);
        encoder.finish()
    }
}

fn decode(cursor: &str) -> Option<Vec<(String, String)>> {
    let bytes = STANDARD.decode(cursor).or_else(|_| URL_SAFE_NO_PAD.decode(cursor)).ok()?;
    let pairs = pairs(&bytes);
    find(&pairs, "next").is_some().then_some(pairs)
}

/// Remembers where a numbered page ends, so that the next one need not count from the beginning; good only as long
/// as nothing changed, afterwards the page number alone decides, and pages can repeat or skip people.
#[derive(Debug, Default)]
pub(crate) struct PageEnds {
    ends: HashMap<(String, i64), (u64, i64)>,
}

impl PageEnds {
    const MOST: usize = 256;

    pub(crate) fn remember(&mut self, key: String, page: i64, generation: u64, last: i64) {
        if self.ends.len() >= Self::MOST {
            self.ends.clear();
        }
        self.ends.insert((key, page), (generation, last));
    }

    pub(crate) fn end(&self, key: String, page: i64, generation: u64) -> Option<i64> {
        self.ends.get(&(key, page)).filter(|(known, _)| *known == generation).map(|(_, last)| *last)
    }
}
