//! The servers that scenarios are played on: the sandbox's two, or the one that the environment names.

use mysqler_contract::{
    Connection, ConnectionDraft, Environment, Flavour, Secret, SecretInput, ServerVersion, TlsMode,
};
use mysqler_tests::desk::Desk;
use mysqler_tests::sandbox::{Account, Client, Server};
use sqlx::ConnectOptions;
use sqlx::mysql::{MySqlConnectOptions, MySqlSslMode};

/// `mysql://user@host:port`, with `?tls=disabled` where the server offers none.
const SERVER: &str = "MYSQLER_SCENARIO_SERVER";
/// A file that holds the account's password and nothing else but a final line break.
const PASSWORD_FILE: &str = "MYSQLER_SCENARIO_PASSWORD_FILE";

/// A machine that is busy with other things answers late, and nothing here is about that.
const PATIENCE_S: u32 = 60;

#[derive(Debug, Clone)]
pub struct Place {
    /// For file names and the table of results.
    pub name: String,
    pub flavour: Flavour,
    pub version: ServerVersion,
    pub draft: ConnectionDraft,
    pub password: String,
    pub connection: Connection,
}

/// Where to play. Fails the test when a server does not answer.
pub async fn places(desk: &Desk) -> Vec<Place> {
    if let Ok(url) = std::env::var(SERVER) {
        return vec![named(desk, &url).await];
    }
    let mut places = Vec::new();
    for (name, server) in [("mysql", Server::Primary), ("mariadb", Server::MariaDb)] {
        let draft = desk.draft(server, Account::Mysqler, Environment::Development);
        let password = desk.sandbox.password(Account::Mysqler).to_owned();
        places.push(reached(desk, name, draft, password).await);
    }
    places
}

async fn named(desk: &Desk, url: &str) -> Place {
    let file = std::env::var(PASSWORD_FILE).unwrap_or_else(|_| panic!("{PASSWORD_FILE} names no file"));
    let password =
        std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{PASSWORD_FILE}: {file}: {error}"));
    let password = password.trim_end_matches(['\r', '\n']).to_owned();
    let (user, host, port, tls) = taken_apart(url)
        .unwrap_or_else(|| panic!("{SERVER} is not mysql://user@host:port[?tls=disabled]: {url}"));
    let draft = ConnectionDraft {
        name: format!("{host}:{port}"),
        host: host.to_owned(),
        port,
        user: user.to_owned(),
        password: SecretInput::Set {
            value: Secret::new(password.as_str()),
        },
        tls,
        ..desk.draft(Server::Primary, Account::Mysqler, Environment::Development)
    };
    reached(desk, "named", draft, password).await
}

fn taken_apart(url: &str) -> Option<(&str, &str, u16, TlsMode)> {
    let (rest, tls) = match url.strip_suffix("?tls=disabled") {
        Some(rest) => (rest, TlsMode::Disabled),
        None => (url, TlsMode::Required),
    };
    let (user, address) = rest
        .strip_prefix("mysql://")?
        .trim_end_matches('/')
        .rsplit_once('@')?;
    let (host, port) = address.rsplit_once(':')?;
    let host = host.trim_start_matches('[').trim_end_matches(']');
    (!user.is_empty() && !host.is_empty()).then_some((user, host, port.parse().ok()?, tls))
}

async fn reached(desk: &Desk, name: &str, draft: ConnectionDraft, password: String) -> Place {
    let draft = ConnectionDraft {
        connect_timeout_s: PATIENCE_S,
        ..draft
    };
    let report = desk.core.connection_test(&draft).await;
    let report = report.unwrap_or_else(|error| panic!("{}:{}: {error}", draft.host, draft.port));
    let connection = desk
        .core
        .connection_save(&draft, false)
        .await
        .expect("a tested connection is saved");
    Place {
        name: name.to_owned(),
        flavour: report.flavour,
        version: report.version,
        draft,
        password,
        connection,
    }
}

impl Place {
    /// A session of the test's own, in no schema.
    pub async fn client(&self) -> Result<Client, String> {
        let tls = match self.draft.tls {
            TlsMode::Disabled => MySqlSslMode::Disabled,
            _ => MySqlSslMode::Required,
        };
        let options = MySqlConnectOptions::new()
            .host(&self.draft.host)
            .port(self.draft.port)
            .username(&self.draft.user)
            .password(&self.password)
            .ssl_mode(tls)
            .pipes_as_concat(false)
            .no_engine_substitution(false)
            .timezone(None)
            .disable_statement_logging();
        Client::open(&options)
            .await
            .map_err(|error| format!("{}: {error}", self.name))
    }
}

#[test]
fn a_server_is_named_in_one_way() {
    assert_eq!(
        taken_apart("mysql://dba@db.example:3307"),
        Some(("dba", "db.example", 3307, TlsMode::Required))
    );
    assert_eq!(
        taken_apart("mysql://a@b@[::1]:1?tls=disabled"),
        Some(("a@b", "::1", 1, TlsMode::Disabled))
    );
    for wrong in ["db:3306", "mysql://db:3306", "mysql://u@db", "mysql://u@db:port"] {
        assert_eq!(taken_apart(wrong), None, "{wrong}");
    }
}
