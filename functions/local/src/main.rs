//! The binary: reads the command line and the environment, and reports how it ended.

use std::io::ErrorKind;
use std::process::ExitCode;
use std::time::Instant;

use local::command_line::{self, Command, ExportOptions, ServeOptions};
use local::environment::Environment;
use local::failure::Failure;
use local::screen::Screen;
use local::{export, serve_command, services, simulator_command, token_command};

/// What depends on the processor has threads of its own; these two only wait for the network.
const WORKERS: usize = 2;

fn main() -> ExitCode {
    let started = Instant::now();
    let command = command_line::parse();
    let outcome = runtime().map_err(Failure::from).and_then(|runtime| match command {
        Command::Services => runtime.block_on(services::serve()).map(|()| true).map_err(Failure::from),
        Command::Simulator(options) => {
            runtime.block_on(simulator_command::serve(options, &Screen::new(false))).map(|()| true)
        }
        Command::Export(options) => runtime.block_on(export(&options, started)),
        Command::Serve(options) => runtime.block_on(serve(&options)).map(|()| true),
        Command::Token(options) => {
            runtime.block_on(token_command::print(&options, &Screen::new(false))).map(|()| true)
        }
    });
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        // Whoever reads the output has seen enough, as `head` does.
        Err(Failure::Output(error)) if error.kind() == ErrorKind::BrokenPipe => ExitCode::FAILURE,
        Err(failure) => {
            Screen::new(false).problem(&failure.report());
            ExitCode::FAILURE
        }
    }
}

async fn export(options: &ExportOptions, started: Instant) -> Result<bool, Failure> {
    let environment = Environment::read()?;
    export::export(options, &environment, &Screen::new(options.json), started).await
}

async fn serve(options: &ServeOptions) -> Result<(), Failure> {
    serve_command::serve(options, &Environment::read()?, &Screen::new(false)).await
}

fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(WORKERS).enable_all().build()
}
