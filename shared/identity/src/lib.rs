#![doc = include_str!("../README.md")]

mod address;
mod cached;
mod claims;
mod cookies;
mod discovery;
mod error;
mod fetch;
mod forms;
mod keys;
mod person;
mod return_path;
mod role;
mod settings;
mod sign_in;
mod verifier;

pub use address::{AddressError, PublicAddress};
pub use cookies::{CookieTooLarge, Cookies, SetCookie};
pub use error::{IdentityError, Refusal};
pub use fetch::FetchError;
pub use forms::FormSecret;
pub use person::{FRESH, Person};
pub use return_path::{NotAReturnPath, ReturnPath};
pub use role::{Role, RoleGroups};
pub use settings::{IssuerSettings, SettingsError};
pub use sign_in::{Prompt, Redirect, SignIn, SignInError, SignInSettings, SignedIn};
pub use verifier::{Verifier, bearer};
