//! Table `connections`: profiles, everything but their secrets.

use async_trait::async_trait;
use mysqler_contract::{
    AppError, Connection, ConnectionId, DockerHostId, ErrorCode, Result, SecretPresence, Timestamp,
};
use mysqler_core::ports::{ConnectionStore, SealedSecret, SealedSecrets};
use sqlx::SqliteConnection;

use super::{from_json, from_word, json, vault, word};
use crate::{Store, fault};

/// The fields of a connection's record that the vault seals.
const PASSWORD: &str = "password";
const SSH_SECRET: &str = "ssh_secret";

struct Row {
    id: String,
    name: String,
    environment: String,
    host: String,
    port: i64,
    user: String,
    empty_password: i64,
    database: Option<String>,
    description: String,
    connect_timeout_s: i64,
    charset: String,
    tls: String,
    ca_file: Option<String>,
    docker_host: Option<String>,
    tunnel: Option<String>,
    tested: Option<String>,
    created_at: i64,
    updated_at: i64,
    last_used_at: Option<i64>,
    has_secret: i64,
}

impl Row {
    fn into_connection(self) -> Result<Connection> {
        let out_of_range = |error| fault::unreadable("connections", error);
        Ok(Connection {
            id: ConnectionId(self.id),
            name: self.name,
            environment: from_word("connections.environment", self.environment)?,
            host: self.host,
            port: u16::try_from(self.port).map_err(out_of_range)?,
            user: self.user,
            password: match (self.has_secret, self.empty_password) {
                (1.., _) => SecretPresence::Stored,
                (_, 1) => SecretPresence::Empty,
                _ => SecretPresence::Missing,
            },
            database: self.database,
            description: self.description,
            connect_timeout_s: u32::try_from(self.connect_timeout_s).map_err(out_of_range)?,
            charset: self.charset,
            tls: from_word("connections.tls", self.tls)?,
            ca_file: self.ca_file,
            docker_host: self.docker_host.map(DockerHostId),
            tunnel: self
                .tunnel
                .map(|text| from_json("connections.tunnel", &text))
                .transpose()?,
            tested: self
                .tested
                .map(|text| from_json("connections.tested", &text))
                .transpose()?,
            created_at: Timestamp(self.created_at),
            updated_at: Timestamp(self.updated_at),
            last_used_at: self.last_used_at.map(Timestamp),
        })
    }
}

#[async_trait]
impl ConnectionStore for Store {
    async fn list(&self) -> Result<Vec<Connection>> {
        let rows = sqlx::query_as!(
            Row,
            r#"SELECT id, name, environment, host, port, user, empty_password, database, description, connect_timeout_s,
                charset, tls, ca_file, docker_host, tunnel, tested, created_at, updated_at, last_used_at,
                EXISTS (SELECT 1 FROM vault WHERE record = connections.id AND field = 'password') AS "has_secret!: i64"
            FROM connections
            ORDER BY CASE environment WHEN 'production' THEN 0 WHEN 'test' THEN 1 ELSE 2 END, name_key"#
        );
        let rows = rows.fetch_all(self.readers()).await.map_err(fault::sql)?;
        rows.into_iter().map(Row::into_connection).collect()
    }

    async fn get(&self, id: &ConnectionId) -> Result<Connection> {
        let row = sqlx::query_as!(
            Row,
            r#"SELECT id, name, environment, host, port, user, empty_password, database, description, connect_timeout_s,
                charset, tls, ca_file, docker_host, tunnel, tested, created_at, updated_at, last_used_at,
                EXISTS (SELECT 1 FROM vault WHERE record = connections.id AND field = 'password') AS "has_secret!: i64"
            FROM connections WHERE id = ?"#,
            id.0
        );
        let row = row.fetch_optional(self.readers()).await.map_err(fault::sql)?;
        row.ok_or_else(|| not_found(id))?.into_connection()
    }

    async fn save_with(&self, connection: &Connection, secrets: SealedSecrets) -> Result<()> {
        let tunnel = connection.tunnel.as_ref().map(|tunnel| tunnel.secret);
        let fields = [
            (PASSWORD, secrets.password, connection.password),
            (SSH_SECRET, secrets.ssh, tunnel.unwrap_or(SecretPresence::Empty)),
        ];
        let mut write = self.write().await?;
        refuse_taken_name(&mut write, connection).await?;
        upsert(&mut write, connection).await?;
        for (field, sealed, presence) in fields {
            match (sealed, presence) {
                (Some(sealed), _) => vault::put(&mut write, &connection.id.0, field, &sealed).await?,
                (None, SecretPresence::Empty) => {
                    vault::remove_one(&mut write, &connection.id.0, field).await?;
                }
                (None, SecretPresence::Stored | SecretPresence::Missing) => {}
            }
        }
        write.commit().await
    }

    async fn remove(&self, id: &ConnectionId) -> Result<()> {
        let mut write = self.write().await?;
        vault::remove(&mut write, &id.0).await?;
        let gone = sqlx::query!("DELETE FROM connections WHERE id = ?", id.0);
        let gone = gone.execute(&mut *write).await.map_err(fault::sql)?;
        if gone.rows_affected() == 0 {
            return Err(not_found(id));
        }
        write.commit().await
    }

    async fn touch(&self, id: &ConnectionId, at: Timestamp) -> Result<()> {
        let touched = sqlx::query!("UPDATE connections SET last_used_at = ? WHERE id = ?", at.0, id.0);
        let touched = touched.execute(self.writer()).await.map_err(fault::sql)?;
        if touched.rows_affected() == 0 {
            Err(not_found(id))
        } else {
            Ok(())
        }
    }

    async fn sealed_password(&self, id: &ConnectionId) -> Result<Option<SealedSecret>> {
        vault::get(self.readers(), &id.0, PASSWORD).await
    }

    async fn sealed_ssh_secret(&self, id: &ConnectionId) -> Result<Option<SealedSecret>> {
        vault::get(self.readers(), &id.0, SSH_SECRET).await
    }
}

fn not_found(id: &ConnectionId) -> AppError {
    AppError::new(ErrorCode::NotFound).with("what", &id.0)
}

async fn refuse_taken_name(conn: &mut SqliteConnection, connection: &Connection) -> Result<()> {
    let key = connection.name.to_lowercase();
    let other = sqlx::query_scalar!(
        "SELECT id FROM connections WHERE name_key = ? AND id <> ?",
        key,
        connection.id.0
    );
    match other.fetch_optional(conn).await.map_err(fault::sql)? {
        Some(_) => Err(AppError::new(ErrorCode::NameTaken).with("name", &connection.name)),
        None => Ok(()),
    }
}

async fn upsert(conn: &mut SqliteConnection, connection: &Connection) -> Result<()> {
    let name_key = connection.name.to_lowercase();
    let environment = word(&connection.environment)?;
    let empty_password = i64::from(connection.password == SecretPresence::Empty);
    let tls = word(&connection.tls)?;
    let tested = connection.tested.as_ref().map(json).transpose()?;
    let docker_host = connection.docker_host.as_ref().map(|id| &id.0);
    let tunnel = connection.tunnel.as_ref().map(json).transpose()?;
    let last_used_at = connection.last_used_at.map(|at| at.0);
    let query = sqlx::query!(
        "INSERT INTO connections (id, name, name_key, environment, host, port, user, empty_password, database, description,
            connect_timeout_s, charset, tls, ca_file, docker_host, tunnel, tested, created_at, updated_at, last_used_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET name = excluded.name, name_key = excluded.name_key,
            environment = excluded.environment, host = excluded.host, port = excluded.port, user = excluded.user,
            empty_password = excluded.empty_password, database = excluded.database, description = excluded.description,
            connect_timeout_s = excluded.connect_timeout_s, charset = excluded.charset, tls = excluded.tls,
            ca_file = excluded.ca_file, docker_host = excluded.docker_host, tunnel = excluded.tunnel,
            tested = excluded.tested, created_at = excluded.created_at,
            updated_at = excluded.updated_at, last_used_at = excluded.last_used_at",
        connection.id.0,
        connection.name,
        name_key,
        environment,
        connection.host,
        connection.port,
        connection.user,
        empty_password,
        connection.database,
        connection.description,
        connection.connect_timeout_s,
        connection.charset,
        tls,
        connection.ca_file,
        docker_host,
        tunnel,
        tested,
        connection.created_at.0,
        connection.updated_at.0,
        last_used_at,
    );
    query.execute(conn).await.map_err(fault::sql)?;
    Ok(())
}
