//! What can be asked of `segment-export` on its command line.

mod assignment;
mod behaviour;
mod export;
mod simulator;

use clap::{Parser, Subcommand};

pub use assignment::Assignment;
pub use behaviour::{BehaviourError, SimulatorBehaviour};
pub use export::{ExportOptions, Service};
pub use simulator::SimulatorOptions;

const EXAMPLES: &str = "\
Examples:
  segment-export
      Makes 20,000 sample people in three segments and exports them to a
      simulated Constant Contact account.
  segment-export --profiles 1000000 --data ./trial
      The same with a million, kept in ./trial.
  segment-export --data ./trial --change 0.01
      Changes one per cent of them and exports again: only the changes are sent.
  segment-export --segments ./segments --map email=EMail --data ./trial2
      Exports your own files, still to the simulator.
  segment-export --segments ./segments --map email=EMail --data ./production \\
      --list Newsletter --constant-contact real
      Exports them to Constant Contact itself.
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
  URI http://localhost:8765/callback. Put its key and secret into the
  environment and start the export: it asks you to open a page in your browser
  and to choose Allow, once. Account and list are named before anything is
  sent. Run the same command again whenever your segments have changed.

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
                  everything lies. Nothing leaves the machine.",
    after_help = "'--help' explains everything and gives examples.",
    after_long_help = after_help(),
    args_conflicts_with_subcommands = true
)]
pub struct Arguments {
    /// Something else than an export.
    #[command(subcommand)]
    pub command: Option<Command>,

    /// What and how to export when no command is named.
    #[command(flatten)]
    pub export: ExportOptions,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Exports segments; this is also what happens when no command is named
    #[command(after_long_help = after_help())]
    Export(Box<ExportOptions>),
    /// Serves the simulated Constant Contact alone, until it is stopped with Ctrl-C
    #[command(after_long_help = behaviour::listing())]
    Simulator(SimulatorOptions),
    /// Serves what an export needs to another process of this program.
    #[command(hide = true)]
    Services,
}

fn after_help() -> String {
    format!("{EXAMPLES}{}\n{}", crate::environment::listing(), behaviour::listing())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_contradicts_itself_nowhere() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn an_export_may_be_named_or_not() {
        let unnamed = Arguments::try_parse_from(["segment-export", "--profiles", "7"]).unwrap();
        assert!(unnamed.command.is_none());
        assert_eq!(unnamed.export.profiles, Some(7));
        let named = Arguments::try_parse_from(["segment-export", "export", "--profiles", "7"]).unwrap();
        let Some(Command::Export(options)) = named.command else { panic!("{named:?}") };
        assert_eq!(options.profiles, Some(7));
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
