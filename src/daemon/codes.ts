// What the daemon's own codes mean, at length.

import type { Codebook } from '#core/codes'

export const daemonCodes: Codebook = {
  'DB-1108': {
    title: 'The address is taken',
    means: 'The daemon cannot listen where http.listen says.',
    why: 'Another program, perhaps a second dealbridge, listens there, or the address is not one of this computer.',
    fix: 'Stop the other program, or choose another address: http.listen, or run --listen 127.0.0.1:8788.',
    who: 'operations',
  },
  'DB-1112': {
    title: 'Reachable from outside, with no sign-in',
    means:
      'http.listen is an address that other computers can reach. Whoever can reach it could steer the daemon, so it does not start.',
    why: 'An address like 0.0.0.0 was set for a container or a load balancer.',
    fix: 'Listen on 127.0.0.1, and put a proxy in front that signs people in. In a container, let the health check run inside it: dealbridge status --exit-code.',
    who: 'operations',
  },
  'DB-1113': {
    title: 'Needs a restart',
    means: 'A setting changed that a running daemon cannot take over. The settings before are still in force.',
    why: 'The ledger and the door stay open for as long as the daemon runs.',
    fix: 'Restart the daemon: systemctl restart dealbridge.',
    who: 'operations',
  },
}
