//! A browser without a screen: keeps cookies, follows redirections, fills in forms.

use identity::Role;
use reqwest::header::{HeaderMap, LOCATION, ORIGIN};
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use url::Url;

use super::html::{self, Form};

/// One person's browser.
#[derive(Debug, Clone)]
pub(crate) struct Browser {
    client: Client,
    address: Url,
    /// Who signs in when the issuer asks.
    role: Option<Role>,
}

/// A page that a browser has come to.
#[derive(Debug, Clone)]
pub(crate) struct Visit {
    pub(crate) url: Url,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
    /// Every address on the way, with the status that it answered.
    pub(crate) way: Vec<(u16, String)>,
}

impl Browser {
    pub(crate) fn new(address: &str, role: Option<Role>) -> Self {
        let client = Client::builder()
            .no_proxy()
            .cookie_store(true)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        Self { client, address: Url::parse(address).unwrap(), role }
    }

    /// A request with this browser's cookies, whose answer is not followed.
    pub(crate) fn request(&self, method: reqwest::Method, path: &str) -> RequestBuilder {
        self.client.request(method, self.address.join(path).unwrap())
    }

    /// Opens a page and whatever it leads to, the sign-in included.
    pub(crate) async fn open(&self, path: &str) -> Visit {
        let answer = self.request(reqwest::Method::GET, path).send().await.unwrap();
        self.follow(answer).await
    }

    /// Sends the form of `page` that posts to `action`, with `changes` to its fields: each name that is given replaces
    /// what the form held under it.
    pub(crate) async fn submit(&self, page: &Visit, action: &str, changes: &[(&str, &str)]) -> Visit {
        let form = page.form(action);
        let mut fields = form.fields;
        fields.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
        fields.extend(changes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        self.post(&page.url, action, &fields).await
    }

    /// Posts a form from a page at `from`.
    pub(crate) async fn post(&self, from: &Url, action: &str, fields: &[(String, String)]) -> Visit {
        let request = self.client.post(from.join(action).unwrap());
        let request = request.header(ORIGIN, from.origin().ascii_serialization()).form(fields);
        self.follow(request.send().await.unwrap()).await
    }

    async fn follow(&self, mut answer: Response) -> Visit {
        let mut way = Vec::new();
        for _ in 0..20 {
            way.push((answer.status().as_u16(), answer.url().to_string()));
            let refresh = answer.headers().get("refresh").map(|value| value.to_str().unwrap().to_owned());
            let next = match (answer.headers().get(LOCATION), refresh) {
                (Some(location), _) if answer.status().is_redirection() => {
                    location.to_str().unwrap().to_owned()
                }
                (_, Some(refresh)) => refresh.strip_prefix("0; url=").unwrap().to_owned(),
                _ => {
                    let visit = read(answer, way.clone()).await;
                    let Some(form) = self.sign_in_form(&visit) else { return visit };
                    let request = self.client.post(visit.url.join(&form.action).unwrap());
                    let request = request.header(ORIGIN, visit.url.origin().ascii_serialization());
                    answer = request.form(&form.fields).send().await.unwrap();
                    continue;
                }
            };
            let next = answer.url().join(&next).unwrap();
            answer = self.client.get(next).send().await.unwrap();
        }
        panic!("the browser is sent around in a circle: {way:?}");
    }

    /// The issuer's question, answered for this browser's person.
    fn sign_in_form(&self, page: &Visit) -> Option<Form> {
        let role = self.role?;
        let mut form = html::forms(&page.body).into_iter().find(|form| form.action == "/sign-in")?;
        form.fields.push(("as".to_owned(), role.label().to_lowercase()));
        Some(form)
    }
}

async fn read(answer: Response, way: Vec<(u16, String)>) -> Visit {
    let (url, status, headers) = (answer.url().clone(), answer.status(), answer.headers().clone());
    Visit { url, status, headers, body: answer.text().await.unwrap(), way }
}

impl Visit {
    /// What a person reads.
    pub(crate) fn text(&self) -> String {
        html::text(&self.body)
    }

    /// Whether a person reads this.
    pub(crate) fn says(&self, text: &str) -> bool {
        self.text().contains(text)
    }

    /// The first form that posts to `action`.
    pub(crate) fn form(&self, action: &str) -> Form {
        let forms = html::forms(&self.body);
        let found = forms.iter().find(|form| form.action == action).cloned();
        found.unwrap_or_else(|| panic!("no form posts to {action}, only {forms:?}"))
    }

    /// Whether there is such a form.
    pub(crate) fn has_form(&self, action: &str) -> bool {
        html::forms(&self.body).iter().any(|form| form.action == action)
    }

    /// Whether a link leads there.
    pub(crate) fn links_to(&self, href: &str) -> bool {
        html::links(&self.body).iter().any(|link| link == href)
    }

    /// The path that the browser has come to.
    pub(crate) fn path(&self) -> &str {
        self.url.path()
    }
}
