//! What Constant Contact said about the rows that it refused, taken from the report of rejected rows.

use std::collections::HashMap;
use std::path::Path;

use domain::outcome::Reason;

/// The report's column with the service's own words, as the engine writes it; the words hold nothing personal.
const WORDS: &str = "detail";

/// Its column with the reason: only with these the words are the service's.
const REASON: &str = "reason";
const REFUSALS: [&str; 2] = [Reason::ServiceCorrectable.as_str(), Reason::ServiceError.as_str()];

/// More different texts than anybody reads; a service that names each row in its text must not fill the memory.
const MOST_TEXTS: usize = 1_000;

/// The service's words and of how many rows it said them, the most frequent first. Nothing for a report that cannot be
/// read.
pub(super) fn said(report: &Path) -> Vec<(String, u64)> {
    let mut counts = HashMap::<String, u64>::new();
    // What was counted before a damage is as good.
    let _ = count(report, &mut counts);
    let mut said: Vec<_> = counts.into_iter().collect();
    said.sort_by(|(one, first), (other, second)| second.cmp(first).then_with(|| one.cmp(other)));
    said
}

fn count(report: &Path, counts: &mut HashMap<String, u64>) -> Result<(), csv::Error> {
    let mut reader = csv::Reader::from_path(report)?;
    let header = reader.headers()?;
    let position = |wanted: &str| header.iter().position(|name| name == wanted);
    let (Some(reason), Some(words)) = (position(REASON), position(WORDS)) else { return Ok(()) };
    let mut row = csv::StringRecord::new();
    while reader.read_record(&mut row)? {
        let refused = row.get(reason).is_some_and(|reason| REFUSALS.contains(&reason));
        match row.get(words).filter(|text| refused && !text.is_empty()) {
            Some(text) if counts.len() < MOST_TEXTS || counts.contains_key(text) => {
                *counts.entry(text.to_owned()).or_default() += 1;
            }
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn texts_are_counted_and_the_most_frequent_comes_first() {
        let folder = tempfile::tempdir().unwrap();
        let report = folder.path().join("rejected.csv");
        let text = "file,row,reason,detail,content\n\
                    a.csv,1,service_error,rare,x\n\
                    a.csv,2,service_error,\"often, \"\"said\"\"\",x\n\
                    a.csv,3,email_missing,,x\n\
                    ,,rejected_unidentified,our own words,\n\
                    a.csv,4,service_error,\"often, \"\"said\"\"\",x\n";
        fs::write(&report, text).unwrap();
        assert_eq!(said(&report), [("often, \"said\"".to_owned(), 2), ("rare".to_owned(), 1)]);
    }

    #[test]
    fn a_report_without_words_or_no_report_says_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let report = folder.path().join("rejected.csv");
        assert_eq!(said(&report), []);
        fs::write(&report, "file,row,reason,content\na.csv,1,email_missing,x\n").unwrap();
        assert_eq!(said(&report), []);
    }
}
