//! The command `token`: a bearer token for scripts that use the API of a console on this machine.

use std::sync::Arc;

use domain::{SystemClock, SystemRandom};
use issuer::TokenOptions as Claims;
use tokio::net::TcpStream;

use crate::command_line::TokenOptions;
use crate::console::{Address, ConsoleError, issuer};
use crate::failure::Failure;
use crate::layout::Layout;
use crate::screen::Screen;

/// Prints a token for the console that is up, good for an hour.
///
/// # Errors
/// [`Failure`]; also when no console is up.
pub async fn print(options: &TokenOptions, screen: &Screen) -> Result<(), Failure> {
    let layout = Layout(&options.data);
    let address = Address::read(&layout).map_err(ConsoleError::from)?;
    if TcpStream::connect(("localhost", address.port)).await.is_err() {
        return Err(Failure::Usage(format!(
            "no console of this data folder is up; start segment-export serve --data {}",
            crate::text::quoted(&options.data)
        )));
    }
    let issuer = issuer(&layout, address, &(Arc::new(SystemClock) as _), &(Arc::new(SystemRandom) as _))
        .map_err(ConsoleError::from)?;
    let token = issuer.token_for(options.role.into(), &Claims::default()).map_err(Failure::Token)?;
    screen.result(&token).map_err(Failure::Output)
}
