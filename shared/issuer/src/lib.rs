#![doc = include_str!("../README.md")]

mod issuer;
mod page;
mod people;
mod routes;
mod sessions;
mod settings;
mod signing_key;
mod token;

pub use issuer::Issuer;
pub use settings::{IssuerError, IssuerSettings};
pub use signing_key::SigningKey;
pub use token::TokenOptions;
