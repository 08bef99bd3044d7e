//! What every page and every API route has in common, through real requests.

mod api;
mod headers;
mod session;
