#![doc = include_str!("../README.md")]

pub mod error;
pub mod memory;
pub mod object;

pub use error::{BoxError, StoreError};
pub use memory::MemoryStore;
pub use object::{ByteStream, Condition, ListPage, Object, ObjectInfo, ObjectStore, Tag, Upload, list_all};
