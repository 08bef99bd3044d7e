//! Delimited text: from bytes to records, without a copy of what needs none.

pub(crate) mod delimiter;
pub(crate) mod record;
pub(crate) mod records;
