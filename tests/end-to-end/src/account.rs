//! What the simulated account holds after an export.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use crate::people::{Person, Segments};
use crate::simulator::Simulator;
use crate::summary::Counts;

const MEMBERS_AT_ONCE: u32 = 10_000;

/// A member of the account's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Names and values of custom fields are not looked at.
    pub person: Person,
    /// How often imports brought the address.
    pub imported: u64,
}

/// What the account holds.
#[derive(Debug)]
pub struct Account {
    /// The name of its only list.
    pub list: String,
    /// Members of the list, by address in lower case.
    pub members: BTreeMap<String, Member>,
    /// How many addresses were imported how often.
    pub imported: BTreeMap<u64, u64>,
    /// Requests by kind, and what became of them, since the account was made.
    pub statistics: Value,
}

impl Account {
    /// The account of the data folder `data`, which no process may be using.
    ///
    /// # Panics
    /// When it has not exactly one list.
    #[must_use]
    pub fn of_export(data: &Path) -> Self {
        let simulator = Simulator::of_export(data);
        let ask = |path: &str| simulator.browser().get(path, &[]).json();
        let lists = ask("/control/lists");
        let [list] = lists.as_array().expect("lists").as_slice() else { panic!("one list: {lists}") };
        let id = list["list_id"].as_str().expect("an id");
        let mut members = BTreeMap::new();
        let mut next = Some(0);
        while let Some(after) = next {
            let page = ask(&format!("/control/members?list_id={id}&limit={MEMBERS_AT_ONCE}&after={after}"));
            for member in page["members"].as_array().expect("members") {
                let (address, member) = read(member);
                assert!(members.insert(address, member).is_none(), "one address is on the list twice");
            }
            next = page["next"].as_i64();
        }
        let imported = ask("/control/imported");
        let imported = imported.as_array().expect("pairs").iter();
        let imported = imported.map(|pair| (number(&pair[0]), number(&pair[1]))).collect();
        let name = list["name"].as_str().expect("a name").to_owned();
        Self { list: name, members, imported, statistics: ask("/control/statistics") }
    }

    /// One of the counts of requests.
    #[must_use]
    pub fn counted(&self, what: &str) -> u64 {
        number(&self.statistics[what])
    }

    /// Fails unless the list holds exactly the members of `segments`, with their names, but those who had opted out.
    ///
    /// # Panics
    /// When it does not.
    pub fn holds_exactly(&self, segments: &Segments, counts: &Counts) {
        self.holds(segments, counts);
        assert_eq!(self.members.len() as u64, counts.members - counts.opted_out, "{counts:?}");
        let strangers = self.members.keys().filter(|address| !segments.members.contains_key(*address));
        assert_eq!(strangers.count(), 0, "people on the list who are in no segment");
    }

    /// Fails unless the list holds the members of `segments` with their names, but those who had opted out, whoever
    /// else it holds.
    ///
    /// # Panics
    /// When it does not.
    pub fn holds(&self, segments: &Segments, counts: &Counts) {
        assert_eq!(segments.rows, counts.read, "{counts:?}");
        assert_eq!(segments.members.len() as u64, counts.members, "{counts:?}");
        let mut missing = 0;
        for (address, person) in &segments.members {
            match self.members.get(address) {
                Some(member) => assert_eq!(&member.person, person, "another person's values"),
                None => missing += 1,
            }
        }
        assert_eq!(missing, counts.opted_out, "members who are not on the list");
    }

    /// Fails unless each of `people` was imported, and only once.
    ///
    /// # Panics
    /// When it is otherwise.
    pub fn brought_once(&self, people: u64) {
        assert_eq!(self.imported, BTreeMap::from([(1, people)]), "imported how often, how many addresses");
    }
}

fn read(member: &Value) -> (String, Member) {
    let text = |name: &str| member[name].as_str().expect("a text").to_owned();
    let person = Person { first_name: text("first_name"), last_name: text("last_name") };
    (text("email").to_lowercase(), Member { person, imported: number(&member["imported"]) })
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("a number instead of {value}"))
}
