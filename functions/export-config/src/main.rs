//! The Lambda function behind API Gateway: the JSON API and the console.

use std::process::ExitCode;

use export_config::{App, router};

fn main() -> ExitCode {
    deployment::serve_console(|parts| router(App::from(parts)))
}
