//! The expressions of a rule: load something into the register, compare it, go on or act.

use crate::netfault::netlink::Message;
use std::net::IpAddr;

/// The verdict register, and the one general register that we use.
const VERDICT: u32 = 0;
const REGISTER: u32 = 1;

/// `NFTA_RULE_EXPRESSIONS` of a rule under construction.
#[derive(Clone, Debug, Default)]
pub(in crate::netfault) struct Rule {
    expressions: Vec<Expression>,
}

#[derive(Clone, Debug)]
enum Expression {
    /// Loads a property of the packet.
    Meta(u32),
    /// Loads bytes of a header: base, offset, length.
    Payload(u32, u32, u32),
    /// Goes on only if the register is equal (or not) to these bytes.
    Compare(bool, Vec<u8>),
    /// Counts the packets that come so far.
    Counter,
    /// The end of the way through the chain: it is dropped, or goes on.
    Verdict(u32),
    /// The kernel's own queue expression.
    Queue(u16),
    /// The old target of the same name, where the kernel has no queue expression.
    OldQueue(u16),
    /// No connection tracking.
    Untracked,
    /// Loads bytes of ours.
    Load(Vec<u8>),
    /// To the port in the register, of this machine; only in a chain that translates addresses.
    Redirect,
}

const IIF: u32 = 4;
const OIF: u32 = 5;
const MARK: u32 = 3;
const PROTOCOL_FAMILY: u32 = 15;
const TRANSPORT: u32 = 16;
const NETWORK_HEADER: u32 = 1;
const TRANSPORT_HEADER: u32 = 2;
/// The loopback interface has the number 1 in every namespace.
const LOOPBACK: u32 = 1;
const BYPASS: u16 = 1;
const DROP: u32 = 0;
const ACCEPT: u32 = 1;

impl Rule {
    fn with(mut self, expressions: impl IntoIterator<Item = Expression>) -> Rule {
        self.expressions.extend(expressions);
        self
    }

    /// Not what comes in by the loopback interface.
    pub(in crate::netfault) fn not_from_loopback(self) -> Rule {
        self.with([Expression::Meta(IIF), Expression::Compare(false, LOOPBACK.to_ne_bytes().to_vec())])
    }

    /// Not what leaves by the loopback interface.
    pub(in crate::netfault) fn not_to_loopback(self) -> Rule {
        self.with([Expression::Meta(OIF), Expression::Compare(false, LOOPBACK.to_ne_bytes().to_vec())])
    }

    /// Only packets with this mark.
    pub(in crate::netfault) fn marked(self, mark: u32) -> Rule {
        self.with([Expression::Meta(MARK), Expression::Compare(true, mark.to_ne_bytes().to_vec())])
    }

    /// Only from this address.
    pub(in crate::netfault) fn from(self, address: IpAddr) -> Rule {
        self.address(address, 12, 8)
    }

    /// Only to this address.
    pub(in crate::netfault) fn to(self, address: IpAddr) -> Rule {
        self.address(address, 16, 24)
    }

    /// The places of an address in the headers of IPv4 and IPv6.
    fn address(self, address: IpAddr, v4: u32, v6: u32) -> Rule {
        let (family, place, bytes) = match address {
            IpAddr::V4(address) => (2_u8, v4, address.octets().to_vec()),
            IpAddr::V6(address) => (10_u8, v6, address.octets().to_vec()),
        };
        let length = bytes.len() as u32;
        self.with([
            Expression::Meta(PROTOCOL_FAMILY),
            Expression::Compare(true, vec![family]),
            Expression::Payload(NETWORK_HEADER, place, length),
            Expression::Compare(true, bytes),
        ])
    }

    /// Only this protocol above IP.
    pub(in crate::netfault) fn protocol(self, protocol: u8) -> Rule {
        self.with([Expression::Meta(TRANSPORT), Expression::Compare(true, vec![protocol])])
    }

    /// Only from this port; after [`Rule::protocol`].
    pub(in crate::netfault) fn source_port(self, port: u16) -> Rule {
        self.port(port, 0)
    }

    /// Only to this port; after [`Rule::protocol`].
    pub(in crate::netfault) fn destination_port(self, port: u16) -> Rule {
        self.port(port, 2)
    }

    fn port(self, port: u16, place: u32) -> Rule {
        self.with([
            Expression::Payload(TRANSPORT_HEADER, place, 2),
            Expression::Compare(true, port.to_be_bytes().to_vec()),
        ])
    }

    /// Packets that come so far are counted; [`super::Table::counted`] reads it.
    pub(in crate::netfault) fn counted(self) -> Rule {
        self.with([Expression::Counter])
    }

    /// It is dropped.
    pub(in crate::netfault) fn drop(self) -> Rule {
        self.with([Expression::Verdict(DROP)])
    }

    /// It goes on; no later rule of the chain sees it.
    pub(in crate::netfault) fn accept(self) -> Rule {
        self.with([Expression::Verdict(ACCEPT)])
    }

    /// It waits in this queue; if nobody listens there it goes on. `native`: by the kernel's queue expression.
    pub(in crate::netfault) fn queue(self, number: u16, native: bool) -> Rule {
        self.with([if native { Expression::Queue(number) } else { Expression::OldQueue(number) }])
    }

    /// Connection tracking does not see it.
    pub(in crate::netfault) fn untracked(self) -> Rule {
        self.with([Expression::Untracked])
    }

    /// It comes out at this port of the namespace's own. Replies go back as if nothing had happened.
    pub(in crate::netfault) fn redirect(self, port: u16) -> Rule {
        self.with([Expression::Load(port.to_be_bytes().to_vec()), Expression::Redirect])
    }

    /// Writes the expressions (`NFTA_LIST_ELEM` each) into their attribute.
    pub(super) fn write(&self, mut message: Message) -> Message {
        for expression in &self.expressions {
            message = message.nest(1, |element| {
                element.put_text(1, expression.name()).nest(2, |data| expression.write(data))
            });
        }
        message
    }
}

impl Expression {
    fn name(&self) -> &'static str {
        match self {
            Expression::Meta(_) => "meta",
            Expression::Payload(..) => "payload",
            Expression::Compare(..) => "cmp",
            Expression::Counter => "counter",
            Expression::Verdict(_) | Expression::Load(_) => "immediate",
            Expression::Queue(_) => "queue",
            Expression::OldQueue(_) => "target",
            Expression::Untracked => "notrack",
            Expression::Redirect => "redir",
        }
    }

    fn write(&self, data: Message) -> Message {
        match self {
            Expression::Meta(key) => data.put_u32(1, REGISTER).put_u32(2, *key),
            Expression::Payload(base, offset, length) => {
                data.put_u32(1, REGISTER).put_u32(2, *base).put_u32(3, *offset).put_u32(4, *length)
            }
            Expression::Compare(equal, bytes) => {
                data.put_u32(1, REGISTER).put_u32(2, u32::from(!*equal)).nest(3, |value| value.put(1, bytes))
            }
            Expression::Verdict(code) => {
                data.put_u32(1, VERDICT).nest(2, |value| value.nest(2, |verdict| verdict.put_u32(1, *code)))
            }
            Expression::Queue(number) => data.put_u16(1, *number).put_u16(2, 1).put_u16(3, BYPASS),
            // `struct xt_NFQ_info_v3 { u16 queuenum, queues_total, flags }`, in the machine's order, filled up to 8 bytes.
            Expression::OldQueue(number) => {
                let info = [number.to_ne_bytes(), 1_u16.to_ne_bytes(), BYPASS.to_ne_bytes(), [0, 0]].concat();
                data.put_text(1, "NFQUEUE").put_u32(2, 3).put(3, &info)
            }
            Expression::Counter | Expression::Untracked => data,
            Expression::Load(bytes) => data.put_u32(1, REGISTER).nest(2, |value| value.put(1, bytes)),
            Expression::Redirect => data.put_u32(1, REGISTER),
        }
    }
}
