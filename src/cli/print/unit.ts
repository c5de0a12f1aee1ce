// A unit for systemd: started with the machine, restarted after a failure, told to reload and to end by signals, and
// shut off from everything it does not need.

import type { Settings } from '#settings/settings'

/** A little longer than the daemon itself takes at most. */
const spareSeconds = 10

export function systemdUnit({ limits, root }: Settings, config: string): string {
  const stop = Math.ceil(limits.shutdownMs / 1_000) + spareSeconds
  return `[Unit]
Description=dealbridge: Microsoft referrals and the CRM, kept in step
After=network-online.target
Wants=network-online.target

[Service]
Type=exec
WorkingDirectory=${root}
ExecStart=/usr/bin/env dealbridge run --config ${config}
ExecReload=/bin/kill -HUP $MAINPID
Restart=on-failure
RestartSec=10
# Signed out, or a configuration with mistakes: starting again would not help.
RestartPreventExitStatus=77 78
TimeoutStopSec=${stop}
User=dealbridge
UMask=0077
ReadWritePaths=${root}
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
NoNewPrivileges=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
# Secrets as systemd hands them over: name them credential:NAME in the configuration.
# LoadCredential=salesforce.key:/etc/dealbridge/secrets/salesforce.key

[Install]
WantedBy=multi-user.target
`
}
