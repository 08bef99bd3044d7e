//! The binary: reads the command line and the environment, and reports how it ended.

use std::process::ExitCode;

use clap::Parser;
use local::command_line::{Arguments, Command};
use local::screen::Screen;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let _ = (Screen::new(true), matches!(arguments.command, Some(Command::Services)));
    ExitCode::SUCCESS
}
