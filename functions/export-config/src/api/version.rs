//! The header that names the version a change is based on, for the document.

use utoipa::IntoParams;

/// A version.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "read by `IfMatch`; this says so in the document")]
pub(super) struct IfMatchHeader {
    /// The version that the change is based on: the `ETag` of what you have seen, to the letter, in its quotes. When
    /// somebody else was faster, nothing is changed (`stale`).
    #[param(rename = "If-Match", pattern = "^\".*\"$")]
    if_match: String,
}
