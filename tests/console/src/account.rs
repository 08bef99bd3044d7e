//! The simulated account behind the program under test: what it was asked, and how it behaves from now on.

use end_to_end::{Answer, Browser};
use serde_json::{Value, json};

/// The account as its owner and Constant Contact's staff see it. Nothing that is done here counts as a request.
#[derive(Debug)]
pub struct Account {
    control: Browser,
}

impl Account {
    pub(crate) fn at(authority: &str) -> Self {
        Self { control: Browser::new(authority) }
    }

    /// Changes its `switches`, `faults` or `limits`: only the members that `to` names.
    ///
    /// # Panics
    /// When there is no such setting.
    pub fn change(&self, settings: &str, to: &Value) {
        assert_eq!(self.send("PATCH", settings, to).status, 200, "{settings}: {to}");
    }

    /// Whoever is asked for permission from now on signs in to the account of this organization.
    ///
    /// # Panics
    /// When that cannot be.
    pub fn belongs_to(&self, id: &str, organization: &str) {
        let account = json!({ "encoded_account_id": id, "organization_name": organization });
        assert_eq!(self.send("PUT", "account", &account).status, 204);
    }

    /// Id and name of the organization it belongs to.
    #[must_use]
    pub fn owner(&self) -> (String, String) {
        let account = self.ask("account");
        (text(&account["encoded_account_id"]), text(&account["organization_name"]))
    }

    /// Its owner withdraws all permissions: no token works any more.
    ///
    /// # Panics
    /// When that cannot be.
    pub fn withdraws_all_permissions(&self) {
        assert_eq!(self.send("POST", "disconnect", &json!({})).status, 204);
    }

    /// Creates a list there.
    ///
    /// # Panics
    /// When there is one of this name.
    pub fn creates_list(&self, name: &str) {
        assert_eq!(self.send("POST", "lists", &json!({ "name": name })).status, 201, "{name}");
    }

    /// How many requests of this kind it was sent: `total` of the API, `imports` of them, `tokens` besides them.
    #[must_use]
    pub fn requests(&self, kind: &str) -> u64 {
        number(&self.ask("statistics")[kind])
    }

    /// The people on a list.
    ///
    /// # Panics
    /// When there is no such list.
    #[must_use]
    pub fn members(&self, list: &str) -> u64 {
        let lists = self.ask("lists");
        let found = lists.as_array().into_iter().flatten().find(|known| known["name"] == list);
        number(&found.unwrap_or_else(|| panic!("{list} lacks in {lists}"))["members"])
    }

    /// The people of the import that was sent last.
    ///
    /// # Panics
    /// When there was none.
    #[must_use]
    pub fn people_of_newest_import(&self) -> u64 {
        let activities = self.ask("activities");
        let import =
            activities.as_array().into_iter().flatten().find(|one| text(&one["kind"]).contains("import"));
        number(&import.unwrap_or_else(|| panic!("no import in {activities}"))["person_count"])
    }

    /// The addresses that imports have refused.
    ///
    /// # Panics
    /// When the account does not say.
    #[must_use]
    pub fn refused(&self) -> usize {
        self.ask("refused").as_array().expect("addresses").len()
    }

    fn ask(&self, what: &str) -> Value {
        self.control.get(&format!("/control/{what}"), &[]).json()
    }

    fn send(&self, method: &str, what: &str, body: &Value) -> Answer {
        let headers = ["Content-Type: application/json"];
        self.control.send(method, &format!("/control/{what}"), &headers, &body.to_string())
    }
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("a number instead of {value}"))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("a text instead of {value}")).to_owned()
}
