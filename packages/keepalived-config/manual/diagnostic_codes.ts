/**
 * What each code of a diagnostic means, and what to do. Codes are stable: programs may rely on them.
 *
 * The rules of `lint` have their own table.
 */
export const DIAGNOSTIC_CODES: Readonly<Record<string, string>> = {
  // files
  "no-configuration":
    "The main file cannot be read: name another one with -f, or check its permissions.",
  "file-not-found": "An include names a file or a pattern that nothing matches.",
  "file-not-readable": "A file that is included cannot be read.",
  "include-cycle":
    "A file includes itself, directly or through others; the inner include is left out.",
  "include-limit": "Includes are nested too deep, or are too many; the rest is left out.",
  "nul-byte":
    "A line holds a NUL byte and is left out: the file is no text, or in a wide encoding.",
  "invalid-syntax": "A YAML or JSON file breaks the rules of its language; nothing of it is used.",
  // syntax
  "unmatched-quote":
    "A double quote has no partner on its line: the word reaches to the end of the line.",
  "missing-brace":
    "A block is not closed. Where the keywords show the place, reading goes on behind it.",
  "extra-brace": "A closing brace has no block.",
  "unexpected-brace": "A block stands where none can, and is left out.",
  "invalid-sequence": "~SEQ or ~LST is not written as it has to be; the line is left out.",
  "endless-definition": "A definition refers to itself, or grows without end.",
  "not-expanded": "A defined name stands where it is not replaced: write ${NAME} with braces.",
  "too-many": "There are more than 1000 findings; the rest is not shown.",
  // keywords
  "unknown-keyword":
    "No such keyword in this block; it is left out with all that is in its braces.",
  "unknown-option": "No such word on this line.",
  "surplus-argument": "More words than the keyword takes; they are ignored.",
  "missing-argument":
    "A word is missing after the keyword. The C daemon ends at once with status 2.",
  "missing-value": "A keyword or option without its value; it is left out.",
  "missing-name": "A block without its name; it is left out.",
  "missing-block": "A keyword without its braces; it is left out.",
  "duplicate": "The same thing twice; the later one is left out.",
  "duplicate-name": "An object with a name that is taken; it is left out.",
  "deprecated":
    "A keyword or form of the past that still works; the message names the present one.",
  "old-name": "The same, where the C daemon says nothing.",
  // values
  "invalid-number": "No number, or one with too many decimals.",
  "out-of-range": "A number outside its range: the default holds, or the nearest end of the range.",
  "invalid-value": "A word that is none of those the keyword takes.",
  "invalid-address": "No IP address, or not of the kind that is wanted here.",
  "invalid-prefix": "No prefix length for an address of this family.",
  "invalid-command": "A command line is empty, or has a quote without its partner.",
  "wrong-type": "A YAML or JSON value of the wrong type, such as a list for a number.",
  "truncated": "A name is too long and is cut.",
  "adjusted": "A value does not go with others and is changed; the message says to what.",
  "defaulted": "A value that should be written is not: the default holds, as the C daemon has it.",
  "contradiction": "Two settings cannot both hold; the message says which one is ignored.",
  // names and objects
  "unknown-name": "A name that nothing in the configuration has; the reference is left out.",
  "unknown-interface": "No such network interface on this machine.",
  "absent-interface":
    "No such network interface on this machine, for a delay or for link polling; the line is kept.",
  "unknown-vrf": "No such VRF on this machine; the route is left out.",
  "missing-interface": "An instance or address that needs an interface has none, and is left out.",
  "missing-vrid": "An instance without virtual_router_id is left out.",
  "missing-address": "A VRRP version 3 instance without an address is left out.",
  "no-address": "A VRRP version 2 instance without an address: it works, but what for?",
  "duplicate-vrid":
    "Two instances share interface, family and virtual router ID; the later one is left out.",
  "family": "IPv4 and IPv6 are mixed where only one may stand.",
  "strict": "Something that vrrp_strict forbids; it is left out or changed.",
  "ttl-range": "min_ttl is above max_ttl.",
  "small-group": "A sync group with fewer than two members does nothing.",
  "empty-group": "A virtual server group without members.",
  "group-family":
    "A virtual server group whose addresses its servers cannot serve; the virtual server is left out.",
  "no-real-server": "A virtual server without real servers.",
  "not-tracked": "A static route or rule cannot be tracked as it is written.",
  "no-effect": "A block that changes nothing as it is written; it is left out.",
  "weight-ignored":
    "A tracker with a weight of its own on an address owner or a member of a sync group.",
  "unsupported": "A word of ip that is known and not supported.",
  "unusual-value": "A value that is taken, and hardly what was meant.",
  "slow-detection": "A BFD interval or multiplier so large that a failure is seen late.",
  "below-minimum": "A round trip time under 200 ms is raised to that.",
  "delay-limited": "A delay of an interface is cut: a backup would take over before it ends.",
  "invalid-key": "A key of auth_hmac that is missing, too short or not readable as text.",
  "no-preference":
    "A rule without preference: the kernel chooses one, and its order is a matter of luck.",
  // machine
  "script-security":
    "Scripts would run although enable_script_security is off. The C daemon runs them too, and says so.",
  "script-user":
    "The user or group that a script is to run as does not exist; the script is left out.",
  "script-disabled":
    "A tracked script is not there, or others than root could change it; nothing tracks it.",
  "script-ignored": "A script is left out; the message and its hint say why.",
  "script-not-executable": "A script has no execute permission, and is left out.",
  "script-path": "A command without a path was found in a folder of PATH.",
};
