//! The run can be started as planned: Docker answers and the image is there, or the workstation's own tool is as it is
//! needed; the server is within reach, every setting can be carried. Scope: the workstation. All `block` but `info` for
//! what a run without a container goes without.

use mysqler_contract::{
    AppError, ErrorCode, Finding, ImageStatus, LocalObstacle, LocalStatus, LoopbackObstacle, Severity,
};

use super::super::Place;
use super::super::context::Context;

pub const CODES: &[&str] = &[
    "DOCKER_UNAVAILABLE",
    "IMAGE_MISSING",
    "IMAGE_UNSUITABLE",
    "LAUNCH_IMPOSSIBLE",
    "LOCAL_TOOL_UNUSABLE",
    "LOCAL_WITHOUT_LIMITS",
    "LOOPBACK_REMOTE",
    "LOOPBACK_ROOTLESS",
];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let place = match context.input.place {
        Place::Container(image) => unready(image),
        Place::Workstation(LocalStatus::Ready { tool }) => {
            let finding = Finding::new("LOCAL_WITHOUT_LIMITS", Severity::Info);
            Some(finding.with("program", &tool.program))
        }
        Place::Workstation(LocalStatus::Unusable { program, why }) => Some(unusable(program, why)),
    };
    let launch = context.input.launch.and_then(Result::err);
    place.into_iter().chain(launch.map(unlaunched)).collect()
}

fn unready(image: Result<&ImageStatus, &AppError>) -> Option<Finding> {
    let block = |code| Finding::new(code, Severity::Block);
    match image {
        Err(error) => Some(block("DOCKER_UNAVAILABLE").with("message", error)),
        Ok(ImageStatus::Missing { reference }) => Some(block("IMAGE_MISSING").with("image", reference)),
        Ok(ImageStatus::Unsuitable { image, why }) => Some(
            block("IMAGE_UNSUITABLE")
                .with("image", &image.reference)
                .with("why", why),
        ),
        Ok(ImageStatus::Ready { .. }) => None,
    }
}

fn unusable(program: &str, why: &LocalObstacle) -> Finding {
    let (name, values) = why.why();
    let finding = Finding::new("LOCAL_TOOL_UNUSABLE", Severity::Block);
    let finding = finding.with("program", program).with("why", name);
    (values.into_iter()).fold(finding, |finding, (name, value)| finding.with(&name, value))
}

fn unlaunched(error: &AppError) -> Finding {
    let block = |code| Finding::new(code, Severity::Block);
    if error.code != ErrorCode::LoopbackUnreachable {
        return block("LAUNCH_IMPOSSIBLE").with("what", cause(error));
    }
    let param = |name: &str| error.params.get(name).cloned().unwrap_or_default();
    let code = match param("why") == LoopbackObstacle::Rootless.as_str() {
        true => "LOOPBACK_ROOTLESS",
        false => "LOOPBACK_REMOTE",
    };
    block(code)
        .with("host", param("host"))
        .with("docker", param("docker"))
}

fn cause(error: &AppError) -> String {
    error
        .params
        .get("what")
        .cloned()
        .unwrap_or_else(|| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::World;
    use mysqler_contract::{AppError, ErrorCode, ImageRef, ImageStatus, LocalObstacle, LocalStatus};

    #[test]
    fn docker_image_and_launch_each_have_their_own_finding() {
        let bare = || World {
            launch: None,
            probe: None,
            ..World::calm()
        };
        let world = World {
            image: Err(AppError::new(ErrorCode::DockerUnreachable)),
            ..bare()
        };
        assert_eq!(world.codes(), ["DOCKER_UNAVAILABLE"]);
        let world = World {
            image: Ok(ImageStatus::Missing {
                reference: "x".into(),
            }),
            ..bare()
        };
        assert_eq!(world.codes(), ["IMAGE_MISSING"]);
        let image = ImageRef {
            reference: "x".into(),
            id: "sha256:1".into(),
        };
        let world = World {
            image: Ok(ImageStatus::Unsuitable {
                image,
                why: "old".into(),
            }),
            ..bare()
        };
        assert_eq!(world.codes(), ["IMAGE_UNSUITABLE"]);
        let error = AppError::new(ErrorCode::LaunchImpossible).with("what", "verify-identity");
        let world = World {
            launch: Some(Err(error)),
            probe: None,
            ..World::calm()
        };
        assert_eq!(world.codes(), ["LAUNCH_IMPOSSIBLE"]);
        assert_eq!(world.findings()[0].params["what"], "verify-identity");
        for (why, code) in [("remote", "LOOPBACK_REMOTE"), ("rootless", "LOOPBACK_ROOTLESS")] {
            let error = AppError::new(ErrorCode::LoopbackUnreachable)
                .with("host", "127.0.0.1")
                .with("why", why);
            let world = World {
                launch: Some(Err(error)),
                probe: None,
                ..World::calm()
            };
            assert_eq!(world.codes(), [code]);
            assert_eq!(world.findings()[0].params["host"], "127.0.0.1");
        }
    }

    #[test]
    fn a_tool_of_the_workstation_that_cannot_be_used_blocks_and_says_why() {
        let world = World {
            tool: Some(LocalStatus::Unusable {
                program: "/usr/bin/pt-online-schema-change".into(),
                why: LocalObstacle::TooOld {
                    version: "3.2.1".into(),
                    needed: "3.7.1".into(),
                },
            }),
            // No matter how Docker is.
            image: Err(AppError::new(ErrorCode::DockerUnreachable)),
            launch: None,
            probe: None,
            ..World::calm()
        };
        assert_eq!(world.codes(), ["LOCAL_TOOL_UNUSABLE"]);
        let params = &world.findings()[0].params;
        assert_eq!((&*params["why"], &*params["version"]), ("local_too_old", "3.2.1"));
    }
}
