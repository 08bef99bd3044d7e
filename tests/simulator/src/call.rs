//! One request, read completely, in the form the synchronous part works with.

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequest as _, Multipart};
use axum::http::{HeaderMap, Request, header};
use bytes::Bytes;
use serde::de::DeserializeOwned;
use url::form_urlencoded;

use crate::answer::Refusal;

/// Far above every documented size; only keeps one request from filling the memory.
const LARGEST_BODY: usize = 64 << 20;

/// A file of a multipart form.
#[derive(Debug)]
pub(crate) struct UploadedFile {
    pub(crate) name: String,
    pub(crate) content: Bytes,
}

/// A request.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) path: String,
    /// The path's last segment where the route has an id there.
    pub(crate) id: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// Text parts of a multipart form.
    pub(crate) form: Vec<(String, String)>,
    pub(crate) file: Option<UploadedFile>,
}

impl Call {
    /// Reads the whole request; `None` when the caller broke off or sent far too much.
    pub(crate) async fn read(request: Request<Body>, id: String) -> Option<Self> {
        let path = request.uri().path().to_owned();
        let query = pairs(request.uri().query().unwrap_or_default().as_bytes());
        let headers = request.headers().clone();
        let mut call = Self { path, id, query, headers, body: Bytes::new(), form: Vec::new(), file: None };
        if call.content_type().starts_with("multipart/form-data") {
            call.read_form(request).await?;
        } else {
            call.body = to_bytes(request.into_body(), LARGEST_BODY).await.ok()?;
        }
        Some(call)
    }

    async fn read_form(&mut self, request: Request<Body>) -> Option<()> {
        let mut parts = Multipart::from_request(request, &()).await.ok()?;
        while let Some(part) = parts.next_field().await.ok()? {
            let name = part.name().unwrap_or_default().to_owned();
            if let Some(file) = part.file_name().map(str::to_owned) {
                self.file = Some(UploadedFile { name: file, content: part.bytes().await.ok()? });
            } else {
                self.form.push((name, part.text().await.ok()?));
            }
        }
        Some(())
    }

    pub(crate) fn content_type(&self) -> &str {
        self.header(header::CONTENT_TYPE.as_str())
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub(crate) fn form_value(&self, name: &str) -> Option<&str> {
        find(&self.form, name)
    }

    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        find(&self.query, name)
    }

    /// The pairs of an `application/x-www-form-urlencoded` body.
    pub(crate) fn form_pairs(&self) -> Vec<(String, String)> {
        pairs(&self.body)
    }

    /// The body as JSON of a documented shape.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T, Refusal> {
        if !self.content_type().starts_with("application/json") {
            return Err(Refusal::unsupported_media("Content-Type must be application/json"));
        }
        // The position, not the text: serde's own message may quote a person's data.
        serde_json::from_slice(&self.body).map_err(|error| {
            Refusal::validation(format!(
                "Request body could not be read (line {}, column {})",
                error.line(),
                error.column()
            ))
        })
    }
}

pub(crate) fn pairs(text: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(text).map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

pub(crate) fn find<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}
