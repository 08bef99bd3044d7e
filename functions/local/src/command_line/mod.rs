//! What can be asked of `segment-export` on its command line.

mod assignment;
mod behaviour;
mod export;
mod installation;
mod serve;
mod simulator;
mod token;

use std::ffi::OsString;

use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{ArgMatches, CommandFactory, FromArgMatches, Parser, Subcommand};

pub use assignment::Assignment;
pub use behaviour::{BehaviourError, SimulatorBehaviour};
pub use export::ExportOptions;
pub use installation::{InstallationOptions, Service};
pub use serve::ServeOptions;
pub use simulator::SimulatorOptions;
pub use token::TokenOptions;

/// The name of [`Command::Export`].
const EXPORT: &str = "export";

const EXAMPLES: &str = "\
Examples:
  segment-export
      Makes 20,000 sample people in three segments, exports them to a simulated
      Constant Contact account, and leaves the console up in your browser.
  segment-export --profiles 1000000 --data ./trial
      The same with a million, kept in ./trial.
  segment-export --data ./trial --change 0.01
      Changes one per cent of them and exports again: only the changes are sent.
  segment-export --segments ./segments --map email=EMail --data ./trial2
      Exports your own files, still to the simulator.
  segment-export --segments ./segments --map email=EMail --data ./production \\
      --list Newsletter --constant-contact real
      Exports them to Constant Contact itself.
  segment-export serve --data ./trial
      Only the console, for what ./trial holds.
  segment-export simulator --port 8090 --auto-approve
      Only the simulated Constant Contact, for another program to talk to.

Your own segments:
  DIR/SEGMENT/SNAPSHOT.csv         one file: the full table of the segment's
                                   people, with a header row
  DIR/SEGMENT/SNAPSHOT/part-*.csv  several files with the same columns, and an
                                   empty file _SUCCESS once all are there
  The newest snapshot of each segment is exported; files may be gzipped
  (.csv.gz). The outcome of every row is written to DIR/outcomes.

The real Constant Contact:
  Register an application of your own in Constant Contact's developer portal,
  with the authorization code flow, rotating refresh tokens and the redirect
  URI http://localhost:8765/oauth/constant-contact/callback. Put its key and
  secret into the environment and start the export: it asks you to open a page
  in your browser and to choose Allow, once. Account and list are named before
  anything is sent. Run the same command again whenever your segments have
  changed, or leave the console up ('serve') and set a schedule there.

The console:
  Opens at http://localhost:8765 unless --port says otherwise. Sign in as any
  of the three made-up people, without a password: it is reachable on this
  machine only, by everybody who uses this machine. 'token' prints a bearer
  token for scripts that use the API below /api/v1.

Environment variables:
";

/// The whole command line.
#[derive(Debug, Parser)]
#[command(
    name = "segment-export",
    version,
    about = "Exports segments of customer profiles into a Constant Contact list: all of them, once, with every row \
             accounted for.",
    long_about = "Exports segments of customer profiles into a Constant Contact list: all of them, once, with every \
                  row accounted for.\n\nWithout options it shows itself at work: it makes sample segments, starts \
                  a simulated Constant Contact on this machine, exports, and says what happened and where \
                  everything lies. Then the console stays up until Ctrl-C. Nothing leaves the machine.",
    after_help = "'--help' explains everything and gives examples.",
    after_long_help = after_help()
)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,

    #[command(flatten)]
    export: ExportOptions,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Exports segments and ends; without any command the console stays up afterwards
    #[command(after_long_help = after_help())]
    Export(Box<ExportOptions>),
    /// Serves the console for what a data folder holds, until it is stopped with Ctrl-C
    #[command(after_long_help = after_help())]
    Serve(Box<ServeOptions>),
    /// Prints a bearer token for the API of a console that is up
    Token(TokenOptions),
    /// Serves the simulated Constant Contact alone, until it is stopped with Ctrl-C
    #[command(after_long_help = behaviour::listing())]
    Simulator(SimulatorOptions),
    /// Serves what an export needs to another process of this program.
    #[command(hide = true)]
    Services,
}

/// What this process is asked to do. Ends the process when that cannot be understood, and after help was asked for.
#[must_use]
pub fn parse() -> Command {
    parse_from(std::env::args_os()).unwrap_or_else(|error| error.exit())
}

/// Reads a command line. The options of an export may stand before its command as well as behind it.
///
/// # Errors
/// What is wrong with it; also when help was asked for, which is the error's text then.
pub fn parse_from(
    arguments: impl IntoIterator<Item = impl Into<OsString> + Clone>,
) -> Result<Command, clap::Error> {
    let mut grammar = Arguments::command();
    let matches = grammar.try_get_matches_from_mut(arguments)?;
    let before = options(&grammar, &matches);
    let read = match matches.subcommand() {
        // Read once more as one, because clap judges conflicts and defaults of the two places separately.
        Some((name, behind)) if name == EXPORT => {
            let named = grammar.find_subcommand(EXPORT).map(|export| options(export, behind));
            let program = OsString::from(grammar.get_name());
            let all = std::iter::once(program).chain(before).chain(named.into_iter().flatten());
            Arguments::try_parse_from(all)?
        }
        Some((name, _)) if !before.is_empty() => {
            let text = format!("the options of '{name}' stand behind it, not before it");
            return Err(grammar.error(ErrorKind::ArgumentConflict, text));
        }
        _ => Arguments::from_arg_matches(&matches)?,
    };
    let named = matches.subcommand().is_some();
    Ok(read.command.unwrap_or_else(|| {
        let console = !named && !read.export.exit && !read.export.json;
        Command::Export(Box::new(ExportOptions { console, ..read.export }))
    }))
}

/// The options that were given, as they could be given again.
fn options(grammar: &clap::Command, matches: &ArgMatches) -> Vec<OsString> {
    let mut options = Vec::new();
    for argument in grammar.get_arguments() {
        let (id, Some(name)) = (argument.get_id().as_str(), argument.get_long()) else { continue };
        if matches.value_source(id) != Some(ValueSource::CommandLine) {
            continue;
        }
        if !argument.get_action().takes_values() {
            options.push(format!("--{name}").into());
            continue;
        }
        for value in matches.get_raw(id).into_iter().flatten() {
            let mut option = OsString::from(format!("--{name}="));
            option.push(value);
            options.push(option);
        }
    }
    options
}

fn after_help() -> String {
    format!("{EXAMPLES}{}\n{}", crate::environment::listing(), behaviour::listing())
}

/// The options of an export, for tests of what is made of them.
#[cfg(test)]
pub(crate) fn export_options(arguments: &[&str]) -> ExportOptions {
    let program = std::iter::once("segment-export");
    match parse_from(program.chain(arguments.iter().copied())) {
        Ok(Command::Export(options)) => *options,
        other => panic!("{arguments:?}: {other:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(arguments: &[&str]) -> String {
        let program = std::iter::once("segment-export");
        parse_from(program.chain(arguments.iter().copied())).unwrap_err().to_string()
    }

    #[test]
    fn the_command_line_contradicts_itself_nowhere() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn the_options_of_an_export_stand_before_its_command_behind_it_or_without_it() {
        for arguments in [
            &["--profiles", "7", "--data", "my data", "--json"][..],
            &["export", "--profiles", "7", "--data", "my data", "--json"],
            &["--profiles", "7", "--data", "my data", "--json", "export"],
            &["--data=my data", "export", "--json", "--profiles=7"],
        ] {
            let options = export_options(arguments);
            assert_eq!(
                (options.profiles, options.json, options.full),
                (Some(7), true, false),
                "{arguments:?}"
            );
            let installation = &options.installation;
            assert_eq!(installation.data, Some("my data".into()), "{arguments:?}");
            assert_eq!(
                (installation.constant_contact, installation.most_profiles),
                (Service::Simulator, 1_000_000)
            );
        }
        let real = export_options(&["--constant-contact", "real", "export", "--map", "email=A"]);
        assert_eq!(
            real.installation.constant_contact,
            Service::Real,
            "a default behind the command changes nothing"
        );
        let twice = export_options(&["--map", "email=A", "--list", "export", "export", "--map", "city=--B"]);
        let columns: Vec<String> =
            twice.columns.iter().map(|column| format!("{}={}", column.name, column.value)).collect();
        assert_eq!(columns, ["email=A", "city=--B"]);
        assert_eq!(twice.list.as_deref(), Some("export"));
    }

    #[test]
    fn the_console_stays_up_unless_somebody_says_otherwise() {
        assert!(export_options(&[]).console && export_options(&["--profiles", "7"]).console);
        for arguments in [&["--exit"][..], &["--json"], &["export"], &["--profiles", "7", "export"]] {
            assert!(!export_options(arguments).console, "{arguments:?}");
        }
    }

    #[test]
    fn the_console_alone_has_the_options_of_an_installation() {
        let command = parse_from(["segment-export", "serve", "--data", "here", "--port", "0"]).unwrap();
        let Command::Serve(options) = command else { panic!("{command:?}") };
        assert_eq!((options.installation.data, options.installation.port), (Some("here".into()), Some(0)));
        assert!(refused(&["serve", "--full"]).contains("unexpected argument"));
    }

    #[test]
    fn options_contradict_each_other_wherever_they_stand() {
        for arguments in [
            &["--profiles", "7", "--segments", "x"][..],
            &["--profiles", "7", "export", "--segments", "x"],
            &["export", "--profiles", "7", "--segments", "x"],
        ] {
            assert!(
                refused(arguments).contains("cannot be used with"),
                "{arguments:?}: {}",
                refused(arguments)
            );
        }
        let refusal = refused(&["--json", "simulator", "--port", "0"]);
        assert!(refusal.contains("the options of 'simulator' stand behind it"), "{refusal}");
    }

    #[test]
    fn help_shows_every_switch_fault_and_environment_variable() {
        let mut command = Arguments::command();
        let help = command.render_long_help().to_string();
        for expected in ["refresh_tokens", "throttle_every", "import_bytes", "SEGMENT_EXPORT_CLIENT_SECRET"] {
            assert!(help.contains(expected), "{expected} lacks in {help}");
        }
        assert!(!help.contains("services "), "{help}");
    }
}
