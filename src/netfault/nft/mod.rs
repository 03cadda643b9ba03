//! Rules of nf_tables, told to the kernel directly (`linux/netfilter/nf_tables.h`): no `nft` or `iptables` is needed.

mod batch;
mod counter;
mod expression;
mod table;

pub(super) use expression::Rule;
pub(super) use table::{Chain, Hook, Table};
