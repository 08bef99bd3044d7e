//! The Lambda function behind API Gateway that brings people to Constant Contact and back.

use std::process::ExitCode;

fn main() -> ExitCode {
    export_config::deployment::serve(oauth_callback::router)
}
