//! From the options to a mapping, and proposals for who has not chosen one.

use domain::field::{Field, UnknownField};
use domain::mapping::{Attribute, Mapping, MappingError, Source};

use crate::command_line::{Assignment, ExportOptions};

/// Why there is no mapping.
#[derive(Debug, thiserror::Error)]
pub enum MappingFailure {
    /// Nobody has said where the addresses are.
    #[error("say which column holds the e-mail address, with --map email=COLUMN; {}", proposal(.columns))]
    EmailMissing {
        /// The columns that there are.
        columns: Vec<String>,
    },
    /// The address cannot be the same for everybody.
    #[error(
        "--constant email=... is not possible: each person has an address of their own; use --map email=COLUMN"
    )]
    ConstantEmail,
    /// The address twice.
    #[error("--map email=... is given twice; keep one of the two")]
    EmailTwice,
    /// It would not be sent as it stands.
    #[error("--constant {field}=... cannot be sent as it is: {problem}")]
    Constant {
        /// The field.
        field: String,
        /// What is wrong, in a sentence.
        problem: String,
    },
    /// Not a field.
    #[error(transparent)]
    Field(#[from] UnknownField),
    /// The fields do not go together.
    #[error(transparent)]
    Mapping(#[from] MappingError),
}

/// The sample's own columns.
const SAMPLE: [(&str, &str); 3] =
    [("email", "EMail"), ("first_name", "FirstName"), ("last_name", "LastName")];

/// What a column that is called so, without case and punctuation, most likely holds.
const PROPOSALS: [(&str, &[&str]); 9] = [
    ("email", &["email", "emailaddress", "emailaddress1", "primaryemail", "mail"]),
    ("first_name", &["firstname", "givenname", "forename"]),
    ("last_name", &["lastname", "surname", "familyname"]),
    ("job_title", &["jobtitle"]),
    ("company_name", &["companyname", "company"]),
    ("phone", &["phone", "telephone", "phonenumber"]),
    ("city", &["city"]),
    ("zip", &["zip", "zipcode", "postalcode"]),
    ("country", &["country"]),
];

/// The mapping that the options ask for; without any, the `stored` one of an earlier export, or the sample's own.
///
/// # Errors
/// [`MappingFailure`]; `columns` are for its advice.
pub(super) fn mapping(
    options: &ExportOptions,
    stored: Option<&Mapping>,
    sample: bool,
    columns: &[String],
) -> Result<Mapping, MappingFailure> {
    let asked = !options.columns.is_empty() || !options.constants.is_empty() || options.identity.is_some();
    if let Some(stored) = stored.filter(|_| !asked) {
        return Ok(stored.clone());
    }
    let mut email = None;
    let mut attributes = Vec::new();
    for Assignment { name, value } in &options.columns {
        if name == "email" {
            if email.replace(value.clone()).is_some() {
                return Err(MappingFailure::EmailTwice);
            }
        } else {
            attributes.push(Attribute { field: Field::parse(name)?, source: Source::Column(value.clone()) });
        }
    }
    for Assignment { name, value } in &options.constants {
        if name == "email" {
            return Err(MappingFailure::ConstantEmail);
        }
        let field = Field::parse(name)?;
        if let Some(problem) = configuration::constant_problem(&field, value) {
            return Err(MappingFailure::Constant { field: name.clone(), problem });
        }
        attributes.push(Attribute { field, source: Source::Constant(value.clone()) });
    }
    if sample {
        add_sample_columns(&mut email, &mut attributes)?;
    }
    let email = email.ok_or_else(|| MappingFailure::EmailMissing { columns: columns.to_vec() })?;
    Ok(Mapping::new(email, options.identity.clone(), attributes)?)
}

/// Whether every field that the options name exists; for an early answer.
///
/// # Errors
/// [`UnknownField`].
pub(super) fn check_fields(options: &ExportOptions) -> Result<(), MappingFailure> {
    for Assignment { name, .. } in options.columns.iter().chain(&options.constants) {
        if name != "email" {
            Field::parse(name)?;
        }
    }
    Ok(())
}

/// The sample's columns for everything that was not asked for otherwise.
fn add_sample_columns(
    email: &mut Option<String>,
    attributes: &mut Vec<Attribute>,
) -> Result<(), MappingFailure> {
    for (name, column) in SAMPLE {
        if name == "email" {
            email.get_or_insert_with(|| column.to_owned());
            continue;
        }
        let field = Field::parse(name)?;
        if attributes.iter().all(|attribute| attribute.field != field) {
            attributes.push(Attribute { field, source: Source::Column(column.to_owned()) });
        }
    }
    Ok(())
}

fn proposal(columns: &[String]) -> String {
    let plain = |column: &str| -> String {
        column.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let mut proposed = Vec::new();
    for (field, names) in PROPOSALS {
        if let Some(column) = columns.iter().find(|column| names.contains(&plain(column).as_str())) {
            proposed.push(
                match column.contains(|character: char| !character.is_alphanumeric() && character != '_') {
                    true => format!("--map \"{field}={column}\""),
                    false => format!("--map {field}={column}"),
                },
            );
        }
    }
    let available = columns.join(", ");
    if proposed.is_empty() {
        format!("the columns are {available}")
    } else {
        format!("the columns are {available}; perhaps: {}", proposed.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command_line::export_options as options;

    #[test]
    fn without_a_mapping_one_is_proposed() {
        let columns = ["CustomerId", "E-Mail", "given_name", "Shoe"].map(str::to_owned);
        let refusal = mapping(&options(&[]), None, false, &columns).unwrap_err().to_string();
        assert_eq!(
            refusal,
            "say which column holds the e-mail address, with --map email=COLUMN; the columns are CustomerId, \
             E-Mail, given_name, Shoe; perhaps: --map \"email=E-Mail\" --map first_name=given_name"
        );
    }

    #[test]
    fn the_sample_maps_itself_and_can_be_changed() {
        let own = mapping(&options(&[]), None, true, &[]).unwrap();
        assert_eq!((own.email_column(), own.attributes().len()), ("EMail", 2));
        let changed = options(&["--map", "first_name=LastName", "--constant", "company_name=Acme"]);
        let changed = mapping(&changed, Some(&own), true, &[]).unwrap();
        assert_eq!(changed.attributes().len(), 3);
        assert_eq!(changed.attributes().first().unwrap().source, Source::Column("LastName".into()));
    }

    #[test]
    fn an_earlier_mapping_is_kept_unless_another_one_is_asked_for() {
        let stored = Mapping::new("Mail", None, Vec::new()).unwrap();
        assert_eq!(mapping(&options(&[]), Some(&stored), false, &[]).unwrap(), stored);
        let asked = options(&["--map", "email=Other"]);
        assert_eq!(mapping(&asked, Some(&stored), false, &[]).unwrap().email_column(), "Other");
    }

    #[test]
    fn what_cannot_be_mapped_is_refused() {
        let refused =
            |arguments: &[&str]| mapping(&options(arguments), None, false, &[]).unwrap_err().to_string();
        assert!(refused(&["--map", "frist_name=A"]).contains("no field of a contact"));
        assert!(refused(&["--constant", "email=a@example.com"]).contains("an address of their own"));
        assert!(refused(&["--map", "email=A", "--map", "email=B"]).contains("twice"));
    }
}
