#![doc = include_str!("../README.md")]

mod options;
mod s3;
mod secrets;
mod server;
mod storage;

pub use options::{Bucket, BucketKind, Credentials, Options, StartError};
pub use server::EmbeddedAws;
