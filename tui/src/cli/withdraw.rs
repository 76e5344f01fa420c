use clap::Args;
use matching_protocol::{Command, Reason, WithdrawVisit};

use super::failure::Failure;
use super::{Context, Once, Which};

/// Give a visit back to the board (teachers)
#[derive(Args)]
pub(super) struct Withdraw {
    #[command(flatten)]
    which: Which,
    /// Why; the student sees it
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    once: Once,
}

impl Withdraw {
    pub(super) async fn run(self, context: &Context) -> Result<(), Failure> {
        let match_id = self.which.get(context)?;
        let reason = context.checked(Reason::new(&self.reason))?;
        context.carry_out(self.once.id(), Command::WithdrawVisit(WithdrawVisit { match_id, reason })).await
    }
}
