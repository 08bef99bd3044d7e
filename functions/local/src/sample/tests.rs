//! The sample keeps its promises: deterministic, whole, and changed only when asked.

use std::collections::BTreeSet;
use std::fs;

use super::*;

struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn sample(&self) -> Sample {
        Sample::new(self.folder.path(), self.folder.path().join("segments"))
    }

    fn prepare(&self, profiles: Option<u64>, change: Option<f64>) -> Result<SampleReport, SampleError> {
        self.sample().prepare(&SampleRequest { profiles, change }, |_| Ok(()))
    }

    /// All rows of the snapshots called `name`, without headers.
    fn rows(&self, name: &str) -> Vec<String> {
        let segments = self.folder.path().join("segments");
        let mut files = vec![
            segments.join(format!("loyalty-members/{name}.csv")),
            segments.join(format!("web-shop-customers/{name}.csv")),
        ];
        let parts = segments.join(format!("newsletter-readers/{name}"));
        assert!(parts.join("_SUCCESS").exists());
        files.extend((0..4).map(|part| parts.join(format!("part-{part:05}.csv"))));
        let texts = files.iter().map(|file| fs::read_to_string(file).unwrap());
        texts.flat_map(|text| text.lines().skip(1).map(str::to_owned).collect::<Vec<_>>()).collect()
    }
}

#[test]
fn as_many_rows_as_asked_for_and_the_same_ones_every_time() {
    let (one, other) = (Place::new(), Place::new());
    let report = one.prepare(Some(5_000), None).unwrap();
    assert_eq!(report.written.unwrap().rows, 5_000);
    other.prepare(Some(5_000), None).unwrap();
    assert_eq!(one.rows("snapshot-0001").len(), 5_000);
    assert_eq!(one.rows("snapshot-0001"), other.rows("snapshot-0001"));
    assert!(one.rows("snapshot-0001").iter().any(|row| row.contains('"')), "names with commas or quotes");
}

#[test]
fn a_second_start_finds_its_sample_and_refuses_another_size() {
    let place = Place::new();
    place.prepare(Some(100), None).unwrap();
    assert_eq!(place.prepare(None, None).unwrap().written, None);
    let refusal = place.prepare(Some(200), None).unwrap_err().to_string();
    assert!(refusal.contains("a sample of 100 profiles"), "{refusal}");
}

#[test]
fn a_change_touches_its_share_and_waits_for_an_export() {
    let place = Place::new();
    place.prepare(Some(20_000), None).unwrap();
    place.sample().exported().unwrap();
    place.prepare(None, Some(0.05)).unwrap();
    let before: BTreeSet<String> = place.rows("snapshot-0001").into_iter().collect();
    let after: BTreeSet<String> = place.rows("snapshot-0002").into_iter().collect();
    let gone = before.difference(&after).count();
    let come = after.difference(&before).count();
    assert!((800..1_000).contains(&gone), "renamed and left: {gone}");
    assert!((800..1_000).contains(&come), "renamed and joined: {come}");
    // The same start again, as after a kill, changes nothing more.
    assert_eq!(place.prepare(None, Some(0.05)).unwrap().written, None);
    place.sample().exported().unwrap();
    assert!(place.prepare(None, Some(0.05)).unwrap().written.is_some());
    place.sample().exported().unwrap();
    place.prepare(None, Some(0.05)).unwrap();
    assert!(!place.folder.path().join("segments/loyalty-members/snapshot-0001.csv").exists());
    assert!(!place.folder.path().join("segments/newsletter-readers/snapshot-0001").exists());
    assert!(place.rows("snapshot-0003").len() > 19_000);
}

#[test]
fn a_sample_whose_making_failed_is_made_again() {
    let place = Place::new();
    let failure = || SampleError::Damaged { path: PathBuf::new() };
    let request = SampleRequest { profiles: Some(3_000), change: None };
    place.sample().prepare(&request, |_| Err(failure())).unwrap_err();
    let mut seen = Vec::new();
    let report = place.sample().prepare(&SampleRequest::default(), |addresses| {
        seen = addresses;
        Ok(())
    });
    let written = report.unwrap().written.unwrap();
    assert_eq!((written.rows, written.opted_out), (3_000, seen.len() as u64));
    assert!(seen.len() > 2 && seen.iter().all(|address| address.contains("@example.")));
}
