//! How connections and what a test of one found are told.

use mysqler_contract::{
    Connection, Environment, ReplicationRole, Result, SecretPresence, ServerReport, TlsMode,
};

use super::super::tunnel;
use crate::context::Context;
use crate::exit::Exit;
use crate::output::{Align, Output, Table, duration, facts, moment, printable};

pub(super) async fn list(context: &Context) -> Result<Exit> {
    let connections = context.core.connections().await?;
    let out = &context.out;
    out.list(&connections, |connections| {
        let mut table = Table::new([
            (out.own("ctl.column.name"), Align::Left),
            (out.own("ctl.column.environment"), Align::Left),
            (out.own("ctl.column.server"), Align::Left),
            (out.own("ctl.column.user"), Align::Left),
            (out.own("ctl.column.tls"), Align::Left),
            (out.own("ctl.column.tested"), Align::Left),
        ]);
        for connection in connections {
            let server = format!("{}:{}", connection.host, connection.port);
            let tls = tls_name(connection.tls);
            let user = connection.user.clone();
            let environment = environment(out, connection.environment);
            table.row([
                connection.name.clone(),
                environment,
                server,
                user,
                tls,
                tested(out, connection),
            ]);
        }
        table
    });
    Ok(Exit::Done)
}

pub fn environment(out: &Output, environment: Environment) -> String {
    out.name(match environment {
        Environment::Production => "environment.production",
        Environment::Test => "environment.test",
        Environment::Development => "environment.development",
    })
}

/// As it is given to `--tls`.
fn tls_name(tls: TlsMode) -> String {
    let name = match tls {
        TlsMode::Disabled => "disabled",
        TlsMode::Preferred => "preferred",
        TlsMode::Required => "required",
        TlsMode::VerifyCa => "verify-ca",
        TlsMode::VerifyIdentity => "verify-identity",
    };
    name.to_owned()
}

fn tested(out: &Output, connection: &Connection) -> String {
    connection
        .tested
        .as_ref()
        .map_or_else(|| out.own("ctl.connection.untested"), |tested| moment(tested.at))
}

pub(super) fn shown(out: &Output, connection: &Connection) -> Vec<String> {
    let password = match connection.password {
        SecretPresence::Stored => "ctl.password.stored",
        SecretPresence::Empty => "ctl.password.empty",
        SecretPresence::Missing => "ctl.password.missing",
    };
    let title = |key: &str| out.own(key);
    let text = |value: &str| Some(printable(value)).filter(|value| !value.is_empty());
    facts(&[
        (title("ctl.column.name"), text(&connection.name)),
        (
            title("ctl.column.environment"),
            Some(environment(out, connection.environment)),
        ),
        (
            title("ctl.column.server"),
            text(&format!("{}:{}", connection.host, connection.port)),
        ),
        (title("ctl.column.user"), text(&connection.user)),
        (title("ctl.column.password"), Some(out.own(password))),
        (
            title("ctl.column.database"),
            connection.database.as_deref().and_then(text),
        ),
        (title("ctl.column.tls"), Some(tls_name(connection.tls))),
        (
            title("ctl.column.ca_file"),
            connection.ca_file.as_deref().and_then(text),
        ),
        (
            title("ctl.column.docker_host"),
            connection.docker_host.as_ref().and_then(|host| text(&host.0)),
        ),
        (
            title("ctl.column.tunnel"),
            connection.tunnel.as_ref().map(tunnel::told),
        ),
        (
            title("ctl.column.host_key"),
            connection
                .tunnel
                .as_ref()
                .and_then(|tunnel| tunnel.host_key.as_ref())
                .and_then(|key| text(&key.fingerprint)),
        ),
        (
            title("ctl.column.connect_timeout"),
            Some(duration(out, u64::from(connection.connect_timeout_s) * 1000)),
        ),
        (title("ctl.column.charset"), text(&connection.charset)),
        (title("ctl.column.description"), text(&connection.description)),
        (title("ctl.column.tested"), Some(tested(out, connection))),
        (title("ctl.column.last_used"), connection.last_used_at.map(moment)),
    ])
}

pub(super) fn reported(out: &Output, report: &ServerReport) -> Vec<String> {
    let role = match report.role {
        ReplicationRole::Primary => "ctl.role.primary",
        ReplicationRole::Replica => "ctl.role.replica",
        ReplicationRole::NotVisible => "ctl.role.not_visible",
    };
    let tls = match (&report.tls_version, &report.tls_cipher) {
        (Some(version), Some(cipher)) => format!("{version}, {cipher}"),
        (None, Some(cipher)) => cipher.clone(),
        _ => out.own("ctl.report.not_encrypted"),
    };
    let missing = match report.missing_privileges.as_slice() {
        [] => out.own("ctl.report.none_missing"),
        missing => missing.join(", "),
    };
    let replicas = (!report.replicas.is_empty()).then(|| printable(&report.replicas.join(", ")));
    facts(&[
        (
            out.own("ctl.report.version"),
            Some(printable(&report.version_text)),
        ),
        (out.own("ctl.report.account"), Some(printable(&report.account))),
        (out.own("ctl.report.tls"), Some(tls)),
        (
            out.own("ctl.report.latency"),
            Some(format!("{:.1} ms", report.latency_us as f64 / 1000.0)),
        ),
        (out.own("ctl.report.role"), Some(out.own(role))),
        (out.own("ctl.report.replicas"), replicas),
        (out.own("ctl.report.missing"), Some(printable(&missing))),
    ])
}
