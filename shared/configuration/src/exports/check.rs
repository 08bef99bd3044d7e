//! What is wrong with a draft, as far as the draft itself shows it.

use domain::field::{Field, StandardField, ValueKind};
use domain::identifier::{ListId, SegmentName};
use domain::mapping::{Attribute, Mapping, Source};
use planner::Written;
use schedule::ExportSchedule;

use super::draft::{ExportDraft, ListChoice};
use super::names::LONGEST_NAME;
use crate::connections::list_id_of;
use crate::error::ConfigurationError;
use crate::problems::{FieldProblem, Problems};

/// More than anybody needs: what is above is a slip, and every one costs a look at S3.
const MOST_SEGMENTS: usize = 100;

/// The longest name of a column, in characters, for a form: longer is a slip.
const LONGEST_COLUMN: usize = 500;

/// The longest name of a list, in characters (Constant Contact's V3 contract).
const LONGEST_LIST_NAME: usize = 255;

/// A draft as far as it could be understood. Where a part is missing, there is a problem that says so.
#[derive(Debug)]
pub(super) struct Checked {
    pub(super) name: String,
    pub(super) list: Option<WantedList>,
    /// With their places in the draft.
    pub(super) segments: Vec<(usize, SegmentName)>,
    pub(super) mapping: Option<Mapping>,
    pub(super) schedule: Option<ExportSchedule>,
}

/// A list that has the form of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum WantedList {
    Existing(ListId),
    New(String),
}

/// Checks everything that needs no look at the account or at S3.
pub(super) fn check(draft: &ExportDraft, problems: &mut Problems) -> Checked {
    Checked {
        name: problems.name("name", &draft.name, LONGEST_NAME),
        list: list(&draft.list, problems),
        segments: segments(&draft.segments, problems),
        mapping: mapping(draft, problems),
        schedule: schedule(draft, problems),
    }
}

fn list(choice: &ListChoice, problems: &mut Problems) -> Option<WantedList> {
    match choice {
        ListChoice::Id(text) if text.trim().is_empty() => {
            problems.add("list", "required", "Choose a list of this account, or enter the list's id.");
            None
        }
        ListChoice::Id(text) => {
            let found = list_id_of(text);
            if found.is_none() {
                let message = "Enter the list's id, or the address of the list's page at Constant Contact.";
                problems.add("list", "invalid", message);
            }
            found.map(WantedList::Existing)
        }
        ListChoice::New(name) => Some(WantedList::New(problems.name("list", name, LONGEST_LIST_NAME))),
    }
}

fn segments(names: &[String], problems: &mut Problems) -> Vec<(usize, SegmentName)> {
    if names.is_empty() {
        problems.add("segments", "required", "Choose at least one segment.");
    } else if names.len() > MOST_SEGMENTS {
        problems.add("segments", "too_many", format!("Choose at most {MOST_SEGMENTS} segments."));
        return Vec::new();
    }
    let mut found: Vec<(usize, SegmentName)> = Vec::new();
    for (place, name) in names.iter().enumerate() {
        let field = format!("segments[{place}]");
        match SegmentName::new(name.clone()) {
            Err(_) => problems.add(field, "invalid", "This cannot be the name of a segment; choose one."),
            Ok(name) if found.iter().any(|(_, earlier)| *earlier == name) => {
                problems.add(field, "twice", "This segment is chosen twice; remove one of the two.");
            }
            Ok(name) => found.push((place, name)),
        }
    }
    found
}

fn mapping(draft: &ExportDraft, problems: &mut Problems) -> Option<Mapping> {
    let email = draft.email_column.trim();
    if email.is_empty() {
        let message = "Choose the column that holds the e-mail address; without one nothing can be exported.";
        problems.add("email_column", "required", message);
    } else {
        column_length(email, "email_column", problems);
    }
    let identity = draft.identity_column.as_deref().map(str::trim).filter(|column| !column.is_empty());
    if let Some(column) = identity {
        column_length(column, "identity_column", problems);
    }
    let (attributes, complete) = attributes(draft, problems);
    let mut fits = true;
    for group in [is_birthday, is_custom, is_phone] {
        let group = attributes.iter().filter(|attribute| group(&attribute.field)).cloned().collect();
        // The address is checked above; what is left to be found here is what does not go together.
        if let Err(error) = Mapping::new("-", None, group) {
            problems.add("attributes", "invalid", sentence(&error.to_string()));
            fits = false;
        }
    }
    if let Some(problem) = constant_birthday_problem(&attributes) {
        problems.add("attributes", "invalid", problem);
        fits = false;
    }
    if !complete || !fits {
        return None;
    }
    Mapping::new(email, identity.map(str::to_owned), attributes).ok()
}

/// The attributes whose field is known, each field once, and whether nothing is wrong with any.
fn attributes(draft: &ExportDraft, problems: &mut Problems) -> (Vec<Attribute>, bool) {
    let mut found: Vec<Attribute> = Vec::new();
    let mut complete = true;
    for (place, attribute) in draft.attributes.iter().enumerate() {
        let at = |part: &str| format!("attributes[{place}].{part}");
        let source = source(&attribute.source, &at, problems);
        let Some(field) = field(&attribute.field, &found, at("field"), problems) else {
            complete = false;
            continue;
        };
        if let Some(Source::Constant(text)) = &source
            && let Some(problem) = constant_problem(&field, text)
        {
            problems.add(at("constant"), "invalid", problem);
            complete = false;
        }
        complete &= source.is_some();
        // What goes together is judged by the fields, also while a column is still to be named.
        let source = source.unwrap_or_else(|| Source::Column("-".to_owned()));
        found.push(Attribute { field, source });
    }
    (found, complete)
}

fn field(name: &str, found: &[Attribute], at: String, problems: &mut Problems) -> Option<Field> {
    let name = name.trim();
    if name.is_empty() {
        problems.add(at, "required", "Choose the field that this column fills.");
        return None;
    }
    match Field::parse(name) {
        Err(error) => {
            problems.add(at, "unknown", sentence(&error.to_string()));
            None
        }
        Ok(field) if found.iter().any(|earlier| earlier.field == field) => {
            problems.add(at, "twice", "This field is mapped twice; keep one of the two.");
            None
        }
        Ok(field) => Some(field),
    }
}

fn source(source: &Source, at: &impl Fn(&str) -> String, problems: &mut Problems) -> Option<Source> {
    let (part, text) = match source {
        Source::Column(text) => ("column", text),
        Source::Constant(text) => ("constant", text),
    };
    let text = text.trim();
    if text.is_empty() {
        let message = "Name a column or a constant value, or remove this attribute.";
        problems.add(at(part), "required", message);
        return None;
    }
    match source {
        Source::Column(_) => {
            column_length(text, &at(part), problems).then(|| Source::Column(text.to_owned()))
        }
        Source::Constant(_) => Some(Source::Constant(text.to_owned())),
    }
}

fn column_length(column: &str, field: &str, problems: &mut Problems) -> bool {
    let fits = column.chars().count() <= LONGEST_COLUMN;
    if !fits {
        problems.add(field, "too_long", format!("Use at most {LONGEST_COLUMN} characters."));
    }
    fits
}

/// Why everybody's value would not be sent as it stands.
#[must_use]
pub fn constant_problem(field: &Field, text: &str) -> Option<String> {
    match planner::written(field, text) {
        Written::Whole => return None,
        Written::Blank => return Some("Enter a value.".to_owned()),
        Written::Cut | Written::LeftOut => {}
    }
    Some(match field.kind() {
        ValueKind::NumberUpTo(most) => format!("Enter a whole number from 1 to {most}."),
        ValueKind::Date => "Enter a date between 1901 and 2035, for example 2026-05-31.".to_owned(),
        ValueKind::TextMessageNumber => {
            "Enter a number in the United States with its ten digits, for example 202-555-0123.".to_owned()
        }
        ValueKind::Text | ValueKind::Phone => {
            format!("Use at most {} characters (an emoji counts as two).", field.max_characters())
        }
    })
}

/// Why a birthday that is the same for everybody would be left out.
fn constant_birthday_problem(attributes: &[Attribute]) -> Option<String> {
    let number = |wanted: StandardField| {
        let found = attributes.iter().find(|attribute| attribute.field == Field::Standard(wanted))?;
        let Source::Constant(text) = &found.source else { return None };
        text.parse::<i8>().ok()
    };
    let (month, day) = (number(StandardField::BirthdayMonth)?, number(StandardField::BirthdayDay)?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        // Said beside the field itself.
        return None;
    }
    let leap_year = 2000;
    let is_day = jiff::civil::Date::new(leap_year, month, day).is_ok();
    (!is_day).then(|| format!("The month {month} has no day {day}; correct one of the two."))
}

fn is_birthday(field: &Field) -> bool {
    matches!(field, Field::Standard(StandardField::BirthdayDay | StandardField::BirthdayMonth))
}

fn is_custom(field: &Field) -> bool {
    matches!(field, Field::Custom(_))
}

fn is_phone(field: &Field) -> bool {
    matches!(field, Field::Standard(field) if field.is_phone())
}

fn schedule(draft: &ExportDraft, problems: &mut Problems) -> Option<ExportSchedule> {
    match ExportSchedule::try_from(draft.schedule.clone()) {
        Ok(schedule) => Some(schedule),
        Err(invalid) => {
            for problem in invalid.problems() {
                let field = format!("schedule.{}", problem.field());
                problems.add(field, "invalid", sentence(&problem.to_string()));
            }
            None
        }
    }
}

/// The problems so far, to be joined with those that others found.
pub(super) fn listed(problems: Problems) -> Vec<FieldProblem> {
    match problems.finish() {
        Err(ConfigurationError::Invalid(problems)) => problems,
        _ => Vec::new(),
    }
}

/// An error's text as a sentence of its own.
pub(crate) fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    let first: String = characters.next().into_iter().flat_map(char::to_uppercase).collect();
    let end = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{end}", characters.as_str())
}
