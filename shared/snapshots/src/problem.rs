//! What can be wrong with a snapshot's files, each said so that a person knows what to do.

/// Why a file cannot be read. Never holds a row's content: files hold personal data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// Only empty files: not even a header.
    #[error(
        "there is no header row, only empty files; an empty segment needs a header row without rows below it: upload the snapshot again"
    )]
    NoHeader,
    /// The first line looks like data.
    #[error(
        "the first row seems to hold data instead of column names; upload the snapshot with a header row"
    )]
    HeaderIsData,
    /// The header's bytes are not UTF-8.
    #[error(
        "the header row is not UTF-8 text; write the file as UTF-8, and if it is compressed with gzip let its name end with .csv.gz"
    )]
    HeaderNotUtf8,
    /// Two delimiters are equally frequent in the header.
    #[error(
        "the header row holds {one:?} and {other:?} equally often outside quotes, so that the delimiter cannot be told; put the column names into quotes"
    )]
    AmbiguousDelimiter {
        /// One candidate.
        one: char,
        /// The other.
        other: char,
    },
    /// A mapped column is not in the header.
    #[error(
        "there is no column {column:?}; the columns are {available}; upload a snapshot with this column or change the mapping"
    )]
    MissingColumn {
        /// The name that was looked for.
        column: String,
        /// The names that are there, for a person to read.
        available: String,
    },
    /// A mapped column is there more than once.
    #[error("column {column:?} occurs more than once; give every column a name of its own")]
    DuplicateColumn {
        /// The name that was looked for.
        column: String,
    },
    /// A later part has other columns than the first.
    #[error(
        "its columns are not those of the first part, {first}{difference}; write all parts of a snapshot with the same columns"
    )]
    OtherColumns {
        /// The key of the first part.
        first: String,
        /// Which columns lack or are too many, for a person to read.
        difference: String,
    },
    /// The name says gzip, the first bytes do not.
    #[error(
        "the file is not compressed with gzip although its name ends with .gz; upload it compressed, or name it .csv"
    )]
    NotGzip,
    /// The compressed data ends too early.
    #[error("the gzip data is cut off; upload the file again")]
    TruncatedGzip,
    /// The compressed data contradicts itself.
    #[error("the gzip data is damaged; upload the file again")]
    DamagedGzip,
    /// Something other than zeros follows the compressed data.
    #[error("bytes other than zeros follow the gzip data; compress the file again and upload it")]
    TrailingBytes,
    /// A decompression bomb, or a snapshot beyond what this installation accepts.
    #[error(
        "the file unfolds to more than {limit} bytes; split it into several parts, or raise the limit if this is intended"
    )]
    TooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// A field above the limit.
    #[error(
        "a field is longer than {limit} bytes; shorten it, or close the quote that may be open before it"
    )]
    FieldTooLong {
        /// The limit in bytes.
        limit: usize,
    },
    /// A row above the limit.
    #[error("the row is longer than {limit} bytes; check that the file's lines end with a line feed")]
    RowTooLong {
        /// The limit in bytes.
        limit: usize,
    },
    /// The file ends inside a quoted field.
    #[error(
        "a quote that is opened here is still open at the end of the file; the file may be cut off: upload it again"
    )]
    OpenQuote,
    /// A format that is known but cannot be read yet.
    #[error(
        "files of this kind are not supported yet; upload the snapshot as .csv or .csv.gz with a header row"
    )]
    Unsupported,
    /// Files of several formats in one snapshot.
    #[error("the snapshot holds files of several formats; write all its parts in one format")]
    MixedFormats,
    /// A `model.json` that cannot be followed.
    #[error("the model.json cannot be used: {reason}; export the segment again, and copy all of its files")]
    UnusableModel {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A marker and no part.
    #[error(
        "the snapshot is marked as complete but holds no files; an empty segment needs a file with a header row"
    )]
    NoParts,
    /// A folder within the snapshot's folder.
    #[error(
        "the file lies in a folder within the snapshot's folder; put all parts directly into the snapshot's folder, or, in the dated layout, a model.json that names the segment beside the segment's folder"
    )]
    NestedFolder,
    /// A part, or the marker of parts, that lies directly in the segment's folder.
    #[error(
        "this belongs to a snapshot of several parts but lies directly in the segment's folder; give each such snapshot a folder of its own"
    )]
    LooseParts,
}
