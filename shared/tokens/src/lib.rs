#![doc = include_str!("../README.md")]

mod aws;
pub mod conformance;
mod endpoint;
mod grants;
mod lease;
mod memory;
mod obtain;
mod refresh;
mod secret;
mod source;
mod vault;

pub use aws::{AwsSecretStore, SecretsSettings, connect};
pub use endpoint::TokenEndpoint;
pub use grants::{GrantError, Grants, TokenStatus};
pub use memory::MemorySecretStore;
pub use secret::{BoxError, Secret, SecretError, SecretStore, SecretVersion, next_version};
pub use source::{ConnectionTokenSource, SourceOptions};
pub use vault::{ConnectionTokens, TokenVault, VaultError, Versioned};
