//! One session on a server: opened within the target's timeout, each statement under a limit and killed on the server
//! when it exceeds it.

use std::time::Duration;

use mysqler_contract::{AppError, ErrorCode, Result, TlsMode};
use mysqler_core::ports::Target;
use sqlx::mysql::{MySqlConnectOptions, MySqlConnection, MySqlSslMode};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};

use crate::error::{Place, server_error};
use crate::identity::Identity;
use crate::route::Route;
use crate::row::Row;
use crate::{certificate, trust};

/// What one statement may take unless the host says otherwise.
pub(crate) const STATEMENT_LIMIT: Duration = Duration::from_secs(10);

/// Fixed, so that quoting and `SHOW CREATE TABLE` are the same whatever the server's own mode is.
const MODE: &str = "SET SESSION sql_mode = 'NO_ENGINE_SUBSTITUTION'";

/// The server's messages in English, since positions are read from them; a metadata lock never holds a reader up for
/// long; table statistics as they are: MySQL 8 would otherwise answer with those of yesterday, and write a row of its own
/// for each table that is listed for the first time (seen: 11 s for 4,000 tables, against 0.2 s).
const SETTINGS: &str = "SET SESSION sql_quote_show_create = 1, SESSION lc_messages = 'en_US', \
     SESSION lock_wait_timeout = 5, SESSION autocommit = 1; \
     /*!80003 SET SESSION information_schema_stats_expiry = 0 */";

pub(crate) struct Session {
    /// `None` once the session must not be used again.
    connection: Option<MySqlConnection>,
    place: Place,
    killer: Killer,
    identity: Identity,
    limit: Duration,
    in_flight: bool,
    spoiled: bool,
}

impl Session {
    /// Connects: name look-up, socket, TLS and login together within the target's timeout.
    pub(crate) async fn open(target: &Target, limit: Duration) -> Result<Self> {
        let place = Place::from(target);
        let mut refusal = None;
        for authority in trust::authorities(target, &place).await? {
            let options = options(target, authority);
            match connect(&options, target, &place).await {
                Ok(connection) => return Self::settle(connection, options, target, place, limit).await,
                Err(error) if error.code == ErrorCode::ServerTls => refusal = Some(error),
                Err(error) => return Err(error),
            }
        }
        let refusal =
            refusal.unwrap_or_else(|| place.tls("ca_unreadable", "the CA file holds no certificate"));
        Err(certificate::explain(target, &place, refusal).await)
    }

    async fn settle(
        connection: MySqlConnection,
        options: MySqlConnectOptions,
        target: &Target,
        place: Place,
        limit: Duration,
    ) -> Result<Self> {
        let killer = Killer {
            options,
            target: target.clone(),
            place: place.clone(),
            thread: 0,
        };
        let identity = Identity::read("", "");
        let mut session = Self {
            connection: Some(connection),
            place,
            killer,
            identity,
            limit,
            in_flight: false,
            spoiled: false,
        };
        let hello = "SELECT CONNECTION_ID(), VERSION(), @@version_comment";
        let rows = session
            .rows_within(&format!("{MODE}; {SETTINGS}; {hello}"), target.connect_timeout)
            .await;
        let rows = match rows {
            Err(error) if error.code == ErrorCode::ServerRefused => {
                // A server that lacks one of the settings is still worth identifying.
                session.run(MODE).await?;
                session.rows(hello).await?
            }
            other => other?,
        };
        let row = rows
            .first()
            .ok_or_else(|| session.place.error(ErrorCode::ServerUnsupported))?;
        session.identity = Identity::read(&row.text(1), &row.text(2));
        session.killer.thread = row.number(0);
        Ok(session)
    }

    pub(crate) fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The session's number on the server; 0 when it is not known.
    pub(crate) fn thread(&self) -> u64 {
        self.killer.thread
    }

    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    pub(crate) async fn rows(&mut self, sql: &str) -> Result<Vec<Row>> {
        self.rows_within(sql, self.limit).await
    }

    pub(crate) async fn run(&mut self, sql: &str) -> Result<()> {
        self.rows(sql).await.map(drop)
    }

    /// Rows of all statements in `sql`, over the text protocol.
    pub(crate) async fn rows_within(&mut self, sql: &str, limit: Duration) -> Result<Vec<Row>> {
        match self.attempt(sql, limit).await? {
            Ok(rows) => Ok(rows),
            Err(error) => Err(self.place.running(&error)),
        }
    }

    /// Like [`Self::rows`]; what the server answers as an error comes back as its number and message.
    pub(crate) async fn answer(&mut self, sql: &str) -> Result<std::result::Result<Vec<Row>, (u16, String)>> {
        self.answer_within(sql, self.limit).await
    }

    pub(crate) async fn answer_within(
        &mut self,
        sql: &str,
        limit: Duration,
    ) -> Result<std::result::Result<Vec<Row>, (u16, String)>> {
        match self.attempt(sql, limit).await? {
            Ok(rows) => Ok(Ok(rows)),
            Err(error) => {
                let refused = server_error(&error).map(|(number, message)| (number, message.to_owned()));
                match (refused, self.place.running(&error)) {
                    (_, lost) if lost.code == ErrorCode::ServerLost => Err(lost),
                    (Some(refused), _) => Ok(Err(refused)),
                    (None, error) => Err(error),
                }
            }
        }
    }

    async fn attempt(&mut self, sql: &str, limit: Duration) -> Result<Result<Vec<Row>, sqlx::Error>> {
        let Some(connection) = self.connection.as_mut() else {
            return Err(self.place.lost("the session was closed"));
        };
        // The statement is built by this crate with every name and value quoted by `crate::sql`.
        let statement = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
        self.in_flight = true;
        let outcome = tokio::time::timeout(limit, statement.fetch_all(connection)).await;
        let Ok(outcome) = outcome else {
            self.connection = None;
            self.in_flight = false;
            self.killer.kill().await;
            return Err(self.place.timed_out(limit));
        };
        self.in_flight = false;
        let outcome = outcome.and_then(|rows| Row::read_all(&rows));
        if let Err(error) = &outcome
            && server_error(error).is_none()
        {
            self.connection = None;
        }
        Ok(outcome)
    }

    /// True when the server still answers within `limit`.
    pub(crate) async fn answers(&mut self, limit: Duration) -> bool {
        let Some(connection) = self.connection.as_mut() else {
            return false;
        };
        let alive = matches!(tokio::time::timeout(limit, connection.ping()).await, Ok(Ok(())));
        if !alive {
            self.connection = None;
        }
        alive
    }

    /// Lets go of a session whose statement somebody else has ended.
    pub(crate) fn abandon(&mut self) {
        self.connection = None;
        self.in_flight = false;
    }

    /// Marks a session whose settings were changed: unless it is mended, it is closed instead of being used again.
    pub(crate) fn spoil(&mut self) {
        self.spoiled = true;
    }

    /// Puts the sql_mode of this crate's sessions back.
    pub(crate) async fn mend(&mut self) -> Result<()> {
        self.run(MODE).await?;
        self.spoiled = false;
        Ok(())
    }

    pub(crate) fn reusable(&self) -> bool {
        self.connection.is_some() && !self.in_flight && !self.spoiled
    }

    /// The bare connection, for a statement that no limit ends and that goes on when its caller does not.
    pub(crate) fn into_connection(mut self) -> Result<MySqlConnection> {
        let taken = self.connection.take();
        taken.ok_or_else(|| self.place.lost("the session was closed"))
    }

    /// Says goodbye to the server; a session that is only dropped is counted there as an aborted client.
    pub(crate) async fn close(mut self) {
        if let Some(connection) = self.connection.take() {
            let _ = tokio::time::timeout(Duration::from_secs(2), connection.close()).await;
        }
    }
}

impl Drop for Session {
    /// A caller that gave up in the middle of a statement leaves it running on the server unless it is killed.
    fn drop(&mut self) {
        if self.in_flight
            && self.killer.thread != 0
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            let killer = self.killer.clone();
            runtime.spawn(async move { killer.kill().await });
        }
    }
}

/// Ends a session's statement from a second connection.
#[derive(Clone)]
struct Killer {
    options: MySqlConnectOptions,
    target: Target,
    place: Place,
    thread: u64,
}

impl Killer {
    async fn kill(&self) {
        if self.thread == 0 {
            return;
        }
        let work = async {
            let route = Route::to(&self.target, &self.place).await?;
            let mut connection = match route.lead(self.options.clone()).connect().await {
                Ok(connection) => connection,
                Err(error) => return Err(self.place.connecting(&error)),
            };
            let statement = sqlx::raw_sql(AssertSqlSafe(format!("KILL QUERY {}", self.thread)));
            let killed = statement.execute(&mut connection).await;
            killed.map_err(|error| self.place.running(&error))?;
            connection
                .close()
                .await
                .map_err(|error| self.place.running(&error))
        };
        // A way through a tunnel takes its time before the connection's own begins.
        let limit = match self.target.tunnel {
            None => self.target.connect_timeout,
            Some(_) => self.target.connect_timeout * 3,
        };
        match tokio::time::timeout(limit, work).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(thread = self.thread, %error, "a statement could not be killed"),
            Err(_) => tracing::warn!(thread = self.thread, "a statement could not be killed in time"),
        }
    }
}

fn options(target: &Target, authority: Option<String>) -> MySqlConnectOptions {
    let mode = match target.tls {
        TlsMode::Disabled => MySqlSslMode::Disabled,
        TlsMode::Preferred => MySqlSslMode::Preferred,
        TlsMode::Required => MySqlSslMode::Required,
        TlsMode::VerifyCa => MySqlSslMode::VerifyCa,
        TlsMode::VerifyIdentity => MySqlSslMode::VerifyIdentity,
    };
    let mut options = MySqlConnectOptions::new()
        .host(&target.host)
        .port(target.port)
        .username(&target.user)
        .ssl_mode(mode)
        // Statements and names are UTF-8 here whatever character set the connection's runs use.
        .charset("utf8mb4")
        // The client would otherwise change the session's sql_mode and time zone behind our back.
        .pipes_as_concat(false)
        .no_engine_substitution(false)
        .timezone(None)
        .statement_cache_capacity(0)
        .disable_statement_logging();
    if !target.password.is_empty() {
        options = options.password(target.password.expose());
    }
    if let Some(authority) = authority {
        options = options.ssl_ca_from_pem(authority.into_bytes());
    }
    options
}

async fn connect(options: &MySqlConnectOptions, target: &Target, place: &Place) -> Result<MySqlConnection> {
    let route = Route::to(target, place).await?;
    let options = route.lead(options.clone());
    match tokio::time::timeout(target.connect_timeout, options.connect()).await {
        Err(_) => Err(place.connect_timed_out()),
        Ok(Ok(connection)) => Ok(connection),
        Ok(Err(sqlx::Error::Io(error))) => Err(unreachable(target, place, &error).await),
        Ok(Err(error)) => Err(place.connecting(&error)),
    }
}

/// A name that does not resolve and a socket that does not open are told apart by asking for the name again.
pub(crate) async fn unreachable(target: &Target, place: &Place, error: &std::io::Error) -> AppError {
    if target.tunnel.is_some() {
        return place.socket(error);
    }
    let look_up = tokio::net::lookup_host((target.host.as_str(), target.port));
    match tokio::time::timeout(target.connect_timeout, look_up).await {
        Ok(Err(unknown)) => place.error(ErrorCode::ServerHostUnknown).detail(unknown),
        Ok(Ok(_)) | Err(_) => place.socket(error),
    }
}
