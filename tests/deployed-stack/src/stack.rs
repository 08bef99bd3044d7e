//! The deployment: built and deployed as a person does it, and what stands around it.

use std::collections::BTreeMap;
use std::path::Path;

use end_to_end::{Simulator, Visitor};
use identity::Role;
use issuer::TokenOptions;
use store::S3Store;
use tempfile::TempDir;

use crate::api::Api;
use crate::deployment::Deployment;
use crate::emulator::Emulator;
use crate::executions::Executions;
use crate::functions::Functions;
use crate::gateway::Gateway;
use crate::people::{CONSOLE_CLIENT, People};
use crate::tools::Tools;

/// The product's application at the simulated Constant Contact.
pub const CLIENT_ID: &str = "key-of-the-test";
/// Its secret.
pub const CLIENT_SECRET: &str = "secret-of-the-test";

/// A deployed stack with everything around it. All of it ends when it is dropped.
#[derive(Debug)]
pub struct Stack {
    emulator: Emulator,
    simulator: Option<Simulator>,
    people: People,
    gateway: Gateway,
    outputs: BTreeMap<String, String>,
    folder: TempDir,
}

impl Stack {
    /// Builds and deploys the template. The simulated account is empty and keeps its state in `data/simulator`; it is
    /// started with these further arguments.
    ///
    /// # Panics
    /// When any of it fails.
    pub async fn deploy(tools: &Tools, simulator: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let gateway = Gateway::open();
        let people = People::at_home_in(&gateway.address()).await;
        let callback = format!("{}/oauth/constant-contact/callback", gateway.address());
        let account = folder.path().join("simulator");
        let account = account.to_str().expect("a path in Unicode");
        let usual = ["--client-id", CLIENT_ID, "--client-secret", CLIENT_SECRET, "--redirect-uri", &callback];
        let simulator = Simulator::start(&[&usual[..], &["--data", account], simulator].concat());
        let emulator = Emulator::ministack(tools);
        let parameters = [
            ("PublicAddress", gateway.address()),
            ("IdentityIssuer", people.address().to_owned()),
            ("IdentityClientId", CONSOLE_CLIENT.to_owned()),
            ("ConstantContactApiBase", format!("http://{}/v3", simulator.authority())),
            (
                "ConstantContactAuthorizationBase",
                format!("http://{}/oauth2/default/v1", simulator.authority()),
            ),
        ];
        let deployment = Deployment::build(tools);
        let outputs = deployment.deploy(&emulator, &parameters);
        let endpoint = outputs.get("ApiEndpoint").expect("the output ApiEndpoint");
        gateway.leads_to(&emulator.authority(), endpoint);
        Self { emulator, simulator: Some(simulator), people, gateway, outputs, folder }
    }

    /// An output of the template.
    ///
    /// # Panics
    /// When it has no such output.
    #[must_use]
    pub fn output(&self, name: &str) -> &str {
        self.outputs.get(name).unwrap_or_else(|| panic!("the output {name} lacks in {:?}", self.outputs))
    }

    /// Where people reach the product.
    #[must_use]
    pub fn address(&self) -> String {
        self.gateway.address()
    }

    /// Somebody with a browser of their own.
    #[must_use]
    pub fn visitor(&self) -> Visitor {
        Visitor::new(self.address())
    }

    /// A script with a bearer token of somebody with this role.
    #[must_use]
    pub fn api(&self, role: Role) -> Api {
        self.api_with(role, &TokenOptions::default())
    }

    /// A script with another token.
    #[must_use]
    pub fn api_with(&self, role: Role, options: &TokenOptions) -> Api {
        Api::new(&self.address(), self.people.token(role, options))
    }

    /// The deployed functions.
    #[must_use]
    pub const fn functions(&self) -> Functions<'_> {
        Functions(&self.emulator)
    }

    /// What Step Functions knows.
    pub async fn executions(&self) -> Executions {
        Executions::of(&self.emulator, self.output("RunMachine")).await
    }

    /// The bucket with the segments, by the real SDK, as whoever uploads them has it.
    pub async fn segments(&self) -> S3Store {
        self.emulator.bucket(self.output("SegmentsBucket")).await
    }

    /// The simulated account.
    ///
    /// # Panics
    /// After [`Self::close_account`].
    #[must_use]
    pub fn simulator(&self) -> &Simulator {
        self.simulator.as_ref().expect("the account is open")
    }

    /// Lets the simulated account take so long for each request.
    ///
    /// # Panics
    /// When it does not answer.
    pub fn slow_account(&self, milliseconds: u64) {
        let body = format!("{{\"delay_milliseconds\":{milliseconds}}}");
        let headers = ["Content-Type: application/json"];
        let answer = self.simulator().browser().send("PATCH", "/control/faults", &headers, &body);
        assert_eq!(answer.status, 200, "{answer:?}");
    }

    /// Ends the simulated account and answers the data folder for [`end_to_end::Account::of_export`].
    ///
    /// # Panics
    /// When it does not end well.
    pub fn close_account(&mut self) -> &Path {
        if let Some(simulator) = self.simulator.take() {
            assert!(simulator.interrupt().status.success(), "the simulated account ends");
        }
        self.folder.path()
    }

    /// The emulator.
    #[must_use]
    pub const fn emulator(&self) -> &Emulator {
        &self.emulator
    }

    /// Connects the simulated account, as an administrator does it in a browser: signs in, sets the application up, adds
    /// a connection, lets Constant Contact ask, answers for its runs. Answers the connection's id.
    ///
    /// # Panics
    /// When a page does not come as expected.
    #[must_use]
    pub fn connect(&self) -> String {
        let mut visitor = self.visitor();
        let home = visitor.sign_in("administrator");
        assert!(home.answer.body.contains("Ada Amberg"), "{home:?}");
        let page = visitor.open("/set-up");
        let application = [("client_id", CLIENT_ID), ("client_secret", CLIENT_SECRET)];
        let page = visitor.submit(&page, "/set-up", &application);
        assert_eq!(page.answer.status, 200, "{page:?}");
        let form = visitor.open("/connections/new");
        let fields = [("display_name", "Account"), ("access", "contributors"), ("agreed", "yes")];
        let made = visitor.submit(&form, "/connections", &fields);
        assert_eq!(made.answer.status, 200, "{made:?}");
        let id = made.address.rsplit_once('/').expect("the connection's page").1.to_owned();
        let allow = visitor.submit(&made, "/oauth/constant-contact/start", &[("connection", &id)]);
        assert!(allow.answer.body.contains("Allow access"), "{allow:?}");
        let back = visitor.submit(&allow, "/oauth2/default/v1/authorize", &[("decision", "allow")]);
        assert!(back.address.starts_with(&format!("{}/connections/", self.address())), "{back:?}");
        let path = format!("/connections/{id}/export-user");
        let question = visitor.open(&path);
        let added = visitor.submit(&question, &path, &[]);
        assert_eq!(added.answer.status, 200, "{added:?}");
        let connection = self.api(Role::Administrator).get(&format!("/connections/{id}"));
        assert_eq!(connection["status"], "connected", "{connection}");
        id
    }
}
