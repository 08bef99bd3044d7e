#![doc = include_str!("../README.md")]

pub mod aws;
pub mod conformance;
pub mod documents;
pub mod error;
pub mod memory;
pub mod object;
pub mod resuming;
pub mod s3;
pub mod unreliable;

pub use aws::{AwsServer, StaticCredentials, on_lambda};
pub use documents::{Change, Document, DocumentError, Documents, UpdateError, Updated, Versioned};
pub use error::{BoxError, StoreError};
pub use memory::MemoryStore;
pub use object::{
    ByteStream, Condition, LinkTerms, ListPage, Object, ObjectInfo, ObjectStore, Tag, Upload, list_all,
};
pub use resuming::open_resuming;
pub use s3::{S3Settings, S3Store};
pub use unreliable::{Fault, UnreliableStore};
