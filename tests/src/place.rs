//! A server and an account on it, as a test reaches them itself, beside the program that is tested.
#![allow(clippy::expect_used, reason = "test support fails loudly")]

use sqlx::ConnectOptions;
use sqlx::mysql::{MySqlConnectOptions, MySqlSslMode};

use crate::sandbox::Client;

#[derive(Debug, Clone)]
pub struct Place {
    pub host: String,
    pub port: u16,
    pub user: String,
    pub password: String,
}

impl Place {
    pub async fn client(&self) -> Client {
        match self.try_client().await {
            Ok(client) => client,
            Err(error) => panic!("{}:{} refuses {}: {error}", self.host, self.port, self.user),
        }
    }

    pub async fn try_client(&self) -> Result<Client, sqlx::Error> {
        let options = MySqlConnectOptions::new()
            .host(&self.host)
            .port(self.port)
            .username(&self.user)
            .password(&self.password)
            .ssl_mode(MySqlSslMode::Required)
            .pipes_as_concat(false)
            .no_engine_substitution(false)
            .timezone(None)
            .disable_statement_logging();
        Client::open(&options).await
    }
}
