import { expect, test } from 'vitest';
import { parseOwnGroups } from '../../src/sandboxes/bubblewrap/cgroup-hierarchies.ts';

test('finds the groups of version 1, some controllers mounted together', () => {
  const groups = ['5:memory:/user/one', '4:cpu,cpuacct:/', '1:name=systemd:/user', '0::/', ''].join('\n');
  const mounts = [
    '27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard',
    '32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid shared:9 - cgroup cgroup rw,cpu,cpuacct',
    '35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory',
    '41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw',
  ].join('\n');

  const { v1, v2 } = parseOwnGroups(groups, mounts);

  expect(Object.fromEntries(v1)).toEqual({
    memory: '/sys/fs/cgroup/memory/user/one',
    cpu: '/sys/fs/cgroup/cpu,cpuacct',
    cpuacct: '/sys/fs/cgroup/cpu,cpuacct',
  });
  expect(v2).toBe('/sys/fs/cgroup/unified');
});

test('finds the group of version 2 where systemd is alone', () => {
  const group = '0::/user.slice/user-1000.slice/user@1000.service/app.slice/run-r1.scope\n';
  const mounts = '29 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n';

  expect(parseOwnGroups(group, mounts)).toEqual({
    v1: new Map(),
    v2: '/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/app.slice/run-r1.scope',
  });
});

test('takes the part of a hierarchy that a container mounts', () => {
  const groups = '5:memory:/docker/abc/inner\n';
  const mounts =
    '735 730 0:30 /docker/abc /sys/fs/cgroup/memory ro,nosuid master:11 - cgroup cgroup rw,memory\n';

  expect(parseOwnGroups(groups, mounts).v1.get('memory')).toBe('/sys/fs/cgroup/memory/inner');
});

test('leaves out groups that no mount shows', () => {
  const mounts = '735 730 0:30 /docker/abc /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n';

  expect(parseOwnGroups('5:memory:/docker/abcdef\n', mounts).v1.size).toBe(0);
  expect(parseOwnGroups('5:memory:/../other\n', mounts.replace('/docker/abc', '/')).v1.size).toBe(0);
  expect(parseOwnGroups('0::/\n', mounts).v2).toBeNull();
  expect(parseOwnGroups('', '')).toEqual({ v1: new Map(), v2: null });
});

test('undoes the escapes of mount points', () => {
  const mounts = String.raw`29 23 0:26 / /mnt/my\040groups\134x rw - cgroup2 cgroup2 rw`;

  expect(parseOwnGroups('0::/a\n', mounts).v2).toBe(String.raw`/mnt/my groups\x/a`);
});
