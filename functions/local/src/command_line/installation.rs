//! Options that an export and the console share: whose segments, which Constant Contact, and where everything is kept.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::SimulatorBehaviour;

/// Which Constant Contact is exported to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Service {
    /// A simulated account on this machine
    Simulator,
    /// Constant Contact itself
    Real,
}

/// One installation on this machine.
#[derive(Debug, Clone, Args)]
pub struct InstallationOptions {
    /// Export your own segments: the folders of this folder
    ///
    /// Each folder in it is a segment; see "Your own segments" below. Needs --map email=COLUMN.
    #[arg(long, value_name = "DIR", help_heading = "What is exported")]
    pub segments: Option<PathBuf>,

    /// Export to the simulator or to Constant Contact itself
    ///
    /// 'real' needs --segments, --data and --list, and the application's client id and secret in the environment
    /// (see below). It names the account and the list and asks before anything is sent.
    #[arg(long, value_name = "WHICH", value_enum, default_value_t = Service::Simulator, help_heading = "Where to")]
    pub constant_contact: Service,

    /// Keep everything in this folder: what was exported, tokens, the simulated account, the sample
    ///
    /// Started again on the same folder, an interrupted export goes on, and the next one sends only what has changed.
    /// Without it a new folder is made below the system's temporary folder and kept.
    #[arg(long, value_name = "DIR", help_heading = "Where things are kept and shown")]
    pub data: Option<PathBuf>,

    /// More profiles than this are not exported at all
    ///
    /// Such an export is skipped as a whole, with the reason; it is never cut.
    #[arg(long, value_name = "N", default_value_t = 1_000_000, help_heading = "How")]
    pub most_profiles: u64,

    /// The port of the console [default: 8765, or a free one if that is in use]
    ///
    /// The console answers at http://localhost:PORT. 0 takes any free port. Your browser also returns to this port from
    /// Constant Contact.
    #[arg(long, value_name = "PORT", help_heading = "Where things are kept and shown")]
    pub port: Option<u16>,

    /// How the simulated Constant Contact behaves.
    #[command(flatten)]
    pub behaviour: SimulatorBehaviour,
}
