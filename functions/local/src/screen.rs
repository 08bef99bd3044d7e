//! Where words for the person go: the result to standard output, everything on the way to standard error.

use std::io::{self, BufRead, IsTerminal, Write};

/// Standard output and standard error of this process.
#[derive(Debug, Clone, Copy)]
pub struct Screen {
    quiet: bool,
}

impl Screen {
    /// A screen that shows everything, or with `quiet` only results and failures.
    #[must_use]
    pub const fn new(quiet: bool) -> Self {
        Self { quiet }
    }

    /// Whether a bar that moves can be shown.
    #[must_use]
    pub fn shows_bars(&self) -> bool {
        !self.quiet && io::stderr().is_terminal()
    }

    /// Whether a line of progress now and then should be shown instead.
    #[must_use]
    pub fn shows_lines(&self) -> bool {
        !self.quiet && !io::stderr().is_terminal()
    }

    /// What was asked for.
    ///
    /// # Errors
    /// When standard output is closed.
    pub fn result(&self, text: &str) -> io::Result<()> {
        let mut output = io::stdout().lock();
        writeln!(output, "{text}")?;
        output.flush()
    }

    /// What happens on the way. A closed standard error is no reason to stop.
    pub fn note(&self, text: &str) {
        if !self.quiet {
            let _ = writeln!(io::stderr().lock(), "{text}");
        }
    }

    /// What went wrong; shown always.
    pub fn problem(&self, text: &str) {
        let _ = writeln!(io::stderr().lock(), "{text}");
    }

    /// Asks a question that only `yes` answers. Without somebody to ask the answer is no.
    ///
    /// # Errors
    /// When standard input cannot be read.
    pub fn agrees(&self, question: &str) -> io::Result<bool> {
        if !io::stdin().is_terminal() {
            return Ok(false);
        }
        let mut error = io::stderr().lock();
        write!(error, "{question} Type yes to go on: ")?;
        error.flush()?;
        let mut answer = String::new();
        io::stdin().lock().read_line(&mut answer)?;
        Ok(answer.trim().eq_ignore_ascii_case("yes"))
    }
}
