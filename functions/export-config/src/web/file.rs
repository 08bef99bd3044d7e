//! Files that people download: rows of people, kept by nobody on the way.

use ::configuration::{Download, DownloadContent};
use axum::body::Body;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE, LOCATION, REFERRER_POLICY,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// The answer that gives a file to who asked for it. Saved by the browser, never shown in its window: what is in it comes
/// from others.
///
/// Where the bucket gives links, the browser is sent to one with status 303. That is no form's way, so that the policy
/// of our pages does not concern it, and an address that can be followed without credentials goes into no log and no
/// `Referer`.
pub fn file(download: Download) -> Response {
    let Download { file_name, content_type, size, content } = download;
    let mut headers = HeaderMap::new();
    headers.insert(CACHE_CONTROL, NO_STORE);
    match content {
        DownloadContent::Link(link) => {
            let Ok(mut location) = HeaderValue::try_from(link.expose().as_str()) else {
                return StatusCode::INTERNAL_SERVER_ERROR.into_response();
            };
            location.set_sensitive(true);
            headers.insert(LOCATION, location);
            headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
            (StatusCode::SEE_OTHER, headers).into_response()
        }
        DownloadContent::Stream(content) => {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
            headers.insert(CONTENT_LENGTH, HeaderValue::from(size));
            // The name is made of letters, digits and hyphens by us.
            if let Ok(value) = HeaderValue::try_from(format!("attachment; filename=\"{file_name}\"")) {
                headers.insert(CONTENT_DISPOSITION, value);
            }
            (headers, Body::from_stream(content)).into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::Sensitive;
    use url::Url;

    use super::*;

    #[test]
    fn a_link_is_told_to_nobody_but_the_browser() {
        let link = Url::parse("https://bucket.example.com/reports/r.csv?X-Amz-Signature=feed").unwrap();
        let response = file(Download {
            file_name: "rejected-rows-r.csv".to_owned(),
            content_type: "text/csv; charset=utf-8",
            size: 20_000_000,
            content: DownloadContent::Link(Sensitive::new(link.clone())),
        });
        assert_eq!(response.status(), StatusCode::SEE_OTHER);
        assert!(!format!("{response:?}").contains("feed"), "{response:?}");
        let headers = response.headers();
        assert_eq!(headers[LOCATION], link.as_str());
        assert_eq!(
            (&headers[CACHE_CONTROL], &headers[REFERRER_POLICY]),
            (&NO_STORE, &HeaderValue::from_static("no-referrer"))
        );
        assert!(!headers.contains_key(CONTENT_DISPOSITION) && !headers.contains_key(CONTENT_TYPE));
    }
}
