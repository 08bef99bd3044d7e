//! The table.

/// One line of it.
pub(crate) struct Row {
    pub(crate) what: String,
    pub(crate) cpu_seconds: Option<f64>,
    pub(crate) peak_bytes: Option<u64>,
    pub(crate) seconds: Option<f64>,
    /// Imports and other requests.
    pub(crate) requests: Option<(u64, u64)>,
    /// Bytes of the snapshots.
    pub(crate) bytes: Option<u64>,
    pub(crate) target: &'static str,
}

/// Prints the rows as a table that is Markdown, too.
pub(crate) fn print(rows: &[Row]) {
    println!("| what | CPU s | peak MiB | seconds | imports + others | MB/s of CPU | target |");
    println!("|---|---|---|---|---|---|---|");
    for row in rows {
        let two = |number: Option<f64>| number.map(|number| format!("{number:.2}")).unwrap_or_default();
        #[expect(clippy::cast_precision_loss, reason = "shown with few digits")]
        let rate = row.bytes.zip(row.cpu_seconds).map(|(bytes, seconds)| bytes as f64 / 1e6 / seconds);
        println!(
            "| {} | {} | {} | {} | {} | {} | {} |",
            row.what,
            two(row.cpu_seconds),
            row.peak_bytes.map(|bytes| (bytes >> 20).to_string()).unwrap_or_default(),
            two(row.seconds),
            row.requests.map(|(imports, others)| format!("{imports} + {others}")).unwrap_or_default(),
            rate.map(|rate| format!("{rate:.0}")).unwrap_or_default(),
            row.target,
        );
    }
}
