//! The simulator's switches, faults and limits as options, taken from the simulator's own settings.
//!
//! Nothing is listed twice: names, defaults and permitted values are read off the settings' own types, so that one
//! added to the simulator is an option at once.

mod explained;

use std::fmt::Write;

use clap::Args;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use simulator::{Faults, Limits, Switches};

use super::Assignment;

/// How the simulated Constant Contact behaves.
#[derive(Debug, Clone, Default, Args)]
pub struct SimulatorBehaviour {
    /// How the simulator behaves where Constant Contact's behaviour is unknown; can be repeated
    ///
    /// For instance --switch activity_seconds=600. '--help' lists all of them at its end.
    #[arg(long = "switch", value_name = "NAME=VALUE", help_heading = "Simulator")]
    pub switches: Vec<Assignment>,

    /// A fault that the simulator injects; can be repeated
    ///
    /// For instance --fault throttle_every=3. '--help' lists all of them at its end.
    #[arg(long = "fault", value_name = "NAME=VALUE", help_heading = "Simulator")]
    pub faults: Vec<Assignment>,

    /// A rate or size that the simulator enforces; can be repeated
    ///
    /// For instance --limit requests_per_day=50. '--help' lists all of them at its end.
    #[arg(long = "limit", value_name = "NAME=VALUE", help_heading = "Simulator")]
    pub limits: Vec<Assignment>,
}

/// A setting that the simulator does not have, or a value that it does not take.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum BehaviourError {
    /// No such setting.
    #[error("--{option} {name}: there is no such setting; there are {known}")]
    Unknown {
        /// The option without its dashes.
        option: &'static str,
        /// What was asked for.
        name: String,
        /// All names.
        known: String,
    },
    /// Not a value of it.
    #[error("--{option} {name}={value}: {permitted}")]
    Value {
        /// The option without its dashes.
        option: &'static str,
        /// The setting.
        name: String,
        /// What was given.
        value: String,
        /// What may be given.
        permitted: String,
    },
}

impl SimulatorBehaviour {
    /// Whether anything was asked for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.switches.is_empty() && self.faults.is_empty() && self.limits.is_empty()
    }

    /// The switches, with their defaults where nothing was asked for.
    ///
    /// # Errors
    /// [`BehaviourError`].
    pub fn switches(&self) -> Result<Switches, BehaviourError> {
        assigned("switch", &self.switches)
    }

    /// The faults; none where nothing was asked for.
    ///
    /// # Errors
    /// [`BehaviourError`].
    pub fn faults(&self) -> Result<Faults, BehaviourError> {
        assigned("fault", &self.faults)
    }

    /// The limits, with their defaults where nothing was asked for.
    ///
    /// # Errors
    /// [`BehaviourError`].
    pub fn limits(&self) -> Result<Limits, BehaviourError> {
        assigned("limit", &self.limits)
    }
}

fn defaults<T: Default + Serialize>() -> Vec<(String, Value)> {
    match serde_json::to_value(T::default()) {
        Ok(Value::Object(members)) => members.into_iter().collect(),
        _ => Vec::new(),
    }
}

/// `T` with one member other than its default, as serde judges it.
fn with<T: Default + Serialize + DeserializeOwned>(
    base: &T,
    name: &str,
    value: Value,
) -> Result<T, serde_json::Error> {
    let mut members = serde_json::to_value(base)?;
    if let Some(members) = members.as_object_mut() {
        members.insert(name.to_owned(), value);
    }
    serde_json::from_value(members)
}

fn assigned<T: Default + Serialize + DeserializeOwned>(
    option: &'static str,
    assignments: &[Assignment],
) -> Result<T, BehaviourError> {
    let known = defaults::<T>();
    let mut result = T::default();
    for Assignment { name, value } in assignments {
        if !known.iter().any(|(known, _)| known == name) {
            let known: Vec<&str> = known.iter().map(|(name, _)| name.as_str()).collect();
            return Err(BehaviourError::Unknown { option, name: name.clone(), known: known.join(", ") });
        }
        let text = Value::String(value.clone());
        // A number or truth value where the setting takes one, and a text otherwise, whatever it looks like.
        let parsed: Value = serde_json::from_str(value).unwrap_or_else(|_| text.clone());
        result = with(&result, name, parsed).or_else(|_| with(&result, name, text)).map_err(|_| {
            let (name, value) = (name.clone(), value.clone());
            BehaviourError::Value { option, permitted: permitted::<T>(&name), name, value }
        })?;
    }
    Ok(result)
}

/// What a setting takes, in words.
fn permitted<T: Default + Serialize + DeserializeOwned>(name: &str) -> String {
    let choices = choices::<T>(name);
    if !choices.is_empty() {
        return format!("use one of {}", choices.join(", "));
    }
    let default = defaults::<T>().into_iter().find(|(known, _)| known == name).map(|(_, value)| value);
    match default {
        Some(Value::Bool(_)) => "use true or false".to_owned(),
        Some(Value::Number(_)) => "use a whole number, 0 or more".to_owned(),
        _ => "use a text".to_owned(),
    }
}

/// The values of a setting that has a few. serde names them when it is offered something else.
fn choices<T: Default + Serialize + DeserializeOwned>(name: &str) -> Vec<String> {
    let refusal = match with(&T::default(), name, Value::String("?".to_owned())) {
        Err(error) if error.to_string().starts_with("unknown variant") => error.to_string(),
        _ => return Vec::new(),
    };
    // "unknown variant `?`, expected one of `a`, `b`": every second piece stands in quotes, the first is ours.
    refusal.split('`').skip(3).step_by(2).map(str::to_owned).collect()
}

/// All settings with their defaults, for the end of the help.
pub(super) fn listing() -> String {
    let mut text = String::from("Simulator's settings (with their defaults):\n");
    add::<Switches>(&mut text, "switch");
    add::<Faults>(&mut text, "fault");
    add::<Limits>(&mut text, "limit");
    text
}

fn add<T: Default + Serialize + DeserializeOwned>(text: &mut String, option: &str) {
    for (name, value) in defaults::<T>() {
        let shown = match &value {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let choices = choices::<T>(&name);
        let choices = if choices.is_empty() { String::new() } else { format!("  ({})", choices.join(", ")) };
        let explanation = explained::explanation(option, &name).unwrap_or_default();
        // Writing to a text cannot fail.
        let _ = writeln!(text, "  --{option} {name}={shown}{choices}\n      {explanation}");
    }
}

#[cfg(test)]
mod tests {
    use simulator::{Naming, Throttle};

    use super::*;

    #[test]
    fn every_setting_is_explained_in_one_line() {
        fn names<T: Default + Serialize>() -> Vec<String> {
            defaults::<T>().into_iter().map(|(name, _)| name).collect()
        }
        let explained = |known: &[(&str, &str)]| -> Vec<String> {
            for (name, text) in known {
                assert!(!text.is_empty() && text.len() <= 68, "{name}: {text}");
            }
            known.iter().map(|(name, _)| (*name).to_owned()).collect()
        };
        assert_eq!(names::<Switches>(), explained(explained::SWITCHES));
        assert_eq!(names::<Faults>(), explained(explained::FAULTS));
        assert_eq!(names::<Limits>(), explained(explained::LIMITS));
        assert!(listing().contains("  --fault throttle_every=0\n      Every Nth request is answered 429\n"));
    }

    fn given(assignments: &[&str]) -> Vec<Assignment> {
        assignments.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn settings_of_every_kind_are_taken() {
        let behaviour = SimulatorBehaviour {
            switches: given(&["naming=none", "blanks_clear=true", "activity_seconds=600"]),
            faults: given(&["throttle_every=3", "refuse_containing=12"]),
            limits: given(&["throttle=off", "import_bytes=4194304"]),
        };
        let switches = behaviour.switches().unwrap();
        assert_eq!(
            (switches.naming, switches.blanks_clear, switches.activity_seconds),
            (Naming::None, true, 600)
        );
        let faults = behaviour.faults().unwrap();
        assert_eq!((faults.throttle_every, faults.refuse_containing.as_deref()), (3, Some("12")));
        let limits = behaviour.limits().unwrap();
        assert_eq!((limits.throttle, limits.import_bytes), (Throttle::Off, 4_194_304));
    }

    #[test]
    fn a_refusal_says_what_there_is() {
        let refusal = |text: &str| {
            let behaviour = SimulatorBehaviour { switches: given(&[text]), ..Default::default() };
            behaviour.switches().unwrap_err().to_string()
        };
        assert_eq!(refusal("naming=few"), "--switch naming=few: use one of all, some, none");
        assert_eq!(refusal("refresh_tokens=x"), "--switch refresh_tokens=x: use one of rotating, long_lived");
        assert_eq!(
            refusal("activity_seconds=-1"),
            "--switch activity_seconds=-1: use a whole number, 0 or more"
        );
        assert_eq!(refusal("blanks_clear=yes"), "--switch blanks_clear=yes: use true or false");
        assert!(refusal("color=red").starts_with("--switch color: there is no such setting; there are "));
    }
}
