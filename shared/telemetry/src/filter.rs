//! Which records are written.

use tracing_subscriber::filter::{LevelFilter, Targets};

/// The crates whose records keep the rules on fields; a test compares the list with the workspace.
const OURS: [&str; 31] = [
    "catalog",
    "configuration",
    "connector",
    "console",
    "constant_contact",
    "deployment",
    "domain",
    "driver",
    "embedded_aws",
    "engine",
    "export_config",
    "export_run",
    "export_trigger",
    "identity",
    "issuer",
    "ledger",
    "local",
    "notifications",
    "oauth_callback",
    "planner",
    "quota",
    "schedule",
    "segment_export",
    "simulator",
    "snapshots",
    "step_functions",
    "store",
    "telemetry",
    "tokens",
    "virtual_time",
    "web_console",
];

/// The runtime repeats each failure of a handler in the form for debugging, and a panic with its message.
const REPETITION: &str = "lambda_runtime::layers::panic";

/// Our own records up to `level`; those of other crates up to `WARN`, because further down they show what they send.
pub(crate) fn targets(level: LevelFilter) -> Targets {
    Targets::new()
        .with_default(level.min(LevelFilter::WARN))
        .with_targets(OURS.map(|name| (name, level)))
        .with_target(REPETITION, LevelFilter::OFF)
}

/// The level that a text names; `FATAL`, which Lambda knows and we do not, means `ERROR`.
pub(crate) fn level(text: Option<&str>, otherwise: LevelFilter) -> LevelFilter {
    let Some(text) = text.map(str::trim) else { return otherwise };
    if text.eq_ignore_ascii_case("fatal") {
        return LevelFilter::ERROR;
    }
    text.parse().unwrap_or(otherwise)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn every_library_and_function_of_the_workspace_is_listed() {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        for folder in ["shared", "functions"] {
            for entry in std::fs::read_dir(workspace.join(folder)).unwrap() {
                let name = entry.unwrap().file_name().into_string().unwrap().replace('-', "_");
                assert!(OURS.contains(&name.as_str()), "{name} is missing in the list of our crates");
            }
        }
    }

    #[test]
    fn other_crates_stay_at_warnings() {
        let targets = targets(LevelFilter::TRACE);
        assert!(targets.would_enable("engine::advance", &tracing::Level::TRACE));
        assert!(targets.would_enable("hyper::client", &tracing::Level::WARN));
        assert!(!targets.would_enable("hyper::client", &tracing::Level::INFO));
        assert!(!targets.would_enable("aws_smithy_runtime", &tracing::Level::DEBUG));
    }

    #[test]
    fn a_higher_level_concerns_other_crates_too() {
        let targets = targets(LevelFilter::ERROR);
        assert!(!targets.would_enable("hyper::client", &tracing::Level::WARN));
        assert!(!targets.would_enable("engine", &tracing::Level::WARN));
    }

    #[test]
    fn levels_are_those_of_lambda_whatever_their_case() {
        for (text, expected) in [
            (Some("DEBUG"), LevelFilter::DEBUG),
            (Some("warn"), LevelFilter::WARN),
            (Some("FATAL"), LevelFilter::ERROR),
            (Some("loud"), LevelFilter::INFO),
            (None, LevelFilter::INFO),
        ] {
            assert_eq!(level(text, LevelFilter::INFO), expected, "{text:?}");
        }
    }
}
