//! The browser's way to the issuer and back: authorization code flow with PKCE, state and nonce.

mod error;
mod pending;
mod settings;

use std::sync::Arc;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use domain::{Random, Sensitive};
use serde_json::Value;
use url::form_urlencoded::{byte_serialize, parse};

use self::error::word;
use self::pending::Pending;
use crate::cookies::{Cookies, SetCookie};
use crate::discovery;
use crate::fetch::FetchError;
use crate::forms::{FormSecret, is_random_text};
use crate::person::Person;
use crate::return_path::ReturnPath;
use crate::verifier::Verifier;

pub use error::SignInError;
pub use settings::{Prompt, SignInSettings};

/// Signs browsers in at the issuer of a [`Verifier`].
#[derive(Debug)]
pub struct SignIn {
    verifier: Arc<Verifier>,
    settings: SignInSettings,
    random: Arc<dyn Random>,
}

/// Where to send the browser, with status 302 or 303, and the cookies to set on the way.
#[derive(Debug)]
pub struct Redirect {
    location: Sensitive<String>,
    /// One `Set-Cookie` header each.
    pub set_cookies: Vec<SetCookie>,
}

impl Redirect {
    /// The value for the `Location` header. It carries the state: do not log it.
    #[must_use]
    pub fn location(&self) -> &str {
        self.location.expose()
    }
}

/// A completed sign-in.
#[derive(Debug)]
pub struct SignedIn {
    /// Who it is.
    pub person: Person,
    /// Where the person wanted to go: redirect there with status 303.
    pub return_path: ReturnPath,
    /// The session, one `Set-Cookie` header each.
    pub set_cookies: Vec<SetCookie>,
}

impl SignIn {
    /// A sign-in for the issuer and client of `verifier`.
    #[must_use]
    pub fn new(verifier: Arc<Verifier>, settings: SignInSettings, random: Arc<dyn Random>) -> Self {
        Self { verifier, settings, random }
    }

    /// The address to register at the issuer, and the one whose requests [`Self::complete`] answers.
    #[must_use]
    pub fn redirect_uri(&self) -> String {
        self.settings.public_address.page(&self.settings.callback_path)
    }

    /// Sends the browser to the issuer; afterwards it is to go on to `return_path`.
    ///
    /// # Errors
    /// [`SignInError::Unavailable`] when the issuer's discovery document cannot be had.
    pub async fn begin(&self, prompt: Prompt, return_path: ReturnPath) -> Result<Redirect, SignInError> {
        let discovery = self.verifier.discovery().await.map_err(SignInError::Unavailable)?;
        let mut url =
            discovery.authorization.clone().ok_or_else(|| missing("it has no authorization_endpoint"))?;
        let pending = Pending::new(&*self.random, prompt, return_path, self.verifier.clock().now());
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.verifier.settings().audience)
            .append_pair("redirect_uri", &self.redirect_uri())
            .append_pair("scope", "openid email profile")
            .append_pair("state", pending.state.expose())
            .append_pair("nonce", pending.nonce.expose())
            .append_pair("code_challenge", &pending.challenge())
            .append_pair("code_challenge_method", "S256")
            .extend_pairs(prompt.parameters());
        let cookie = self.cookies().set_sign_in(pending.state.expose(), &pending.to_cookie());
        Ok(Redirect {
            location: Sensitive::new(url.into()),
            set_cookies: vec![cookie.map_err(SignInError::Cookie)?],
        })
    }

    /// Completes the sign-in when the browser comes back: `query` is the callback's query without its question mark,
    /// `cookies` are the request's `Cookie` headers.
    ///
    /// # Errors
    /// [`SignInError`]; [`SignInError::InteractionNeeded`] is the ordinary answer to a silent renewal of somebody who
    /// is not signed in at the issuer any more.
    pub async fn complete<'a>(
        &self,
        query: &str,
        cookies: impl IntoIterator<Item = &'a str>,
    ) -> Result<SignedIn, SignInError> {
        let headers: Vec<&str> = cookies.into_iter().collect();
        let (pending, code) = self.returned(query, &headers)?;
        let token = self.exchange(&pending, &code).await?;
        let verified = self.verifier.verified(token.expose(), Some(pending.nonce.expose())).await;
        let person = verified.map_err(SignInError::Identity)?;
        if pending.prompt == Prompt::Fresh && !person.signed_in_recently(self.verifier.clock().now()) {
            return Err(SignInError::NotFresh { return_path: pending.return_path });
        }
        let forms = self.form_secret(&pending, &person, &headers).await;
        let set_cookies = self.session(&pending, &token, &forms).map_err(SignInError::Cookie)?;
        Ok(SignedIn { person, return_path: pending.return_path, set_cookies })
    }

    /// Ends the session here and, where the issuer offers it, there. Without such an offer the browser is sent to the
    /// console's first page. Call it only for a form of our own, or anybody could sign people out.
    pub async fn sign_out(&self) -> Redirect {
        let home = self.settings.public_address.page(&self.settings.signed_out_path);
        let discovery = self.verifier.discovery().await.ok();
        let location = match discovery.and_then(|discovery| discovery.end_session.clone()) {
            Some(mut url) => {
                url.query_pairs_mut()
                    .append_pair("client_id", &self.verifier.settings().audience)
                    .append_pair("post_logout_redirect_uri", &home)
                    // Amazon Cognito's own name for the same (documented).
                    .append_pair("logout_uri", &home);
                url.into()
            }
            None => home,
        };
        Redirect { location: Sensitive::new(location), set_cookies: self.cookies().clear() }
    }

    const fn cookies(&self) -> Cookies {
        Cookies::of(&self.settings.public_address)
    }

    /// The sign-in to which an answer belongs, and the code that it brings.
    fn returned(&self, query: &str, headers: &[&str]) -> Result<(Pending, Sensitive<String>), SignInError> {
        let value = |name: &str| {
            parse(query.as_bytes()).find(|(given, _)| given == name).map(|(_, value)| value.into_owned())
        };
        let state = value("state").filter(|state| is_random_text(state)).ok_or(SignInError::NotBegun)?;
        let pending = self
            .cookies()
            .sign_in(headers.iter().copied(), &state)
            .and_then(|cookie| Pending::from_cookie(cookie, self.verifier.clock().now()))
            .ok_or(SignInError::NotBegun)?;
        verify_slices_are_equal(state.as_bytes(), pending.state.expose().as_bytes())
            .map_err(|_| SignInError::WrongState)?;
        // Issuers that say so protect against a mix-up with another issuer (RFC 9207).
        if value("iss").is_some_and(|issuer| issuer != self.verifier.settings().issuer) {
            return Err(SignInError::WrongState);
        }
        if let Some(error) = value("error") {
            return Err(refused(&error, pending));
        }
        let code = value("code").ok_or_else(|| SignInError::Refused { error: word(None) })?;
        Ok((pending, Sensitive::new(code)))
    }

    /// Exchanges the code for an identity token. Not repeated: a code works once, whatever becomes of the answer.
    async fn exchange(
        &self,
        pending: &Pending,
        code: &Sensitive<String>,
    ) -> Result<Sensitive<String>, SignInError> {
        let discovery = self.verifier.discovery().await.map_err(SignInError::Unavailable)?;
        let url = discovery.token.as_ref().ok_or_else(|| missing("it has no token_endpoint"))?;
        let client_id = &self.verifier.settings().audience;
        let redirect_uri = self.redirect_uri();
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code.expose()),
            ("redirect_uri", &redirect_uri),
            ("code_verifier", pending.verifier.expose()),
        ];
        let secret = self.settings.client_secret.as_ref().map(|secret| encoded(secret.expose()));
        let user = encoded(client_id);
        let basic = secret.as_ref().map(|secret| (user.as_str(), secret.as_str()));
        if basic.is_none() {
            form.push(("client_id", client_id));
        }
        let answer = self.verifier.fetcher().post(url, &form, basic, "token answer").await;
        let answer = answer.map_err(SignInError::Unavailable)?;
        let status = answer.status.as_u16();
        let text = |name| answer.body.as_ref().and_then(|body| body.get(name)).and_then(Value::as_str);
        if answer.status.is_server_error() || status == 429 {
            return Err(SignInError::Unavailable(FetchError::Status { status }));
        }
        match text("id_token").filter(|_| answer.status.is_success()) {
            Some(token) => Ok(Sensitive::new(token.to_owned())),
            None => Err(SignInError::ExchangeRefused { status, error: word(text("error")) }),
        }
    }

    /// The secret of this browser's forms: the one that it has, so that a form that was open meanwhile can still be sent,
    /// if the session that it came with was this person's. Whoever was in this browser before may know it, so that nobody
    /// else may go on with it, and a person who has just proved who they are begins anew.
    async fn form_secret(&self, pending: &Pending, person: &Person, headers: &[&str]) -> FormSecret {
        let cookies = self.cookies();
        let kept = cookies.form_secret(headers.iter().copied()).filter(|_| pending.prompt != Prompt::Fresh);
        if let (Some(kept), Some(session)) = (kept, cookies.session(headers.iter().copied()))
            && self.verifier.subject_of_ended(session).await.is_some_and(|before| before == person.subject)
        {
            return kept;
        }
        FormSecret::new(&*self.random)
    }

    fn session(
        &self,
        pending: &Pending,
        token: &Sensitive<String>,
        forms: &FormSecret,
    ) -> Result<Vec<SetCookie>, crate::CookieTooLarge> {
        let cookies = self.cookies();
        let mut set_cookies = Vec::from(cookies.set_session(token.expose(), forms)?);
        set_cookies.push(cookies.clear_sign_in(pending.state.expose()));
        Ok(set_cookies)
    }
}

/// The issuer's refusal; some of them only mean that a page must be shown (OpenID Connect Core 1.0, section 3.1.2.6).
fn refused(error: &str, pending: Pending) -> SignInError {
    let interaction =
        ["login_required", "interaction_required", "consent_required", "account_selection_required"];
    if pending.prompt == Prompt::Silent && interaction.contains(&error) {
        SignInError::InteractionNeeded { return_path: pending.return_path }
    } else {
        SignInError::Refused { error: word(Some(error)) }
    }
}

fn missing(reason: &'static str) -> SignInError {
    SignInError::Unavailable(FetchError::Unusable { document: discovery::DOCUMENT, reason })
}

/// Client id and secret are encoded before they go into the Basic header (RFC 6749, section 2.3.1).
fn encoded(text: &str) -> String {
    byte_serialize(text.as_bytes()).collect()
}
