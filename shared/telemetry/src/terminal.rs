//! Log records for a person at a terminal.

use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt;

use crate::{environment, filter};

/// Writes records as short lines to standard error, where they do not mix with a program's output. The level is that
/// of the environment variable `SEGMENT_EXPORT_LOG`, and `warn` without it.
///
/// The first call in a process counts; later ones change nothing.
pub fn init() {
    let level = filter::level(environment::read(environment::TERMINAL_LEVEL).as_deref(), LevelFilter::WARN);
    // What cannot be written is not told either: the program has words of its own for a person.
    let layer = fmt::layer().compact().with_writer(std::io::stderr).log_internal_errors(false);
    let subscriber = tracing_subscriber::registry().with(filter::targets(level)).with(layer);
    // Fails only when there is one already.
    let _ = tracing::subscriber::set_global_default(subscriber);
}
