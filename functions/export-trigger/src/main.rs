//! The process of the function; what it does is described by the library beside it.

use std::process::ExitCode;

use export_trigger::Handler;

fn main() -> ExitCode {
    deployment::serve_events::<Handler>()
}
