//! What the client's and the server's errors mean to the product.

use std::io::ErrorKind;
use std::time::Duration;

use mysqler_contract::{AppError, ErrorCode};
use mysqler_core::ports::Target;
use sqlx::mysql::MySqlDatabaseError;

/// The server that an error is about, without its secret.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    host: String,
    port: u16,
    user: String,
    connect_timeout: Duration,
}

impl From<&Target> for Place {
    fn from(target: &Target) -> Self {
        Self {
            host: target.host.clone(),
            port: target.port,
            user: target.user.clone(),
            connect_timeout: target.connect_timeout,
        }
    }
}

impl Place {
    pub(crate) fn error(&self, code: ErrorCode) -> AppError {
        AppError::new(code)
            .with("host", &self.host)
            .with("port", self.port)
            .with("user", &self.user)
    }

    pub(crate) fn timed_out(&self, limit: Duration) -> AppError {
        // Whole seconds read better; a limit below one is told as it is.
        let seconds = match limit.subsec_millis() {
            0 => limit.as_secs().to_string(),
            _ => format!("{:.1}", limit.as_secs_f64()),
        };
        self.error(ErrorCode::ServerTimeout).with("seconds", seconds)
    }

    pub(crate) fn connect_timed_out(&self) -> AppError {
        self.timed_out(self.connect_timeout)
    }

    /// A refused encryption; `reason` is a closed set that the window may translate.
    pub(crate) fn tls(&self, reason: &str, detail: impl ToString) -> AppError {
        self.error(ErrorCode::ServerTls)
            .with("reason", reason)
            .detail(detail)
    }

    /// An error before the session stood. Whether the name resolves is found out by the caller.
    pub(crate) fn connecting(&self, error: &sqlx::Error) -> AppError {
        match error {
            sqlx::Error::Io(io) => self.socket(io),
            sqlx::Error::Tls(cause) if cause.to_string() == "server does not support TLS" => {
                self.tls("not_offered", "the server offers no TLS")
            }
            sqlx::Error::Tls(cause) => self.tls("handshake", cause),
            sqlx::Error::Database(_) => match server_error(error) {
                Some((number, message)) => self.refused(number, message),
                None => self.error(ErrorCode::ServerRefused).detail(error),
            },
            // Without TLS this client cannot hide the password of a `caching_sha2_password` login that the server has
            // not cached.
            sqlx::Error::Configuration(cause) if cause.to_string().contains("mysql-rsa") => self.tls(
                "password_needs_tls",
                "the account's password can only be sent over an encrypted session",
            ),
            other => self.error(ErrorCode::ServerUnsupported).detail(other),
        }
    }

    /// The server's own error before the session stood.
    pub(crate) fn refused(&self, number: u16, message: &str) -> AppError {
        self.error(connect_code(number))
            .detail(format!("{number}: {message}"))
    }

    pub(crate) fn socket(&self, error: &std::io::Error) -> AppError {
        match error.kind() {
            ErrorKind::TimedOut => self.connect_timed_out(),
            _ => self.error(ErrorCode::ServerUnreachable).detail(error),
        }
    }

    /// An error of a statement in a session that stood.
    pub(crate) fn running(&self, error: &sqlx::Error) -> AppError {
        match (server_error(error), error) {
            (Some((number, message)), _) => self.statement(number, message),
            (None, sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::Protocol(_)) => self.lost(error),
            (None, other) => self.error(ErrorCode::ServerRefused).detail(other),
        }
    }

    /// The server's own error to a statement.
    pub(crate) fn statement(&self, number: u16, message: &str) -> AppError {
        self.error(statement_code(number))
            .detail(format!("{number}: {message}"))
    }

    pub(crate) fn lost(&self, detail: impl ToString) -> AppError {
        self.error(ErrorCode::ServerLost).detail(detail)
    }
}

/// The server's error number and message, when the error is the server's.
pub(crate) fn server_error(error: &sqlx::Error) -> Option<(u16, &str)> {
    let sqlx::Error::Database(database) = error else {
        return None;
    };
    let mysql = database.try_downcast_ref::<MySqlDatabaseError>()?;
    Some((mysql.number(), mysql.message()))
}

fn connect_code(number: u16) -> ErrorCode {
    match number {
        // Wrong password, database or host; socket-only account; expired or locked account; anonymous proxies.
        1044 | 1045 | 1130 | 1698 | 1820 | 1862 | 3118 | 3878 | 4151 => ErrorCode::ServerAccessDenied,
        // The server insists on encryption.
        3159 => ErrorCode::ServerTls,
        // The server wants an authentication that the client does not speak.
        1251 | 2059 => ErrorCode::ServerUnsupported,
        1053 => ErrorCode::ServerUnreachable,
        other => statement_code(other),
    }
}

fn statement_code(number: u16) -> ErrorCode {
    match number {
        1045 | 1698 => ErrorCode::ServerAccessDenied,
        1044 | 1095 | 1142 | 1143 | 1227 | 1370 | 1419 | 3879 | 4031 => match number {
            // The server closed the session for being idle.
            4031 => ErrorCode::ServerLost,
            _ => ErrorCode::ServerPrivilege,
        },
        1049 => ErrorCode::DatabaseMissing,
        1051 | 1146 => ErrorCode::TableMissing,
        1053 | 1077 | 1079 | 1080 | 1152 | 1158..=1161 | 1184 | 1927 | 2006 | 2013 => ErrorCode::ServerLost,
        3024 | 1969 => ErrorCode::ServerTimeout,
        _ => ErrorCode::ServerRefused,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place() -> Place {
        Place {
            host: "db".into(),
            port: 3306,
            user: "dba".into(),
            connect_timeout: Duration::from_secs(5),
        }
    }

    #[test]
    fn numbers_of_the_server_become_codes() {
        for (number, code) in [
            (1045, ErrorCode::ServerAccessDenied),
            (1044, ErrorCode::ServerAccessDenied),
            (1698, ErrorCode::ServerAccessDenied),
            (1049, ErrorCode::DatabaseMissing),
            (3159, ErrorCode::ServerTls),
            (1040, ErrorCode::ServerRefused),
        ] {
            assert_eq!(connect_code(number), code, "{number} while connecting");
        }
        for (number, code) in [
            (1044, ErrorCode::ServerPrivilege),
            (1142, ErrorCode::ServerPrivilege),
            (1227, ErrorCode::ServerPrivilege),
            (1146, ErrorCode::TableMissing),
            (1049, ErrorCode::DatabaseMissing),
            (2013, ErrorCode::ServerLost),
            (1927, ErrorCode::ServerLost),
            (4031, ErrorCode::ServerLost),
            (1205, ErrorCode::ServerRefused),
            (1064, ErrorCode::ServerRefused),
        ] {
            assert_eq!(statement_code(number), code, "{number} in a statement");
        }
    }

    #[test]
    fn a_socket_that_breaks_is_unreachable_before_and_lost_after_the_login() {
        let broken = || sqlx::Error::Io(std::io::Error::from(ErrorKind::ConnectionReset));
        assert_eq!(place().connecting(&broken()).code, ErrorCode::ServerUnreachable);
        assert_eq!(place().running(&broken()).code, ErrorCode::ServerLost);
        let late = sqlx::Error::Io(std::io::Error::from(ErrorKind::TimedOut));
        assert_eq!(place().connecting(&late).code, ErrorCode::ServerTimeout);
    }

    #[test]
    fn the_limit_is_told_in_seconds() {
        assert_eq!(place().connect_timed_out().params["seconds"], "5");
        assert_eq!(
            place().timed_out(Duration::from_millis(500)).params["seconds"],
            "0.5"
        );
        assert_eq!(place().connect_timed_out().params["host"], "db");
    }
}
