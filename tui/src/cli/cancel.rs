use clap::Args;
use matching_protocol::{CancelMatch, Command};

use super::failure::Failure;
use super::{Context, Once, Which};

/// Cancel a match; money that was paid comes back (students)
#[derive(Args)]
pub(super) struct Cancel {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    once: Once,
}

impl Cancel {
    pub(super) async fn run(self, context: &Context) -> Result<(), Failure> {
        let match_id = self.which.get(context)?;
        context.carry_out(self.once.id(), Command::CancelMatch(CancelMatch { match_id })).await
    }
}
