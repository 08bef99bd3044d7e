//! The Lambda function behind API Gateway: the JSON API and the console.

use std::process::ExitCode;

fn main() -> ExitCode {
    export_config::deployment::serve(export_config::router)
}
