//! A table of our own, which the kernel removes when our socket closes.

use super::batch::Batch;
use super::counter;
use super::expression::Rule;
use crate::netfault::netlink::{Message, Socket, flag};
use rustix::net::netlink::NETFILTER;
use std::io;

const NEW_TABLE: u16 = 0;
const DELETE_TABLE: u16 = 2;
const NEW_CHAIN: u16 = 3;
const DELETE_CHAIN: u16 = 5;
const NEW_RULE: u16 = 6;
const GET_RULE: u16 = 7;
const DELETE_RULE: u16 = 8;
/// `NFT_TABLE_F_OWNER`: nobody else may change it, and it dies with its owner. Linux 5.12.
const OWNER: u32 = 2;

/// Where a chain sees packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::netfault) enum Hook {
    /// What arrives, before connection tracking.
    Arriving,
    /// What leaves, before connection tracking and address translation.
    Leaving,
    /// Before [`Hook::Leaving`].
    BeforeLeaving,
    /// Before [`Hook::Arriving`].
    BeforeArriving,
    /// A connection that begins, where its destination may be changed.
    Beginning,
}

impl Hook {
    /// Number and priority: `NF_INET_PRE_ROUTING` is 0, `NF_INET_LOCAL_OUT` 3; "raw" is −300, connection tracking −200.
    fn place(self) -> (u32, i32) {
        match self {
            Hook::BeforeArriving => (0, -302),
            Hook::Arriving => (0, -301),
            Hook::BeforeLeaving => (3, -302),
            Hook::Leaving => (3, -301),
            Hook::Beginning => (0, -100),
        }
    }

    /// The type of a chain that does its work there.
    fn kind(self) -> &'static str {
        if self == Hook::Beginning { "nat" } else { "filter" }
    }
}

/// A chain with its rules.
#[derive(Clone, Debug)]
pub(in crate::netfault) struct Chain {
    pub name: String,
    pub hook: Hook,
    pub rules: Vec<Rule>,
}

/// The table and the socket that owns it.
#[derive(Debug)]
pub(in crate::netfault) struct Table {
    socket: Socket,
    name: &'static str,
}

impl Table {
    /// Makes it, with these chains. The error of a second one of this name is "file exists".
    pub(in crate::netfault) fn make(name: &'static str, chains: &[Chain]) -> io::Result<Table> {
        let mut socket = Socket::open(NETFILTER)?;
        let mut batch = Batch::begin(&mut socket);
        batch
            .add(NEW_TABLE, flag::CREATE | flag::EXCL, |message| message.put_text(1, name).put_u32(2, OWNER));
        for chain in chains {
            add(&mut batch, name, chain);
        }
        batch.commit()?;
        Ok(Table { socket, name })
    }

    /// Replaces all its chains in one step: no packet passes between the old rules and the new ones.
    pub(in crate::netfault) fn replace(&mut self, chains: &[Chain]) -> io::Result<()> {
        let mut batch = Batch::begin(&mut self.socket);
        let name = self.name;
        batch.add(DELETE_TABLE, 0, |message| message.put_text(1, name));
        batch
            .add(NEW_TABLE, flag::CREATE | flag::EXCL, |message| message.put_text(1, name).put_u32(2, OWNER));
        for chain in chains {
            add(&mut batch, name, chain);
        }
        batch.commit()
    }

    /// Adds a chain, at once with all its rules.
    pub(in crate::netfault) fn add(&mut self, chain: &Chain) -> io::Result<()> {
        let mut batch = Batch::begin(&mut self.socket);
        add(&mut batch, self.name, chain);
        batch.commit()
    }

    /// Removes a chain and its rules.
    pub(in crate::netfault) fn remove(&mut self, chain: &str) -> io::Result<()> {
        let mut batch = Batch::begin(&mut self.socket);
        let table = self.name;
        batch.add(DELETE_RULE, 0, |message| message.put_text(1, table).put_text(2, chain));
        batch.add(DELETE_CHAIN, 0, |message| message.put_text(1, table).put_text(3, chain));
        batch.commit()
    }

    /// Packets counted by this chain's rules since they were laid.
    pub(in crate::netfault) fn counted(&mut self, chain: &str) -> io::Result<u64> {
        let (number, table) = (self.socket.next_sequence(), self.name);
        let message = Message::new(counter::RULES | GET_RULE, flag::REQUEST | flag::DUMP, number);
        let message = message.netfilter(counter::INET, 0).put_text(1, table).put_text(2, chain).finish();
        let mut packets = 0_u64;
        self.socket.dump(&message, number, |rule| {
            packets = packets.saturating_add(counter::packets(rule, table, chain));
        })?;
        Ok(packets)
    }

    /// Removes it, and waits until that is done; closing the socket would do it too, some time.
    pub(in crate::netfault) fn take_back(mut self) -> io::Result<()> {
        let mut batch = Batch::begin(&mut self.socket);
        let table = self.name;
        batch.add(DELETE_TABLE, 0, |message| message.put_text(1, table));
        batch.commit()
    }
}

fn add(batch: &mut Batch<'_>, table: &str, chain: &Chain) {
    let (hook, priority) = chain.hook.place();
    batch.add(NEW_CHAIN, flag::CREATE, |message| {
        message
            .put_text(1, table)
            .put_text(3, &chain.name)
            .nest(4, |place| place.put_u32(1, hook).put(2, &priority.to_be_bytes()))
            .put_text(7, chain.hook.kind())
    });
    for rule in &chain.rules {
        batch.add(NEW_RULE, flag::CREATE | flag::APPEND, |message| {
            message.put_text(1, table).put_text(2, &chain.name).nest(4, |list| rule.write(list))
        });
    }
}
