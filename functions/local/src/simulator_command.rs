//! The command `simulator`: the simulated Constant Contact alone, until Ctrl-C.

use simulator::{Application, Options, Simulator};

use crate::command_line::SimulatorOptions;
use crate::failure::Failure;
use crate::screen::Screen;

/// Serves the simulator that `options` describe and says how to reach it.
///
/// # Errors
/// Settings that do not exist, or a port or folder in use.
pub async fn serve(options: SimulatorOptions, screen: &Screen) -> Result<(), Failure> {
    let defaults = Options::default();
    let durable = options.data.clone();
    let simulator = Simulator::start(Options {
        data_directory: options.data,
        port: options.port,
        application: Application {
            client_id: options.client_id,
            client_secret: options.client_secret,
            redirect_uris: options.redirect_uris.clone(),
            ..defaults.application
        },
        auto_approve: options.auto_approve,
        switches: options.behaviour.switches()?,
        faults: options.behaviour.faults()?,
        limits: options.behaviour.limits()?,
        ..Options::default()
    })
    .await?;
    let base = simulator.base_url();
    screen.result(&format!(
        "The simulated Constant Contact answers.\n  \
         API            {base}/v3\n  \
         Authorization  {base}/oauth2/default/v1\n  \
         What it holds  {base}/\n  \
         Control        {base}/control"
    ))?;
    if options.redirect_uris.is_empty() {
        screen.result(
            "No redirect URI is registered: give one with --redirect-uri before anyone can authorise.",
        )?;
    }
    match durable {
        Some(folder) => screen.result(&format!("Its state is kept in {}.", folder.display()))?,
        None => screen.result("Its state is lost when it stops; --data DIR keeps it.")?,
    }
    screen.result("Press Ctrl-C to stop it.")?;
    tokio::signal::ctrl_c().await?;
    simulator.shutdown().await;
    Ok(())
}
