//! The one place that reads environment variables; each is declared here with what it is for.

use std::fmt::Write;

use domain::Sensitive;

/// A variable that this program reads.
struct Variable {
    name: &'static str,
    purpose: &'static str,
}

const CLIENT_ID: Variable = Variable {
    name: "SEGMENT_EXPORT_CLIENT_ID",
    purpose: "The API key of your application at Constant Contact. Needed once with\n      \
              --constant-contact real; afterwards it is kept in the data folder.",
};

const CLIENT_SECRET: Variable = Variable {
    name: "SEGMENT_EXPORT_CLIENT_SECRET",
    purpose: "The secret of the same application. Kept like the key.",
};

const PORT: Variable = Variable {
    name: "SEGMENT_EXPORT_PORT",
    purpose: "The port of the console, as --port; to this port your browser also\n      \
              returns from Constant Contact [default: 8765]. The application must\n      \
              have the redirect URI\n      \
              http://localhost:PORT/oauth/constant-contact/callback.",
};

const LOG: Variable = Variable {
    name: "SEGMENT_EXPORT_LOG",
    purpose: "How much is written to log.txt in the data folder: error, warn, info,\n      \
              debug or trace [default: info]. Never tokens or people's data.",
};

const ALL: [Variable; 4] = [CLIENT_ID, CLIENT_SECRET, PORT, LOG];

/// What the environment says.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// Key of the application at Constant Contact.
    pub client_id: Option<String>,
    /// Its secret.
    pub client_secret: Option<Sensitive<String>>,
    /// The port of the console and of the redirect URI that is registered for the application.
    pub port: Option<u16>,
    /// Filter of the log.
    pub log: Option<String>,
    /// How this program was called, for commands that a person can repeat.
    pub program: String,
}

/// A variable with a value that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the environment variable {} must be a port, a number from 1 to 65535", PORT.name)]
pub struct InvalidEnvironment;

impl Environment {
    /// Reads all variables, once at the start.
    ///
    /// # Errors
    /// [`InvalidEnvironment`].
    pub fn read() -> Result<Self, InvalidEnvironment> {
        let port = match value(&PORT) {
            None => None,
            Some(text) => Some(text.parse().ok().filter(|port| *port > 0).ok_or(InvalidEnvironment)?),
        };
        Ok(Self {
            client_id: value(&CLIENT_ID),
            client_secret: value(&CLIENT_SECRET).map(Sensitive::new),
            port,
            log: value(&LOG),
            program: std::env::args().next().unwrap_or_else(|| "segment-export".to_owned()),
        })
    }
}

/// An empty variable is as good as none.
fn value(variable: &Variable) -> Option<String> {
    std::env::var(variable.name).ok().filter(|value| !value.trim().is_empty())
}

/// The names of the variables that hold the application's credentials, for messages.
pub const CREDENTIALS: (&str, &str) = (CLIENT_ID.name, CLIENT_SECRET.name);

/// All variables, for the end of the help.
pub(crate) fn listing() -> String {
    let mut text = String::new();
    for variable in &ALL {
        // Writing to a text cannot fail.
        let _ = writeln!(text, "  {}\n      {}", variable.name, variable.purpose);
    }
    text
}
