//! Waiting for what other processes do, and never for ever.

use std::thread::sleep;
use std::time::{Duration, Instant};

const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// Looks again and again until there is something, at most for so many seconds.
///
/// # Panics
/// When there is nothing by then; `what` says what was waited for.
pub fn until<T>(seconds: u64, what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(start.elapsed() < Duration::from_secs(seconds), "it never happened: {what}");
        sleep(LOOK_AGAIN);
    }
}
