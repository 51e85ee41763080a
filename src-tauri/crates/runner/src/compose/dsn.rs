//! The DSN that names the table, and the names that it cannot carry.

use mysqler_contract::{Result, TableRef};

use super::impossible;

/// Where the tool finds the server.
pub(super) enum Server<'a> {
    Host(&'a str),
    /// The near end of a tunnel.
    Socket(&'a str),
}

/// What the tool's DSN needs beside the table.
pub(super) struct Dsn<'a> {
    pub server: Server<'a>,
    pub port: u16,
    /// The session's option file as the tool finds it.
    pub options: &'a str,
    pub charset: &'a str,
    pub encrypted: bool,
}

impl Dsn<'_> {
    /// `P` is always given: without it and with a replica present the tool dies after it made its triggers.
    pub fn text(&self, table: &TableRef) -> Result<String> {
        check_database(&table.database)?;
        check_name("table", &table.table)?;
        let server = match self.server {
            Server::Host(host) => format!("h={}", escaped(&bracketed(host))),
            Server::Socket(path) => format!("S={path}"),
        };
        let mut dsn = format!(
            "{server},P={},F={},D={},t={},A={}",
            self.port,
            self.options,
            escaped(&table.database),
            escaped(&table.table),
            self.charset,
        );
        if self.encrypted {
            dsn.push_str(",s=1");
        }
        Ok(dsn)
    }
}

fn escaped(value: &str) -> String {
    value.replace(',', "\\,")
}

/// The driver splits at colons; in brackets an IPv6 address stays whole.
fn bracketed(host: &str) -> String {
    if host.contains(':') && !host.starts_with('[') {
        format!("[{host}]")
    } else {
        host.to_owned()
    }
}

fn check_database(name: &str) -> Result<()> {
    check_name("database", name)?;
    match name.chars().find(|character| ";:[]".contains(*character)) {
        Some(bad) => Err(impossible(format!(
            "database {name}: its name contains {bad}, which the driver takes apart"
        ))),
        None => Ok(()),
    }
}

fn check_name(kind: &str, name: &str) -> Result<()> {
    let why = if name.is_empty() {
        "the name is empty"
    } else if name == "0" {
        "pt-online-schema-change takes the name 0 for a missing one"
    } else if name.contains('\\') {
        "pt-online-schema-change fails on a name with a backslash"
    } else if name.contains('\'') {
        "pt-online-schema-change fails on a name with a single quote"
    } else if name.chars().any(char::is_control) {
        "the name contains a control character"
    } else {
        return Ok(());
    };
    Err(impossible(format!("{kind} {name}: {why}")))
}
