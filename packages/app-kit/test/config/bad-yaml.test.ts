import { describe, expect, it } from 'vitest';
import { problemLines } from '../support/load.ts';

interface Case {
  readonly name: string;
  readonly yaml: string;
  readonly lines: readonly string[];
}

const file = 'data-universe.yaml';

const cases: readonly Case[] = [
  {
    name: 'an unknown key with a near miss',
    yaml: 'network: finney\nnetiud: 13\n',
    lines: [`${file}:2:1: netiud: unknown key: did you mean netuid?`],
  },
  {
    name: 'a key in another spelling',
    yaml: 'storage:\n  s3:\n    bucketName: posts\n',
    lines: [`${file}:3:5: storage.s3.bucketName: unknown key: did you mean bucket_name?`],
  },
  {
    name: 'a key in the wrong group',
    yaml: 'storage:\n  auth_endpoint: "https://auth.example/auth"\n',
    lines: [
      `${file}:2:3: storage.auth_endpoint: unknown key: it belongs to storage.s3.auth_endpoint`,
    ],
  },
  {
    name: 'a key like no other',
    yaml: 'wallet:\n  colour: red\n',
    lines: [`${file}:2:3: wallet.colour: unknown key; known here: name, hotkey, path`],
  },
  {
    name: 'a key inside a flow mapping',
    yaml: 'wallet: { name: default, hotkye: miner }\n',
    lines: [`${file}:1:26: wallet.hotkye: unknown key: did you mean hotkey?`],
  },
  {
    name: 'a number written as text',
    yaml: '# subnet\nnetuid: "13"\n',
    lines: [`${file}:2:1: netuid: expected a whole number from 0 to 65535, found "13"`],
  },
  {
    name: 'a number out of range',
    yaml: 'netuid: 65536\n',
    lines: [`${file}:1:1: netuid: expected a whole number from 0 to 65535, found the number 65536`],
  },
  {
    name: 'an empty value',
    yaml: 'network:\n',
    lines: [
      `${file}:1:1: network: expected a network name in lower-case letters, digits and hyphens, such as "finney", found nothing (null)`,
    ],
  },
  {
    name: 'a misspelt choice',
    yaml: 'storage:\n\n  type: duel\n',
    lines: [
      `${file}:3:3: storage.type: expected s3, huggingface or dual, found "duel": did you mean dual?`,
    ],
  },
  {
    name: 'a boolean of an older YAML',
    yaml: 'storage:\n  use_s3: yes\n',
    lines: [`${file}:2:3: storage.use_s3: expected true or false, found "yes"`],
  },
  {
    name: 'a value where a group belongs',
    yaml: 'storage: s3\n',
    lines: [
      `${file}:1:1: storage: expected a mapping with type, use_s3, use_huggingface, deleted_rows and s3, found "s3"`,
    ],
  },
  {
    name: 'a list for a whole file',
    yaml: '- network: finney\n',
    lines: [`${file}:1:1: expected a mapping of settings, such as "network: finney", found a list`],
  },
  {
    name: 'a wallet name that leads out of the wallet folder',
    yaml: 'wallet:\n  name: ../../etc\n  hotkey: ..\n',
    lines: [
      `${file}:2:3: wallet.name: expected a name without / or \\, found "../../etc"`,
      `${file}:3:3: wallet.hotkey: expected a name without / or \\, found ".."`,
    ],
  },
  {
    name: "somebody else's home folder",
    yaml: 'database: ~miner/posts.sqlite\n',
    lines: [
      `${file}:1:1: database: expected a path (~ or ~/... is your home folder), found "~miner/posts.sqlite"`,
    ],
  },
  {
    name: 'a bucket no store would accept',
    yaml: 'storage:\n  s3:\n    bucket_name: My_Bucket\n',
    lines: [
      `${file}:3:5: storage.s3.bucket_name: expected a bucket name (3 to 63 lower-case letters, digits, dots and hyphens) or null, found "My_Bucket"`,
    ],
  },
  {
    name: 'a credential service without encryption',
    yaml: 'storage:\n  s3:\n    auth_endpoint: http://auth.example/auth\n',
    lines: [
      `${file}:3:5: storage.s3.auth_endpoint: expected an https:// URL without user name, query or fragment (http:// only for this machine), found "http://auth.example/auth"`,
    ],
  },
  {
    name: 'a host that only begins like this machine',
    yaml: 'storage: { s3: { endpoint_url: "http://localhost.example.com" } }\n',
    lines: [
      `${file}:1:18: storage.s3.endpoint_url: expected an https:// URL without user name, query or fragment (http:// only for this machine), or null, found "http://localhost.example.com"`,
    ],
  },
  {
    name: 'a password within a URL, which is not repeated',
    yaml: 'storage:\n  s3:\n    auth_endpoint: https://me:hunter2@auth.example/auth?key=hunter3\n',
    lines: [
      `${file}:3:5: storage.s3.auth_endpoint: expected an https:// URL without user name, query or fragment (http:// only for this machine), found "https://***@auth.example/auth?***"`,
    ],
  },
  {
    name: 'a key that is set twice',
    yaml: 'netuid: 13\nnetwork: finney\nnetuid: 14\n',
    lines: [`${file}:3:1: netuid: is set twice (first in line 1): keep one of them`],
  },
  {
    name: 'a prototype for a key',
    yaml: '__proto__: { netuid: 1 }\n',
    lines: [
      `${file}:1:1: __proto__: unknown key; known here: network, netuid, wallet, database, state_directory, storage, publishing`,
    ],
  },
  {
    name: 'an alias',
    yaml: 'network: &name finney\nwallet:\n  name: *name\n',
    lines: [`${file}:3:9: wallet.name: aliases (*name) are not supported: write the value`],
  },
  {
    name: 'a tag nobody knows',
    yaml: 'network: !env NETWORK\n',
    lines: [`${file}:1:10: YAML syntax: Unresolved tag: !env`],
  },
  {
    name: 'a key that is no word',
    yaml: '? [network]\n: finney\n',
    lines: [`${file}:1:3: a key must be a plain word`],
  },
  {
    name: 'a quote that is never closed',
    yaml: 'network: "finney\nnetuid: 13\n',
    lines: [`${file}:3:1: YAML syntax: Missing closing "quote`],
  },
  {
    name: 'tabs for indentation',
    yaml: 'wallet:\n\tname: default\n',
    lines: [`${file}:2:1: YAML syntax: Tabs are not allowed as indentation`],
  },
  {
    name: 'a second document',
    yaml: 'network: finney\n---\nnetuid: 13\n',
    lines: [
      `${file}:2:1: YAML syntax: a second document begins here (---): put all settings into one`,
    ],
  },
];

describe('a bad configuration file is refused with key, line and column', () => {
  it.each(cases)('$name', async ({ yaml, lines }) => {
    expect(await problemLines({ yaml })).toEqual(lines);
  });

  it('names all problems at once, over every origin', async () => {
    const lines = await problemLines({
      yaml: 'netuid: -1\nstorage:\n  tpye: s3\n  s3:\n    region: ""\n',
      env: { DATA_UNIVERSE_USE_HF: 'maybe', DATA_UNIVERSE_S3_BUCKET: 'No' },
      overrides: { network: 'Fin ney' },
    });
    expect(lines.map((line) => line.replace(/: expected.*/, ''))).toEqual([
      'DATA_UNIVERSE_USE_HF (environment): storage.use_huggingface',
      'data-universe.yaml:1:1: netuid',
      'data-universe.yaml:3:3: storage.tpye: unknown key: did you mean type?',
      'data-universe.yaml:5:5: storage.s3.region',
      'DATA_UNIVERSE_S3_BUCKET (environment): storage.s3.bucket_name',
      'command line: network',
    ]);
  });

  it('does not follow a file that nests without end', async () => {
    const yaml = `storage: ${'{a: '.repeat(40)}1${'}'.repeat(40)}\n`;
    expect(await problemLines({ yaml })).toContainEqual(
      expect.stringMatching(/^data-universe\.yaml:1:\d+: storage(\.a){15}: is nested too deep$/),
    );
  });

  it('shows control characters of a value escaped', async () => {
    const [line] = await problemLines({ yaml: 'network: "fin\\e[31mney"\n' });
    expect(line).toContain('found "fin\\u001b[31mney"');
  });
});
