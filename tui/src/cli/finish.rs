use clap::Args;
use matching_protocol::{Command, FinishClass};

use super::failure::Failure;
use super::{Context, Once, Which};

/// Declare a class finished, from its meeting time on (teachers)
#[derive(Args)]
pub(super) struct Finish {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    once: Once,
}

impl Finish {
    pub(super) async fn run(self, context: &Context) -> Result<(), Failure> {
        let match_id = self.which.get(context)?;
        context.carry_out(self.once.id(), Command::FinishClass(FinishClass { match_id })).await
    }
}
