//! The run can be started as planned: Docker answers, the image is there, the server is within reach of a container,
//! every setting can be carried. Scope: the workstation. All `block`.

use mysqler_contract::{AppError, ErrorCode, Finding, ImageStatus, LoopbackObstacle, Severity};

use super::super::context::Context;

pub const CODES: &[&str] = &[
    "DOCKER_UNAVAILABLE",
    "IMAGE_MISSING",
    "IMAGE_UNSUITABLE",
    "LAUNCH_IMPOSSIBLE",
    "LOOPBACK_REMOTE",
    "LOOPBACK_ROOTLESS",
];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let block = |code| Finding::new(code, Severity::Block);
    let image = match context.input.image {
        Err(error) => Some(block("DOCKER_UNAVAILABLE").with("message", error)),
        Ok(ImageStatus::Missing { reference }) => Some(block("IMAGE_MISSING").with("image", reference)),
        Ok(ImageStatus::Unsuitable { image, why }) => Some(
            block("IMAGE_UNSUITABLE")
                .with("image", &image.reference)
                .with("why", why),
        ),
        Ok(ImageStatus::Ready { .. }) => None,
    };
    let launch = context.input.launch.and_then(Result::err);
    image.into_iter().chain(launch.map(unlaunched)).collect()
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
    use mysqler_contract::{AppError, ErrorCode, ImageRef, ImageStatus};

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
}
