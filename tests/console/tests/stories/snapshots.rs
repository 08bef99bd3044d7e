//! New snapshots of a segment, as a refresh brings them.

use std::fs;

use console_tests::{Page, Product};

/// A segment of the sample's export.
pub(crate) const SEGMENT: &str = "newsletter-readers";

/// The newest snapshot of [`SEGMENT`] is one of so many people whom nobody knew before. Names are compared as numbers.
pub(crate) fn arrives(product: &Product, name: &str, people: u32) {
    let rows =
        (0..people).map(|number| format!("{name}-{number},new{name}.{number}@example.org,New,Person\n"));
    let text = format!("CustomerId,EMail,FirstName,LastName\n{}", rows.collect::<String>());
    // It appears whole.
    let written = product.data().join("arriving.csv");
    fs::write(&written, text).expect("a snapshot");
    let segment = product.data().join("sample-bucket/segments").join(SEGMENT);
    fs::rename(written, segment.join(format!("{name}.csv"))).expect("a snapshot in its place");
}

/// Waits until the program has seen a snapshot, and has started whatever it was to start.
pub(crate) async fn is_noticed(page: &Page, product: &Product, name: &str) {
    let seen = product.data().join("seen-segments.json");
    let key = format!("{SEGMENT}/{name}.csv");
    page.until(&format!("{key} is noticed"), async || {
        let text = fs::read_to_string(&seen).unwrap_or_default();
        if text.contains(&key) { Ok(()) } else { Err(text) }
    })
    .await;
}
