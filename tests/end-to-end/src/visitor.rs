//! Somebody with a browser: cookies for each host, redirections, and the forms of our pages.

use std::collections::BTreeMap;

use crate::http::{Answer, Browser};

/// A browser that keeps cookies and goes where it is sent.
#[derive(Debug)]
pub struct Visitor {
    home: String,
    /// By host without port, as browsers keep them.
    cookies: BTreeMap<String, BTreeMap<String, String>>,
}

/// Where a browser has come to.
#[derive(Debug)]
pub struct Visit {
    /// The whole address.
    pub address: String,
    /// What is there.
    pub answer: Answer,
}

impl Visitor {
    /// With no cookies yet; paths are those of `home`.
    #[must_use]
    pub fn new(home: String) -> Self {
        Self { home, cookies: BTreeMap::new() }
    }

    /// Opens a page of the console, and whatever it leads to.
    #[must_use]
    pub fn open(&mut self, path: &str) -> Visit {
        let address = format!("{}{path}", self.home);
        self.follow(address.clone(), |browser, path, headers| browser.get(path, headers))
    }

    /// Sends the first form of a page whose action is `action`; these fields replace or join those that it holds.
    ///
    /// # Panics
    /// When there is no such form.
    #[must_use]
    pub fn submit(&mut self, page: &Visit, action: &str, fields: &[(&str, &str)]) -> Visit {
        let body = &page.answer.body;
        let mark = format!("action=\"{action}\"");
        let form = body
            .split("<form")
            .skip(1)
            .find(|form| form.split_once('>').is_some_and(|(head, _)| head.contains(&mark)));
        let form = form.and_then(|form| form.split("</form>").next());
        let form = form.unwrap_or_else(|| panic!("no form with {mark} in {body}"));
        let mut all: Vec<(String, String)> = form.split("<input").skip(1).filter_map(hidden).collect();
        all.retain(|(name, _)| fields.iter().all(|(other, _)| other != name));
        all.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let origin = origin(&page.address);
        let address =
            if action.starts_with("http") { action.to_owned() } else { format!("{origin}{action}") };
        self.follow(address, |browser, path, headers| {
            let sender = format!("Origin: {origin}");
            let headers = [headers, &[sender.as_str()]].concat();
            let all: Vec<(&str, &str)> =
                all.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            browser.post_form(path, &headers, &all)
        })
    }

    /// Signs in with the issuer of the machine as `role` (`administrator` and so on), and ends where the console sends
    /// people then.
    ///
    /// # Panics
    /// When the issuer does not ask.
    #[must_use]
    pub fn sign_in(&mut self, role: &str) -> Visit {
        let asked = self.open("/");
        assert_eq!(asked.answer.status, 200, "{asked:?}");
        self.submit(&asked, "/sign-in", &[("as", role)])
    }

    fn follow(&mut self, address: String, first: impl FnOnce(&Browser, &str, &[&str]) -> Answer) -> Visit {
        let (mut address, mut first) = (address, Some(first));
        for _ in 0..20 {
            let (authority, path) = parts(&address);
            let host = authority.split(':').next().unwrap_or_default().to_owned();
            let kept = self.cookies.entry(host).or_default();
            let pairs: Vec<String> = kept.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let cookie = format!("Cookie: {}", pairs.join("; "));
            let headers: &[&str] = if pairs.is_empty() { &[] } else { &[&cookie] };
            let browser = Browser::new(authority);
            let answer = match first.take() {
                Some(first) => first(&browser, path, headers),
                None => browser.get(path, headers),
            };
            for (name, value) in answer.headers.iter().filter(|(name, _)| name == "set-cookie") {
                let (pair, attributes) = value.split_once(';').unwrap_or((value, ""));
                let (cookie, content) = pair.split_once('=').unwrap_or_else(|| panic!("{name}: {value}"));
                if attributes.contains("Max-Age=0") {
                    kept.remove(cookie);
                } else {
                    kept.insert(cookie.to_owned(), content.to_owned());
                }
            }
            let redirected = (300..400).contains(&answer.status).then(|| answer.header("location")).flatten();
            let refreshed = answer.header("refresh").and_then(|refresh| refresh.strip_prefix("0; url="));
            let Some(next) = redirected.or(refreshed) else { return Visit { address, answer } };
            address =
                if next.starts_with('/') { format!("{}{next}", origin(&address)) } else { next.to_owned() };
        }
        panic!("sent around in a circle, now to {address}");
    }
}

/// Name and value of a hidden field.
fn hidden(tag: &str) -> Option<(String, String)> {
    let tag = tag.split_once('>')?.0;
    let value = |name: &str| {
        let (_, rest) = tag.split_once(&format!("{name}=\""))?;
        Some(rest.split_once('"')?.0)
    };
    let unescaped = |text: &str| {
        text.replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&#39;", "'")
            .replace("&amp;", "&")
    };
    (value("type") == Some("hidden")).then_some(())?;
    Some((unescaped(value("name")?), unescaped(value("value").unwrap_or_default())))
}

fn parts(address: &str) -> (&str, &str) {
    let rest = address.strip_prefix("http://").unwrap_or_else(|| panic!("not on this machine: {address}"));
    rest.find('/').map_or((rest, "/"), |slash| rest.split_at(slash))
}

fn origin(address: &str) -> String {
    format!("http://{}", parts(address).0)
}
