#![doc = include_str!("../README.md")]

pub mod command_line;
pub mod connect;
pub mod data_directory;
pub mod disk;
pub mod environment;
pub mod export;
pub mod failure;
pub mod installation;
pub mod layout;
pub mod log;
pub mod sample;
pub mod screen;
pub mod services;
pub mod simulator_command;
pub mod text;
pub mod usage;
