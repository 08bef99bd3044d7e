//! From an HTTP status and whatever body came with it to a meaning: the one place that knows them.

use std::time::Duration;

use domain::Sensitive;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde_json::Value;
use uuid::Uuid;

use crate::error::{ForbiddenCause, ServiceError};
use crate::redaction::ErrorKey;

/// When to look again at an account whose queue is full. Activities take minutes, so looking sooner is wasted.
const QUEUE_PAUSE: Duration = Duration::from_mins(5);

/// How long a `throttled` lasts at least: the limit is per second (documented).
const THROTTLE_PAUSE: Duration = Duration::from_secs(1);

/// A longer pause is not believed of a limit that is per second.
const LONGEST_THROTTLE: Duration = Duration::from_hours(1);

/// So soon after 00:00 UTC a used-up day is still the one before, by a clock that is behind ours: at the documented rates
/// no day is used up in this time.
const DAY_BEGINS: Duration = Duration::from_mins(10);

/// When to look again whether the service's new day has begun.
const DAY_PAUSE: Duration = Duration::from_mins(1);

/// An answer that is no success.
pub(crate) struct Refusal<'a> {
    /// HTTP status.
    pub(crate) status: u16,
    /// As received; may be anything.
    pub(crate) body: &'a [u8],
    /// Whether the request was meant to change something.
    pub(crate) changes: bool,
    /// Size of the request's body.
    pub(crate) sent_bytes: usize,
    /// For how long the answer asks to be left alone, if it does.
    pub(crate) retry_after: Option<Duration>,
    /// When the request was sent: a day that is used up is that of this moment, however late the answer comes.
    pub(crate) sent_at: Timestamp,
    /// The present.
    pub(crate) now: Timestamp,
}

/// What the service's own words said; never shown.
#[derive(Default)]
struct Words {
    key: Option<ErrorKey>,
    message: String,
    /// `{"message": ..}`: the form of the gateway in front of the service (observed).
    from_gateway: bool,
}

impl Refusal<'_> {
    /// The meaning of the answer.
    pub(crate) fn meaning(&self) -> ServiceError {
        let words = words(self.body);
        let key = words.key.as_ref().map_or("", ErrorKey::as_str);
        match (self.status, key) {
            (_, "throttled") => self.throttled(),
            (_, "quota_exceeded") => ServiceError::QuotaExceeded { until: self.next_day() },
            (429, _) => self.too_many(&words),
            (401, _) => ServiceError::Unauthorized,
            (403, _) => ServiceError::Forbidden { needs: forbidden(key, &words) },
            (404 | 410, _) => ServiceError::NotFound,
            (400, key) if key.ends_with("not_found") => ServiceError::NotFound,
            (409, _) => ServiceError::Conflict { existing_contact: last_id(&words.message) },
            (413, _) => ServiceError::TooLarge { given: self.sent_bytes, unit: "bytes" },
            (408 | 500..=599, _) if self.changes => ServiceError::Unclear(None),
            (408 | 500..=599, _) => ServiceError::Unavailable(None),
            (400..=499, _) => ServiceError::Invalid { status: self.status, key: words.key },
            (status, _) => ServiceError::UnexpectedAnswer {
                status,
                what: "with a status that its contract does not have",
            },
        }
    }

    /// The contract describes a full queue by its text only; its key is not published.
    fn too_many(&self, words: &Words) -> ServiceError {
        let message = words.message.to_ascii_lowercase();
        if message.contains("queued") || message.contains("activities") {
            return ServiceError::QueueFull { until: later(self.now, QUEUE_PAUSE) };
        }
        self.throttled()
    }

    /// The daily count starts again at 00:00:00 UTC (documented), by the service's clock.
    fn next_day(&self) -> Timestamp {
        let day = self.sent_at.to_zoned(TimeZone::UTC).date();
        let midnight = |day: Date| day.to_zoned(TimeZone::UTC).ok().map(|midnight| midnight.timestamp());
        if midnight(day).is_some_and(|midnight| self.sent_at < later(midnight, DAY_BEGINS)) {
            return later(self.now, DAY_PAUSE);
        }
        midnight(day.saturating_add(1.day())).unwrap_or(self.now)
    }

    fn throttled(&self) -> ServiceError {
        let pause = self.retry_after.unwrap_or_default().clamp(THROTTLE_PAUSE, LONGEST_THROTTLE);
        ServiceError::Throttled { until: later(self.now, pause) }
    }
}

fn forbidden(key: &str, words: &Words) -> ForbiddenCause {
    if key == "access_denied" || words.message.contains("privilege") {
        ForbiddenCause::Privileges
    } else if words.from_gateway {
        ForbiddenCause::Gateway
    } else {
        ForbiddenCause::Unknown
    }
}

/// Accepts an array of objects, one object, `{message}`, `{error, error_description}`, nothing, and HTML.
fn words(body: &[u8]) -> Words {
    let Ok(value) = serde_json::from_slice::<Value>(body) else { return Words::default() };
    let object = match &value {
        Value::Array(elements) => elements.first(),
        single => Some(single),
    };
    let Some(object) = object.and_then(Value::as_object) else { return Words::default() };
    let text = |name: &str| object.get(name).and_then(Value::as_str);
    let key = text("error_key").or_else(|| text("error"));
    let message = text("error_message").or_else(|| text("error_description")).or_else(|| text("message"));
    Words {
        key: key.and_then(ErrorKey::new),
        message: message.unwrap_or_default().to_owned(),
        from_gateway: key.is_none() && object.contains_key("message"),
    }
}

/// "Email already exists for contact <id>", with or without a final dot (observed).
fn last_id(message: &str) -> Option<Sensitive<Uuid>> {
    let last = message.split_whitespace().next_back()?;
    Uuid::parse_str(last.trim_end_matches('.')).ok().map(Sensitive::new)
}

fn later(now: Timestamp, pause: Duration) -> Timestamp {
    now.saturating_add(pause).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2026-03-05T23:59:59Z";

    fn meaning(status: u16, body: &str, changes: bool) -> ServiceError {
        meaning_of(status, body, changes, None)
    }

    fn meaning_of(status: u16, body: &str, changes: bool, retry_after: Option<u64>) -> ServiceError {
        let (now, retry_after) = (NOW.parse().unwrap(), retry_after.map(Duration::from_secs));
        Refusal { status, body: body.as_bytes(), changes, sent_bytes: 7, retry_after, sent_at: now, now }
            .meaning()
    }

    #[test]
    fn a_pause_that_the_answer_asks_for_is_kept_within_reason() {
        let now: Timestamp = NOW.parse().unwrap();
        for (asked, seconds) in [(None, 1), (Some(0), 1), (Some(7), 7), (Some(u64::MAX), 3600)] {
            let error = meaning_of(429, "", false, asked);
            let ServiceError::Throttled { until } = error else { panic!("{error:?}") };
            assert_eq!(until.duration_since(now).as_secs(), seconds, "{asked:?}");
        }
    }

    #[test]
    fn every_shape_of_an_error_body_is_understood() {
        let throttled = r#"{"error_key":"throttled","error_message":"Too Many Requests"}"#;
        for body in [throttled, &format!("[{throttled}]"), r#"{"error":"throttled"}"#] {
            assert!(matches!(meaning(429, body, true), ServiceError::Throttled { .. }), "{body}");
        }
        for body in ["", "<html>busy</html>", "[]", "null", "[1]", r#"{"message":"Too Many"}"#] {
            assert!(matches!(meaning(429, body, true), ServiceError::Throttled { .. }), "{body}");
            assert!(matches!(meaning(503, body, false), ServiceError::Unavailable(None)), "{body}");
            assert!(matches!(meaning(500, body, true), ServiceError::Unclear(None)), "{body}");
        }
    }

    #[test]
    fn a_used_up_day_ends_at_midnight_by_whichever_clock() {
        let body = br#"{"error_key":"quota_exceeded","error_message":"Limit Exceeded"}"#;
        for (sent_at, now, expected) in [
            ("2026-03-05T12:00:00Z", "2026-03-05T12:00:01Z", "2026-03-06T00:00:00Z"),
            // It is the day of the request that was used up, not that of the answer.
            ("2026-03-05T23:59:59Z", "2026-03-06T00:00:01Z", "2026-03-06T00:00:00Z"),
            // No day is used up as it begins: the service still counts the one before.
            ("2026-03-06T00:00:00Z", "2026-03-06T00:00:01Z", "2026-03-06T00:01:01Z"),
            ("2026-03-06T00:09:59Z", "2026-03-06T00:10:01Z", "2026-03-06T00:11:01Z"),
            ("2026-03-06T00:10:00Z", "2026-03-06T00:10:01Z", "2026-03-07T00:00:00Z"),
        ] {
            let (sent_at, now) = (sent_at.parse().unwrap(), now.parse().unwrap());
            let refusal =
                Refusal { status: 429, body, changes: false, sent_bytes: 0, retry_after: None, sent_at, now };
            let error = refusal.meaning();
            let ServiceError::QuotaExceeded { until } = error else { panic!("{error:?}") };
            assert_eq!(until, expected.parse().unwrap(), "{sent_at}");
        }
    }

    #[test]
    fn a_full_queue_is_known_by_its_text() {
        let body = r#"[{"error_key":"x.y","error_message":"Too many requests. You exceeded 1,000 queued activities for this user account."}]"#;
        assert!(matches!(meaning(429, body, true), ServiceError::QueueFull { .. }));
    }

    #[test]
    fn what_is_forbidden_says_what_is_missing() {
        let cases = [
            (r#"{"error_key":"access_denied","error_message":"x"}"#, ForbiddenCause::Privileges),
            (r#"{"message":"Forbidden"}"#, ForbiddenCause::Gateway),
            ("", ForbiddenCause::Unknown),
        ];
        for (body, expected) in cases {
            let error = meaning(403, body, false);
            assert!(matches!(error, ServiceError::Forbidden { needs } if needs == expected), "{body}");
        }
    }

    #[test]
    fn a_conflict_names_the_contact_but_no_error_prints_it() {
        let id = "5cf018e4-302e-11f1-84b4-0242841d1f0f";
        for end in ["", "."] {
            let body = format!(
                r#"[{{"error_key":"contacts.api.conflict","error_message":"Email already exists for contact {id}{end}"}}]"#
            );
            let error = meaning(409, &body, true);
            assert!(!format!("{error} {error:?}").contains("5cf018e4"));
            let ServiceError::Conflict { existing_contact: Some(contact) } = error else {
                panic!("{error:?}")
            };
            assert_eq!(contact.expose().to_string(), id);
        }
    }

    #[test]
    fn an_invalid_request_keeps_the_key_and_nothing_else() {
        let body =
            r#"[{"error_key":"contacts.api.validation.error","error_message":"ann@example.com is bad"}]"#;
        let error = meaning(400, body, true);
        let shown = format!("{error} {error:?}");
        assert!(shown.contains("contacts.api.validation.error") && !shown.contains("ann@"), "{shown}");

        let error = meaning(400, r#"[{"error_key":"ann@example.com"}]"#, true);
        assert!(matches!(error, ServiceError::Invalid { status: 400, key: None }));
        let error = meaning(400, r#"[{"error_key":"contacts.api.not_found"}]"#, false);
        assert!(matches!(error, ServiceError::NotFound));
    }
}
