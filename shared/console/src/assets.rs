//! The files that pages refer to, under names that change with their content.

use std::fmt::Write as _;
use std::sync::LazyLock;

use sha2::{Digest, Sha256};

/// The path under which [`assets`] are served.
pub const ASSETS_PATH: &str = "/assets/";

/// `Cache-Control` of an asset: its name changes with its content, so a copy is good for ever (RFC 8246).
pub const ASSETS_CACHE_CONTROL: &str = "public, max-age=31536000, immutable";

/// How many hexadecimal digits of the content's SHA-256 are in a name: enough that two versions never share one.
const HASH_DIGITS: usize = 12;

/// A file that a browser loads beside the page.
#[derive(Debug)]
pub struct Asset {
    /// The path on the console's own origin, `/assets/console.0123456789ab.css`.
    pub path: String,
    /// Its `Content-Type`.
    pub content_type: &'static str,
    /// What is in it.
    pub bytes: &'static [u8],
}

impl Asset {
    fn new(name: &str, extension: &str, content_type: &'static str, bytes: &'static [u8]) -> Self {
        let mut hash = String::new();
        for byte in Sha256::digest(bytes) {
            // Writing to a string cannot fail.
            let _ = write!(hash, "{byte:02x}");
        }
        hash.truncate(HASH_DIGITS);
        Self { path: format!("{ASSETS_PATH}{name}.{hash}.{extension}"), content_type, bytes }
    }
}

/// Named by subject, so that a page cannot ask for one that is not there.
pub(crate) struct Known {
    all: [Asset; 3],
}

impl Known {
    pub(crate) fn stylesheet(&self) -> &str {
        let [stylesheet, ..] = &self.all;
        &stylesheet.path
    }

    pub(crate) fn script(&self) -> &str {
        let [_, script, _] = &self.all;
        &script.path
    }

    pub(crate) fn symbol(&self) -> &str {
        let [.., symbol] = &self.all;
        &symbol.path
    }
}

pub(crate) static KNOWN: LazyLock<Known> = LazyLock::new(|| Known {
    all: [
        Asset::new("console", "css", "text/css; charset=utf-8", compact_stylesheet()),
        Asset::new("console", "js", "text/javascript; charset=utf-8", include_bytes!("../assets/console.js")),
        Asset::new("symbol", "svg", "image/svg+xml", include_bytes!("../assets/symbol.svg")),
    ],
});

/// The stylesheet without the spaces and comments that are for its authors: a fifth less to send. It relies on our own
/// way of writing it: a comment has lines of its own.
fn compact_stylesheet() -> &'static [u8] {
    let mut compact = String::new();
    for line in
        include_str!("../assets/console.css").lines().map(str::trim).filter(|line| !line.starts_with("/*"))
    {
        compact.push_str(
            &line
                .replace(" {", "{")
                .replace("{ ", "{")
                .replace("; ", ";")
                .replace(": ", ":")
                .replace(" }", "}"),
        );
        // A declaration or selector may go on in the next line.
        if !line.ends_with([';', '{', '}']) {
            compact.push(' ');
        }
    }
    // Once in a process, for as long as it lives.
    compact.leak().as_bytes()
}

/// Every file that pages refer to; serve each under its path with [`ASSETS_CACHE_CONTROL`].
#[must_use]
pub fn assets() -> &'static [Asset] {
    &KNOWN.all
}

/// The asset with this path, `/assets/...`; `None` is a 404 that must not be cached, because a page of the next release
/// may be answered by a process of this one.
#[must_use]
pub fn asset(path: &str) -> Option<&'static Asset> {
    assets().iter().find(|asset| asset.path == path)
}
