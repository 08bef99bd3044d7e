//! How many rows of an import the service did not read, by its own counts.

use constant_contact::ActivityCounts;

/// Rows of an import that the service left out without a word: it drops what is over its limits, and counts only what it
/// has read (contract). `judged` are those that it counted as refused, or could not add.
///
/// Its total includes a header line (contract). Should it not, `person_count` tells: that one counts people, with or
/// without those who were refused.
pub(super) fn unread_rows(counts: &ActivityCounts, rows: u32, judged: u32) -> u32 {
    let (rows, judged) = (u64::from(rows), u64::from(judged));
    let are_all_of = |people: u64, rows: u64| people == rows || people.saturating_add(judged) == rows;
    let read = match (counts.items_total_count, counts.person_count) {
        (Some(total), Some(people)) => {
            let with_header = people.saturating_add(1) == total || !are_all_of(people, total);
            total.saturating_sub(u64::from(with_header))
        }
        // Nothing tells whether a line of it is the header.
        (Some(total), None) if total == rows => rows,
        (Some(total), None) => total.saturating_sub(1),
        (None, Some(people)) if are_all_of(people, rows) => rows,
        (None, Some(people)) => people,
        (None, None) => rows,
    };
    u32::try_from(rows.saturating_sub(read)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unread(total: Option<u64>, people: Option<u64>, judged: u32) -> u32 {
        let counts =
            ActivityCounts { items_total_count: total, person_count: people, ..ActivityCounts::default() };
        unread_rows(&counts, 100, judged)
    }

    #[test]
    fn a_total_with_its_header_line_tells_how_many_rows_were_read() {
        for (total, people, judged, expected) in [
            (101, Some(100), 0, 0),
            (101, Some(100), 7, 0),
            // Only the accepted are counted.
            (101, Some(93), 7, 0),
            (101, None, 0, 0),
            (100, Some(99), 0, 1),
            (100, Some(99), 7, 1),
            (100, Some(92), 7, 1),
            (51, Some(50), 0, 50),
            (51, Some(43), 7, 50),
            (51, None, 0, 50),
            (1, Some(0), 0, 100),
        ] {
            assert_eq!(unread(Some(total), people, judged), expected, "{total} {people:?} {judged}");
        }
    }

    #[test]
    fn a_total_without_a_header_line_is_recognised_by_the_number_of_people() {
        for (total, people, judged, expected) in
            [(100, Some(100), 0, 0), (100, Some(93), 7, 0), (100, None, 0, 0), (50, Some(50), 0, 50)]
        {
            assert_eq!(unread(Some(total), people, judged), expected, "{total} {people:?} {judged}");
        }
    }

    #[test]
    fn people_tell_where_there_is_no_total() {
        for (people, judged, expected) in [
            (Some(100), 0, 0),
            (Some(93), 7, 0),
            (Some(100), 7, 0),
            (Some(50), 0, 50),
            (Some(50), 7, 50),
            (None, 0, 0),
        ] {
            assert_eq!(unread(None, people, judged), expected, "{people:?} {judged}");
        }
    }
}
