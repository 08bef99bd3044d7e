//! Options of the command `token`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use identity::Role;

/// Whose token is printed, and for which console.
#[derive(Debug, Clone, Args)]
pub struct TokenOptions {
    /// The role of the person whom the token stands for
    #[arg(long, value_name = "ROLE", value_enum)]
    pub role: RoleName,

    /// The data folder of the console
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
}

/// A role, as it is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RoleName {
    /// Everything
    Administrator,
    /// The exports of shared connections
    Contributor,
    /// Looking only
    Viewer,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Administrator => Self::Administrator,
            RoleName::Contributor => Self::Contributor,
            RoleName::Viewer => Self::Viewer,
        }
    }
}
