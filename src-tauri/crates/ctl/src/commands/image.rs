//! `image`: the image that changes run in.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::Mutex;

use clap::Subcommand;
use indicatif::{ProgressBar, ProgressStyle};
use mysqler_contract::{DockerHostId, ImageProgress, ImageStatus, Result};

use crate::context::Context;
use crate::exit::{self, Exit};
use crate::output::{Output, bytes, facts, printable, usage_error};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Name or address of the engine [default: the one that runs use]
    #[arg(long, global = true, value_name = "HOST")]
    docker_host: Option<String>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Whether the image is present and one that this version can use
    Status,
    /// Load the image from a tar file, compressed or not
    Load {
        /// [default: the file beside this program, if there is one]
        file: Option<PathBuf>,
    },
    /// Pull the upstream image and add what this program needs
    Pull,
    /// Add what this program needs to a base image that is present
    Build(Build),
}

#[derive(Debug, clap::Args)]
pub struct Build {
    /// An image with percona-toolkit in it
    #[arg(long, default_value = "mysqler/pt-base:3.7.1")]
    base: String,
}

pub async fn run(context: &Context, args: Args) -> Result<Exit> {
    let host = args.docker_host.map(DockerHostId);
    let host = host.as_ref();
    let core = &context.core;
    let out = &context.out;
    let told = || telling(out);
    let status = match args.command {
        Command::Status => core.image_status(host).await?,
        Command::Load { file } => {
            let found = || core.image_archive();
            let missing = || usage_error(out.own("ctl.image.no_archive"));
            let file = file.or_else(found).ok_or_else(missing)?;
            core.image_load(host, &file, told()).await?
        }
        Command::Pull => core.image_pull(host, told()).await?,
        Command::Build(args) => core.image_build(host, &args.base, told()).await?,
    };
    out.answer(&status, |status| {
        let mut lines = described(out, status);
        if let (false, Some(file)) = (matches!(status, ImageStatus::Ready { .. }), core.image_archive()) {
            let file = printable(&file.display().to_string());
            lines.push(out.own_with("ctl.image.archive", [("file", file)]));
        }
        lines
    });
    Ok(match status {
        ImageStatus::Ready { .. } => Exit::Done,
        ImageStatus::Missing { .. } => exit::of_error(mysqler_contract::ErrorCode::ImageMissing),
        ImageStatus::Unsuitable { .. } => exit::of_error(mysqler_contract::ErrorCode::ImageUnsuitable),
    })
}

fn described(out: &Output, status: &ImageStatus) -> Vec<String> {
    let title = |key: &str| out.own(key);
    match status {
        ImageStatus::Ready {
            image,
            ptosc_version,
            bridge_version,
            size_bytes,
        } => facts(&[
            (title("ctl.image.image"), Some(printable(&image.reference))),
            (title("ctl.image.state"), Some(title("ctl.image.ready"))),
            (title("ctl.image.id"), Some(printable(&image.id))),
            (title("ctl.image.ptosc"), Some(printable(ptosc_version))),
            (title("ctl.image.bridge"), Some(printable(bridge_version))),
            (title("ctl.image.size"), Some(bytes(*size_bytes))),
        ]),
        ImageStatus::Missing { reference } => facts(&[
            (title("ctl.image.image"), Some(printable(reference))),
            (
                title("ctl.image.state"),
                Some(out.name("error.IMAGE_MISSING.message")),
            ),
            (
                title("ctl.error.hint"),
                Some(out.name("error.IMAGE_MISSING.hint")),
            ),
        ]),
        ImageStatus::Unsuitable { image, why } => facts(&[
            (title("ctl.image.image"), Some(printable(&image.reference))),
            (
                title("ctl.image.state"),
                Some(out.name("error.IMAGE_UNSUITABLE.message")),
            ),
            (title("ctl.column.remark"), Some(printable(why))),
            (
                title("ctl.error.hint"),
                Some(out.name("error.IMAGE_UNSUITABLE.hint")),
            ),
        ]),
    }
}

/// A bar on a terminal; else a line whenever another step begins; objects with `--json`.
fn telling(out: &Output) -> Box<dyn Fn(ImageProgress) + Send + Sync> {
    let out = out.clone();
    if out.json() {
        return Box::new(move |progress| out.object(&progress));
    }
    if std::io::stderr().is_terminal() {
        let bar = ProgressBar::no_length();
        let style = |template| {
            let style = ProgressStyle::with_template(template);
            style.unwrap_or_else(|_| ProgressStyle::default_spinner())
        };
        bar.set_style(style("{spinner} {bytes:>10} {wide_msg}"));
        let of_known = style("{bar:30} {percent:>3} %  {bytes} / {total_bytes}  {wide_msg}");
        return Box::new(move |progress| {
            if progress.total_bytes > 0 && bar.length() != Some(progress.total_bytes) {
                bar.set_style(of_known.clone());
                bar.set_length(progress.total_bytes);
            }
            bar.set_position(progress.done_bytes);
            bar.set_message(printable(&progress.step));
        });
    }
    let last = Mutex::new(String::new());
    Box::new(move |progress| {
        let Ok(mut last) = last.lock() else { return };
        if *last != progress.step {
            out.note(printable(&progress.step));
            last.clone_from(&progress.step);
        }
    })
}
