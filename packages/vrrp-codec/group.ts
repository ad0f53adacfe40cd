/** The groups that advertisements are sent to (RFC 9568 §5.1.1.2, §5.1.2.2), by IP version. */
export const vrrpGroup = { 4: "224.0.0.18", 6: "ff02::12" } as const;
