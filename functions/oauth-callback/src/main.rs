//! The Lambda function behind API Gateway that brings people to Constant Contact and back.

use std::process::ExitCode;

use export_config::App;
use oauth_callback::router;

fn main() -> ExitCode {
    deployment::serve_console(|parts| router(App::from(parts)))
}
