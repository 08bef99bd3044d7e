//! The one place of this crate that reads environment variables; each is declared here with what it is for.

/// `JSON` or `Text`, set by Lambda from the function's logging configuration; without it, JSON.
pub(crate) const LAMBDA_FORMAT: &str = "AWS_LAMBDA_LOG_FORMAT";

/// `TRACE`, `DEBUG`, `INFO`, `WARN`, `ERROR` or `FATAL`, set by Lambda likewise; without it, `INFO`.
pub(crate) const LAMBDA_LEVEL: &str = "AWS_LAMBDA_LOG_LEVEL";

/// What the function is called where it is deployed, set by Lambda; without it, what the program calls itself.
pub(crate) const FUNCTION_NAME: &str = "AWS_LAMBDA_FUNCTION_NAME";

/// How much is written to a terminal: `error`, `warn`, `info`, `debug`, `trace` or `off`; without it, `warn`.
pub(crate) const TERMINAL_LEVEL: &str = "SEGMENT_EXPORT_LOG";

/// The value of a variable; an empty one is as good as none.
pub(crate) fn read(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.trim().is_empty())
}
