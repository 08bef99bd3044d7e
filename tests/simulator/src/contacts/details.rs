//! Phones and street addresses: rare, hence one JSON text per contact instead of tables.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Phones and addresses of a contact.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Details {
    phones: Vec<Phone>,
    addresses: Vec<Address>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Phone {
    kind: String,
    phone_number: String,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Address {
    kind: String,
    street: String,
    city: String,
    state: String,
    postal_code: String,
    country: String,
}

impl Details {
    pub(crate) fn read(text: Option<String>) -> Self {
        text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
    }

    /// From the sub-resources of a contact as the API takes them.
    pub(crate) fn of_input(&mut self, phones: Option<&Value>, addresses: Option<&Value>) {
        if let Some(phones) = phones {
            self.phones = serde_json::from_value(phones.clone()).unwrap_or_default();
        }
        if let Some(addresses) = addresses {
            self.addresses = serde_json::from_value(addresses.clone()).unwrap_or_default();
        }
    }

    pub(crate) fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    pub(crate) fn phone(&self, kind: &str) -> &str {
        self.phones.iter().find(|phone| phone.kind == kind).map_or("", |phone| &phone.phone_number)
    }

    /// A blank number changes nothing.
    pub(crate) fn set_phone(&mut self, kind: &str, number: &str) {
        if number.is_empty() {
            return;
        }
        match self.phones.iter_mut().find(|phone| phone.kind == kind) {
            Some(phone) => number.clone_into(&mut phone.phone_number),
            None => self.phones.push(Phone { kind: kind.into(), phone_number: number.into() }),
        }
    }

    /// A blank part changes nothing; `street2` is appended to `street`, as the contract says.
    pub(crate) fn set_address_part(&mut self, kind: &str, part: &str, text: &str) {
        if text.is_empty() {
            return;
        }
        let position = self.addresses.iter().position(|address| address.kind == kind).unwrap_or_else(|| {
            self.addresses.push(Address { kind: kind.into(), ..Address::default() });
            self.addresses.len() - 1
        });
        let Some(address) = self.addresses.get_mut(position) else {
            return;
        };
        match part {
            "street" => text.clone_into(&mut address.street),
            "street2" => {
                if !address.street.is_empty() {
                    address.street.push(' ');
                }
                address.street.push_str(text);
            }
            "city" => text.clone_into(&mut address.city),
            "state" => text.clone_into(&mut address.state),
            "zip" => text.clone_into(&mut address.postal_code),
            "country" => text.clone_into(&mut address.country),
            _ => {}
        }
    }

    pub(crate) fn phone_objects(&self) -> Value {
        json!(self.phones)
    }

    pub(crate) fn address_objects(&self) -> Value {
        json!(self.addresses)
    }
}
