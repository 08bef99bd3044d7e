//! Options of the command `simulator`.

use std::path::PathBuf;

use clap::Args;

use super::SimulatorBehaviour;

/// How to serve the simulated Constant Contact alone.
#[derive(Debug, Args)]
pub struct SimulatorOptions {
    /// The loopback port to listen on; 0 takes any free one
    #[arg(long, value_name = "PORT", default_value_t = 8090)]
    pub port: u16,

    /// The key of the registered application
    #[arg(long, value_name = "TEXT", default_value = "simulated-client")]
    pub client_id: String,

    /// The secret of the registered application
    #[arg(long, value_name = "TEXT", default_value = "simulated-secret")]
    pub client_secret: String,

    /// An address to which an authorization may return, exactly as it will be asked for; can be repeated
    #[arg(long = "redirect-uri", value_name = "URL")]
    pub redirect_uris: Vec<String>,

    /// Grant every authorization without showing the Allow page
    #[arg(long)]
    pub auto_approve: bool,

    /// Keep the account's state in this folder; without it the state is lost when the simulator stops
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,

    /// How it behaves.
    #[command(flatten)]
    pub behaviour: SimulatorBehaviour,
}
