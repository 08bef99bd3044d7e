//! What is known of a file's form before its first byte is read.

use serde::{Deserialize, Serialize};

/// How the delimited files of a snapshot are written, as far as something beside them (a `model.json`) says it. What
/// it leaves open, the files show themselves; the default leaves everything to them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CsvLayout {
    /// The columns, in order, of files without a header row; `None` when each file begins with one.
    pub columns: Option<Vec<String>>,
    /// The delimiter, an ASCII character; `None` when the header row shows it.
    pub delimiter: Option<u8>,
    /// Whether quotes enclose fields; if not, they are characters like any other.
    pub quotes: bool,
}

impl Default for CsvLayout {
    fn default() -> Self {
        Self { columns: None, delimiter: None, quotes: true }
    }
}
