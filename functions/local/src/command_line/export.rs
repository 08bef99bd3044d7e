//! Options of an export.

use clap::Args;

use super::{Assignment, InstallationOptions};

/// What is exported, to where, and how.
#[derive(Debug, Clone, Args)]
pub struct ExportOptions {
    /// Make a sample of so many profiles [default: 20000, or the sample that --data holds]
    #[arg(long, value_name = "N", conflicts_with = "segments", help_heading = "What is exported",
          value_parser = clap::value_parser!(u64).range(1..=50_000_000))]
    pub profiles: Option<u64>,

    /// Change this share of the sample before exporting, for instance 0.01 for one per cent
    ///
    /// Most of the changed get another last name, some leave, some join. The change is written as a new snapshot of
    /// each segment. An export that was interrupted is finished first, without the change.
    #[arg(long, value_name = "SHARE", conflicts_with = "segments", help_heading = "What is exported",
          value_parser = share)]
    pub change: Option<f64>,

    /// Export only this segment, and further ones in the order in which they are named; can be repeated
    ///
    /// Without it all segments are exported, in the order of their names. Of people who are in several segments the row of
    /// the first one is sent.
    #[arg(long = "segment", value_name = "NAME", help_heading = "What is exported")]
    pub chosen_segments: Vec<String>,

    /// Fill a field of the contact from a column; can be repeated
    ///
    /// For instance --map email=EMail --map first_name=FirstName --map cf:shoe_size=ShoeSize. 'email' is required
    /// with --segments. Fields: email, first_name, last_name, job_title, company_name, birthday_month and
    /// birthday_day, anniversary, phone, home_phone, work_phone, mobile_phone, street, city, state, zip, country
    /// (also with home_, work_ or other_ in front), and cf:NAME for a custom field that exists in the account.
    #[arg(long = "map", value_name = "FIELD=COLUMN", help_heading = "What is exported")]
    pub columns: Vec<Assignment>,

    /// Fill a field of every contact with the same text; can be repeated
    ///
    /// For instance --constant company_name="Example Ltd". The fields are those of --map.
    #[arg(long = "constant", value_name = "FIELD=TEXT", help_heading = "What is exported")]
    pub constants: Vec<Assignment>,

    /// The column that tells who a row is about [default: CustomerId, else the address]
    ///
    /// Rows with the same value are one person. It lets an address change be seen as one, and is never sent.
    #[arg(long, value_name = "COLUMN", help_heading = "What is exported")]
    pub identity: Option<String>,

    /// The Constant Contact list, by its name, its id or its page's address
    ///
    /// In the simulator a list that does not exist is created. [default: Sample export, or the list of --data]
    #[arg(long, value_name = "NAME|ID", help_heading = "Where to")]
    pub list: Option<String>,

    /// Do not ask; for scripts
    ///
    /// 'real' asks before anything is sent, whether the account and the list are the right ones.
    #[arg(long, help_heading = "Where to")]
    pub yes: bool,

    /// Let an export go on that the safety brake has stopped, exactly as it was planned
    ///
    /// The brake stops an export that would add more than half of what it has on the list, or whose segment is suddenly
    /// empty. Run the same command once more with this option if that is what you want.
    #[arg(long, conflicts_with_all = ["change", "full", "retry_failed"], help_heading = "How")]
    pub approve: bool,

    /// Send everybody, also those who have not changed since the last export
    ///
    /// For when contacts were changed or deleted at Constant Contact by hand. Nobody who has opted out is sent.
    #[arg(long, conflicts_with = "retry_failed", help_heading = "How")]
    pub full: bool,

    /// Also try again the rows that Constant Contact has refused five times
    ///
    /// Refused rows are tried again with each export, five times in all, and then only when they change or with this
    /// option.
    #[arg(long, help_heading = "How")]
    pub retry_failed: bool,

    /// Print nothing but one JSON object at the end
    ///
    /// For scripts: status, counts and the paths of the files. The exit code is 0 only for a successful export.
    #[arg(long, help_heading = "Where things are kept and shown")]
    pub json: bool,

    /// End after the export, without leaving the console up; 'export' and --json always do
    #[arg(long, help_heading = "Where things are kept and shown")]
    pub exit: bool,

    /// Whether the console stays up afterwards: neither the command nor an option says otherwise.
    #[arg(skip)]
    pub console: bool,

    /// Where everything is.
    #[command(flatten)]
    pub installation: InstallationOptions,
}

fn share(text: &str) -> Result<f64, &'static str> {
    match text.parse::<f64>() {
        Ok(share) if (0.0..=1.0).contains(&share) => Ok(share),
        _ => Err("use a share from 0 to 1, for instance 0.01 for one per cent"),
    }
}
