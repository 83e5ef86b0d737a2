import { describe, expect, test } from 'vitest';
import { isPublic, mayBeRegistry } from '../../src/network/addresses.ts';
import { readHost } from '../../src/network/host-names.ts';
import { Policy, type PolicySettings } from '../../src/network/policy.ts';

const REGISTRIES = [
  { host: 'registry.example', port: 443 },
  { host: 'mirror.example', port: 8081 },
];

function policy(settings: Partial<PolicySettings> = {}): Policy {
  return new Policy({ network: 'packages', allowHosts: [], allowPrivate: [], ...settings }, () =>
    Promise.resolve(REGISTRIES),
  );
}

async function decide(settings: Partial<PolicySettings>, target: string): Promise<string> {
  const [, host = '', port] = /^(.*):(\d+)$/.exec(target) ?? [];
  const verdict = await policy(settings).decide(host, Number(port));
  return verdict.isAllowed ? verdict.trust : verdict.blocked.advice;
}

describe('the host name', () => {
  test.each([
    ['Example.COM', 'example.com'],
    ['example.com.', 'example.com'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['BÜCHER.example', 'xn--bcher-kva.example'],
    ['example。com', 'example.com'],
    ['_dmarc.example.com', '_dmarc.example.com'],
    ['a', 'a'],
  ])('%s is %s', (raw, host) => {
    expect(readHost(raw)).toEqual({ type: 'name', host });
  });

  test.each([
    ['127.0.0.1', '127.0.0.1'],
    ['127.0.0.1.', '127.0.0.1'],
    ['2130706433', '127.0.0.1'],
    ['0x7f000001', '127.0.0.1'],
    ['0x7f.1', '127.0.0.1'],
    ['0177.0.0.1', '127.0.0.1'],
    ['127.1', '127.0.0.1'],
    ['１２７.0.0.1', '127.0.0.1'],
    ['0', '0.0.0.0'],
    ['[::1]', '::1'],
    ['::1', '::1'],
    ['[::FFFF:169.254.169.254]', '::ffff:169.254.169.254'],
    ['fe80::1%eth0', 'fe80::1'],
    ['[fe80::1%25lo]', 'fe80::1'],
  ])('%s is the address %s', (raw, host) => {
    expect(readHost(raw)).toEqual({ type: 'literal', host });
  });

  test.each([
    ...['', '.', '..', 'a..b', '-a.com', 'a-.com', '1.2.3.4.5', '256.1.1.1', 'foo.0x1', 'xn--a'],
    ...['a b', 'a\tb', 'a\r\nb', 'a\0b', 'user@example.com', 'example.com/x', 'example.com?', 'example.com#'],
    ...[
      'example.com:80',
      '[::1',
      '[example.com]',
      '*.example.com',
      'a%00.com',
      '%31.com',
      'a\\b',
      'a,b',
      "a'b",
    ],
    ...[`${'a'.repeat(64)}.com`, `${'a.'.repeat(127)}aa`, 'a'.repeat(10_000)],
  ])('%j is none', (raw) => {
    expect(readHost(raw)).toBeUndefined();
  });
});

describe('with packages', () => {
  test.each(['registry.example:443', 'REGISTRY.example.:443', 'mirror.example:8081'])(
    '%s is a registry',
    async (target) => {
      expect(await decide({}, target)).toBe('registry');
    },
  );

  test.each([
    ['registry.example:80', 'allow it with --allow-hosts registry.example'],
    ['registry.example:22', 'allow it with --allow-hosts registry.example:22'],
    ['registry.example.evil.com:443', 'allow it with --allow-hosts registry.example.evil.com'],
    ['evilregistry.example:443', 'allow it with --allow-hosts evilregistry.example'],
    ['api.example.com:443', 'allow it with --allow-hosts api.example.com'],
    ['Api.Example.com.:443', 'allow it with --allow-hosts api.example.com'],
    ['1.1.1.1:443', 'addresses are not connected to: use the name of the host'],
    ['a b:443', 'it is no host name'],
  ])('%s is blocked: %s', async (target, advice) => {
    expect(await decide({}, target)).toBe(advice);
  });
});

describe('with hosts', () => {
  const allowHosts = ['api.example.com', '*.example.org', 'db.example.net:5432', 'Bücher.example', '*:9443'];

  test.each([
    ...['api.example.com:443', 'api.example.com:80', 'a.example.org:443', 'a.b.example.org:80'],
    ...['db.example.net:5432', 'xn--bcher-kva.example:443', 'anything.test:9443'],
  ])('%s is allowed', async (target) => {
    expect(await decide({ network: 'hosts', allowHosts }, target)).toBe('public');
  });

  test.each([
    ...['example.com:443', 'xapi.example.com:443', 'api.example.com.evil.test:443', 'api.example.com:22'],
    ...['example.org:443', 'evilexample.org:443', '.example.org:443', 'a.example.org:8443'],
    ...['db.example.net:443', 'db.example.net:5433', '1.1.1.1:9443'],
  ])('%s is blocked', async (target) => {
    expect(await decide({ network: 'hosts', allowHosts }, target)).toMatch(
      /^(allow it with|addresses|it is no)/,
    );
  });
});

describe('with full', () => {
  test.each([
    ['example.com:443', 'public'],
    ['example.com:80', 'public'],
    ['registry.example:443', 'registry'],
    ['example.com:22', 'allow it with --allow-hosts example.com:22'],
    ['169.254.169.254:80', 'addresses are not connected to: use the name of the host'],
  ])('%s: %s', async (target, what) => {
    expect(await decide({ network: 'full' }, target)).toBe(what);
  });
});

test('what is named as private is that host and port alone', async () => {
  const settings = { allowPrivate: ['db.internal:5432', '10.1.2.3:80', '[fd00::1]:80'] };
  const targets = [
    'db.internal:5432',
    '10.1.2.3:80',
    '167838211:80',
    '[FD00::1]:80',
    'db.internal:80',
    '10.1.2.3:443',
  ];

  expect(await Promise.all(targets.map((target) => decide(settings, target)))).toEqual([
    ...['private', 'private', 'private', 'private'],
    'allow it with --allow-hosts db.internal',
    'addresses are not connected to: use the name of the host',
  ]);
});

test('the ports that are listened on are the usual ones and those that are named', () => {
  const settings = { allowHosts: ['a.test:5432', 'b.test'], allowPrivate: ['c.test:8080'] };

  expect(policy(settings).ports).toEqual([80, 443, 5432, 8080]);
});

describe('an address', () => {
  test.each([
    ...['0.0.0.0', '0.1.2.3', '10.0.0.1', '100.64.0.1', '100.127.255.255', '127.0.0.1', '127.255.255.255'],
    ...['169.254.169.254', '172.16.0.1', '172.31.255.255', '192.0.0.1', '192.0.2.1', '192.168.1.1'],
    ...['198.18.0.1', '198.19.255.255', '198.51.100.1', '203.0.113.1', '224.0.0.1', '239.255.255.255'],
    ...['240.0.0.1', '255.255.255.255', '::', '::1', '::7f00:1', '::ffff:10.0.0.1', '::ffff:8.8.8.8'],
    ...['64:ff9b::7f00:1', '64:ff9b:1::1', '100::1', '2001::1', '2001:db8::1', '2002:7f00:1::', 'fc00::1'],
    ...['fd00:ec2::254', 'fe80::1', 'fec0::1', 'ff02::1', '4000::1', '5f00::1', '3fff::1'],
  ])('%s is not public', (address) => {
    expect(isPublic(address)).toBe(false);
  });

  test.each([
    ...['1.1.1.1', '8.8.8.8', '9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0', '126.0.0.1'],
    ...['172.15.255.255', '172.32.0.0', '192.167.255.255', '192.169.0.0', '198.17.255.255', '198.20.0.0'],
    ...['223.255.255.255', '2606:4700:4700::1111', '2a00:1450:4001::1'],
  ])('%s is public', (address) => {
    expect(isPublic(address)).toBe(true);
  });

  test('of a registry may be private, not that of a metadata service', () => {
    const addresses = ['10.0.0.1', '127.0.0.1', '100.64.0.1', 'fd12::1', '198.18.0.1'];
    const delicate = [
      '169.254.169.254',
      'fe80::1',
      'fd00:ec2::254',
      '100.100.100.200',
      '::ffff:169.254.169.254',
    ];

    expect(addresses.map(mayBeRegistry)).toEqual(addresses.map(() => true));
    expect([...delicate, '64:ff9b::a9fe:a9fe', '0.0.0.0'].map(mayBeRegistry)).not.toContain(true);
  });
});
