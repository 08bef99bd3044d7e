//! The JSON around every document: whose schema it follows and which write it came from.

use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::DocumentError;
use super::unknown::carry;

/// A type that is kept as a document.
///
/// Unknown fields are tolerated (so do not put `deny_unknown_fields` on it) and kept when the document is written again: a
/// release may add optional fields without raising the schema version. It is raised when an older release would do harm
/// with the new meaning, and for new variants of an enumeration, which an older release cannot read. A field that was
/// renamed must not keep its old name as an alias: raise the version, and rename it in [`Document::upgrade`].
pub trait Document: Serialize + DeserializeOwned + Send + Sync {
    /// The schema this release writes. Documents with a higher number are refused and left as they are.
    const SCHEMA_VERSION: u32;
    /// What it is, for error messages: "run", "export" ...
    const KIND: &'static str;

    /// Brings the content of an older schema version `found` to the present one. The default relies on serde's
    /// own defaults for what was added since.
    #[must_use]
    fn upgrade(found: u32, content: Value) -> Value {
        let _ = found;
        content
    }
}

#[derive(Serialize)]
struct Outgoing<'a, T> {
    schema_version: u32,
    kind: &'a str,
    write_id: &'a str,
    content: &'a T,
}

/// The part that can be read without knowing the schema.
#[derive(Deserialize)]
struct Header {
    schema_version: u32,
    kind: String,
    write_id: String,
}

#[derive(Deserialize)]
struct Incoming<T> {
    content: T,
}

/// Where a document cannot be understood. serde's own message is left out: it quotes values.
#[derive(Debug, thiserror::Error)]
#[error("{problem} at line {line}, column {column}")]
pub struct MalformedContent {
    problem: &'static str,
    line: usize,
    column: usize,
}

impl From<serde_json::Error> for MalformedContent {
    fn from(error: serde_json::Error) -> Self {
        let problem = match error.classify() {
            serde_json::error::Category::Data => "a field is missing or of another type than expected",
            serde_json::error::Category::Syntax => "not valid JSON",
            serde_json::error::Category::Eof | serde_json::error::Category::Io => "the text ends too early",
        };
        Self { problem, line: error.line(), column: error.column() }
    }
}

/// The text of a document; `before` is that of the version which it replaces.
pub(super) fn encode<T: Document>(
    key: &str,
    write_id: &str,
    content: &T,
    before: Option<&[u8]>,
) -> Result<Bytes, DocumentError> {
    let malformed = |error| DocumentError::malformed::<T>(key, error);
    let carried = before.map_or(Ok(None), |before| with_unknown(before, content));
    // It was read, or is what we have written: that must be readable again. Where it is not, there is nothing to keep.
    debug_assert!(carried.is_ok(), "{} {key} cannot be read back: {carried:?}", T::KIND);
    let carried = carried.unwrap_or_default();
    let (schema_version, kind) = (T::SCHEMA_VERSION, T::KIND);
    let text = match &carried {
        Some(content) => serde_json::to_vec(&Outgoing { schema_version, kind, write_id, content }),
        None => serde_json::to_vec(&Outgoing { schema_version, kind, write_id, content }),
    };
    Ok(text.map_err(malformed)?.into())
}

/// `content` with what this release does not know of the text that it replaces; `None` when it knows everything. Of an
/// older schema nothing is kept: what is left over there, its upgrade has left over.
fn with_unknown<T: Document>(before: &[u8], content: &T) -> Result<Option<Value>, serde_json::Error> {
    let header: Header = serde_json::from_slice(before)?;
    if header.schema_version != T::SCHEMA_VERSION {
        return Ok(None);
    }
    let raw = serde_json::from_slice::<Incoming<Value>>(before)?.content;
    let known = serde_json::to_value(serde_json::from_slice::<Incoming<T>>(before)?.content)?;
    if raw == known {
        return Ok(None);
    }
    let mut new = serde_json::to_value(content)?;
    carry(&raw, &known, &mut new);
    Ok(Some(new))
}

pub(super) fn decode<T: Document>(key: &str, text: &[u8]) -> Result<T, DocumentError> {
    let malformed = |error: serde_json::Error| DocumentError::malformed::<T>(key, error);
    let header: Header = serde_json::from_slice(text).map_err(malformed)?;
    if header.kind != T::KIND {
        return Err(DocumentError::OtherKind { key: key.to_owned(), expected: T::KIND, found: header.kind });
    }
    let (found, supported) = (header.schema_version, T::SCHEMA_VERSION);
    if found > supported {
        return Err(DocumentError::NewerSchema { kind: T::KIND, key: key.to_owned(), found, supported });
    }
    if found == supported {
        return Ok(serde_json::from_slice::<Incoming<T>>(text).map_err(malformed)?.content);
    }
    let older: Incoming<Value> = serde_json::from_slice(text).map_err(malformed)?;
    serde_json::from_value(T::upgrade(found, older.content)).map_err(malformed)
}

/// The write that made this text, if it is a document at all.
pub(super) fn write_id(text: &[u8]) -> Option<String> {
    serde_json::from_slice::<Header>(text).ok().map(|header| header.write_id)
}
