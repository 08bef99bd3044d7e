//! The least that talks HTTP: what the simulator answers is judged as it comes over the wire.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

const PATIENCE: Duration = Duration::from_secs(120);

/// Sends requests to one address.
#[derive(Debug, Clone)]
pub struct Browser {
    authority: String,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// For instance 200.
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// As text.
    pub body: String,
}

impl Browser {
    /// For `host:port`.
    #[must_use]
    pub fn new(authority: impl Into<String>) -> Self {
        Self { authority: authority.into() }
    }

    /// `GET`, with further header lines.
    #[must_use]
    pub fn get(&self, path: &str, headers: &[&str]) -> Answer {
        self.send("GET", path, headers, "")
    }

    /// `POST` of a form.
    #[must_use]
    pub fn post_form(&self, path: &str, headers: &[&str], fields: &[(&str, &str)]) -> Answer {
        let fields: Vec<String> =
            fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        let headers = [headers, &["Content-Type: application/x-www-form-urlencoded"]].concat();
        self.send("POST", path, &headers, &fields.join("&"))
    }

    /// One request on a connection of its own.
    ///
    /// # Panics
    /// When there is no answer in HTTP/1.1.
    #[must_use]
    pub fn send(&self, method: &str, path: &str, headers: &[&str], body: &str) -> Answer {
        self.send_as(&self.authority, method, path, headers, body)
    }

    /// The same under another name (`Host`).
    ///
    /// # Panics
    /// When there is no answer in HTTP/1.1.
    #[must_use]
    pub fn send_as(&self, host: &str, method: &str, path: &str, headers: &[&str], body: &str) -> Answer {
        let mut connection = TcpStream::connect(&self.authority).expect("somebody listens");
        connection.set_read_timeout(Some(PATIENCE)).expect("a time-out");
        let headers: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n{body}",
            body.len()
        );
        connection.write_all(request.as_bytes()).expect("a request can be sent");
        let mut answer = Vec::new();
        connection.read_to_end(&mut answer).expect("an answer");
        Answer::of(&String::from_utf8(answer).expect("an answer in UTF-8"))
    }
}

impl Answer {
    fn of(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {text:?}"));
        let mut lines = head.split("\r\n");
        let status =
            lines.next().and_then(|line| line.strip_prefix("HTTP/1.1 ")).and_then(|line| line.get(..3));
        let headers = lines.filter_map(|line| line.split_once(": "));
        let headers = headers.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
        let status = status.and_then(|status| status.parse().ok()).unwrap_or_else(|| panic!("{head}"));
        let answer = Self { status, headers, body: body.to_owned() };
        assert_eq!(answer.header("transfer-encoding"), None, "bodies are expected whole");
        answer
    }

    /// A header, by its name in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// When it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// A parameter of the address to which this answer sends the browser.
    #[must_use]
    pub fn sent_back(&self, parameter: &str) -> Option<&str> {
        let (_, query) = self.header("location")?.split_once('?')?;
        query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .find(|(name, _)| *name == parameter)
            .map(|pair| pair.1)
    }
}

/// Percent-encoding of everything that could have a meaning.
pub(crate) fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
