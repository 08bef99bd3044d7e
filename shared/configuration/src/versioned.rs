//! What can be edited, with the version that an edit is based on.

use store::Tag;

/// A view of something that can be changed. Hand `tag` back with the change: it is refused when somebody else was
/// faster. The API shows it as `ETag`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Versioned<T> {
    /// The version of the document behind the view.
    pub tag: Tag,
    /// The view.
    pub value: T,
}

/// For views that carry versions of several documents.
pub(crate) fn as_text<S: serde::Serializer>(tag: &Tag, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(tag.as_str())
}
