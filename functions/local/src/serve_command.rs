//! The command `serve`: the console of a data directory, without an export first.

use std::sync::Arc;

use crate::command_line::ServeOptions;
use crate::connect::{application, connector};
use crate::console::{Console, ConsoleError, WantedPort};
use crate::data_directory::SegmentSource;
use crate::environment::Environment;
use crate::export::Progress;
use crate::failure::Failure;
use crate::installation::Installation;
use crate::sample::SampleRequest;
use crate::screen::Screen;
use crate::services::{Conversation, Ready, Services};
use crate::workplace::{self, Workplace};

/// Serves the console that `options` describe until Ctrl-C.
///
/// # Errors
/// [`Failure`].
pub async fn serve(
    options: &ServeOptions,
    environment: &Environment,
    screen: &Screen,
) -> Result<(), Failure> {
    let installation = &options.installation;
    workplace::check(installation)?;
    let port = WantedPort::of(installation, environment);
    port.check().await.map_err(ConsoleError::from)?;
    let mut workplace = Workplace::open(installation, false, environment, screen)?;
    let setup = workplace.setup(installation, environment)?;
    let mut services = Services::start(&setup).await?;
    let ready = services.ready().clone();
    let outcome = services
        .during(async |conversation| {
            prepare(&mut workplace, conversation).await?;
            console(&workplace, &ready, environment, port, screen).await
        })
        .await;
    services.stop().await;
    outcome.map_err(|failure| failure.or_full_disk(&setup.data, &setup.bucket_folder))
}

/// Whoever begins with the console finds segments there, too.
async fn prepare(workplace: &mut Workplace, conversation: &mut Conversation) -> Result<(), Failure> {
    if workplace.source == SegmentSource::Sample {
        conversation.prepare_sample(SampleRequest { profiles: None, change: None }).await?;
    }
    Ok(workplace.data.remember_segments(workplace.source.clone())?)
}

async fn console(
    workplace: &Workplace,
    ready: &Ready,
    environment: &Environment,
    port: WantedPort,
    screen: &Screen,
) -> Result<(), Failure> {
    let installation = Installation::new(ready)?;
    // Without credentials the console asks for them.
    application(&installation, ready.simulator.as_deref(), environment).await?;
    let connector = connector(&installation);
    let progress = Progress::new(*screen);
    progress.stand_back();
    let engine = workplace.engine(&installation, &connector, Arc::new(progress));
    let console = Console {
        workplace,
        installation: &installation,
        connector: &connector,
        engine: &engine,
        simulator: ready.simulator.as_deref(),
        program: &environment.program,
        port,
        screen,
    };
    Ok(console.serve().await?)
}
