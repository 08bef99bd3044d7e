//! The issuer's discovery document (OpenID Connect Discovery 1.0).

use serde_json::Value;
use url::Url;

use crate::fetch::{FetchError, Fetcher};

pub(crate) const DOCUMENT: &str = "discovery document";

/// Where the issuer's endpoints are.
#[derive(Debug)]
pub(crate) struct Discovery {
    pub(crate) keys: Url,
    /// Absent at an issuer that only serves APIs.
    pub(crate) authorization: Option<Url>,
    pub(crate) token: Option<Url>,
    pub(crate) end_session: Option<Url>,
}

/// The address of the document: below the issuer's own, path included.
pub(crate) fn address(issuer: &Url) -> Url {
    let mut url = issuer.clone();
    let path = format!("{}/.well-known/openid-configuration", issuer.path().trim_end_matches('/'));
    url.set_path(&path);
    url
}

pub(crate) async fn fetch(fetcher: &Fetcher, address: &Url, issuer: &str) -> Result<Discovery, FetchError> {
    let document = fetcher.get(address, DOCUMENT).await?;
    read(&document, fetcher, issuer)
}

fn read(document: &Value, fetcher: &Fetcher, issuer: &str) -> Result<Discovery, FetchError> {
    let unusable = |reason| FetchError::Unusable { document: DOCUMENT, reason };
    let text = |name| document.get(name).and_then(Value::as_str);
    if text("issuer") != Some(issuer) {
        return Err(unusable("it is that of another issuer; set the issuer as the document names it"));
    }
    let optional = |name| {
        text(name)
            .map(|address| fetcher.address(address).ok_or(unusable("one of its addresses is not secure")))
            .transpose()
    };
    Ok(Discovery {
        keys: optional("jwks_uri")?.ok_or(unusable("it has no jwks_uri"))?,
        authorization: optional("authorization_endpoint")?,
        token: optional("token_endpoint")?,
        end_session: optional("end_session_endpoint")?,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ISSUER: &str = "https://issuer.example.com/pool";

    fn read_with(name: &str, value: &str) -> Result<Discovery, FetchError> {
        let mut document = json!({"issuer": ISSUER, "jwks_uri": "https://keys.example.com/jwks.json"});
        document[name] = value.into();
        read(&document, &Fetcher::new(&Url::parse(ISSUER).unwrap()).unwrap(), ISSUER)
    }

    #[test]
    fn the_document_lies_below_the_issuers_path() {
        for issuer in [ISSUER, "https://issuer.example.com/pool/"] {
            let address = address(&Url::parse(issuer).unwrap());
            assert_eq!(address.as_str(), "https://issuer.example.com/pool/.well-known/openid-configuration");
        }
    }

    #[test]
    fn a_document_must_be_the_issuers_own_and_name_secure_addresses() {
        assert!(read_with("token_endpoint", "https://issuer.example.com/token").is_ok());
        assert!(read_with("issuer", "https://issuer.example.com/other").is_err());
        assert!(read_with("token_endpoint", "http://issuer.example.com/token").is_err());
        assert!(read_with("jwks_uri", "https://127.0.0.1/keys").is_err());
    }
}
