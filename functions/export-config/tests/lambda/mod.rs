//! Promises, kept by the real binary under Lambda's runtime interface, with API Gateway's events (payload format 2.0)
//! before it: every request arrives as it was sent, whatever the stage; every answer can be handed on by API Gateway as
//! it is; people sign in and come back; nobody is let in by anything but a token; what is missing is said; logs hold
//! nobody's data.

mod addresses;
mod api;
mod forms;
mod privacy;
mod settings;
mod sign_in;

use std::time::Duration;

use function_stage::{Function, HttpAnswer, HttpRequest};

/// The function.
const BINARY: &str = env!("CARGO_BIN_EXE_export-config");

/// API Gateway waits no longer.
const TIME: Duration = Duration::from_secs(29);

/// The answer to a request of somebody without cookies.
async fn answered(function: &Function, request: HttpRequest) -> HttpAnswer {
    HttpAnswer::of(function.invoke(request.event(), TIME).await)
}
