//! `name=value`, as several options take it.

use std::str::FromStr;

/// One `name=value` of the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// What stands before the first `=`, without white space around it.
    pub name: String,
    /// What stands after it, as it is.
    pub value: String,
}

/// A text without `=`, or with nothing before it.
#[derive(Debug, thiserror::Error)]
#[error("write it as NAME=VALUE")]
pub struct NotAnAssignment;

impl FromStr for Assignment {
    type Err = NotAnAssignment;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, value) = text.split_once('=').ok_or(NotAnAssignment)?;
        let name = name.trim();
        if name.is_empty() {
            return Err(NotAnAssignment);
        }
        Ok(Self { name: name.to_owned(), value: value.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_first_equals_sign_divides() {
        let found: Assignment = "cf:motto=a=b".parse().unwrap();
        assert_eq!(found, Assignment { name: "cf:motto".into(), value: "a=b".into() });
        assert!("email".parse::<Assignment>().is_err());
        assert!("=EMail".parse::<Assignment>().is_err());
    }
}
