//! Who should be on the list, read from the segments' files without the product.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What is exported of a person beside the address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Empty for none.
    pub first_name: String,
    /// Empty for none.
    pub last_name: String,
}

/// The newest snapshots of a sample.
#[derive(Debug, Default)]
pub struct Segments {
    /// Rows of all of them.
    pub rows: u64,
    /// Everybody with a valid address, by it in lower case.
    pub members: BTreeMap<String, Person>,
}

impl Segments {
    /// The sample that the data folder `data` holds.
    ///
    /// # Panics
    /// When it cannot be read.
    #[must_use]
    pub fn of_sample(data: &Path) -> Self {
        let mut segments = Self::default();
        for segment in entries(&data.join("sample-bucket").join("segments")) {
            // Snapshots are numbered; what is being written begins with a dot.
            let newest = entries(&segment).pop().expect("a snapshot");
            let parts = if newest.is_dir() { entries(&newest) } else { vec![newest] };
            parts.iter().filter(|part| part.extension().is_some()).for_each(|part| segments.read(part));
        }
        segments
    }

    fn read(&mut self, part: &Path) {
        let mut reader = csv::Reader::from_path(part).expect("a part of a snapshot");
        let header: Vec<String> = reader.headers().expect("a header").iter().map(str::to_owned).collect();
        assert_eq!(header, ["CustomerId", "EMail", "FirstName", "LastName"]);
        for row in reader.records() {
            let row = row.expect("a row");
            self.rows += 1;
            let address = row[1].to_lowercase();
            if is_address(&address) {
                let person = Person { first_name: row[2].to_owned(), last_name: row[3].to_owned() };
                // Whoever is in the sample twice has the same names both times.
                let known = self.members.entry(address).or_insert_with(|| person.clone());
                assert_eq!(known, &person);
            }
        }
    }
}

/// Paths of a folder's visible entries, by name.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.retain(|path| path.file_name().is_some_and(|name| !name.to_string_lossy().starts_with('.')));
    paths.sort();
    paths
}

/// Enough to tell the sample's broken addresses from the others.
fn is_address(address: &str) -> bool {
    let Some((local, domain)) = address.split_once('@') else { return false };
    let dots = |text: &str| text.contains("..") || text.starts_with('.') || text.ends_with('.');
    !local.is_empty() && !domain.contains('@') && domain.contains('.') && !dots(local) && !dots(domain)
}
