//! What an object's key says: whose it is, and whether it matters.

use domain::identifier::SegmentName;

/// What an object that was written concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Concern {
    /// One segment.
    Segment(SegmentName),
    /// All segments: the description that the dated layout of Customer Insights writes beside their folders.
    AllSegments,
    /// Nothing of ours.
    Nothing,
}

/// The description of all segments, directly below their prefix.
const DESCRIPTION: &str = "model.json";

/// Names that begin like hidden ones and are not.
const MARKER: &str = "_SUCCESS";

/// What the object `key` concerns, where segments lie below `prefix`.
pub(crate) fn concern(prefix: &str, key: &str) -> Concern {
    let Some(path) = key.strip_prefix(prefix) else { return Concern::Nothing };
    if path == DESCRIPTION {
        return Concern::AllSegments;
    }
    let Some((segment, inside)) = path.split_once('/') else { return Concern::Nothing };
    // A key that ends with a slash stands for a folder.
    let mut names = inside.split('/').peekable();
    let mut hidden = is_hidden(segment);
    while let Some(name) = names.next() {
        hidden |= is_hidden(name) && !(name == MARKER && names.peek().is_none());
    }
    match SegmentName::new(segment) {
        Ok(segment) if !hidden => Concern::Segment(segment),
        _ => Concern::Nothing,
    }
}

/// Names that writers hide from readers.
fn is_hidden(name: &str) -> bool {
    name.is_empty() || name.starts_with(['.', '_'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_belongs_to_the_folder_below_the_prefix() {
        for key in [
            "segments/vip/1.csv",
            "segments/vip/2026-11-22/part-0.csv",
            "segments/vip/2026-11-22/_SUCCESS",
            "segments/vip/2026-11-22/manifest.json",
            "segments/vip/2026/11/22/0800/vip_1.csv",
            "segments/vip/with space + plus %20.csv",
        ] {
            assert_eq!(
                concern("segments/", key),
                Concern::Segment(SegmentName::new("vip").unwrap()),
                "{key}"
            );
        }
        assert_eq!(concern("", "vip/1.csv"), Concern::Segment(SegmentName::new("vip").unwrap()));
    }

    #[test]
    fn a_name_with_a_space_and_a_plus_is_a_name() {
        let name = SegmentName::new("very important+people");
        let expected = name.map_or(Concern::Nothing, Concern::Segment);
        assert_eq!(concern("segments/", "segments/very important+people/1.csv"), expected);
    }

    #[test]
    fn the_description_concerns_every_segment() {
        let prefix = "CustomerInsights_1/Export/";
        assert_eq!(concern(prefix, "CustomerInsights_1/Export/model.json"), Concern::AllSegments);
        assert_eq!(concern(prefix, "CustomerInsights_1/model.json"), Concern::Nothing);
    }

    #[test]
    fn whatever_else_lies_in_the_bucket_starts_nothing() {
        for key in [
            "outcomes/export-1/run-1.csv",
            "other/vip/1.csv",
            "Segments/vip/1.csv",
            "segments/readme.txt",
            "segments/vip/",
            "segments/vip/2026-11-22/",
            "segments/vip/.1.csv.swp",
            "segments/vip/_temporary/0/part-0.csv",
            "segments/vip/2026-11-22/_started",
            "segments/_work/1.csv",
            "segments/.trash/1.csv",
            "segments//1.csv",
            "segments/vip/_SUCCESS/1.csv",
        ] {
            assert_eq!(concern("segments/", key), Concern::Nothing, "{key}");
        }
    }
}
