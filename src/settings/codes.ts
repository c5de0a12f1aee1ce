// What the codes of the configuration file mean, at length, for `dealbridge explain`.

import type { Codebook, CodeEntry } from '#core/codes'

const entry = (title: string, means: string, why: string, fix: string): CodeEntry => ({
  title,
  means,
  why,
  fix,
  who: 'operations',
})

export const settingsCodes: Codebook = {
  'DB-1001': entry(
    'No configuration',
    'dealbridge found no configuration file, so it does not know what to connect.',
    'The file is looked for where --config or DEALBRIDGE_CONFIG says, and else at config/dealbridge.yaml in the folder dealbridge is started in.',
    'Start it in the right folder, name the file with --config, or make one with `dealbridge init`. `dealbridge sandbox` needs none.',
  ),
  'DB-1002': entry(
    'File too large',
    'A configuration or mapping file is larger than 1 MiB and was not read.',
    'No such file is ever that large; reading it could take the memory of the machine.',
    'Check that it is the right file. A mapping that has grown this large can be divided into several.',
  ),
  'DB-1003': entry(
    'Not YAML',
    'The text does not follow the rules of YAML, so its meaning is not certain. Nothing of the file is used.',
    'Most often: a value that begins with a quotation mark and goes on after the closing one, a colon followed by a space inside a value, or lines that are not aligned.',
    'Mend the line that is shown. When in doubt, put the whole value in single quotation marks, or write it as a block after a |.',
  ),
  'DB-1004': entry(
    'Anchors and aliases are not used',
    'The file uses & or * to write a part once and refer to it elsewhere.',
    'A few lines of such references can stand for gigabytes, and a problem could not be shown at one place.',
    'Write the lines where they are needed. For values that differ between machines use profiles or the environment.',
  ),
  'DB-1005': entry(
    'Tags are not used',
    'A value begins with !, which tells YAML to make something other than text, number or list of it.',
    'Tags can make a parser build things nobody asked for.',
    'Remove the tag. If the value is text that begins with !, put it in quotation marks.',
  ),
  'DB-1006': entry(
    'Key written twice',
    'The same key stands twice in one group. Which of the two counts would be a guess.',
    'Usually a block was copied and one of its lines was not changed.',
    'Remove one of the two; the message names the line of the first.',
  ),
  'DB-1007': entry(
    'Secret written into the file',
    'A setting that takes a secret holds the secret itself.',
    'Configuration files are copied, mailed and kept in version control; whoever sees the file has the secret.',
    'Write where the secret is: env:NAME for an environment variable, file:PATH for a file that only the service may read, credential:NAME for a systemd credential. If others have seen the file, change the secret.',
  ),
  'DB-1008': entry(
    'Nested too deep',
    'The file has more than 32 levels of groups and lists inside one another.',
    'No setting lies that deep; such a file is either not a configuration or made to exhaust the reader.',
    'Check that it is the right file.',
  ),
  'DB-1009': entry(
    'Tab in the indentation',
    'A line is indented with a tab. YAML counts spaces only.',
    'An editor inserts tabs for this kind of file.',
    'Replace the tab by spaces, and set the editor to spaces for .yaml files.',
  ),
  'DB-1010': entry(
    'Unknown setting',
    'The file has a key that dealbridge does not know. It would have no effect, so it is not accepted.',
    'A slip of the finger, a setting of a newer version, or a key that stands one level too high or too low.',
    'Write the key that is suggested, move it to where it belongs, or remove it. config/default.yaml lists every setting.',
  ),
  'DB-1011': entry(
    'Value that cannot be used',
    'A setting has a value of the wrong kind, or one that is not among the possible ones.',
    'See the message: it says what the value must be.',
    'Write one of the values the message names.',
  ),
  'DB-1012': entry(
    'Value that other tools misread',
    'The value means here what it looks like, but means something else to tools that follow older rules of YAML: NO becomes false, 12:30 becomes 750.',
    'YAML 1.1 had more special words than YAML 1.2, and many tools still follow it.',
    'Put the value in quotation marks. `mappings validate --fix` and `mappings fmt` do it for you.',
  ),
  'DB-1013': entry(
    'Unit missing',
    'A duration, share or size is written as a bare number.',
    'Half of all readers would take 5 for seconds, the others for minutes.',
    'Write the unit: 30s, 5m, 1d; 15%; 20MB.',
  ),
  'DB-1014': entry(
    'Setting missing',
    'Something that has no default is not in the file.',
    'Connections and pipelines cannot be guessed; nearly everything else has a default.',
    'Add the setting that the message names. config/example.yaml shows each one in its place.',
  ),
  'DB-1015': entry(
    'Not part of this version',
    'The setting is understood, but this version does not act on it.',
    'The shape of the file is settled ahead of everything that will use it.',
    'Do not rely on it yet. The message says what to use meanwhile; remove the setting to silence the warning.',
  ),
  'DB-1016': entry(
    'Needed, but not part of this version',
    'The file asks for something that this version cannot do and cannot leave out: a key vault, a PostgreSQL store.',
    'Going on without it would mean working with no secret, or remembering in another place than you think.',
    'Use what the message names instead.',
  ),
  'DB-1017': entry(
    'Address that is not allowed',
    'A connection leads to an address that is not encrypted, or not an address at all.',
    'Over plain http everyone on the way can read the sign-in and the deals. Only a program on this computer may be reached that way.',
    'Write the address with https, or leave it out to use the vendor’s own.',
  ),
  'DB-1018': entry(
    'No such connector',
    'The `type` of a connection names no connector that is shipped, and no package of that name is installed.',
    'A slip of the finger, or a package that was not installed where dealbridge runs. Nothing is ever downloaded.',
    'Write one of the names in the message, or install the package beside dealbridge.',
  ),
  'DB-1019': entry(
    'Connector that cannot be used',
    'The connector was found, but was made for another version of dealbridge, is incomplete, or cannot do what it is asked to: a CRM is not a source of referrals.',
    'See the message.',
    'Install matching versions, or move the connection to the group it belongs to.',
  ),
  'DB-1020': entry(
    'No such profile',
    'dealbridge was started with a profile that is not in the file.',
    'A slip of the finger in --profile or DEALBRIDGE_PROFILE, or the wrong file.',
    'Write one of the names in the message.',
  ),
  'DB-1021': entry(
    'Environment variable without effect',
    'A variable that begins with DEALBRIDGE_ names no setting, and the file does not refer to it.',
    'A slip of the finger: the setting you meant to change keeps its value.',
    'Write the name that is suggested, or remove the variable.',
  ),
  'DB-1022': entry(
    'Console open to everyone',
    'The address in http.listen can be reached from other machines, and nobody would have to sign in.',
    'Whoever can reach the console could see deals and settle conflicts.',
    'Listen on 127.0.0.1 and put a proxy in front that signs people in, or switch the console off: health and metrics alone may be public.',
  ),
  'DB-1023': entry(
    'Name that leads nowhere',
    'A pipeline, a limit or an alert names a connection or a channel that is not in the file.',
    'A slip of the finger, or a connection that was renamed in one place only.',
    'Write the name that is suggested, or add what is missing.',
  ),
}
