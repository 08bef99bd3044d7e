//! What is written into the log of this thread meanwhile.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use tracing::subscriber::DefaultGuard;
use tracing_subscriber::fmt::MakeWriter;

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

/// Until it is ended.
pub(crate) struct Journal {
    lines: Lines,
    _guard: DefaultGuard,
}

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Lines {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

impl Journal {
    /// Begins to listen to this thread.
    pub(crate) fn begin() -> Self {
        let lines = Lines::default();
        let subscriber = tracing_subscriber::fmt()
            .with_ansi(false)
            .with_max_level(tracing::Level::WARN)
            .with_writer(lines.clone())
            .finish();
        Self { lines, _guard: tracing::subscriber::set_default(subscriber) }
    }

    /// What was written, as it was meant.
    pub(crate) fn end(self) -> String {
        let bytes = self.lines.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap().replace("\\\"", "\"")
    }
}
