//! A server that answers what a test told it to, one request per connection, and remembers what it was asked.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What to do with one request.
#[derive(Debug, Clone)]
pub(crate) enum Scripted {
    /// Status and body.
    Answer(u16, String),
    /// Throttled, with a header that asks to be left alone for so many seconds.
    AskForPause(u64),
    /// Close the connection after the request was read.
    HangUp,
    /// Read the request and never answer.
    Silence,
}

/// One request as it was received.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) authorization: String,
    pub(crate) body: String,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Script {
    answers: Arc<Mutex<VecDeque<Scripted>>>,
    received: Arc<Mutex<Vec<Received>>>,
}

impl Script {
    /// Starts the server; returns its origin.
    pub(crate) async fn start(answers: impl IntoIterator<Item = Scripted>) -> (Self, String) {
        let script = Self::default();
        script.answers.lock().unwrap().extend(answers);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let serving = script.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serving.clone().serve(stream));
            }
        });
        (script, origin)
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    pub(crate) fn unused(&self) -> usize {
        self.answers.lock().unwrap().len()
    }

    async fn serve(self, mut stream: TcpStream) {
        let Some(received) = read_request(&mut stream).await else { return };
        self.received.lock().unwrap().push(received);
        // More requests than the test foresaw are visible in `received`.
        let next = self.answers.lock().unwrap().pop_front();
        match next.unwrap_or(Scripted::Answer(418, "not foreseen".to_owned())) {
            Scripted::HangUp => {}
            Scripted::Silence => std::future::pending().await,
            Scripted::Answer(status, body) => write(&mut stream, status, "", &body).await,
            Scripted::AskForPause(seconds) => {
                write(&mut stream, 429, &format!("retry-after: {seconds}\r\n"), "").await;
            }
        }
    }
}

async fn write(stream: &mut TcpStream, status: u16, header: &str, body: &str) {
    let length = body.len();
    let answer =
        format!("HTTP/1.1 {status} X\r\n{header}content-length: {length}\r\nconnection: close\r\n\r\n{body}");
    // Whoever asked may have gone.
    let _ = stream.write_all(answer.as_bytes()).await;
}

async fn read_request(stream: &mut TcpStream) -> Option<Received> {
    let mut bytes = Vec::new();
    let mut piece = [0_u8; 16 * 1024];
    let head_end = loop {
        let count = stream.read(&mut piece).await.ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&piece[..count]);
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
    };
    let head = String::from_utf8_lossy(&bytes[..head_end]).into_owned();
    let header = |name: &str| {
        head.lines().find_map(|line| {
            let (found, value) = line.split_once(": ")?;
            found.eq_ignore_ascii_case(name).then(|| value.to_owned())
        })
    };
    let length: usize = header("content-length").map_or(0, |value| value.parse().unwrap());
    while bytes.len() < head_end + length {
        let count = stream.read(&mut piece).await.ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&piece[..count]);
    }
    let mut first = head.lines().next()?.split(' ');
    Some(Received {
        method: first.next()?.to_owned(),
        target: first.next()?.to_owned(),
        authorization: header("authorization").unwrap_or_default(),
        body: String::from_utf8_lossy(&bytes[head_end..]).into_owned(),
    })
}

pub(crate) fn answer(status: u16, body: &str) -> Scripted {
    Scripted::Answer(status, body.to_owned())
}
