/**
 * System calls of Linux for Deno and Node: sockets, epoll, timers, processes.
 *
 * Thin: one call per function, with the structures and error numbers translated. "Not now" (EAGAIN) is undefined, every
 * other failure throws {@linkcode SyscallError}. What owns a descriptor is disposable, never blocks and is closed on
 * exec. Importing opens nothing; the first call opens the C library.
 *
 * @module
 */

export {
  EACCES,
  EADDRINUSE,
  EADDRNOTAVAIL,
  EAGAIN,
  ECONNREFUSED,
  ECONNRESET,
  EEXIST,
  EHOSTUNREACH,
  EINPROGRESS,
  EINTR,
  EMFILE,
  ENETDOWN,
  ENETUNREACH,
  ENFILE,
  ENOBUFS,
  ENODEV,
  ENOENT,
  ENOMEM,
  EPERM,
  EPIPE,
  errnoName,
  errnoText,
  ESRCH,
  ETIMEDOUT,
  SyscallError,
} from "./errno.ts";

export { type EncodedSendPath, encodeSendPath, type SendPath, Socket } from "./socket.ts";
export { ReceiveBuffer, type Received } from "./receive_buffer.ts";
export {
  AF_INET,
  AF_INET6,
  AF_NETLINK,
  AF_PACKET,
  AF_UNIX,
  decodeSocketAddress,
  encodeSocketAddress,
  type SocketAddress,
} from "./sockaddr.ts";
export {
  ICMP_FILTER,
  ICMPV6_FILTER,
  IP_ADD_MEMBERSHIP,
  IP_BIND_ADDRESS_NO_PORT,
  IP_DROP_MEMBERSHIP,
  IP_FREEBIND,
  IP_HDRINCL,
  IP_MULTICAST_ALL,
  IP_MULTICAST_IF,
  IP_MULTICAST_LOOP,
  IP_MULTICAST_TTL,
  IP_PKTINFO,
  IP_RECVERR,
  IP_RECVTTL,
  IP_TOS,
  IP_TRANSPARENT,
  IP_TTL,
  IPPROTO_ICMP,
  IPPROTO_ICMPV6,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPV6_CHECKSUM,
  IPV6_FREEBIND,
  IPV6_HOPLIMIT,
  IPV6_JOIN_GROUP,
  IPV6_LEAVE_GROUP,
  IPV6_MULTICAST_ALL,
  IPV6_MULTICAST_HOPS,
  IPV6_MULTICAST_IF,
  IPV6_MULTICAST_LOOP,
  IPV6_PKTINFO,
  IPV6_RECVERR,
  IPV6_RECVHOPLIMIT,
  IPV6_RECVPKTINFO,
  IPV6_TCLASS,
  IPV6_UNICAST_HOPS,
  IPV6_V6ONLY,
  MSG_CTRUNC,
  MSG_NOSIGNAL,
  MSG_TRUNC,
  NETLINK_ADD_MEMBERSHIP,
  NETLINK_CAP_ACK,
  NETLINK_EXT_ACK,
  NETLINK_GET_STRICT_CHK,
  SO_BINDTODEVICE,
  SO_ERROR,
  SO_LINGER,
  SO_MARK,
  SO_PRIORITY,
  SO_RCVBUF,
  SO_RCVBUFFORCE,
  SO_REUSEADDR,
  SO_SNDBUF,
  SO_TYPE,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_RAW,
  SOCK_SEQPACKET,
  SOCK_STREAM,
  SOL_NETLINK,
  SOL_RAW,
  SOL_SOCKET,
} from "./socket_options.ts";
export { bindToDevice, setReceiveBuffer, setSendBuffer } from "./socket_settings.ts";
export { acceptNothing, attachFilter, type FilterInstruction } from "./socket_filter.ts";
export { type PeerCredentials, peerCredentials } from "./peer_credentials.ts";
export { type Group, joinGroup, leaveGroup, sendMulticastOn } from "./multicast.ts";

export {
  IPPROTO_VRRP,
  openVrrpReceiver,
  openVrrpSender,
  type VrrpReceiverOptions,
  type VrrpSenderOptions,
} from "./vrrp_socket.ts";
export { encodeFramePath, ETH_P_ALL, openPacketSocket, sendFrame } from "./packet_socket.ts";
export {
  NETLINK_CONNECTOR,
  NETLINK_GENERIC,
  NETLINK_NETFILTER,
  NETLINK_ROUTE,
  type NetlinkReceived,
  type NetlinkSocketOptions,
  openNetlinkSocket,
  receiveNetlink,
} from "./netlink_socket.ts";
export { openUdpSocket, type UdpSocketOptions } from "./udp_socket.ts";

export {
  closeOnExec,
  Descriptor,
  makeFifo,
  O_APPEND,
  O_CREAT,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
  openPipe,
} from "./descriptor.ts";
export { Epoll, EPOLLERR, EPOLLHUP, EPOLLIN, EPOLLOUT, EPOLLRDHUP } from "./epoll.ts";
export { Timer } from "./timer.ts";
export { EventCounter } from "./event_counter.ts";
export { nowUs } from "./clock.ts";
export { waitReadable } from "./waiting.ts";
export { checkPlatform } from "./check_platform.ts";

export { FileLock, lockFile } from "./file_lock.ts";
export { WatchdogDevice } from "./watchdog_device.ts";
export { interfaceMtu } from "./interface_mtu.ts";
export { interfaceIndex, interfaceName } from "./interface_name.ts";
export { CLONE_NEWNET, CLONE_NEWNS, enterNamespace, leaveNamespace } from "./namespace.ts";
export { bindMount, leaveMounts } from "./mount.ts";
export { setAffinity, setNice, setOrdinary, setRealtime } from "./scheduling.ts";
export { lockMemory, unlockMemory } from "./memory_lock.ts";
export { type Limits, limitsOf, type Resource, setLimits } from "./limits.ts";
export {
  capabilities,
  type Capability,
  type CapabilitySet,
  effectiveCapabilities,
  parseCapabilities,
  privilegeRoot,
  rootIsPrivileged,
  withAmbient,
} from "./capabilities.ts";
export {
  adoptOrphans,
  dieWithParent,
  effectiveUserId,
  sendSignal,
  setProcessName,
  setUmask,
  SIGHUP,
  SIGINT,
  SIGKILL,
  SIGTERM,
  SIGUSR1,
  SIGUSR2,
} from "./process.ts";
export {
  ignoreSignal,
  RealtimeSignal,
  SIGRTMAX,
  SIGRTMIN,
  unblockSignal,
} from "./realtime_signal.ts";
export {
  becomeProgram,
  endOfProcess,
  type ProcessEnd,
  type SpawnedProcess,
  spawnProcess,
} from "./spawn.ts";
export { decodeProcessEvents, openProcessEvents, type ProcessEvent } from "./process_events.ts";
export { decodeFileEvents, type FileEvent, FileEvents } from "./file_events.ts";
