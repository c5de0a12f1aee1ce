// What the codes of the machine, the network door and of secrets mean, at length, for `dealbridge explain`.

import type { Codebook } from '#core/codes'

export const platformCodes: Codebook = {
  'DB-1110': {
    title: 'Certificates are not checked',
    means: 'The environment tells Node to accept any certificate. dealbridge does not start that way.',
    why: 'NODE_TLS_REJECT_UNAUTHORIZED=0 is often set while testing, or to get past a proxy that opens encrypted traffic.',
    fix: 'Remove the variable. If a proxy of your company signs its own certificates, name its authority in NODE_EXTRA_CA_CERTS.',
    who: 'operations',
  },
  'DB-1111': {
    title: 'Node would write secrets out',
    means:
      'Debug output or TLS key logging is on, which would write tokens and customer data to a file or the terminal.',
    why: 'NODE_DEBUG names http, tls or a part that prints requests, or Node was started with --tls-keylog.',
    fix: 'Remove the setting. `logging.level: debug` shows every call without its secrets.',
    who: 'operations',
  },
  'DB-1120': {
    title: 'Led to a foreign address',
    means: 'A connection was asked to call an address that is not one of its own. Nothing was sent there.',
    why: 'An answer of the vendor held a link to another host (a next page, a redirect), or the connection’s address in the configuration is not the one the vendor uses.',
    fix: 'Compare the address in the configuration with the one people use in the browser. If they agree, treat it as an attempt to lead a token astray and look at the log.',
    who: 'operations',
  },
  'DB-1121': {
    title: 'Name leads into a private network',
    means: 'The vendor’s name resolved to an address inside a private network or of this computer. Nothing was sent.',
    why: 'A DNS server or a hosts file answers with an inner address: a filter, a captive portal, or somebody who wants to borrow our place in the network.',
    fix: 'Ask the name server of this machine for the vendor’s name and compare with the public answer. A CRM inside your own network is not supported.',
    who: 'operations',
  },
  'DB-1122': {
    title: 'Proxy that cannot be used',
    means: 'The proxy of network.proxy wants to know who asks, or its address does not read as one. Nothing was sent.',
    why: 'The name or password is missing or was changed, or the variable or file holds something else.',
    fix: 'Keep the whole address, http://name:password@host:port, in a secret and write env:NAME or file:PATH in network.proxy.',
    who: 'operations',
  },
  'DB-1401': {
    title: 'Secret not in the environment',
    means: 'The configuration says env:NAME, and the process has no such variable, or an empty one.',
    why: 'The variable is set in a shell but not for the service, or its name differs.',
    fix: 'Set it where the service is started: Environment= or EnvironmentFile= of the unit, the container’s settings.',
    who: 'operations',
  },
  'DB-1402': {
    title: 'Secret file cannot be read',
    means: 'The file a secret is kept in is missing, empty, too large, or not readable for the service’s user.',
    why: 'A wrong path, another owner, or a mount that is not there. Relative paths begin at the folder that holds config/.',
    fix: 'Correct the path, or give the file to the user the service runs as, with mode 600.',
    who: 'operations',
  },
  'DB-1403': {
    title: 'Secret file open to others',
    means: 'Other users of this machine can read the secret, so it is not used.',
    why: 'Files are made readable for everyone unless one says otherwise.',
    fix: 'chmod 600 the file. If others may have read it, change the secret.',
    who: 'operations',
  },
  'DB-1404': {
    title: 'systemd credential not handed over',
    means: 'The configuration says credential:NAME, but systemd gave this process no such credential.',
    why: 'The unit has no LoadCredential= line of that name, or dealbridge was started by hand.',
    fix: 'Add LoadCredential=NAME:/path to the unit. When starting by hand use env: or file: instead.',
    who: 'operations',
  },
  'DB-1405': {
    title: 'Wrong key for the vault',
    means:
      'A token that a vendor handed to us is sealed with another key than the one configured, or the key is missing or not a key.',
    why: 'store.encryptionKey was changed or removed, or the wrong secret is being read.',
    fix: 'Name the former key in store.formerKeys: what it sealed is sealed anew at the next start. If it is lost, sign in anew with `dealbridge connect sign-in`; the old token cannot be opened by anybody.',
    who: 'operations',
  },
  'DB-1406': {
    title: 'Vault file damaged',
    means: 'A token that a vendor handed to us does not read back as it was written.',
    why: 'A failing disk, an incomplete restore, or an edit by hand.',
    fix: 'Restore the file from a backup, or sign in anew with `dealbridge connect sign-in`.',
    who: 'operations',
  },
}
