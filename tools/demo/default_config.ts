/** What the demo's routers run unless `--config` says otherwise: the classic first sample. */
export function defaultConfig(router: { name: string; state: string; priority: number }): string {
  return `global_defs {
  router_id ${router.name}
}

vrrp_instance VI_1 {
  state ${router.state}
  interface eth0
  virtual_router_id 51
  priority ${router.priority}
  advert_int 1
  authentication {
    auth_type PASS
    auth_pass 1111
  }
  virtual_ipaddress {
    192.168.200.100/24
  }
}
`;
}
