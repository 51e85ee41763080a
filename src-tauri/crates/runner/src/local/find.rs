//! The workstation's pt-online-schema-change: where it is, what it runs under, and what it lacks.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use mysqler_contract::{LocalObstacle, LocalStatus, LocalTool};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use tokio::process::Command;

use super::files;

const NAME: &str = "pt-online-schema-change";

/// The first version whose hooks the plugin was made for.
const NEEDED: [u32; 3] = [3, 7, 1];

/// What the option file's TLS lines mean was proven with this client library; another one reads them otherwise.
const CLIENT: &str = "libmariadb";

/// Starting it takes a fraction of a second; a machine may be busy.
const PATIENCE: Duration = Duration::from_secs(30);

const SAID: usize = 400;

/// What `found.pm` tells.
#[derive(Deserialize)]
struct Told {
    perl: String,
    perl_lib: String,
    missing: String,
    library: String,
    insists: String,
}

pub(super) async fn find(place: &Path, wanted: Option<&str>) -> LocalStatus {
    let (program, judged) = match locate(wanted) {
        Ok(program) => (program.display().to_string(), judge(place, &program).await),
        Err((program, why)) => (program, Err(why)),
    };
    match judged {
        Ok(tool) => LocalStatus::Ready { tool },
        Err(why) => LocalStatus::Unusable { program, why },
    }
}

fn locate(wanted: Option<&str>) -> Result<PathBuf, (String, LocalObstacle)> {
    if let Some(path) = wanted {
        let named = |why| (path.to_owned(), why);
        let full = std::path::absolute(path).map_err(|_| named(LocalObstacle::Missing))?;
        return match full.metadata() {
            Ok(found) if found.is_file() && is_executable(&found) => Ok(full),
            Ok(_) => Err(named(LocalObstacle::NotExecutable)),
            Err(_) => Err(named(LocalObstacle::Missing)),
        };
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut candidates = std::env::split_paths(&path)
        .filter(|dir| dir.is_absolute())
        .map(|dir| dir.join(NAME));
    let usable = |path: &PathBuf| {
        path.metadata()
            .is_ok_and(|found| found.is_file() && is_executable(&found))
    };
    (candidates.find(usable)).ok_or_else(|| (NAME.to_owned(), LocalObstacle::Missing))
}

fn is_executable(found: &std::fs::Metadata) -> bool {
    found.permissions().mode() & 0o111 != 0
}

async fn judge(place: &Path, program: &Path) -> Result<LocalTool, LocalObstacle> {
    let silent = |said: String| LocalObstacle::Silent { said };
    let files = files::ready(place).map_err(|error| silent(error.to_string()))?;
    let mut libs = files.as_os_str().to_owned();
    if let Some(own) = std::env::var_os("PERL5LIB").filter(|own| !own.is_empty()) {
        libs.push(":");
        libs.push(own);
    }
    let mut command = Command::new(program);
    command
        .arg("--version")
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("LC_ALL", "C")
        .env("HOME", place)
        .env("PERL5LIB", libs)
        .env("PERL5OPT", "-Mfound")
        .current_dir(place)
        .stdin(Stdio::null())
        .kill_on_drop(true);
    let output = match tokio::time::timeout(PATIENCE, command.output()).await {
        Ok(Ok(output)) => output,
        Ok(Err(error)) => return Err(silent(error.to_string())),
        Err(_) => return Err(silent(format!("no answer within {} s", PATIENCE.as_secs()))),
    };
    let text = String::from_utf8_lossy(&output.stdout);
    let said = || {
        let words = format!(
            "{} {}",
            String::from_utf8_lossy(&output.stderr).trim(),
            text.trim()
        );
        silent(words.trim().chars().take(SAID).collect())
    };
    let mut told = text.lines().filter_map(|line| line.strip_prefix("@mysqler "));
    let told: Told = (told.next_back())
        .and_then(|line| serde_json::from_str(line).ok())
        .ok_or_else(said)?;
    let named = text.lines().find_map(|line| line.strip_prefix(NAME));
    let version = named
        .map(|rest| rest.trim().to_owned())
        .filter(|rest| !rest.is_empty())
        .ok_or_else(said)?;
    if numbers(&version) < NEEDED {
        let needed = NEEDED.map(|number| number.to_string()).join(".");
        return Err(LocalObstacle::TooOld { version, needed });
    }
    if !told.missing.is_empty() {
        return Err(LocalObstacle::ModulesMissing {
            modules: told.missing,
        });
    }
    if told.library != CLIENT {
        return Err(LocalObstacle::ClientLibrary {
            library: told.library,
        });
    }
    Ok(LocalTool {
        sha256: digest(program).map_err(|error| silent(error.to_string()))?,
        program: program.display().to_string(),
        version,
        perl: told.perl,
        perl_lib: told.perl_lib,
        tls_by_file: told.insists == "no",
    })
}

fn numbers(version: &str) -> [u32; 3] {
    let mut parts = version
        .split(|letter: char| !letter.is_ascii_digit())
        .map(|part| part.parse().unwrap_or(0));
    [(); 3].map(|()| parts.next().unwrap_or(0))
}

/// Hex SHA-256 of the program's file.
pub(super) fn digest(program: &Path) -> std::io::Result<String> {
    Ok(hex::encode(Sha256::digest(std::fs::read(program)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_their_numbers() {
        for (version, fits) in [
            ("3.7.1", true),
            ("3.7.1-1", true),
            ("3.10.0", true),
            ("4", true),
            ("3.7.0-2", false),
            ("3.2.1", false),
            ("", false),
        ] {
            assert_eq!(numbers(version) >= NEEDED, fits, "{version}");
        }
    }

    /// A stand-in for the tool: what it prints is all that is asked of it.
    async fn told(script: &str, mode: u32) -> LocalStatus {
        let place = tempfile::tempdir().expect("a scratch directory");
        let program = place.path().join(NAME);
        std::fs::write(&program, script).expect("written");
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(mode)).expect("set");
        find(place.path(), program.to_str()).await
    }

    fn why(status: LocalStatus) -> &'static str {
        match status {
            LocalStatus::Ready { .. } => "ready",
            LocalStatus::Unusable { why, .. } => why.why().0,
        }
    }

    fn answer(version: &str, missing: &str, library: &str) -> String {
        let told = format!(
            r#"{{"perl":"/usr/bin/perl","perl_lib":"","missing":"{missing}","library":"{library}","insists":"yes"}}"#
        );
        format!("#!/bin/sh\necho '@mysqler {told}'\necho '{NAME} {version}'\n")
    }

    #[tokio::test]
    async fn each_obstacle_has_its_name() {
        let ready = told(&answer("3.7.1", "", CLIENT), 0o755).await;
        let LocalStatus::Ready { tool } = ready else {
            panic!("{ready:?}");
        };
        assert_eq!((tool.version.as_str(), tool.tls_by_file), ("3.7.1", false));
        assert_eq!(tool.sha256.len(), 64);
        let missing = find(Path::new("/nowhere"), Some("/nowhere/tool")).await;
        assert_eq!(why(missing), "local_missing");
        for (script, mode, wanted) in [
            (answer("3.7.1", "", CLIENT), 0o644, "local_not_executable"),
            (answer("3.2.1", "", CLIENT), 0o755, "local_too_old"),
            (
                answer("3.7.1", "DBD::mysql, JSON", ""),
                0o755,
                "local_modules_missing",
            ),
            (
                answer("3.7.1", "", "libmysqlclient"),
                0o755,
                "local_client_library",
            ),
            ("#!/bin/sh\necho hello\n".to_owned(), 0o755, "local_silent"),
            ("#!/nowhere/perl\n".to_owned(), 0o755, "local_silent"),
        ] {
            assert_eq!(why(told(&script, mode).await), wanted);
        }
    }
}
