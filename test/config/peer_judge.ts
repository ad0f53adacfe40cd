/** Run by peer_test.ts inside its namespace: what our configuration test says about each file, as lines of JSON. */
import process from "node:process";
import { testExitCode } from "@keepalived/keepalived-config";
import { loadFile } from "../../apps/keepalived/config/load_file.ts";
import { checkMachine } from "../../apps/keepalived/config_machine.ts";

for (const argument of process.argv.slice(2)) {
  const [file = "", configId] = argument.split("=");
  const { diagnostics } = checkMachine(await loadFile(file, { configId, machine: true }));
  const said = diagnostics.map(({ message }) => message);
  console.log(JSON.stringify({ file, status: testExitCode(diagnostics), said }));
}
