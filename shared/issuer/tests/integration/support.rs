//! The issuer on a socket, the product's sign-in, and a browser that keeps cookies and follows nothing by itself.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::IntoResponse;
use domain::{ManualClock, ManualRandom, Sensitive};
use identity::{
    IssuerSettings as Trusted, Prompt, PublicAddress, Redirect, ReturnPath, SetCookie, SignIn, SignInError,
    SignInSettings, SignedIn, Verifier,
};
use issuer::{Issuer, IssuerSettings, SigningKey};
use jiff::{SignedDuration, Timestamp};
use url::Url;

/// Nothing listens there: the browser of these tests stops at every redirection.
pub(crate) const CONSOLE: &str = "http://127.0.0.1:9";
pub(crate) const CLIENT: &str = "segment-export local";

pub(crate) struct Scene {
    pub(crate) issuer: Issuer,
    pub(crate) address: String,
    pub(crate) verifier: Arc<Verifier>,
    pub(crate) sign_in: SignIn,
    pub(crate) clock: Arc<ManualClock>,
    down: Arc<AtomicBool>,
}

impl Scene {
    pub(crate) async fn new() -> Self {
        Self::with_secrets(None, None).await
    }

    /// A client with a secret, as the issuer knows it and as the product sends it.
    pub(crate) async fn with_secrets(registered: Option<&str>, sent: Option<&str>) -> Self {
        let secret = |text: Option<&str>| text.map(|text| Sensitive::new(text.to_owned()));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let clock = Arc::new(ManualClock::new(Timestamp::from_second(1_770_000_000).unwrap()));
        let redirect_uri = format!("{CONSOLE}/sign-in/callback");
        let mut settings = IssuerSettings::new(&address, CLIENT, redirect_uri, format!("{CONSOLE}/"));
        settings.client_secret = secret(registered);
        let key = SigningKey::generate().unwrap();
        let issuer = Issuer::new(settings, key, clock.clone(), Arc::new(ManualRandom::new(1))).unwrap();
        let router = issuer.router();
        let down = Arc::new(AtomicBool::new(false));
        let is_down = Arc::clone(&down);
        let router = router.layer(axum::middleware::from_fn(move |request: Request, next: Next| {
            let down = is_down.load(Ordering::SeqCst);
            async move {
                if down { StatusCode::SERVICE_UNAVAILABLE.into_response() } else { next.run(request).await }
            }
        }));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let verifier = Arc::new(Verifier::new(Trusted::new(&address, CLIENT), clock.clone()).unwrap());
        let settings = SignInSettings {
            public_address: PublicAddress::parse(CONSOLE).unwrap(),
            callback_path: ReturnPath::parse("/sign-in/callback").unwrap(),
            signed_out_path: ReturnPath::home(),
            client_secret: secret(sent),
        };
        let sign_in = SignIn::new(Arc::clone(&verifier), settings, Arc::new(ManualRandom::new(2)));
        Self { issuer, address, verifier, sign_in, clock, down }
    }

    /// From now on every answer is that the service is not available.
    pub(crate) fn set_down(&self) {
        self.down.store(true, Ordering::SeqCst);
    }

    pub(crate) fn advance(&self, seconds: i64) {
        let now = domain::Clock::now(&*self.clock);
        self.clock.advance_to(now + SignedDuration::from_secs(seconds));
    }

    /// Begins a sign-in and takes the browser's cookie along.
    pub(crate) async fn begin(&self, browser: &mut Browser, prompt: Prompt, path: &str) -> Url {
        let redirect = self.sign_in.begin(prompt, ReturnPath::parse(path).unwrap()).await.unwrap();
        browser.at_console(&redirect)
    }

    /// Completes a sign-in with the address that the browser was sent back to.
    pub(crate) async fn complete(
        &self,
        browser: &mut Browser,
        returned: &Url,
    ) -> Result<SignedIn, SignInError> {
        assert_eq!(returned.path(), "/sign-in/callback");
        let header = browser.console_header();
        let signed_in = self.sign_in.complete(returned.query().unwrap(), [header.as_str()]).await?;
        browser.keep(&signed_in.set_cookies);
        Ok(signed_in)
    }

    /// The whole way, through the page.
    pub(crate) async fn sign_in_as(&self, browser: &mut Browser, role: &str, prompt: Prompt) -> SignedIn {
        let location = self.begin(browser, prompt, "/exports?sort=name").await;
        let returned = browser.choose(&location, role).await;
        self.complete(browser, &returned).await.unwrap()
    }
}

/// What the issuer answered.
#[derive(Debug)]
pub(crate) enum Answer {
    Page { status: u16, text: String },
    SentTo(Url),
}

impl Answer {
    pub(crate) fn sent_to(self) -> Url {
        match self {
            Self::SentTo(url) => url,
            Self::Page { status, text } => panic!("a page ({status}): {text}"),
        }
    }

    pub(crate) fn page(self) -> (u16, String) {
        match self {
            Self::Page { status, text } => (status, text),
            Self::SentTo(url) => panic!("sent to {url}"),
        }
    }
}

pub(crate) struct Browser {
    http: reqwest::Client,
    issuer: BTreeMap<String, String>,
    console: BTreeMap<String, String>,
}

impl Browser {
    pub(crate) fn new() -> Self {
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        Self { http, issuer: BTreeMap::new(), console: BTreeMap::new() }
    }

    pub(crate) fn at_console(&mut self, redirect: &Redirect) -> Url {
        self.keep(&redirect.set_cookies);
        Url::parse(redirect.location()).unwrap()
    }

    pub(crate) fn keep(&mut self, cookies: &[SetCookie]) {
        for cookie in cookies {
            keep(&mut self.console, cookie.header_value());
        }
    }

    pub(crate) fn console_header(&self) -> String {
        header(&self.console)
    }

    pub(crate) fn console_cookies(&mut self) -> &mut BTreeMap<String, String> {
        &mut self.console
    }

    /// The issuer does not know this browser any more.
    pub(crate) fn forget_issuer(&mut self) {
        self.issuer.clear();
    }

    pub(crate) async fn get(&mut self, url: &Url) -> Answer {
        let request = self.http.get(url.clone()).header("cookie", header(&self.issuer));
        self.answer(request.send().await.unwrap()).await
    }

    /// Opens the sign-in page and presses a button of it.
    pub(crate) async fn choose(&mut self, location: &Url, button: &str) -> Url {
        let (status, page) = self.get(location).await.page();
        assert_eq!(status, 200, "{page}");
        let fields = hidden_fields(&page);
        let expected: Vec<(String, String)> = location.query_pairs().into_owned().collect();
        assert_eq!(fields, expected, "the page carries the request on");
        self.post(&location.join("/sign-in").unwrap(), &fields, button, None).await.sent_to()
    }

    pub(crate) async fn post(
        &mut self,
        url: &Url,
        fields: &[(String, String)],
        button: &str,
        origin: Option<&str>,
    ) -> Answer {
        let mut fields = fields.to_vec();
        fields.push(("as".to_owned(), button.to_owned()));
        let mut request = self.http.post(url.clone()).header("cookie", header(&self.issuer)).form(&fields);
        if let Some(origin) = origin {
            request = request.header("origin", origin);
        }
        self.answer(request.send().await.unwrap()).await
    }

    async fn answer(&mut self, response: reqwest::Response) -> Answer {
        for cookie in response.headers().get_all("set-cookie") {
            keep(&mut self.issuer, cookie.to_str().unwrap());
        }
        let status = response.status().as_u16();
        match response.headers().get("location") {
            Some(location) if status == 303 => {
                Answer::SentTo(Url::parse(location.to_str().unwrap()).unwrap())
            }
            _ => Answer::Page { status, text: response.text().await.unwrap() },
        }
    }
}

fn keep(jar: &mut BTreeMap<String, String>, cookie: &str) {
    let (name, rest) = cookie.split_once('=').unwrap();
    let (value, attributes) = rest.split_once(';').unwrap();
    if attributes.contains("Max-Age=0") {
        jar.remove(name);
    } else {
        jar.insert(name.to_owned(), value.to_owned());
    }
}

fn header(jar: &BTreeMap<String, String>) -> String {
    jar.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
}

fn hidden_fields(page: &str) -> Vec<(String, String)> {
    let between = |text: &str, start: &str| {
        let rest = &text[text.find(start).unwrap() + start.len()..];
        rest[..rest.find('"').unwrap()].replace("&amp;", "&").replace("&#39;", "'")
    };
    page.split("<input ")
        .skip(1)
        .map(|input| (between(input, "name=\""), between(input, "value=\"")))
        .collect()
}

/// `url` with one parameter replaced, or without it.
pub(crate) fn with_parameter(url: &Url, name: &str, value: Option<&str>) -> Url {
    let mut pairs: Vec<(String, String)> =
        url.query_pairs().into_owned().filter(|(given, _)| given != name).collect();
    pairs.extend(value.map(|value| (name.to_owned(), value.to_owned())));
    let mut changed = url.clone();
    changed.query_pairs_mut().clear().extend_pairs(pairs);
    changed
}
