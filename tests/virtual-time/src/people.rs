//! Synthetic people.

/// One row of a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// `CustomerId`.
    pub id: String,
    /// Address.
    pub email: String,
    /// First name.
    pub first_name: String,
}

/// So many people with numbers from `from` on.
pub fn people(from: usize, count: usize) -> Vec<Person> {
    (from..from + count)
        .map(|number| Person {
            id: format!("C{number:07}"),
            email: format!("person{number}@example.com"),
            first_name: format!("Ann {}", number % 97),
        })
        .collect()
}

/// A snapshot with these people.
pub fn csv(people: &[Person]) -> Vec<u8> {
    let mut text = String::from("CustomerId,EMail,FirstName\n");
    for person in people {
        text += &format!("{},{},{}\n", person.id, person.email, person.first_name);
    }
    text.into_bytes()
}
