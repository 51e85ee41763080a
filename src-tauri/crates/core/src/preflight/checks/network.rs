//! A server (or the SSH server before it) on this workstation's loopback address is reached in a special way. Scope: the workstation. `info`: the plan
//! says which network the container shares, since that is more than a container usually gets.

use mysqler_contract::{Finding, NetworkChoice, Severity};

use super::super::Place;
use super::super::context::Context;

pub const CODES: &[&str] = &["NETWORK_HOST", "NETWORK_DESKTOP_GATEWAY", "NETWORK_VM_GATEWAY"];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let Some(Ok(launch)) = context.input.launch.filter(|_| shares(context)) else {
        return Vec::new();
    };
    let code = match launch.network {
        NetworkChoice::Bridge => return Vec::new(),
        NetworkChoice::Host => "NETWORK_HOST",
        NetworkChoice::DesktopGateway => "NETWORK_DESKTOP_GATEWAY",
        NetworkChoice::VmGateway => "NETWORK_VM_GATEWAY",
    };
    let connection = context.input.connection;
    let (host, gateway) = match (&connection.tunnel, &launch.tunnel) {
        (Some(tunnel), Some(launched)) => (&tunnel.host, &launched.host),
        _ => (&connection.host, &launch.host),
    };
    let finding = Finding::new(code, Severity::Info).with("host", host);
    vec![finding.with("gateway", gateway)]
}

/// Only a container has a network to share.
fn shares(context: &Context<'_>) -> bool {
    matches!(context.input.place, Place::Container(_))
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::World;
    use mysqler_contract::NetworkChoice;

    #[test]
    fn a_shared_network_is_told_and_one_of_its_own_is_not() {
        for (network, code) in [
            (NetworkChoice::Host, vec!["NETWORK_HOST"]),
            (NetworkChoice::DesktopGateway, vec!["NETWORK_DESKTOP_GATEWAY"]),
            (NetworkChoice::VmGateway, vec!["NETWORK_VM_GATEWAY"]),
            (NetworkChoice::Bridge, vec![]),
        ] {
            let mut world = World::calm();
            if let Some(Ok(launch)) = &mut world.launch {
                launch.network = network;
            }
            assert_eq!(world.codes(), code);
        }
    }
}
