//! Options of the command `serve`.

use clap::Args;

use super::InstallationOptions;

/// Which installation's console is served.
#[derive(Debug, Clone, Args)]
pub struct ServeOptions {
    /// Where everything is.
    #[command(flatten)]
    pub installation: InstallationOptions,
}
