//! A browser before API Gateway: keeps cookies, and goes where it is sent, also to the issuer and to Constant Contact.

use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::Client;
use reqwest::header::{COOKIE, LOCATION, ORIGIN, SET_COOKIE};
use url::Url;

use crate::function::Function;
use crate::http_api::{HttpAnswer, HttpRequest};
use crate::web_stage::{PUBLIC_ADDRESS, Session};

const TIME: Duration = Duration::from_secs(29);

/// One person's browser, and the function behind the address.
#[derive(Debug)]
pub struct Visitor<'a> {
    function: &'a Function,
    cookies: BTreeMap<String, String>,
    /// The issuer's own session, `name=value`.
    issuer_cookie: Option<String>,
    client: Client,
    /// Every value that a cookie ever had, and every query: what no log may hold.
    pub secrets: Vec<String>,
}

impl<'a> Visitor<'a> {
    /// Somebody whom nobody knows.
    #[must_use]
    pub fn new(function: &'a Function) -> Self {
        let none = reqwest::redirect::Policy::none();
        let client = Client::builder().no_proxy().redirect(none).build().unwrap();
        Self { function, cookies: BTreeMap::new(), issuer_cookie: None, client, secrets: Vec::new() }
    }

    /// Somebody who has signed in already.
    #[must_use]
    pub fn signed_in(function: &'a Function, session: &Session) -> Self {
        let mut visitor = Self::new(function);
        for cookie in &session.cookies {
            visitor.keep(cookie);
        }
        visitor
    }

    /// The cookies' names.
    #[must_use]
    pub fn cookie_names(&self) -> Vec<&str> {
        self.cookies.keys().map(String::as_str).collect()
    }

    /// Forgets the cookies of this product, and not those of the issuer.
    pub fn forget(&mut self) {
        self.cookies.clear();
    }

    /// Sends a request with the browser's cookies, and keeps those that come back.
    pub async fn send(&mut self, request: HttpRequest) -> HttpAnswer {
        let request = self
            .cookies
            .iter()
            .fold(request, |request, (name, value)| request.cookie(&format!("{name}={value}")));
        let answer = HttpAnswer::of(self.function.invoke(request.event(), TIME).await);
        for cookie in &answer.cookies {
            self.keep(cookie);
        }
        answer
    }

    /// Follows a redirection to the issuer, signs in there as `person` if it asks, and comes back with the answer's path
    /// and query.
    pub async fn through_the_issuer(&mut self, location: &str, person: &str) -> String {
        let address = Url::parse(location).unwrap();
        let mut request = self.client.get(address.clone());
        if let Some(cookie) = &self.issuer_cookie {
            request = request.header(COOKIE, cookie);
        }
        let mut answer = request.send().await.unwrap();
        if answer.status() == 200 {
            let mut form: Vec<(String, String)> =
                address.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
            form.push(("as".to_owned(), person.to_owned()));
            let request = self.client.post(address.join("/sign-in").unwrap());
            let request = request.header(ORIGIN, address.origin().ascii_serialization());
            answer = request.form(&form).send().await.unwrap();
            let cookie = answer.headers()[SET_COOKIE].to_str().unwrap();
            self.issuer_cookie = Some(cookie.split(';').next().unwrap().to_owned());
        }
        self.returned(&answer)
    }

    /// Follows an address of Constant Contact, which gives its permission, back to the answer's path and query.
    pub async fn through_the_service(&mut self, location: &str) -> String {
        let answer = self.client.get(location).send().await.unwrap();
        self.returned(&answer)
    }

    fn returned(&mut self, answer: &reqwest::Response) -> String {
        let location = answer.headers()[LOCATION].to_str().unwrap();
        let location = location.strip_prefix(PUBLIC_ADDRESS).expect("back to the product's own address");
        for (name, value) in Url::parse(PUBLIC_ADDRESS).unwrap().join(location).unwrap().query_pairs() {
            if matches!(&*name, "code" | "state") {
                self.secrets.push(value.into_owned());
            }
        }
        location.to_owned()
    }

    fn keep(&mut self, cookie: &str) {
        let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
        if cookie.contains("Max-Age=0") {
            self.cookies.remove(name);
        } else {
            self.secrets.push(value.to_owned());
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }
}
