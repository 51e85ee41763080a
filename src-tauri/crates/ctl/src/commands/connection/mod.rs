//! `connection`: saved connections.

mod told;

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use mysqler_contract::{
    ConnectionDraft, DockerHostId, Environment, ErrorCode, Result, Secret, SecretInput, SecretPresence,
    SshTunnelDraft, TlsMode,
};

pub use told::environment;
use told::{list, reported, shown};

use super::transfer;
use super::tunnel::Tunnel;
use crate::context::Context;
use crate::exit::Exit;
use crate::output::{printable, usage_error};
use crate::{secrets, vault};

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Test and save a new connection
    Add(Add),
    /// All saved connections
    List,
    /// One connection, without its secret
    Show { name: String },
    /// Change a connection; what is not named stays
    Edit(Edit),
    /// Remove a connection and its password; its runs stay in the history
    Remove { name: String },
    /// Connect and say what was found
    Test { name: String },
    /// Write all connections to a file
    Export(transfer::Export),
    /// Take connections over from a file, after showing what that would do
    Import(transfer::Import),
}

#[derive(Debug, Args)]
pub struct Add {
    /// Unique name, at most 50 characters
    name: String,
    #[arg(long)]
    host: String,
    #[arg(long, default_value_t = 3306)]
    port: u16,
    #[arg(long)]
    user: String,
    #[command(flatten)]
    password: Password,
    /// Default database
    #[arg(long)]
    database: Option<String>,
    /// Production is assumed until you say otherwise
    #[arg(long, value_enum, default_value_t = Env::Prod)]
    env: Env,
    #[arg(long, value_enum, default_value_t = Tls::Required)]
    tls: Tls,
    /// PEM file with the authorities to trust
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// Name or address of the container engine that runs work on [default: as `docker use` says]
    #[arg(long, value_name = "HOST")]
    docker_host: Option<String>,
    #[command(flatten)]
    tunnel: Tunnel,
    #[arg(long, default_value = "")]
    description: String,
    /// Seconds
    #[arg(long, default_value_t = 10)]
    connect_timeout: u32,
    #[arg(long, default_value = "utf8mb4")]
    charset: String,
    /// Save without a test; the connection is marked as untested
    #[arg(long)]
    untested: bool,
}

#[derive(Debug, Args)]
pub struct Edit {
    name: String,
    /// New name
    #[arg(long = "name", value_name = "NEW")]
    new_name: Option<String>,
    #[arg(long)]
    host: Option<String>,
    #[arg(long)]
    port: Option<u16>,
    #[arg(long)]
    user: Option<String>,
    #[command(flatten)]
    password: Password,
    /// Default database; an empty value removes it
    #[arg(long)]
    database: Option<String>,
    #[arg(long, value_enum)]
    env: Option<Env>,
    #[arg(long, value_enum)]
    tls: Option<Tls>,
    /// PEM file with the authorities to trust; an empty value removes it
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// Name or address of the container engine that runs work on; an empty value leaves it to `docker use`
    #[arg(long, value_name = "HOST")]
    docker_host: Option<String>,
    #[command(flatten)]
    tunnel: Tunnel,
    /// Reach the server without a tunnel from now on
    #[arg(long)]
    no_tunnel: bool,
    #[arg(long)]
    description: Option<String>,
    /// Seconds
    #[arg(long)]
    connect_timeout: Option<u32>,
    #[arg(long)]
    charset: Option<String>,
    /// Save without a test; the connection is marked as untested
    #[arg(long)]
    untested: bool,
}

#[derive(Debug, Clone, Copy, Args)]
#[group(multiple = false)]
struct Password {
    /// Read the password from standard input; one final line end is cut off
    #[arg(long)]
    password_stdin: bool,
    /// The account has no password
    #[arg(long)]
    no_password: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Env {
    Prod,
    Test,
    Dev,
}

impl From<Env> for Environment {
    fn from(env: Env) -> Self {
        match env {
            Env::Prod => Environment::Production,
            Env::Test => Environment::Test,
            Env::Dev => Environment::Development,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Tls {
    Disabled,
    Preferred,
    Required,
    VerifyCa,
    VerifyIdentity,
}

impl From<Tls> for TlsMode {
    fn from(tls: Tls) -> Self {
        match tls {
            Tls::Disabled => TlsMode::Disabled,
            Tls::Preferred => TlsMode::Preferred,
            Tls::Required => TlsMode::Required,
            Tls::VerifyCa => TlsMode::VerifyCa,
            Tls::VerifyIdentity => TlsMode::VerifyIdentity,
        }
    }
}

pub async fn run(context: &Context, command: Command) -> Result<Exit> {
    match command {
        Command::Add(args) => add(context, args).await,
        Command::List => list(context).await,
        Command::Show { name } => {
            let connection = context.core.connection_named(&name).await?;
            context
                .out
                .answer(&connection, |connection| shown(&context.out, connection));
            Ok(Exit::Done)
        }
        Command::Edit(args) => edit(context, args).await,
        Command::Remove { name } => {
            let connection = context.core.connection_named(&name).await?;
            context.core.connection_remove(&connection.id).await?;
            context.out.say(
                context
                    .out
                    .own_with("ctl.connection.removed", [("name", connection.name)]),
            );
            Ok(Exit::Done)
        }
        Command::Test { name } => {
            let connection = context.connection(&name).await?;
            let report = context.core.connection_test_saved(&connection.id).await?;
            context
                .out
                .answer(&report, |report| reported(&context.out, report));
            Ok(Exit::Done)
        }
        Command::Export(args) => transfer::export(context, args).await,
        Command::Import(args) => transfer::import(context, args).await,
    }
}

async fn add(context: &Context, args: Add) -> Result<Exit> {
    let password = match typed(context, args.password, &args.name)? {
        Some(password) => password,
        None => return Err(usage_error(context.out.own("ctl.connection.password_needed"))),
    };
    let tunnel = args.tunnel.draft(context, None)?;
    let mut draft = ConnectionDraft {
        id: None,
        name: args.name,
        environment: args.env.into(),
        host: args.host,
        port: args.port,
        user: args.user,
        password,
        database: args.database,
        description: args.description,
        connect_timeout_s: args.connect_timeout,
        charset: args.charset,
        tls: args.tls.into(),
        ca_file: args.ca.as_deref().map(full_path).transpose()?,
        docker_host: args.docker_host.map(DockerHostId),
        tunnel,
    };
    // What is refused anyway is refused before a server is troubled or a vault made.
    if let Some(problem) = context.core.connection_problems(&draft).await?.into_iter().next() {
        return Err(mysqler_contract::AppError::invalid(
            &problem.field,
            &problem.reason,
        ));
    }
    if !args.untested {
        test(context, &args.tunnel, &mut draft).await?;
    }
    save(context, &draft, args.untested).await
}

async fn edit(context: &Context, args: Edit) -> Result<Exit> {
    let saved = context.core.connection_named(&args.name).await?;
    let password = typed(context, args.password, "")?.unwrap_or(SecretInput::Unchanged);
    let ca_file = match args.ca {
        Some(path) if path.as_os_str().is_empty() => None,
        Some(path) => Some(full_path(&path)?),
        None => saved.ca_file,
    };
    let tunnel = match args.no_tunnel {
        true => None,
        false => args.tunnel.draft(context, saved.tunnel.as_ref())?,
    };
    let holds_secrets = saved.password == SecretPresence::Stored
        || saved
            .tunnel
            .as_ref()
            .is_some_and(|tunnel| tunnel.secret == SecretPresence::Stored);
    let mut draft = ConnectionDraft {
        id: Some(saved.id),
        name: args.new_name.unwrap_or(saved.name),
        environment: args.env.map_or(saved.environment, Environment::from),
        host: args.host.unwrap_or(saved.host),
        port: args.port.unwrap_or(saved.port),
        user: args.user.unwrap_or(saved.user),
        password,
        database: args.database.or(saved.database).filter(|name| !name.is_empty()),
        description: args.description.unwrap_or(saved.description),
        connect_timeout_s: args.connect_timeout.unwrap_or(saved.connect_timeout_s),
        charset: args.charset.unwrap_or(saved.charset),
        tls: args.tls.map_or(saved.tls, TlsMode::from),
        ca_file,
        docker_host: match args.docker_host {
            Some(host) if host.is_empty() => None,
            Some(host) => Some(DockerHostId(host)),
            None => saved.docker_host,
        },
        tunnel,
    };
    if holds_secrets {
        vault::open(context).await?;
    }
    // A new name needs no test; a new way to the server does.
    match save(context, &draft, args.untested).await {
        Err(error) if error.code == ErrorCode::ConnectionUntested => {
            test(context, &args.tunnel, &mut draft).await?;
            save(context, &draft, false).await
        }
        other => other,
    }
}

async fn test(context: &Context, tunnel: &Tunnel, draft: &mut ConnectionDraft) -> Result<()> {
    let report = tunnel.test(context, draft).await?;
    if !context.out.json() {
        reported(&context.out, &report)
            .iter()
            .for_each(|line| context.out.line(line));
    }
    Ok(())
}

async fn save(context: &Context, draft: &ConnectionDraft, untested: bool) -> Result<Exit> {
    let new_ssh_secret = |tunnel: &SshTunnelDraft| matches!(tunnel.secret, SecretInput::Set { .. });
    if matches!(draft.password, SecretInput::Set { .. }) || draft.tunnel.as_ref().is_some_and(new_ssh_secret)
    {
        vault::open(context).await?;
    }
    let connection = context.core.connection_save(draft, untested).await?;
    let out = &context.out;
    out.answer(&connection, |connection| {
        let name = printable(&connection.name);
        let key = if connection.tested.is_some() {
            "ctl.connection.saved"
        } else {
            "ctl.connection.saved_untested"
        };
        // The key is chosen above so that both sentences can be found by their names.
        vec![out.own_with(key, [("name", name)])]
    });
    Ok(Exit::Done)
}

/// What was said about the password; on a terminal a new connection's is asked for.
fn typed(context: &Context, password: Password, new_name: &str) -> Result<Option<SecretInput>> {
    if password.no_password {
        return Ok(Some(SecretInput::Empty));
    }
    if password.password_stdin {
        return secrets::from_stdin().map(|secret| Some(input(secret)));
    }
    if !new_name.is_empty() && secrets::can_ask() {
        let question = context
            .out
            .own_with("ctl.ask.password", [("name", printable(new_name))]);
        return secrets::ask(&question).map(|secret| Some(input(secret)));
    }
    Ok(None)
}

pub fn input(secret: Secret) -> SecretInput {
    if secret.is_empty() {
        SecretInput::Empty
    } else {
        SecretInput::Set { value: secret }
    }
}

/// The file is read again at every use, from whatever directory that happens in.
pub fn full_path(path: &std::path::Path) -> Result<String> {
    let full =
        std::path::absolute(path).map_err(|error| usage_error(format!("{}: {error}", path.display())))?;
    full.into_os_string()
        .into_string()
        .map_err(|path| usage_error(format!("{} is not UTF-8", path.display())))
}
