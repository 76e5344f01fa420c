use clap::Args;
use matching_protocol::{Command, PayMatch};

use super::failure::Failure;
use super::{Context, Once, Which};

/// Pay the price of a match (students)
#[derive(Args)]
pub(super) struct Pay {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    once: Once,
}

impl Pay {
    pub(super) async fn run(self, context: &Context) -> Result<(), Failure> {
        let match_id = self.which.get(context)?;
        context.carry_out(self.once.id(), Command::PayMatch(PayMatch { match_id })).await
    }
}
