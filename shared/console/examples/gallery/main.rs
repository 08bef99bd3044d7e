//! Writes pages that show every part of the console into a folder, to be looked at in a browser.
//!
//! `cargo run -p web-console --example gallery -- FOLDER`; without a folder, into `target/gallery`.

mod pages;
mod parts;

use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let folder = env::args_os().nth(1).map_or_else(|| PathBuf::from("target/gallery"), PathBuf::from);
    for asset in console::assets() {
        write(&folder.join(asset.path.trim_start_matches('/')), asset.bytes)?;
    }
    for (name, page) in pages::all() {
        // Opened from a folder there is no origin that an address could begin at.
        let relative = page.into_string().replace("\"/assets/", "\"assets/");
        write(&folder.join(format!("{name}.html")), relative.as_bytes())?;
    }
    Ok(())
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, bytes)
}
