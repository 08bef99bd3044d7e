//! `model.json`, the description that Customer Insights writes beside its exported tables (a Common Data Model folder).

use domain::identifier::SegmentName;
use serde::Deserialize;

use crate::CsvLayout;

/// What a model says of one segment.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Described {
    pub(crate) layout: CsvLayout,
    /// The partitions, each as folder and file below the segment's folder: `2021/05/01/0600` and a name.
    pub(crate) files: Vec<(String, String)>,
}

/// A model, of all segments that it names.
#[derive(Debug, Deserialize)]
pub(crate) struct Model {
    #[serde(default)]
    entities: Vec<Entity>,
}

#[derive(Debug, Deserialize)]
struct Entity {
    #[serde(default)]
    name: String,
    #[serde(default)]
    attributes: Vec<Attribute>,
    #[serde(default)]
    partitions: Vec<Partition>,
}

#[derive(Debug, Deserialize)]
struct Attribute {
    name: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Partition {
    location: String,
    #[serde(default)]
    file_format_settings: FileFormatSettings,
}

/// The defaults are those of the Common Data Model.
#[derive(Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase", default)]
struct FileFormatSettings {
    column_headers: bool,
    delimiter: String,
    quote_style: String,
    encoding: String,
}

impl Default for FileFormatSettings {
    fn default() -> Self {
        Self {
            column_headers: false,
            delimiter: ",".to_owned(),
            quote_style: "QuoteStyle.Csv".to_owned(),
            encoding: "UTF-8".to_owned(),
        }
    }
}

/// Reads a model.
pub(crate) fn parse(json: &[u8]) -> Result<Model, &'static str> {
    let json = json.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(json);
    serde_json::from_slice(json).map_err(|_| "it is not the JSON of a model")
}

impl Model {
    /// What it says of `segment`; `None` when it does not name it.
    pub(crate) fn describe(&self, segment: &SegmentName) -> Result<Option<Described>, &'static str> {
        let Some(entity) = self.entities.iter().find(|entity| entity.name == segment.as_str()) else {
            return Ok(None);
        };
        let Some(first) = entity.partitions.first() else {
            return Err("it names no partition of the segment");
        };
        let settings = &first.file_format_settings;
        if entity.partitions.iter().any(|partition| partition.file_format_settings != *settings) {
            return Err("the partitions of the segment have different formats");
        }
        let layout = layout(settings, &entity.attributes)?;
        let files = entity.partitions.iter().map(|partition| {
            path_end(&partition.location, segment).ok_or(
                "the location of a partition does not end with the segment's name, a date, a time and a file",
            )
        });
        Ok(Some(Described { layout, files: files.collect::<Result<_, _>>()? }))
    }
}

fn layout(settings: &FileFormatSettings, attributes: &[Attribute]) -> Result<CsvLayout, &'static str> {
    if !["utf-8", "utf8"].contains(&settings.encoding.to_ascii_lowercase().as_str()) {
        return Err("the encoding of the segment is not UTF-8");
    }
    let quotes = match settings.quote_style.as_str() {
        "QuoteStyle.Csv" => true,
        "QuoteStyle.None" => false,
        _ => return Err("the quote style of the segment is neither QuoteStyle.Csv nor QuoteStyle.None"),
    };
    let delimiter = match settings.delimiter.as_bytes() {
        [delimiter] if !matches!(delimiter, b'"' | b'\n' | b'\r') => Some(*delimiter),
        _ => return Err("the delimiter of the segment is not one ASCII character"),
    };
    let columns = if settings.column_headers {
        None
    } else if attributes.is_empty() {
        return Err("it names no attributes of the segment, whose files have no header row");
    } else {
        Some(attributes.iter().map(|attribute| attribute.name.clone()).collect())
    };
    Ok(CsvLayout { columns, delimiter, quotes })
}

/// Where a partition lies below the segment's folder. Its location is an address in another store, so that only the
/// end of its path means something here: `.../<Segment>/<YYYY>/<MM>/<DD>/<HHMM>/<file>`.
fn path_end(location: &str, segment: &SegmentName) -> Option<(String, String)> {
    let path = location.split(['?', '#']).next().unwrap_or(location);
    let path = percent_decoded(path);
    let mut names = path.rsplit('/');
    let file = names.next()?;
    let (time, day, month, year) = (names.next()?, names.next()?, names.next()?, names.next()?);
    let folder = format!("{year}/{month}/{day}/{time}");
    let found = names.next()? == segment.as_str() && is_dated(&folder) && !file.is_empty();
    found.then(|| (folder, file.to_owned()))
}

/// Whether a folder below a segment's is named like one run: `YYYY/MM/DD/HHMM`. Such names sort by time.
pub(crate) fn is_dated(folder: &str) -> bool {
    let lengths = folder
        .split('/')
        .map(|name| if name.bytes().all(|byte| byte.is_ascii_digit()) { name.len() } else { 0 });
    lengths.eq([4, 2, 2, 4])
}

fn percent_decoded(text: &str) -> String {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let digits = after.get(..2).filter(|digits| byte == b'%' && digits.iter().all(u8::is_ascii_hexdigit));
        let escaped = digits
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        decoded.push(escaped.unwrap_or(byte));
        rest = if escaped.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn described(partition: &str, attributes: &str) -> Result<Option<Described>, &'static str> {
        let json = format!(
            r#"{{"name":"x","entities":[{{"name":"other"}},{{"name":"Gold people","attributes":[{attributes}],"partitions":[{partition}]}}]}}"#
        );
        parse(json.as_bytes())?.describe(&SegmentName::new("Gold people").unwrap())
    }

    const ATTRIBUTES: &str = r#"{"name":"CustomerId","dataType":"string"},{"name":"EMail"}"#;
    const LOCATION: &str = "https://a.blob.core.windows.net/c/CustomerInsights_1/E/Gold%20people/2021/05/01/0600/Gold%20people_1.csv";

    #[test]
    fn the_defaults_are_those_of_the_common_data_model() {
        let described = described(&format!(r#"{{"location":"{LOCATION}"}}"#), ATTRIBUTES).unwrap().unwrap();
        assert_eq!(described.files, [("2021/05/01/0600".to_owned(), "Gold people_1.csv".to_owned())]);
        let columns = Some(vec!["CustomerId".to_owned(), "EMail".to_owned()]);
        assert_eq!(described.layout, CsvLayout { columns, delimiter: Some(b','), quotes: true });
    }

    #[test]
    fn what_a_partition_says_of_its_file_is_followed() {
        let settings =
            r#"{"columnHeaders":true,"delimiter":"|","quoteStyle":"QuoteStyle.None","encoding":"utf-8"}"#;
        let partition = format!(r#"{{"location":"{LOCATION}?sig=1/2","fileFormatSettings":{settings}}}"#);
        let layout = described(&partition, "").unwrap().unwrap().layout;
        assert_eq!(layout, CsvLayout { columns: None, delimiter: Some(b'|'), quotes: false });
    }

    #[rstest]
    #[case::no_partition("", ATTRIBUTES)]
    #[case::no_attributes(&format!(r#"{{"location":"{LOCATION}"}}"#), "")]
    #[case::another_segment(r#"{"location":"https://a/c/Silver/2021/05/01/0600/x.csv"}"#, ATTRIBUTES)]
    #[case::no_date(r#"{"location":"https://a/c/Gold people/latest/x.csv"}"#, ATTRIBUTES)]
    #[case::encoding(&format!(r#"{{"location":"{LOCATION}","fileFormatSettings":{{"encoding":"UTF-16"}}}}"#), ATTRIBUTES)]
    #[case::delimiter(&format!(r#"{{"location":"{LOCATION}","fileFormatSettings":{{"delimiter":"||"}}}}"#), ATTRIBUTES)]
    #[case::quote_style(&format!(r#"{{"location":"{LOCATION}","fileFormatSettings":{{"quoteStyle":"x"}}}}"#), ATTRIBUTES)]
    #[case::different(&format!(r#"{{"location":"{LOCATION}"}},{{"location":"{LOCATION}","fileFormatSettings":{{"delimiter":";"}}}}"#), ATTRIBUTES)]
    fn a_model_that_leaves_something_open_is_not_guessed_at(
        #[case] partition: &str,
        #[case] attributes: &str,
    ) {
        assert!(described(partition, attributes).is_err());
    }

    #[test]
    fn a_segment_that_the_model_does_not_name_is_not_its_concern() {
        let model = parse(br#"{"entities":[]}"#).unwrap();
        assert_eq!(model.describe(&SegmentName::new("Gold").unwrap()), Ok(None));
        assert!(parse(b"[").is_err());
    }
}
