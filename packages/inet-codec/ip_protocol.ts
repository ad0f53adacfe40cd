/** Numbers of the IANA registry "Protocol Numbers" that this family of packages meets. */
export const ipProtocol = {
  icmp: 1,
  igmp: 2,
  tcp: 6,
  udp: 17,
  authenticationHeader: 51,
  icmpv6: 58,
  vrrp: 112,
} as const;
