//! *Data > Segments*: the list, and each segment with its columns and the exports that contain it.

mod add;
mod list;
mod show;

use axum::Router;
use axum::routing::{get, post};
use configuration::ConfigurationError;
use domain::identifier::SegmentName;
use url::Url;

use crate::app::App;

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/segments", get(list::show))
        .route("/segments/{name}", get(show::show))
        .route("/segments/{name}/exports", post(add::add))
}

/// The segment that an address names.
fn segment_name(text: &str) -> Result<SegmentName, ConfigurationError> {
    SegmentName::new(text).map_err(|_| ConfigurationError::NotFound { what: "segment" })
}

/// The path of a segment's page, or of what is below it: names hold blanks and letters of any script.
pub(super) fn segment_path(name: &str, below: &str) -> String {
    let Ok(mut url) = Url::parse("http://localhost/segments") else { return "/segments".to_owned() };
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.push(name);
        if !below.is_empty() {
            segments.push(below);
        }
    }
    url.path().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_name_makes_a_path() {
        assert_eq!(segment_path("Loyal customers", ""), "/segments/Loyal%20customers");
        assert_eq!(segment_path("50% off?#", "exports"), "/segments/50%25%20off%3F%23/exports");
        assert_eq!(segment_path("Größe", ""), "/segments/Gr%C3%B6%C3%9Fe");
    }
}
