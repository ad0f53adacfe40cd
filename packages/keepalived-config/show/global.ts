import type { GlobalConfig } from "../model_global.ts";
import { block, command, type Entries, flag, lines, onOff, seconds, words } from "./entry.ts";
import { fifo } from "./fifo.ts";
import { GLOBAL_OTHERS } from "./global_others.ts";
import { GLOBAL_VRRP } from "./global_vrrp.ts";
import { secretText, WEBHOOK } from "./webhook.ts";

/** `global_defs`: what is for all processes, then VRRP, then the others. */
export const GLOBAL: Entries<GlobalConfig> = {
  router_id: (it) => words(it.routerId),
  process_names: (it) => flag(it.processNames),
  process_name: (it) => words(it.parentName),
  umask: (it) => words(`0${it.umask.toString(8)}`),
  random_seed: (it) => words(it.randomSeed),
  max_auto_priority: (it) => words(it.maxAutoPriority),
  min_auto_priority_delay: (it) => words(it.minAutoPriorityDelayUs),

  notification_email: (it) => lines(it.smtp.recipients.map((one) => [one])),
  notification_email_from: (it) => words(it.smtp.from),
  smtp_server: (it) => words(it.smtp.server?.host, it.smtp.server?.port),
  smtp_helo_name: (it) => words(it.smtp.heloName),
  smtp_connect_timeout: (it) => words(seconds(it.smtp.connectTimeoutUs)),
  smtp_tls: (it) => words(it.smtp.tls),
  smtp_ca: (it) => words(it.smtp.trust.caFile),
  smtp_verify_certificate: (it) => onOff(it.smtp.trust.verify),
  smtp_user: (it) => words(it.smtp.user),
  smtp_password: (it) => words(secretText(it.smtp.password)),
  smtp_alert: (it) => onOff(it.smtp.alert),
  notify_timeout: ({ notify: { timeoutUs } }) =>
    words(timeoutUs === undefined ? undefined : seconds(timeoutUs)),
  notify_coalesce: (it) => onOff(it.notify.coalesce),
  notify_webhook: (it) => it.notify.webhooks.map((one) => block(WEBHOOK, one, one.url)),

  script_user: (it) => words(it.scripts.user?.user, it.scripts.user?.group),
  enable_script_security: (it) => flag(it.scripts.security),
  use_symlink_paths: (it) => onOff(it.scripts.symlinkPaths),
  set_supplementary_groups: (it) => onOff(it.scripts.supplementaryGroups),
  startup_script: (it) => command(it.scripts.startup),
  startup_script_timeout: (it) => words(seconds(it.scripts.startupTimeoutUs)),
  shutdown_script: (it) => command(it.scripts.shutdown),
  shutdown_script_timeout: (it) => words(seconds(it.scripts.shutdownTimeoutUs)),
  notify_fifo: (it) => fifo(it.fifos.all),
  notify_fifo_script: (it) => command(it.fifos.all?.script),

  include_check: { never: "it counts while the files are read, and here they have been" },
  reload_check_config: (it) => words(it.reload.checkLog),
  reload_time_file: (it) => words(it.reload.timeFile),
  reload_repeat: (it) => flag(it.reload.repeat),
  reload_file: ({ reload: { markerFile } }) => markerFile === "" ? flag(true) : words(markerFile),
  config_save_dir: (it) => words(it.files.configSaveDir),
  tmp_config_directory: (it) => words(it.files.tmpConfigDirectory),
  data_use_instance: (it) => flag(it.files.dataUseInstance),
  state_dump_file: (it) => words(it.files.stateDump),
  stats_dump_file: (it) => words(it.files.statsDump),
  json_dump_file: (it) => words(it.files.jsonDump),
  control_socket: ({ desk: { control } }) => words(control === "off" ? "off" : control.path),
  control_group: ({ desk: { control } }) => words(control === "off" ? undefined : control.group),
  metrics_address: ({ desk: { metricsAddress: it } }) => words(it?.address, it?.port),
  metrics_socket: ({ desk }) => words(desk.metricsSocket),
  nftables_counters: (it) => flag(it.firewall.nftablesCounters),

  ...GLOBAL_VRRP,
  ...GLOBAL_OTHERS,
};
