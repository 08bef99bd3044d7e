//! The loopback listener to which the person's browser returns from Constant Contact.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use domain::Sensitive;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use url::Url;

/// A browser may open a connection that it then does not use.
const PATIENCE: Duration = Duration::from_secs(10);

/// More than any browser sends.
const LARGEST_REQUEST: usize = 16 * 1024;

/// The console's, which answers there whenever it is up: one redirect address to register.
const PATH: &str = configuration::CALLBACK_PATH;

/// What the browser brought.
#[derive(Debug)]
pub(super) enum Returned {
    /// A code to be exchanged.
    Code(Sensitive<String>),
    /// The person or the service said no; a word of OAuth 2.
    Refused(String),
}

/// Listens for the browser's return.
#[derive(Debug)]
pub(super) struct Callback {
    listeners: Vec<TcpListener>,
    port: u16,
}

impl Callback {
    /// Listens on `port` of the loopback addresses; 0 takes a free one.
    ///
    /// # Errors
    /// When the port is in use.
    pub(super) async fn listen(port: u16) -> io::Result<Self> {
        let first = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let port = first.local_addr()?.port();
        let mut listeners = vec![first];
        // Browsers may take `localhost` for the other loopback address; not every machine has it.
        if let Ok(second) = TcpListener::bind(SocketAddr::from((Ipv6Addr::LOCALHOST, port))).await {
            listeners.push(second);
        }
        Ok(Self { listeners, port })
    }

    /// The address to register and to ask for.
    ///
    /// # Errors
    /// Never in practice.
    pub(super) fn redirect_uri(&self) -> Result<Url, url::ParseError> {
        Url::parse(&format!("http://localhost:{}{PATH}", self.port))
    }

    /// Waits until a browser comes back with `state`; everything else is turned away.
    pub(super) async fn wait(self, state: &str) -> Option<Returned> {
        let (sender, mut returns) = mpsc::channel(1);
        let mut accepting = tokio::task::JoinSet::new();
        for listener in self.listeners {
            let (sender, state) = (sender.clone(), state.to_owned());
            accepting.spawn(accept(listener, state, sender));
        }
        drop(sender);
        returns.recv().await
    }
}

async fn accept(listener: TcpListener, state: String, sender: mpsc::Sender<Returned>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let (state, sender) = (state.clone(), sender.clone());
        tokio::spawn(async move {
            if let Ok(Some(returned)) = tokio::time::timeout(PATIENCE, serve(stream, &state)).await {
                // Only the first one counts.
                let _ = sender.send(returned).await;
            }
        });
    }
}

async fn serve(mut stream: TcpStream, state: &str) -> Option<Returned> {
    let mut request = Vec::new();
    while !request.windows(4).any(|four| four == b"\r\n\r\n") {
        if request.len() > LARGEST_REQUEST || stream.read_buf(&mut request).await.ok()? == 0 {
            return None;
        }
    }
    let returned = understood(&request, state);
    let (status, text) = match &returned {
        Some(Returned::Code(_)) => ("200 OK", "The connection is authorised. You can close this window."),
        Some(Returned::Refused(_)) => {
            ("200 OK", "The authorization was not given. You can close this window.")
        }
        None => ("404 Not Found", "There is nothing here."),
    };
    let answer = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\
         Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nConnection: close\r\n\r\n{}",
        page(text).len(),
        page(text)
    );
    // The code has arrived, whether or not the browser still listens.
    let _ = stream.write_all(answer.as_bytes()).await;
    let _ = stream.shutdown().await;
    returned
}

fn page(text: &str) -> String {
    format!("<!doctype html><title>Segment Export</title><p>{text}</p>")
}

fn understood(request: &[u8], state: &str) -> Option<Returned> {
    let line = request.split(|byte| *byte == b'\r').next()?;
    let target = std::str::from_utf8(line).ok()?.strip_prefix("GET ")?.split(' ').next()?;
    let url = Url::parse("http://localhost").ok()?.join(target).ok()?;
    let value =
        |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    if url.path() != PATH || value("state")? != state {
        return None;
    }
    match value("code") {
        Some(code) => Some(Returned::Code(Sensitive::new(code))),
        None => Some(Returned::Refused(value("error")?)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn returned(target: &str) -> Option<Returned> {
        understood(format!("GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n").as_bytes(), "s/1")
    }

    #[test]
    fn only_a_return_with_the_right_state_counts() {
        let Some(Returned::Code(code)) = returned("/oauth/constant-contact/callback?code=a%2Bb&state=s%2F1")
        else {
            panic!("a code")
        };
        assert_eq!(code.expose(), "a+b");
        assert!(returned("/oauth/constant-contact/callback?code=a&state=other").is_none());
        assert!(returned("/oauth/constant-contact/callback?code=a").is_none());
        assert!(returned("/favicon.ico?code=a&state=s%2F1").is_none());
        let Some(Returned::Refused(error)) =
            returned("/oauth/constant-contact/callback?error=access_denied&state=s%2F1")
        else {
            panic!("a refusal")
        };
        assert_eq!(error, "access_denied");
        assert!(
            understood(b"POST /oauth/constant-contact/callback?code=a&state=s%2F1 HTTP/1.1\r\n\r\n", "s/1")
                .is_none()
        );
    }

    #[tokio::test]
    async fn a_browser_is_answered_and_its_code_arrives() {
        let callback = Callback::listen(0).await.unwrap();
        let port = callback.port;
        let waiting = tokio::spawn(async move { callback.wait("s").await });
        let mut browser = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap();
        browser
            .write_all(b"GET /oauth/constant-contact/callback?code=c&state=s HTTP/1.1\r\nHost: x\r\n\r\n")
            .await
            .unwrap();
        let mut answer = String::new();
        browser.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("close this window"), "{answer}");
        assert!(matches!(waiting.await.unwrap(), Some(Returned::Code(_))));
    }
}
