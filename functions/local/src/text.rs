//! Numbers as people read them, and paths as they type them.

use std::path::Path;

/// `1234567` as `1,234,567`, as in the console.
pub use ::console::number as grouped;

/// `1 import`, `2 imports`.
#[must_use]
pub fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(number), if number == 1 { one } else { many })
}

/// Bytes in the unit that fits.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "one digit after the point is shown")]
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}

/// A path for a command that a person can copy into a shell.
#[must_use]
pub fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |character: char| character.is_ascii_alphanumeric() || "/._-".contains(character);
    if text.chars().all(plain) { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        let written: Vec<String> = [0, 7, 999, 1_000, 1_234_567].map(grouped).to_vec();
        assert_eq!(written, ["0", "7", "999", "1,000", "1,234,567"]);
        assert_eq!(counted(1, "import", "imports"), "1 import");
        assert_eq!([size(12), size(1_500), size(61_200_000)], ["12 bytes", "1.5 kB", "61.2 MB"]);
    }
    #[test]
    fn a_shell_reads_a_quoted_path_as_it_is() {
        assert_eq!(quoted(Path::new("/tmp/trial-1")), "/tmp/trial-1");
        assert_eq!(quoted(Path::new("my 'own' data")), r"'my '\''own'\'' data'");
    }
}
