/** Puts the kernel in memory under whatever is imported after this. */

import { standIn } from "@keepalived/linux/libc";
import { FakeLinux } from "./fake_linux.ts";

export const fakeLinux: FakeLinux = new FakeLinux();
standIn(fakeLinux.libc);
